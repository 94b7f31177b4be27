# Where the bar filter's belief lies: at which tempo level, at which place in the bar, at which in the beat. Octaves are log2 bpm.

from cython_core.bar_filter cimport BarFilter

cdef bint belief_is_same_level(double octave, double other) noexcept nogil
cdef double belief_level(const BarFilter *b, double octave) noexcept nogil                      # the one to follow, coming from `octave`
cdef double belief_at_level(const BarFilter *b, double level, float *bar) noexcept nogil        # fills `bar`, by place
cdef double belief_near(const float *belief, int size, int middle) noexcept nogil
cdef int belief_surest(const float *belief, int size) noexcept nogil
cdef double belief_centre(const float *beat, int middle) noexcept nogil
