"""`python -m rollout_tui`."""

from rollout_tui.cli.main import main

main()
