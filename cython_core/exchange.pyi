"""The hand-over between threads: events in, notices and one snapshot out."""

from enum import IntEnum
from typing import Any

class EventKind(IntEnum):
    LOAD = 1
    LOAD_NEXT = 2
    START = 3
    STOP = 4
    BAND_IN = 5
    LISTEN = 6
    COUNT_IN = 7
    GO_TO = 8
    NEXT = 9
    PREVIOUS = 10
    VAMP = 11
    HOLD = 12
    CUT_OFF = 13
    FINALE = 14
    TAKE = 15
    GIVE = 16
    CONDUCT = 17
    TEMPO = 18
    TAP = 19
    NOTE = 20
    LEVEL = 21
    BUS = 22
    PANIC = 23
    SHARE = 24
    GIVE_WAY = 25
    CURVE = 26
    SLOW_DOWN = 27
    RE_ENTER = 28
    PAN = 29
    MUTE = 30
    SOLO = 31
    UNDO = 32
    ROUTE = 33
    PAD = 34
    PADS_OFF = 35
    CHIME = 36
    KEY = 37
    MIDI = 38
    ONE = 39
    OCTAVE = 40
    AWAIT_SONG = 41

class NoticeKind(IntEnum):
    HANDOVER = 1
    CAME_IN = 2
    JUMPED = 3
    STOPPED = 4
    HELD = 5
    LAST_HIT = 6
    ENDED = 7
    NEXT_SONG = 8
    BACK_ON_BEAT = 9

class Exchange:
    """Python's side: `send` events, `notices` and `snapshot` come back."""

    def send(
        self, kind: int, value: float = 0.0, other: float = 0.0, frame: int = 0, thing: int = 0, leaves: int = 0
    ) -> bool: ...
    @property
    def sent(self) -> int: ...
    def notices(self) -> list[dict[str, Any]]: ...
    def snapshot(self) -> dict[str, Any]: ...
