# Does what the band plays come back into a microphone at all, and how late: the coherence of the two.

from cython_core.onsets cimport OnsetState

cdef enum:
    LOWEST_BAND = 7                  # of the bank: 270 Hz ...
    COHERENT = 8                     # ... to 1.6 kHz
    LAGS = 48                        # at which the two are compared, a tick of 48 kHz apart: 31 ms in all
    TICKS_KEPT = 256                 # enough of them at 192 kHz

cdef struct Past:                    # what rang in the bank that hears the band, at the end of its last ticks
    float re[TICKS_KEPT][COHERENT]   # ring
    float im[TICKS_KEPT][COHERENT]
    int newest
    int apart                        # ticks from one lag to the next: 1 at 48 kHz, 4 at 192

cdef struct Coherence:               # of one microphone
    float cross_re[LAGS][COHERENT]   # sum of the product of the two ...
    float cross_im[LAGS][COHERENT]
    float power[LAGS][COHERENT]      # ... and of the power of the band alone
    float around[COHERENT]           # the microphone's own power of late
    float looks                      # that were summed up
    float share                      # 0..1: how much of the microphone's sound is the band's, at the best lag
    int lag                          # which one that is
    int weighed                      # lags that have been weighed since that was last found out, ...
    float best                       # ... and the best of them
    int best_lag

cdef void past_reset(Past *p, double samplerate_hz) noexcept nogil
cdef void past_keep(Past *p, const OnsetState *band) noexcept nogil
cdef bint is_time_to_look(const Past *p, long long tick, int line) noexcept nogil
cdef void coherence_look(Coherence *c, const Past *p, const OnsetState *heard) noexcept nogil
cdef bint comes_back(const Coherence *c) noexcept nogil
cdef int lag_frames(const Coherence *c, const Past *p) noexcept nogil
