"""One limb alone: hats in an intro, a ride before the band comes in, four on the floor, both feet without a rest.

The learned bars are grooves, which hands and feet play together. One limb alone is unlike all of them, and was taken for a groove
at another tempo. A pulse says how often a beat is divided and who plays it. None is learned: people rarely record one.
"""

from libc.math cimport exp, floor

cdef enum:
    PARTS = 12                       # of a beat: halves, thirds and quarters of it fall on one

cdef double SPREAD_BEATS = 0.03      # sd of a stroke, before the hand spreads it more
cdef double LOUD = 0.4               # share of strokes that are loud
cdef double[PULSES][PARTS] STROKES = [                                 # on each part of a beat
    [0.9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0.9, 0, 0, 0, 0, 0, 0.8, 0, 0, 0, 0, 0],
    [0.9, 0, 0, 0, 0.3, 0, 0, 0, 0.7, 0, 0, 0],
    [0.9, 0, 0, 0.7, 0, 0, 0.8, 0, 0, 0.7, 0, 0],
    [0.9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [1.2, 0, 0, 0.6, 0.5, 0, 0.7, 0, 0.5, 0.6, 0, 0],
]
cdef double[PULSES][3] PLAYED_BY = [                                   # kick, snare, cymbal: shares
    [0.01, 0.01, 0.98], [0.01, 0.01, 0.98], [0.01, 0.01, 0.98], [0.01, 0.01, 0.98], [0.90, 0.08, 0.02], [0.75, 0.10, 0.15],
]
cdef double ROOT_OF_2_PI = 2.5066
cdef double[PULSES] FASTEST_BPM = [430, 240, 360, 130, 165, 260]       # at which it is played


cdef void pulse_rates(int pulse, double beat, float *rate) noexcept nogil:
    """Strokes a beat at a place in the beat: kick, snare, cymbal, soft and then loud."""
    cdef int part, drum
    cdef double away, strokes = 0
    for part in range(PARTS):
        away = beat - part / <double>PARTS
        away -= floor(away + 0.5)
        strokes += STROKES[pulse][part] * exp(-0.5 * away * away / (SPREAD_BEATS * SPREAD_BEATS))
    strokes /= ROOT_OF_2_PI * SPREAD_BEATS
    for drum in range(3):
        rate[drum] = <float>(strokes * PLAYED_BY[pulse][drum] * (1 - LOUD))
        rate[drum + 3] = <float>(strokes * PLAYED_BY[pulse][drum] * LOUD)


cdef bint pulse_is_played_at(int pulse, double bpm) noexcept nogil:
    return bpm <= FASTEST_BPM[pulse]
