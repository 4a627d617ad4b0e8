"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Two busy cores make any single example slow now and then; a test's time is bounded by its examples.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
