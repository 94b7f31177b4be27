"""Which drum a note is: General MIDI's percussion, and what electronic kits send beside it (the edge of the hi-hat, 22 and 26)."""

from libc.math cimport fmaxf, fminf

import numpy as np

from cython_core.onsets cimport ONLY
from cython_core.onsets import ONSET


cdef bint onset_of_note(int note, int velocity, double frame, Onset *onset) noexcept nogil:
    """A note on a drum pad as an onset. False if it is no drum, or no stroke (velocity 0 lifts; the hi-hat's pedal is a stroke)."""
    onset.frame = frame
    onset.kick = onset.snare = onset.cymbal = 0
    onset.look = ONLY
    onset.strength = fminf(fmaxf(velocity / 127.0, 0), 1)
    if velocity <= 0:
        return False
    if note == 35 or note == 36:
        onset.kick = 1
    elif 37 <= note <= 41 or note in (43, 45, 47, 48, 50, 58):
        onset.snare = 1
    elif note in (22, 26, 31, 42, 44, 46, 49, 51, 52, 53, 54, 55, 56, 57, 59):
        onset.cymbal = 1
    else:
        return False
    return True


def note_onset(int note, int velocity, double frame=0.0):
    """The same as an array of one ONSET for a drum note, of none for any other."""
    cdef Onset onset
    if not onset_of_note(note, velocity, frame, &onset):
        return np.array([], dtype=ONSET)
    return np.array([(onset.frame, onset.strength, onset.kick, onset.snare, onset.cymbal, <long long>frame, ONLY)], dtype=ONSET)
