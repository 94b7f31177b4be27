"""Who has the tempo, and what the leader says of it."""

from enum import IntEnum

SHORTEST_TAP_S: float
"""A tap that comes sooner after another is none."""

SLOWEST_BPM: int
FASTEST_BPM: int
"""The tempi that a conductor can give."""

class Leader(IntEnum):
    BAND = 0
    DRUMMER = 1
    CONDUCTOR = 2
    SHARED = 3

class Reason(IntEnum):
    ASKED = 1
    COUNTED_IN = 2
    INSISTED = 3
    CONDUCTED = 4
    CUED_IN = 5

class GivesWay(IntEnum):
    NEVER = 0
    STUBBORN = 1
    PATIENT = 2
    EASY = 3
