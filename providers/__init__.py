"""One module or package per outside system. Found through the entry-point group `rollout_tui.providers`."""
