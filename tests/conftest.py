"""What holds for every test: a busy machine is no reason to fail."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Hypothesis's clocks (200 ms an example, a second for the first ten) run on while other programs have the processor.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
