"""The last thing before the outputs: nothing over full scale, nothing that is no number.

A limiter that looks one tick ahead. The loudest sample of each tick sets the gain allowed in it; at the edge between two ticks the gain is
the smaller of what they allow, and within a tick it runs straight from edge to edge. So it is never above what the tick allows, has no
step, and is 1 wherever nothing is too loud. It costs two ticks of delay, always the same. Outputs are limited each for itself.
"""

from libc.math cimport fabsf, isfinite

cdef float CEILING = 0.966               # -0.3 dBFS
cdef double RELEASE_PER_S = 6.0          # how fast the gain comes back: e-fold per 1/6 s


cdef void guard_tick(GuardState *g) noexcept nogil:
    """One tick has been filled: judge it, and make the one before it ready to be played."""
    cdef int filled = g.filling, output, i
    cdef float peak, allowed, edge, recovered
    cdef float release = <float>(RELEASE_PER_S * TICK / g.samplerate_hz)
    for output in range(g.outputs):
        peak = 0.0
        for i in range(TICK):
            if not isfinite(g.waiting[filled][output][i]):
                g.waiting[filled][output][i] = 0.0
            if fabsf(g.waiting[filled][output][i]) > peak:
                peak = fabsf(g.waiting[filled][output][i])
        allowed = CEILING / peak if peak > CEILING else 1.0
        edge = g.edge[output] + g.slope[output] * TICK
        recovered = edge + (1.0 - edge) * release
        g.edge[output] = edge
        g.slope[output] = (min(min(allowed, g.gain[output]), recovered) - edge) / TICK
        g.gain[output] = allowed
        g.least = min(g.least, edge)
    g.filling = (g.filling + 1) % 3
