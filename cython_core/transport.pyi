"""Where the song is, in beats: the only owner of the song position."""

from enum import IntEnum

class State(IntEnum):
    SILENT = 0
    LISTENING = 1
    COUNTING = 2
    PLAYING = 3
    ENDED = 4

class Turn(IntEnum):
    NO_TURN = 0
    LOOP = 1
    JUMP = 2
    ENTER = 3
    END = 4
    CUT = 5
    LAST = 6
    GO_ON = 7

class Quantum(IntEnum):
    AT_BAR = 0
    AT_BEAT = 1
    AT_PHRASE = 2

class Hold(IntEnum):
    NOT_HELD = 0
    TO_BE_HELD = 1
    HELD = 2
