# The tempo that the last taps have together, where they are even.

cdef enum:
    FITTED = 6                       # taps, at most

cdef struct EvenTaps:
    double beat[FITTED]              # each of the last taps stands for, counted from any
    double at_s[FITTED]              # and when it came
    int count

cdef void even_taps_begin(EvenTaps *t, double at_s) noexcept nogil
cdef void even_taps_add(EvenTaps *t, double beats, double at_s) noexcept nogil
cdef double even_taps_bpm(const EvenTaps *t, double otherwise_bpm) noexcept nogil
