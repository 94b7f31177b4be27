"""Phase and tempo, stroke by stroke, for a drummer who may be steady, drift or leap.

Three Kalman filters over (beat, tempo) that differ in how freely the drummer may move, as an interacting multiple model (Blom,
Bar-Shalom, IEEE Trans. Automatic Control 33, 1988). A stroke has no label: it is met against all that the patterns now believed
in expect near it, and the product of the filter's bell and that expectation is matched by a new bell. So a swung eighth, a
ghost note or a flam is no error, only more or less evidence.
"""

from libc.math cimport exp, fabs, floor, fmax, fmin, isfinite, log, pow, sqrt
from libc.string cimport memcpy, memset

from cython_core.bar_filter cimport TEMPI, states_at
from cython_core.patterns cimport BINS_PER_BEAT, CLASSES, PATTERNS, loudness

cdef enum:
    BLENDED = 4                      # patterns that make up what is expected
    POINTS = 10                      # on either side, where a bell is met with what is expected
    LOOKED_AT = 64                   # cells of a tempo that are looked at to see which patterns are believed in

cdef double[3] TEMPO_SD = [0.002, 0.010, 0.05]       # change of log tempo in a beat
cdef double[3] BEAT_SD = [0.004, 0.010, 0.03]        # wander of the beat itself in a beat, beats
cdef double CHANGES_PER_BEAT = 0.03                  # from one gait to another
cdef double FINE_TEMPER = 1.3                        # the power to which a stroke's evidence is taken
cdef double CLUTTER_PER_BEAT = 0.10                  # strokes that fall anywhere
cdef double SPACING = 0.3                            # of the points, in sd
cdef double START_BEAT_SD = 0.03
cdef double START_TEMPO_SD = 0.05
cdef double SEED_BEAT_SD = 0.04
cdef double SEED_TEMPO_SD = 0.03
cdef double SAME_OCTAVES = 0.06                      # tempi this near speak for what is played now
cdef double LONGEST_BEATS = 4.0                      # silence longer than this makes nothing less sure
cdef double LEAST_VAR = 1e-8
cdef double LEAST_SHARE = 0.001                      # of all gaits together


cdef void gaits_start(Gaits *g, double frame, double bpm) noexcept nogil:
    """Beat 0 at `frame`, in this tempo, and nothing expected yet."""
    seed(g, frame, 0, log(bpm / 60 / g.samplerate_hz), START_BEAT_SD, START_TEMPO_SD)
    g.frame = frame
    g.bar_offset = 0
    gaits_expect_nothing(g)


cdef void gaits_seed(Gaits *g, double frame, double beat, double octave) noexcept nogil:
    """Begin anew from what the bar filter says: `beat` at `frame`, log2 bpm `octave`."""
    cdef double tempo = log(pow(2, octave) / 60 / g.samplerate_hz)
    seed(g, frame, beat + (g.frame - frame) * exp(tempo), tempo, SEED_BEAT_SD, SEED_TEMPO_SD)


cdef void seed(Gaits *g, double frame, double beat, double tempo, double beat_sd, double tempo_sd) noexcept nogil:
    cdef int i
    for i in range(GAITS):
        g.gait[i].beat = beat
        g.gait[i].tempo = tempo
        g.gait[i].beat_var = beat_sd * beat_sd
        g.gait[i].tempo_var = tempo_sd * tempo_sd
        g.gait[i].cross_var = 0
        g.gait[i].share = 1.0 / GAITS


cdef void gaits_count(Gaits *g, double from_beat, double faster) noexcept nogil:
    """From a beat on, beats are `faster` times as fast: nothing is known less surely, all is counted in other beats."""
    cdef int i
    for i in range(GAITS):
        g.gait[i].beat = from_beat + (g.gait[i].beat - from_beat) * faster
        g.gait[i].tempo += log(faster)
        g.gait[i].beat_var *= faster * faster
        g.gait[i].cross_var *= faster


cdef void gaits_move(Gaits *g, double beats) noexcept nogil:
    """He is so much further on than was thought, in the same tempo."""
    cdef int i
    for i in range(GAITS):
        g.gait[i].beat += beats


cdef double gaits_octave(Gaits *g) noexcept nogil:
    """log2 of the tempo in bpm."""
    cdef double tempo = 0
    cdef int i
    for i in range(GAITS):
        tempo += g.gait[i].share * g.gait[i].tempo
    return (tempo + log(60 * g.samplerate_hz)) / log(2.0)


cdef double gaits_beat_at(Gaits *g, double frame) noexcept nogil:
    """The beat at a frame, in a straight line from where the gaits stand."""
    cdef double beat = 0, tempo = 0
    cdef int i
    for i in range(GAITS):
        beat += g.gait[i].share * g.gait[i].beat
        tempo += g.gait[i].share * g.gait[i].tempo
    return beat + (frame - g.frame) * exp(tempo)


cdef double modulo(double x, double m) noexcept nogil:
    """0 <= x < m, going round."""
    x -= m * floor(x / m)
    return x if x < m else 0


cdef void gaits_expect_nothing(Gaits *g) noexcept nogil:
    """Until the bar filter says what: a stroke is then no evidence of anything."""
    memset(g.expected, 0, sizeof(g.expected))


cdef void gaits_expect(Gaits *g, BarFilter *b, double octave) noexcept nogil:
    """Blend the patterns that the bar filter believes in, at this tempo, into what is expected."""
    cdef int tempo, p, kind, bin_, stride, k
    cdef double total = 0
    cdef double[PATTERNS] belief
    cdef double[BLENDED] share
    cdef int[BLENDED] best
    cdef const float *at
    memset(belief, 0, sizeof(belief))
    for tempo in range(TEMPI):
        if b.active[tempo] and not b.woken[tempo] and fabs(b.octave[tempo] - octave) <= SAME_OCTAVES:
            stride = 1 + b.cells[tempo] // LOOKED_AT
            for k in range(b.cells[tempo] // stride):
                at = states_at(b, tempo, k * stride)
                for p in range(PATTERNS):
                    belief[p] += at[p] * stride
    for k in range(BLENDED):
        best[k] = 0
        for p in range(PATTERNS):
            if belief[p] > belief[best[k]]:
                best[k] = p
        share[k] = fmax(belief[best[k]], 0)
        total += share[k]
        belief[best[k]] = -1
    g.bins = b.patterns.bins
    gaits_expect_nothing(g)
    if total <= 0:
        return
    for k in range(BLENDED):
        for bin_ in range(g.bins):
            for kind in range(CLASSES):
                g.expected[kind][bin_] += <float>(share[k] / total) * b.patterns.rate[(bin_ * PATTERNS + best[k]) * CLASSES + kind]


cdef void gaits_hear(Gaits *g, const Onset *onset) noexcept nogil:
    """One stroke: move the gaits to its time, and meet it with what is expected."""
    cdef double beats, change, total = 0
    cdef double frame = fmax(onset.frame, g.frame)       # one told late is met where we stand, by its distance
    cdef double[GAITS] share
    cdef double[GAITS] weight
    cdef Gait[GAITS] before
    cdef Gait *gait
    cdef int i, j
    beats = fmin(LONGEST_BEATS, (frame - g.frame) * exp(g.gait[0].tempo))
    change = (1 - exp(-CHANGES_PER_BEAT * beats)) / (GAITS - 1)
    memcpy(before, g.gait, sizeof(before))
    for i in range(GAITS):
        share[i] = 0
        for j in range(GAITS):
            share[i] += before[j].share * came_from(i, j, change)
    for i in range(GAITS):
        gait = &g.gait[i]
        mix(gait, before, i, share[i], change)
        gait.beat += (frame - g.frame) * exp(gait.tempo)
        gait.beat_var += beats * (2 * gait.cross_var + beats * gait.tempo_var) + BEAT_SD[i] * BEAT_SD[i] * beats
        gait.cross_var += beats * gait.tempo_var
        gait.tempo_var += TEMPO_SD[i] * TEMPO_SD[i] * beats
        weight[i] = share[i] * meet(g, gait, onset, (frame - onset.frame) * exp(gait.tempo))
        total += weight[i]
    for i in range(GAITS):
        if total > 0 and isfinite(total):
            share[i] = (1 - LEAST_SHARE) * weight[i] / total + LEAST_SHARE / GAITS
        g.gait[i].share = share[i]
    g.frame = frame


cdef void gaits_lean(Gaits *g, double gap_beats, double sd_beats) noexcept nogil:
    """The bar filter puts the beat `gap_beats` further on than we do, give or take `sd_beats`: a measurement like any other."""
    cdef double middle = gaits_beat_at(g, g.frame), innovation, var, gain, total = 0
    cdef double[GAITS] weight
    cdef Gait *gait
    cdef int i
    for i in range(GAITS):
        gait = &g.gait[i]
        innovation = middle + gap_beats - gait.beat
        var = gait.beat_var + sd_beats * sd_beats
        weight[i] = gait.share * exp(-0.5 * innovation * innovation / var) / sqrt(var)
        total += weight[i]
        gain = gait.cross_var / var
        gait.tempo += gain * innovation
        gait.tempo_var = fmax(gait.tempo_var - gain * gait.cross_var, LEAST_VAR)
        gain = gait.beat_var / var
        gait.beat += gain * innovation
        gait.beat_var *= 1 - gain
        gait.cross_var *= 1 - gain
    if total > 0 and isfinite(total):
        for i in range(GAITS):
            g.gait[i].share = (1 - LEAST_SHARE) * weight[i] / total + LEAST_SHARE / GAITS


cdef inline double came_from(int to, int from_, double change) noexcept nogil:
    return 1 - (GAITS - 1) * change if to == from_ else change


cdef void mix(Gait *into, const Gait *before, int mine, double share, double change) noexcept nogil:
    """What a gait starts from, when the drummer may have changed into it from another."""
    cdef int j
    cdef double w, beat = 0, tempo = 0, db, dt
    for j in range(GAITS):
        w = before[j].share * came_from(mine, j, change) / share
        beat += w * before[j].beat
        tempo += w * before[j].tempo
    into.beat_var = into.cross_var = into.tempo_var = 0
    for j in range(GAITS):
        w = before[j].share * came_from(mine, j, change) / share
        db = before[j].beat - beat
        dt = before[j].tempo - tempo
        into.beat_var += w * (before[j].beat_var + db * db)
        into.cross_var += w * (before[j].cross_var + db * dt)
        into.tempo_var += w * (before[j].tempo_var + dt * dt)
    into.beat = beat
    into.tempo = tempo


cdef double meet(Gaits *g, Gait *gait, const Onset *onset, double late_beats) noexcept nogil:
    """Update one gait by a stroke, by matching the moments of bell times expectation; returns its evidence."""
    cdef double sd = sqrt(fmax(gait.beat_var, LEAST_VAR)), kept
    cdef double total = 0, mean = 0, square = 0, bells = 0, away, weight, loud = loudness(onset.strength)
    cdef int k
    for k in range(-POINTS, POINTS + 1):
        away = k * SPACING * sd
        weight = exp(-0.5 * (SPACING * k) * (SPACING * k))
        bells += weight
        weight *= pow(expected_at(g, gait.beat + away - late_beats, onset, loud), FINE_TEMPER)
        total += weight
        mean += weight * away
        square += weight * away * away
    if total <= 0 or not isfinite(total):
        return 0
    mean /= total
    square = fmax(square / total - mean * mean, LEAST_VAR)
    kept = fmin(square / (sd * sd), 1)
    gait.beat += mean
    gait.tempo += gait.cross_var / (sd * sd) * mean
    gait.tempo_var = fmax(gait.tempo_var - gait.cross_var * gait.cross_var / (sd * sd) * (1 - kept), LEAST_VAR)
    gait.cross_var *= kept
    gait.beat_var = sd * sd * kept
    return total / bells


cdef double expected_at(Gaits *g, double beat, const Onset *onset, double loud) noexcept nogil:
    """Strokes a beat of this kind expected at this beat."""
    cdef double at = modulo((beat + g.bar_offset) * BINS_PER_BEAT, g.bins), part
    cdef int low = <int>at, high
    part = at - low
    if low >= g.bins:
        low = 0
    high = low + 1 if low + 1 < g.bins else 0
    return (CLUTTER_PER_BEAT + onset.kick * between(g, 0, low, high, part, loud)
            + onset.snare * between(g, 1, low, high, part, loud) + onset.cymbal * between(g, 2, low, high, part, loud))


cdef inline double between(Gaits *g, int drum, int low, int high, double part, double loud) noexcept nogil:
    return ((1 - loud) * ((1 - part) * g.expected[drum][low] + part * g.expected[drum][high])
            + loud * ((1 - part) * g.expected[drum + 3][low] + part * g.expected[drum + 3][high]))
