# Strokes that come thicker than two hands and two feet can play.

from cython_core.onsets cimport Onset

cdef struct Flood:
    double stock                     # of strokes that hands and feet may still play
    double stock_frame               # when it was counted
    bint is_flooded

cdef void flood_reset(Flood *f) noexcept nogil
cdef bint flood_lets_pass(Flood *f, const Onset *onset, double frame, double samplerate_hz) noexcept nogil
