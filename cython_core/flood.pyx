"""Strokes that come thicker than two hands and two feet can play: from a broken cable or a stuck trigger, not from a drummer.

Each stroke takes from a stock that fills up with time; when it is used up none is heard until half is back.
"""

from libc.math cimport fmax, fmin

from cython_core.onsets cimport SECOND

cdef double MOST_STROKES_PER_S = 60.0    # more than anybody can play, each stroke sent twice ...
cdef double MOST_AT_ONCE = 16.0          # ... for longer than this many of them


cdef void flood_reset(Flood *f) noexcept nogil:
    """The stock is full."""
    f.stock = MOST_AT_ONCE
    f.is_flooded = False


cdef bint flood_lets_pass(Flood *f, const Onset *onset, double frame, double samplerate_hz) noexcept nogil:
    """False while strokes flood in. A second look at a stroke takes nothing."""
    if onset.look == SECOND:
        return not f.is_flooded
    f.stock = fmin(f.stock + (frame - f.stock_frame) / samplerate_hz * MOST_STROKES_PER_S, MOST_AT_ONCE)
    f.stock_frame = frame
    f.is_flooded = f.stock < (0.5 * MOST_AT_ONCE if f.is_flooded else 1)
    f.stock = fmax(f.stock - 1, 0)
    return not f.is_flooded
