"""Pure functions from a Snapshot to rows of coloured text. No Textual here: every view can be tested as text."""
