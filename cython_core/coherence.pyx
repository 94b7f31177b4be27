"""Does what the band plays come back into a microphone at all, and how late: the coherence of the two.

Who plays with the band is loud when it is, so that both are loud says little. Their waves do: what comes back through the air is the
band's own and keeps its phase from one note to the next; a drum's has nothing to do with it. So what rings in the resonators that hear the
band, and in those that hear the microphone, is multiplied at LAGS delays and summed over some seconds (magnitude-squared coherence: Carter,
Proc. IEEE 75, 1987). Every look at the microphone weighs the same, however loud it is: between two strokes the band is heard best.
"""

from libc.math cimport fmaxf, sqrtf
from libc.string cimport memset

from cython_core.tick cimport TICK

cdef enum:
    TICKS_APART = 4                     # from one look to the next, at 48 kHz: 2.7 ms
    WEIGHED_A_LOOK = 4                  # lags; all of them in 32 ms
cdef float FORGETS_LOOKS = 5000.0       # 13 s in which the band plays
cdef float AROUND = 0.2                 # of the way that the power of late goes to a new one
cdef float SILENT = 1e-12
cdef float ENOUGH_LOOKS = 600.0         # with so many, what was found counts half
cdef float COMES_BACK = 0.008           # by chance it was 0.003 at most, and 0.001 after ten seconds


cdef void past_reset(Past *p, double samplerate_hz) noexcept nogil:
    memset(p, 0, sizeof(p[0]))
    p.apart = min(max(<int>(samplerate_hz / 48_000 + 0.5), 1), TICKS_KEPT // LAGS)


cdef void past_keep(Past *p, const OnsetState *band) noexcept nogil:
    """A tick of the band has been heard."""
    cdef int k
    p.newest = (p.newest + 1) % TICKS_KEPT
    for k in range(COHERENT):
        p.re[p.newest][k], p.im[p.newest][k] = band.second_re[LOWEST_BAND + k], band.second_im[LOWEST_BAND + k]


cdef bint is_time_to_look(const Past *p, long long tick, int line) noexcept nogil:
    """At the end of this tick? The lines take turns."""
    return (tick + line) % (TICKS_APART * p.apart) == 0


cdef void coherence_look(Coherence *c, const Past *p, const OnsetState *heard) noexcept nogil:
    """The band plays: how alike is what rings for the microphone now to what rang for the band?"""
    cdef float keep = 1 - 1 / FORGETS_LOOKS, re, im, level
    cdef float[COHERENT] here_re, here_im
    cdef int lag, at, k
    c.looks = c.looks * keep + 1
    for k in range(COHERENT):
        re, im = heard.second_re[LOWEST_BAND + k], heard.second_im[LOWEST_BAND + k]
        c.around[k] += AROUND * (re * re + im * im - c.around[k])
        level = sqrtf(fmaxf(c.around[k], re * re + im * im) + SILENT)
        here_re[k], here_im[k] = re / level, im / level
    for lag in range(LAGS):
        at = (p.newest + TICKS_KEPT - lag * p.apart) % TICKS_KEPT
        for k in range(COHERENT):
            re, im = p.re[at][k], p.im[at][k]
            c.cross_re[lag][k] = keep * c.cross_re[lag][k] + re * here_re[k] + im * here_im[k]
            c.cross_im[lag][k] = keep * c.cross_im[lag][k] + re * here_im[k] - im * here_re[k]
            c.power[lag][k] = keep * c.power[lag][k] + re * re + im * im
    weigh(c)


cdef void weigh(Coherence *c) noexcept nogil:
    """A few lags at each look: which is the best of all?"""
    cdef float alike
    cdef int lag, k
    for lag in range(c.weighed, c.weighed + WEIGHED_A_LOOK):
        alike = 0
        for k in range(COHERENT):
            alike += (c.cross_re[lag][k] * c.cross_re[lag][k] + c.cross_im[lag][k] * c.cross_im[lag][k]) / (c.power[lag][k] + SILENT)
        if alike > c.best:
            c.best, c.best_lag = alike, lag
    c.weighed += WEIGHED_A_LOOK
    if c.weighed == LAGS:
        c.share, c.lag = c.best / (COHERENT * (c.looks + ENOUGH_LOOKS)), c.best_lag
        c.weighed = c.best_lag = 0
        c.best = 0


cdef bint comes_back(const Coherence *c) noexcept nogil:
    """Is the band in this microphone?"""
    return c.share > COMES_BACK


cdef int lag_frames(const Coherence *c, const Past *p) noexcept nogil:
    """How much later than in the bank of the band it is heard there."""
    return c.lag * p.apart * TICK
