# The rate of stems and stretcher, and the way back from it to the session's.

cdef enum:
    TAPS = 32                        # of the filter, on either side
    FINEST = 4

cdef struct StemRate:
    double hz                        # 44.1 or 48 kHz (or what the session has, if less than 50)
    int finer                        # session frames to a frame of the stems: 1, 2 or 4
    float filter[FINEST][2 * TAPS]   # for each session frame within a frame of the stems

cdef int finer(double samplerate_hz) noexcept nogil            # 1, 2 or 4
cdef void stem_rate_set_up(StemRate *r, double samplerate_hz) noexcept nogil
cdef void interpolate(const StemRate *r, const float *stems, int frames, float *session) noexcept nogil
    # session: finer * frames; the first lies on stems[0]. Reads from stems[1 - TAPS] up to stems[frames - 1 + TAPS].
