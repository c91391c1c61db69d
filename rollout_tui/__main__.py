"""`python -m rollout_tui`."""

from rollout_tui.cli import main

main()
