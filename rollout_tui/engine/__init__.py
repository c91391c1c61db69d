"""Runs rollouts: polls, assesses, acts, remembers. asyncio, no terminal."""
