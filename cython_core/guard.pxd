# The last thing before the outputs: nothing over full scale between the samples or at them, no constant offset, no howling, nothing that is no number.

from cython_core.tick cimport TICK

cdef enum:
    GUARD_DELAY = 64                 # frames from in to out: two ticks
    MAX_OUTPUTS = 32
    TAPS = 12                        # of the filter that finds the signal between two samples
    RAMP = 24                        # frames of a tick in which the gain moves; in the rest it stands

cdef struct GuardState:
    int outputs
    double samplerate_hz
    long long is_off[MAX_OUTPUTS]    # Python writes: this output is not turned down, whatever comes
    float waiting[3][MAX_OUTPUTS][TICK]  # by tick: being filled, filled, being played
    float before[MAX_OUTPUTS][TAPS - 1]  # the last samples of the tick before the one being filled
    float gain[MAX_OUTPUTS]          # allowed in the filled tick, per output
    float edge[MAX_OUTPUTS]          # at the start of the tick being played
    float slope[MAX_OUTPUTS]         # per frame of the ramp
    float mean[MAX_OUTPUTS]          # slow: the constant part of what comes
    float offset[MAX_OUTPUTS]        # what is taken off at the end of the filled tick
    float power[MAX_OUTPUTS]         # mean square of what the limiter would let out if nothing was hushed
    float loud_s[MAX_OUTPUTS]        # how long it has been as loud as only a howl is
    float calm_s[MAX_OUTPUTS]        # how long it has been calm since
    float hush[MAX_OUTPUTS]          # the ceiling's own gain, against a howl: 1, or on its way to HUSHED and back
    long long howls                  # how often an output has been turned down for howling
    float least                      # gain, since it was last asked for
    int filling                      # index into waiting

cdef void guard_reset(GuardState *g, int outputs, double samplerate_hz) noexcept nogil
cdef void guard_tick(GuardState *g) noexcept nogil                       # at a tick's end: what was filled is looked at

cdef inline float guarded(const GuardState *g, int output, int at) noexcept nogil:
    """Sample `at` of the tick being played, as it goes out."""
    return g.waiting[(g.filling + 1) % 3][output][at] * (g.edge[output] + g.slope[output] * min(at, RAMP))
