"""The terminal UI: draws Snapshots, asks the engine for actions."""
