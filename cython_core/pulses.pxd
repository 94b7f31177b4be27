# One limb alone: the bare pulse before there is a groove, or instead of one.

cdef enum:
    PULSES = 6                       # cymbals in quarters, eighths, swung, sixteenths; a kick in quarters; both feet

cdef void pulse_rates(int pulse, double beat, float *rate) noexcept nogil
cdef bint pulse_is_played_at(int pulse, double bpm) noexcept nogil
