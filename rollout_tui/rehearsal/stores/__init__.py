"""The rehearsed stores and tracker: state machines that refuse what the vendors refuse, in the vendors' words."""
