"""When a band that listens comes in: on the bar line that the sticks have counted, or on one of a drummer who plays alone."""

from enum import IntEnum

class Listening(IntEnum):
    FOR_THE_CUE = 0
    FOR_THE_BAR = 1
    FOR_THE_COUNT = 2
