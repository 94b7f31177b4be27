# What a drummer may change at a half beat: the tempo by a little, by a leap, and the pattern.

from cython_core.bar_filter cimport BarFilter

cdef enum:
    NEIGHBOURS = 3                   # tempi on either side that a half beat can reach by a small change

cdef void cross(BarFilter *b, int half) noexcept nogil
cdef bint is_far(const BarFilter *b, double octave) noexcept nogil
cdef bint is_near(const BarFilter *b, double octave) noexcept nogil
