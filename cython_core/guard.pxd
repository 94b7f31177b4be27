# The last thing before the outputs: nothing over full scale, nothing that is no number.

from cython_core.transport cimport TICK

cdef enum:
    GUARD_DELAY = 64                 # frames from in to out: two ticks
    MAX_OUTPUTS = 32

cdef struct GuardState:
    int outputs
    double samplerate_hz
    float waiting[3][MAX_OUTPUTS][TICK]  # by tick: being filled, filled, being played
    float gain[MAX_OUTPUTS]          # allowed in the filled tick, per output
    float edge[MAX_OUTPUTS]          # at the start of the tick being played
    float slope[MAX_OUTPUTS]         # per frame
    float least                      # gain, since it was last asked for
    int filling                      # index into waiting

cdef void guard_tick(GuardState *g) noexcept nogil                       # at a tick's end: what was filled is looked at
