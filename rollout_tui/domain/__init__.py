"""The rules: metrics, phases, gates, severities, ladder, NEXT, Snapshot. Pure: no I/O, and no clock of its own."""
