# What a drummer may change at a half beat: the tempo by a little, by a leap, and the pattern.

from cython_core.bar_filter cimport BarFilter

cdef void cross(BarFilter *b, int half) noexcept nogil
cdef bint is_far(const BarFilter *b, double octave) noexcept nogil
