"""The tests; collected by `pytest --provider NAME`."""
