"""Signing in to Google, shared by the providers that speak to it: key file, ready token, or the host's own identity."""
