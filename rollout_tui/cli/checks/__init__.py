"""What `check` says, and in which form: text for people, JSON, commands for a GitHub runner, JUnit XML."""
