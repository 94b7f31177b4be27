# Which drums were struck, how hard and when, judged once more when 35 ms of the sound are known.

cdef enum:
    HOPS_BEFORE = 8                  # the second look sees so many hops before the one in question ...
    HOPS_AFTER = 11                  # ... and so many after it
    DRUM_KINDS = 3                   # kick, snare, cymbal
    AGAIN_UNITS_1 = 192              # of its first layer

cdef struct SecondLook:
    float[DRUM_KINDS] likely         # 0..1: that this kind was struck
    float[DRUM_KINDS] strength       # 0..1: how hard, if it was
    float where                      # hops from the beginning of the hop in question

cdef void begin_second_look(const float *shown, float *first) noexcept nogil
cdef void end_second_look(const float *shown, float *first, SecondLook *said) noexcept nogil
