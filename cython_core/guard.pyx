"""The last thing before the outputs: nothing over full scale between the samples or at them, no constant offset, no howling,
nothing that is no number.

A **limiter** that looks one tick ahead. The true peak of each tick sets the gain allowed in it: the signal between two samples is found by the
filter of ITU-R BS.1770-4, annex 2 (four times the rate, twelve taps), which may read up to 0.69 dB too little at the very top of the band; the
ceiling leaves more than that. At the edge between two ticks the gain is the smaller of what they allow. Within a tick it runs straight from edge
to edge and is there eight frames before the end, because a peak in the last six is only seen with the tick that follows. So the gain is never
above what a peak allows, has no step, and is 1 wherever nothing is too loud. It costs two ticks of delay, always the same.

A **constant offset** beyond `DC_LET_BE` is taken off, slowly; where there is none not a bit is changed. A **howl** is what stays as loud as the
ceiling allows for longer than any music does, without the gaps between strokes: the ceiling of that output comes down until it is calm again.

Outputs are looked at each for itself.
"""

from libc.math cimport fabsf, isfinite
from libc.string cimport memcpy, memset

cdef float CEILING = 0.8912509           # -1 dB below full scale, true peak
cdef float HARMLESS = 0.44               # below it no true peak reaches the ceiling: the filter's taps add up to 2.02 at most
cdef double RELEASE_PER_S = 6.0          # how fast the gain comes back: e-fold per 1/6 s
cdef float FAR = 2.0                     # what is louder counts as this loud when the offset is measured
cdef double DC_TIME_S = 0.5
cdef float DC_LET_BE = 0.01              # -40 dB: strokes alone reach this for a moment
cdef double POWER_TIME_S = 0.1
cdef float HOWLS_FROM = 0.42             # of the ceiling's square: a sine has 0.5, limited noise a third
cdef float CALM_BELOW = 0.2
cdef double HOWLS_AFTER_S = 0.7
cdef double CALM_AFTER_S = 0.5
cdef float HUSHED = 0.1                  # -20 dB
cdef double HUSH_S = 0.1                 # time constant of turning down
cdef double BACK_S = 0.5                 # and of coming back

cdef float BETWEEN[4][TAPS]
BETWEEN[0] = [0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625,
              0.97216796875, -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125]
BETWEEN[1] = [-0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625,
              0.77978515625, -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375]
cdef int tap
for tap in range(TAPS):
    BETWEEN[2][tap] = BETWEEN[1][TAPS - 1 - tap]
    BETWEEN[3][tap] = BETWEEN[0][TAPS - 1 - tap]


cdef void guard_reset(GuardState *g, int outputs, double samplerate_hz) noexcept nogil:
    """Everything open, nothing waiting."""
    cdef int output
    memset(g, 0, sizeof(GuardState))
    g.outputs, g.samplerate_hz, g.least = outputs, samplerate_hz, 1.0
    for output in range(outputs):
        g.gain[output] = g.edge[output] = g.hush[output] = 1.0


cdef void guard_tick(GuardState *g) noexcept nogil:
    """One tick has been filled: judge it, and make the one before it ready to be played."""
    cdef int output
    for output in range(g.outputs):
        take_off_offset(g, output, g.waiting[g.filling][output])
        limit(g, output, true_peak(g.before[output], g.waiting[g.filling][output]))
        memcpy(g.before[output], &g.waiting[g.filling][output][TICK - TAPS + 1], (TAPS - 1) * sizeof(float))
    g.filling = (g.filling + 1) % 3
    for output in range(g.outputs):
        listen_for_howl(g, output, g.waiting[(g.filling + 1) % 3][output])


cdef void take_off_offset(GuardState *g, int output, float *tick) noexcept nogil:
    """What is no number is silence; a mean beyond what is let be goes, in a straight line through the tick."""
    cdef float sum = 0.0, mean, now = g.offset[output], wanted = 0.0
    cdef int i
    for i in range(TICK):
        if not isfinite(tick[i]):
            tick[i] = 0.0
        sum += max(-FAR, min(FAR, tick[i]))
    mean = g.mean[output] + <float>((sum / TICK - g.mean[output]) * TICK / (DC_TIME_S * g.samplerate_hz))
    g.mean[output] = mean
    if fabsf(mean) > DC_LET_BE:
        wanted = mean - DC_LET_BE if mean > 0 else mean + DC_LET_BE
    if now != 0.0 or wanted != 0.0:
        for i in range(TICK):
            tick[i] -= now + (wanted - now) * (i + 1) / TICK
        g.offset[output] = wanted


cdef float true_peak(const float *before, const float *tick) noexcept nogil:
    """The highest value of the tick, and of the signal between the samples from six before its start to six before its end."""
    cdef float line[TAPS - 1 + TICK]
    cdef float peak = 0.0, value
    cdef int i, phase, tap
    memcpy(line, before, (TAPS - 1) * sizeof(float))
    memcpy(&line[TAPS - 1], tick, TICK * sizeof(float))
    for i in range(TAPS - 1 + TICK):
        peak = max(peak, fabsf(line[i]))
    if peak <= HARMLESS:
        return peak
    peak = 0.0
    for i in range(TICK):
        peak = max(peak, fabsf(tick[i]))
    for phase in range(4):
        for i in range(TICK):
            value = 0.0
            for tap in range(TAPS):
                value += BETWEEN[phase][tap] * line[i + tap]
            peak = max(peak, fabsf(value))
    return peak


cdef void limit(GuardState *g, int output, float peak) noexcept nogil:
    """Where the gain stands at the end of the tick that is played next."""
    cdef float ceiling = CEILING * g.hush[output]
    cdef float allowed = ceiling / peak if peak > ceiling else 1.0
    cdef float edge = g.edge[output] + g.slope[output] * RAMP
    cdef float recovered = edge + (1.0 - edge) * <float>(RELEASE_PER_S * TICK / g.samplerate_hz)
    if g.is_off[output]:
        allowed = recovered = 1.0
    g.edge[output] = edge
    g.slope[output] = (min(min(allowed, g.gain[output]), recovered) - edge) / RAMP
    g.gain[output] = allowed
    g.least = min(g.least, edge)


cdef void listen_for_howl(GuardState *g, int output, const float *tick) noexcept nogil:
    """`tick` is played next. A sound without gaps at the ceiling turns the output down; what is calm opens it again."""
    cdef float tick_s = <float>(TICK / g.samplerate_hz), power = 0.0, sample
    cdef float gain = min(g.edge[output] / max(g.hush[output], HUSHED), <float>1.0)
    cdef int i
    for i in range(TICK):
        sample = min(fabsf(tick[i]) * gain, CEILING)
        power += sample * sample
    g.power[output] += <float>((power / TICK - g.power[output]) * tick_s / POWER_TIME_S)
    g.loud_s[output] = g.loud_s[output] + tick_s if g.power[output] > HOWLS_FROM * CEILING * CEILING else 0.0
    g.calm_s[output] = g.calm_s[output] + tick_s if g.power[output] < CALM_BELOW * CEILING * CEILING else 0.0
    if g.loud_s[output] > HOWLS_AFTER_S and not g.is_off[output]:
        if g.hush[output] == 1.0:
            g.howls += 1
        g.hush[output] += (HUSHED - g.hush[output]) * <float>(tick_s / HUSH_S)
    elif g.calm_s[output] > CALM_AFTER_S and g.hush[output] < 1.0:
        g.hush[output] = min(<float>1.0, g.hush[output] + <float>(tick_s / BACK_S))
    # between loud and calm the hush stays where it is
