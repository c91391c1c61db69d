"""What holds for every test: a busy machine is no reason to fail, and what one switches off is on again after it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Hypothesis's clocks (200 ms an example, a second for the first ten) run on while other programs have the processor.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a processor: many a test waits for a frame, or for a program of its own to begin or end."""
    return 2 * len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """`watch` collects no garbage until its first frame; one that is refused before it leaves that to the next test."""
    yield
    gc.enable()
