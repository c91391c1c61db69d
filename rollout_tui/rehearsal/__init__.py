"""The other side of the wire: simulated users, stores and metric services in the vendors' formats, on loopback."""
