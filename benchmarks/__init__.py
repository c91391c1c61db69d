"""The budgets of the program, measured in a real pseudo-terminal against a Textual hello-world in the same run."""
