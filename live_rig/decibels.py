"""Levels in dB, and what they are as factors."""

import math


def linear(level_db: float) -> float:
    """A level in dB as a factor."""
    return math.pow(10.0, level_db / 20.0)
