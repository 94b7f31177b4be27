"""Buses, what they carry, and how loud they go to which output."""

DRUMS_LEFT: int
DRUMS_RIGHT: int
BAND_LEFT: int
BAND_RIGHT: int
CLICK: int
GUIDE: int
COUNT: int
PADS_LEFT: int
PADS_RIGHT: int
TALK: int
BUSES: int
ONE: int
BEAT: int
CUE: int
VAMP_WORD: int
LAST_TIME_WORD: int
HOLD_WORD: int
CUT_OFF_WORD: int
LAST_HIT_WORD: int
SOUNDS: int
