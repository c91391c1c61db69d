"""The conformance suite: what every provider must do when its outside system does not (docs/providers.md).

A provider brings a bench, the suite brings the trouble: `pytest --provider NAME`. Nothing of this is imported by the
program; pytest is needed here alone.
"""
