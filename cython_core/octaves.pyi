"""The drummer says that his beats are twice, or half, as fast as they are counted."""

from enum import IntEnum

class Outcome(IntEnum):
    TAKEN = 0
    NOT_KNOWN = 1
    UNPLAYABLE = 2
    BEYOND_LIMIT = 3
    OFF_THE_SONG = 4
