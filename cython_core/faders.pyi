"""The faders: how loud every stem is, where it stands, and which buses it goes to."""

from enum import IntEnum

class Switch(IntEnum):
    OFF = 0
    ON = 1
    OTHER = 2
