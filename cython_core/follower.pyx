"""Where the drummer is in the beat and the bar, how fast, and how sure that is.

Two trackers, one inside the other. The coarse one is an exact forward filter over (place in the bar, tempo, pattern): a bar
pointer (Whiteley, Cemgil, Godsill 2006; Krebs, Boeck, Widmer 2015) whose observations are strokes of kick, snare and cymbal
as Poisson processes, so that what is *not* played speaks as well. It knows where the beat is, which one, and at which
level, but only to some ten milliseconds. The fine one, three Kalman filters over (beat, tempo) that differ in how freely the
drummer may move (an interacting multiple model; Blom, Bar-Shalom 1988), takes the strokes one by one against the patterns
that the coarse one believes in, and gives phase and tempo. The coarse one overrules the fine one when it is sure.

The filter's work is cut into jobs and spread over the ticks of a step, so that no tick does more than its share.
"""

from libc.math cimport exp, expf, fabs, fminf, floor, fmax, fmin, isfinite, log, log2, pow, powf, sqrt
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from collections import namedtuple

from cython_core.onsets cimport MAX_ONSETS

cdef extern from "bar_patterns.h":
    const unsigned short LEARNED_RATE[23][192][6]
    const float LEARNED_SHARE[23]
    const float LEARNED_OCTAVE[23][2]

cdef enum:
    LEARNED = 23
    LEARNED_BEATS = 4
    MOST_STROKES = 6                 # taken into account in one step; two hands and two feet play no more
    TICKS_OF_PREPARING = 64          # cells of `silent` made ready in one tick

# The coarse filter
cdef double STEP_S = 0.010
cdef double HEARD_AFTER_S = 0.014    # a step waits this long for onsets of its time to be told
cdef double SLOWEST_BPM = 38.0
cdef double TEMPO_RATIO = 1.0253     # between neighbours in the filter
cdef double TEMPER = 0.9             # the power to which likelihoods are taken: strokes are not as independent as Poisson says
cdef double REST_PER_BEAT = 0.06     # strokes of each class in a beat of rest
cdef double FLOOR_PER_BEAT = 0.03    # strokes of each class that may fall anywhere, in any pattern
cdef double HAND_S = 0.008           # how uneven a hand is, beyond what the patterns hold
cdef double LOUD = 0.5               # strength at which a stroke is half soft, half loud (as when learning)
cdef double LOUD_WIDTH = 0.08
cdef double WHISPER = 0.25           # strength below which a stroke may have been none
cdef double TEMPO_MOVES = 0.10       # share of states that change to a neighbouring tempo at a half beat
cdef double TEMPO_LEAPS = 0.01       # and to any tempo inside the gate
cdef double PATTERN_CHANGES_BAR = 0.3
cdef double PATTERN_CHANGES_BEAT = 0.03
cdef double REST_SHARE = 0.03
cdef double GATE_OCTAVES = 0.37      # tempi further than this from the reference are not followed
cdef double REFERENCE_BEATS = 3.0    # time constant of the reference tempo
cdef double TOLD_OCTAVES = 0.10      # how exact a told tempo is taken to be, sd
cdef double FIRST_IS_ONE = 0.6       # how probable it is that the first stroke is beat 1
cdef double TINY = 1e-7              # mass spread over all states at each step: nothing is ever ruled out
# The fine filter
cdef double[3] GAIT_TEMPO_SD = [0.002, 0.010, 0.05]       # change of log tempo in a beat
cdef double[3] GAIT_BEAT_SD = [0.004, 0.010, 0.03]        # wander of the beat itself in a beat, beats
cdef double GAIT_CHANGES = 0.03      # per beat
cdef double FINE_TEMPER = 0.7
cdef double CLUTTER_PER_BEAT = 0.10
cdef double LATEST_S = 0.1           # an onset told later than this after its stroke, or before it, is of no use
# When the coarse filter overrules the fine one
cdef double OVERRULE = 0.30          # by how much its belief must be greater
cdef double OVERRULE_BAR = 0.15
cdef double NEAR_BEATS = 0.1875      # what counts as the same place
cdef double LEVEL_OCTAVES = 0.30     # what counts as the same tempo level

cdef double TINY_VAR = 1e-8


# ------------------------------------------------------------------------------------------------ the meter's patterns

cdef int[2][3] THREE = [[0, 1, 3], [0, 2, 3]]


cdef int learned_beat(int beat, int beats, int variant) noexcept nogil:
    """Which beat of a learned 4/4 bar stands for `beat` of a bar of `beats`."""
    if beats % 4 == 0:
        return beat % 4
    if beats == 3 or beats == 6:
        return THREE[variant][beat % 3]
    if beat >= beats - beats % 4:                       # 5, 7, 9 ...: whole bars, then the end of one
        return 4 - beats % 4 + (beat - (beats - beats % 4))
    return beat % 4


cdef void make_patterns(FollowerState *f) noexcept nogil:
    """Fill `rate`, `likely` and `share` for the meter that was told."""
    cdef int pattern, beat, bin_, source, kind, band, other, reach, at, tempo
    cdef double sd_bins, weight, total, value, away
    f.bins = f.cycle_beats * BINS_PER_BEAT
    for beat in range(f.cycle_beats):
        for bin_ in range(BINS_PER_BEAT):
            for pattern in range(PATTERNS):
                for kind in range(CLASSES):
                    at = ((beat * BINS_PER_BEAT + bin_) * PATTERNS + pattern) * CLASSES + kind
                    if pattern == LEARNED:
                        f.rate[at] = REST_PER_BEAT / CLASSES
                        continue
                    source = learned_beat(beat, f.cycle_beats, pattern % 2) * BINS_PER_BEAT + bin_
                    f.rate[at] = LEARNED_RATE[pattern][source][kind] / 1000.0 + FLOOR_PER_BEAT
    for band in range(TEMPO_BANDS):
        sd_bins = HAND_S * BAND_BPM[band] / 60 * BINS_PER_BEAT
        reach = <int>(3 * sd_bins) + 1
        for kind in range(CLASSES):
            for bin_ in range(f.bins):
                for pattern in range(PATTERNS):
                    total = value = 0
                    for other in range(-reach, reach + 1):
                        weight = exp(-0.5 * other * other / (sd_bins * sd_bins))
                        at = (((bin_ + other + 2 * f.bins) % f.bins) * PATTERNS + pattern) * CLASSES + kind
                        value += weight * f.rate[at]
                        total += weight
                    f.likely[((band * CLASSES + kind) * f.bins + bin_) * PATTERNS + pattern] = powf(value / total, TEMPER)
    for tempo in range(TEMPI):
        total = 0
        for pattern in range(LEARNED):
            away = (log2(f.bpm[tempo]) - LEARNED_OCTAVE[pattern][0]) / LEARNED_OCTAVE[pattern][1]
            f.share[tempo][pattern] = LEARNED_SHARE[pattern] * (exp(-0.5 * away * away) + 0.05)
            total += f.share[tempo][pattern]
        for pattern in range(LEARNED):
            f.share[tempo][pattern] *= (1 - REST_SHARE) / total
        f.share[tempo][LEARNED] = REST_SHARE


cdef void prepare(FollowerState *f, int most) noexcept nogil:
    """Make the next `most` cells of `silent` ready."""
    cdef int tempo = 0, cell, bin_, pattern, kind, at
    cdef double beats_a_cell, rate
    cdef int end = f.prepared + most
    if end > f.all_cells:
        end = f.all_cells
    while tempo < TEMPI - 1 and f.first_cell[tempo + 1] <= f.prepared:
        tempo += 1
    while f.prepared < end:
        while tempo < TEMPI - 1 and f.first_cell[tempo + 1] <= f.prepared:
            tempo += 1
        cell = f.prepared - f.first_cell[tempo]
        bin_ = bin_of(f, tempo, cell)
        beats_a_cell = <double>f.cycle_beats / f.cells[tempo]
        for pattern in range(PATTERNS):
            rate = 0
            for kind in range(CLASSES):
                at = ((f.band[tempo] * CLASSES + kind) * f.bins + bin_) * PATTERNS + pattern
                rate += powf(f.likely[at], 1 / TEMPER)
            f.silent[f.prepared * PATTERNS + pattern] = exp(-TEMPER * rate * beats_a_cell)
        f.prepared += 1


cdef inline int bin_of(FollowerState *f, int tempo, int cell) noexcept nogil:
    """Where a state was in the middle of the step that brought it to `cell`."""
    return <int>((cell - 0.5) * f.bins / f.cells[tempo] + f.bins + 0.5) % f.bins


cdef void lay_out(FollowerState *f) noexcept nogil:
    """Place the tempi in memory: a cycle at tempo i is cells[i] steps long."""
    cdef int tempo, band
    cdef double bpm = SLOWEST_BPM
    f.all_cells = 0
    for tempo in range(TEMPI):
        f.cells[tempo] = <int>(f.cycle_beats * 60 / (bpm * STEP_S) + 0.5)
        f.bpm[tempo] = f.cycle_beats * 60 / (f.cells[tempo] * STEP_S)
        f.first_cell[tempo] = f.all_cells
        f.all_cells += f.cells[tempo]
        f.band[tempo] = 0
        for band in range(1, TEMPO_BANDS):
            if bpm > sqrt(BAND_BPM[band - 1] * BAND_BPM[band]):
                f.band[tempo] = band
        bpm *= TEMPO_RATIO

cdef double[4] BAND_BPM = [70.0, 120.0, 190.0, 300.0]


# ------------------------------------------------------------------------------------------------ the coarse filter

cdef void start(FollowerState *f, double frame) noexcept nogil:
    """The first stroke: probably beat 1, and if nothing was told, a tempo that people play."""
    cdef int tempo, pattern, beat, cell
    cdef double prior, total = 0, centre, sd, away
    cdef float *at
    memset(f.mass, 0, f.all_cells * PATTERNS * sizeof(float))
    memset(f.next, 0, f.all_cells * PATTERNS * sizeof(float))
    centre = log2(f.told_bpm) if f.told_bpm > 0 else log2(125.0)
    sd = TOLD_OCTAVES if f.told_bpm > 0 else 0.6
    f.gate_log2 = centre
    f.gate_octaves = GATE_OCTAVES if f.told_bpm > 0 else 8.0
    for tempo in range(TEMPI):
        f.active[tempo] = fabs(log2(f.bpm[tempo]) - f.gate_log2) <= f.gate_octaves
        if not f.active[tempo]:
            continue
        away = (log2(f.bpm[tempo]) - centre) / sd
        prior = exp(-0.5 * away * away) + 0.02
        for beat in range(2 * f.cycle_beats):
            cell = <int>(beat * 0.5 * f.cells[tempo] / f.cycle_beats)
            at = f.mass + (f.first_cell[tempo] + cell) * PATTERNS
            for pattern in range(PATTERNS):
                at[pattern] = prior * f.share[tempo][pattern] * (
                    FIRST_IS_ONE if beat % (2 * f.beats_per_bar) == 0 else
                    (1 - FIRST_IS_ONE) / f.cycle_beats * (0.7 if beat % 2 == 0 else 0.3))
                total += at[pattern]
    f.scale = 1 / total
    f.origin_frame = frame
    f.step = 0
    f.working = False
    f.started = True
    f.steps_since_start = 0
    f.bar_offset = 0
    f.confidence = f.bar_confidence = 0.3
    for tempo in range(GAITS):
        f.gait[tempo].beat = 0
        f.gait[tempo].tempo = log((f.told_bpm if f.told_bpm > 0 else 125.0) / 60 / f.samplerate_hz)
        f.gait[tempo].beat_var = 0.03 * 0.03
        f.gait[tempo].tempo_var = 0.05 * 0.05
        f.gait[tempo].cross_var = 0
        f.gait[tempo].share = 1.0 / GAITS
    f.gait_frame = frame
    memset(f.expected, 0, sizeof(f.expected))


cdef void begin_step(FollowerState *f) noexcept nogil:
    """Collect the onsets of this step and list its jobs: bands, then tempi, then half beats."""
    cdef int i, kept = 0, tempo, band
    cdef double end = f.origin_frame + (f.step + 1) * f.step_frames
    cdef double strokes = 0
    f.strokes = 0
    for i in range(f.waiting):
        if f.pending[i].frame < end:
            if f.strokes == MOST_STROKES:
                continue
            f.due[f.strokes] = f.pending[i]
            f.strokes += 1
            strokes += fmin(1, f.pending[i].kick + f.pending[i].snare + f.pending[i].cymbal)
        else:
            f.pending[kept] = f.pending[i]
            kept += 1
    f.waiting = kept
    f.weight = strokes
    f.work_all = 0
    for tempo in range(TEMPI):
        if f.active[tempo]:
            f.work_all += f.cells[tempo]
            f.tempo_gain[tempo] = f.scale * (pow(f.bpm[tempo] / 120, TEMPER * strokes) if f.strokes else 1)
    for band in range(TEMPO_BANDS):
        f.work_all += band_work(f, band)
    f.work_all += 2 * f.cycle_beats * boundary_work(f)
    f.jobs = TEMPO_BANDS + TEMPI + 2 * f.cycle_beats
    f.job = 0
    f.work_done = 0
    f.working = True


cdef double band_work(FollowerState *f, int band) noexcept nogil:
    """Cells' worth of work to find the likelihood of this step's onsets in a band."""
    cdef int tempo
    if f.strokes == 0:
        return 0
    for tempo in range(TEMPI):
        if f.active[tempo] and f.band[tempo] == band:
            return f.bins * (1 + 2.0 * f.strokes)
    return 0


cdef double boundary_work(FollowerState *f) noexcept nogil:
    cdef int tempo
    cdef double active = 0
    for tempo in range(TEMPI):
        active += f.active[tempo]
    return 4 * active


cdef void do_job(FollowerState *f) noexcept nogil:
    """The next job of the step."""
    cdef int job = f.job
    f.job += 1
    if job < TEMPO_BANDS:
        if band_work(f, job) > 0:
            weigh_onsets(f, job)
            f.work_done += band_work(f, job)
    elif job < TEMPO_BANDS + TEMPI:
        job -= TEMPO_BANDS
        if f.active[job]:
            advance_tempo(f, job)
            f.work_done += f.cells[job]
    else:
        cross_half_beat(f, job - TEMPO_BANDS - TEMPI)
        f.work_done += boundary_work(f)


cdef void weigh_onsets(FollowerState *f, int band) noexcept nogil:
    """Likelihood of this step's onsets at every bin of every pattern, for the tempi of one band."""
    cdef int i, k, drum, size = f.bins * PATTERNS
    cdef float *struck = f.struck + band * size
    cdef const float *soft
    cdef const float *loud
    cdef float share, is_loud, sure
    for k in range(size):
        struck[k] = 1
    for i in range(f.strokes):
        is_loud = 1 / (1 + expf(-(f.due[i].strength - LOUD) / LOUD_WIDTH))
        for drum in range(3):
            sure = f.due[i].kick if drum == 0 else f.due[i].snare if drum == 1 else f.due[i].cymbal
            sure *= fminf(f.due[i].strength / WHISPER, 1)
            if sure < 0.02:
                continue
            soft = f.likely + (band * CLASSES + drum) * size
            loud = f.likely + (band * CLASSES + drum + 3) * size
            share = 1 - sure
            for k in range(size):
                struck[k] *= share + sure * ((1 - is_loud) * soft[k] + is_loud * loud[k])


cdef void advance_tempo(FollowerState *f, int tempo) noexcept nogil:
    """Move the states of one tempo on by a cell and weigh them by what was struck and what was not."""
    cdef int cells = f.cells[tempo], cell, to, p, places = f.cycle_beats * PLACES_PER_BEAT
    cdef float *now = f.mass + f.first_cell[tempo] * PATTERNS
    cdef float *later = f.next + f.first_cell[tempo] * PATTERNS
    cdef const float *silent = f.silent + f.first_cell[tempo] * PATTERNS
    cdef const float *struck = f.struck + f.band[tempo] * f.bins * PATTERNS
    cdef const float *here
    cdef float *place = f.place + tempo * places
    cdef float gain = f.tempo_gain[tempo], floor_ = TINY / (f.all_cells * PATTERNS)
    cdef float a, b, c, d
    cdef float *into
    cdef const float *of
    cdef const float *quiet
    memset(place, 0, places * sizeof(float))
    for to in range(cells):
        cell = to - 1 if to > 0 else cells - 1
        into = later + to * PATTERNS
        of = now + cell * PATTERNS
        quiet = silent + to * PATTERNS
        a = b = c = d = 0
        if f.strokes:
            here = struck + bin_of(f, tempo, to) * PATTERNS
            for p in range(0, PATTERNS, 4):
                into[p] = of[p] * quiet[p] * here[p] * gain + floor_
                into[p + 1] = of[p + 1] * quiet[p + 1] * here[p + 1] * gain + floor_
                into[p + 2] = of[p + 2] * quiet[p + 2] * here[p + 2] * gain + floor_
                into[p + 3] = of[p + 3] * quiet[p + 3] * here[p + 3] * gain + floor_
                a += into[p]
                b += into[p + 1]
                c += into[p + 2]
                d += into[p + 3]
        else:
            for p in range(0, PATTERNS, 4):
                into[p] = of[p] * quiet[p] * gain + floor_
                into[p + 1] = of[p + 1] * quiet[p + 1] * gain + floor_
                into[p + 2] = of[p + 2] * quiet[p + 2] * gain + floor_
                into[p + 3] = of[p + 3] * quiet[p + 3] * gain + floor_
                a += into[p]
                b += into[p + 1]
                c += into[p + 2]
                d += into[p + 3]
        place[to * places // cells] += (a + b) + (c + d)


cdef void cross_half_beat(FollowerState *f, int half) noexcept nogil:
    """States that have just reached a half beat may change tempo; at a beat, and more at a bar line, the pattern too."""
    cdef int tempo, other, p, away
    cdef float *at
    cdef float[TEMPI][PATTERNS] came
    cdef float[PATTERNS] everyone
    cdef float total, change, one, moves, active = 0
    cdef float step1 = TEMPO_MOVES * 0.40, step2 = TEMPO_MOVES * 0.08, step3 = TEMPO_MOVES * 0.02
    cdef float stay = 1 - TEMPO_MOVES - TEMPO_LEAPS
    cdef float[7] kernel = [step3, step2, step1, stay, step1, step2, step3]
    change = 0
    if half % 2 == 0:
        change = PATTERN_CHANGES_BAR if (half // 2) % f.beats_per_bar == 0 else PATTERN_CHANGES_BEAT
    memset(everyone, 0, sizeof(everyone))
    for tempo in range(TEMPI):
        if f.active[tempo]:
            active += 1
            at = half_beat_cell(f, tempo, half)
            for p in range(PATTERNS):
                came[tempo][p] = at[p]
                everyone[p] += at[p]
    for tempo in range(TEMPI):
        if not f.active[tempo]:
            continue
        at = half_beat_cell(f, tempo, half)
        for p in range(PATTERNS):
            at[p] = TEMPO_LEAPS / active * everyone[p]
        for away in range(-3, 4):
            other = tempo + away
            if other < 0 or other >= TEMPI or not f.active[other]:
                other = tempo
            moves = kernel[away + 3]
            for p in range(PATTERNS):
                at[p] += moves * came[other][p]
        if change > 0:
            total = 0
            for p in range(PATTERNS):
                total += at[p]
            for p in range(PATTERNS):
                at[p] = (1 - change) * at[p] + change * total * f.share[tempo][p]


cdef inline float *half_beat_cell(FollowerState *f, int tempo, int half) noexcept nogil:
    """The state of `next` that has just crossed this half beat."""
    cdef int cell = (half * f.cells[tempo] + 2 * f.cycle_beats - 1) // (2 * f.cycle_beats)
    return f.next + (f.first_cell[tempo] + cell % f.cells[tempo]) * PATTERNS


# ------------------------------------------------------------------------------------------------ the answer

cdef void end_step(FollowerState *f) noexcept nogil:
    """The step is done: read the answer, let it overrule the fine filter where it is sure, and move the gate."""
    cdef int places = f.cycle_beats * PLACES_PER_BEAT
    cdef float[MAX_BEATS * PLACES_PER_BEAT] bar            # belief by place in the bar, at this tempo level
    cdef float[PLACES_PER_BEAT] beat                       # by place in the beat
    cdef double total = 0, level = 0, tempo_sum = 0, phase_x = 0, phase_y = 0, near, best, mass
    cdef double fine_log2, fine_beat, when, beat_at, tempo_log2, gap, here, width, level_log2
    cdef int tempo, i, k, half_width, mine, top, shift, best_shift
    cdef float *swap = f.mass
    f.mass = f.next
    f.next = swap
    f.working = False
    f.steps_since_start += 1
    when = f.origin_frame + (f.step + 1.5) * f.step_frames         # places are rounded down: half a cell on the mean
    f.step += 1

    for tempo in range(TEMPI):
        if f.active[tempo]:
            for i in range(places):
                total += f.place[tempo * places + i]
    if not isfinite(total) or total < 1e-25:
        start(f, when)
        return
    f.scale = 1 / total

    # the tempo level: where most belief lies within LEVEL_OCTAVES
    fine_log2 = fine_tempo_log2(f)
    level_log2 = best_level(f, fine_log2)
    memset(bar, 0, sizeof(bar))
    for tempo in range(TEMPI):
        if f.active[tempo] and fabs(log2(f.bpm[tempo]) - level_log2) <= LEVEL_OCTAVES:
            mass = 0
            for i in range(places):
                bar[i] += f.place[tempo * places + i]
                mass += f.place[tempo * places + i]
            level += mass
            tempo_sum += mass * log2(f.bpm[tempo])
    if level <= 0:
        start(f, when)
        return
    tempo_log2 = tempo_sum / level
    memset(beat, 0, sizeof(beat))
    for i in range(places):
        beat[i % PLACES_PER_BEAT] += bar[i]

    half_width = <int>(NEAR_BEATS * PLACES_PER_BEAT)
    beat_at = fine_beat_at(f, when)
    fine_beat = beat_at - floor(beat_at)
    mine = <int>(fine_beat * PLACES_PER_BEAT)
    best = -1
    top = 0
    for i in range(PLACES_PER_BEAT):
        near = window(beat, PLACES_PER_BEAT, i, half_width)
        if near > best:
            best = near
            top = i
    near = window(beat, PLACES_PER_BEAT, mine, half_width)
    if fabs(level_log2 - fine_log2) > LEVEL_OCTAVES or fabs(tempo_log2 - fine_log2) > 0.12 or best - near > OVERRULE * total:
        for k in range(-half_width, half_width + 1):
            i = (top + k + PLACES_PER_BEAT) % PLACES_PER_BEAT
            phase_x += beat[i] * k
            phase_y += beat[i]
        gap = (top + 0.5 + phase_x / fmax(phase_y, 1e-30)) / PLACES_PER_BEAT - fine_beat
        gap -= floor(gap + 0.5)
        reseed(f, when, beat_at + gap, tempo_log2)
        beat_at += gap
        near = best
    f.confidence = near / total

    # which beat of the bar
    best = -1
    best_shift = 0
    here = 0
    for shift in range(f.cycle_beats):
        i = <int>(modulo(beat_at + f.bar_offset + shift, f.cycle_beats) * PLACES_PER_BEAT)
        mass = window(bar, places, i if i < places else places - 1, half_width)
        if shift == 0:
            here = mass
        if mass > best:
            best = mass
            best_shift = shift
    if best - here > OVERRULE_BAR * total:
        f.bar_offset = modulo(f.bar_offset + best_shift, f.cycle_beats)
        here = best
    if f.cycle_beats > f.beats_per_bar:            # two short bars in a cycle: either will do
        i = <int>(modulo(beat_at + f.bar_offset + f.beats_per_bar, f.cycle_beats) * PLACES_PER_BEAT)
        here += window(bar, places, i if i < places else places - 1, half_width)
    f.bar_confidence = fmin(here / total, f.confidence)

    expect(f, level_log2)
    move_gate(f, tempo_log2)


cdef double best_level(FollowerState *f, double fine_log2) noexcept nogil:
    """log2 bpm of the level with most belief; the present one unless another is clearly better."""
    cdef int tempo, other, i, places = f.cycle_beats * PLACES_PER_BEAT
    cdef double[TEMPI] mass
    cdef double here = 0, best = -1, total = 0, near
    cdef int top = 0
    cdef double at
    for tempo in range(TEMPI):
        mass[tempo] = 0
        if f.active[tempo]:
            for i in range(places):
                mass[tempo] += f.place[tempo * places + i]
        total += mass[tempo]
        if fabs(log2(f.bpm[tempo]) - fine_log2) <= LEVEL_OCTAVES:
            here += mass[tempo]
    if f.gate_octaves <= GATE_OCTAVES and here > 0.5 * total:
        return fine_log2
    for tempo in range(TEMPI):
        if not f.active[tempo]:
            continue
        near = 0
        for other in range(tempo - 8, tempo + 9):
            if 0 <= other < TEMPI:
                near += mass[other]
        if near > best:
            best = near
            top = tempo
    at = log2(f.bpm[top])
    return at if best > here + 0.2 * total else fine_log2


cdef inline double window(const float *belief, int size, int centre, int half_width) noexcept nogil:
    """Sum of `belief`, which goes round, within half_width of centre."""
    cdef double sum_ = 0
    cdef int k
    for k in range(-half_width, half_width + 1):
        sum_ += belief[(centre + k + size) % size]
    return sum_


cdef inline double modulo(double x, double m) noexcept nogil:
    x -= m * floor(x / m)
    return x if x < m else 0


cdef void move_gate(FollowerState *f, double tempo_log2) noexcept nogil:
    """The reference tempo follows slowly; states far from it are let go."""
    cdef int tempo
    cdef bint inside
    cdef double beats = STEP_S * pow(2, tempo_log2) / 60
    f.gate_log2 += (tempo_log2 - f.gate_log2) * fmin(1, beats / REFERENCE_BEATS)
    for tempo in range(TEMPI):
        inside = fabs(log2(f.bpm[tempo]) - f.gate_log2) <= f.gate_octaves
        if inside and not f.active[tempo]:
            memset(f.mass + f.first_cell[tempo] * PATTERNS, 0, f.cells[tempo] * PATTERNS * sizeof(float))
        f.active[tempo] = inside


cdef void expect(FollowerState *f, double level_log2) noexcept nogil:
    """Blend the patterns now believed in into what the fine filter expects to hear."""
    cdef int tempo, p, kind, bin_, stride, k
    cdef double total = 0
    cdef double[PATTERNS] belief
    cdef int[4] best
    cdef const float *at
    cdef float share
    for p in range(PATTERNS):
        belief[p] = 0
    for tempo in range(TEMPI):
        if f.active[tempo] and fabs(log2(f.bpm[tempo]) - level_log2) <= 0.06:
            stride = 1 + f.cells[tempo] // 64
            for k in range(f.cells[tempo] // stride):
                at = f.mass + (f.first_cell[tempo] + k * stride) * PATTERNS
                for p in range(PATTERNS):
                    belief[p] += at[p] * stride
    for k in range(4):
        best[k] = 0
        for p in range(PATTERNS):
            if belief[p] > belief[best[k]]:
                best[k] = p
        f.pattern_mass[k] = belief[best[k]]
        total += belief[best[k]]
        belief[best[k]] = -1
    memset(f.expected, 0, sizeof(f.expected))
    if total <= 0:
        return
    for k in range(4):
        share = f.pattern_mass[k] / total
        for bin_ in range(f.bins):
            for kind in range(CLASSES):
                f.expected[kind][bin_] += share * f.rate[(bin_ * PATTERNS + best[k]) * CLASSES + kind]


# ------------------------------------------------------------------------------------------------ the fine filter

cdef double fine_tempo_log2(FollowerState *f) noexcept nogil:
    """log2 bpm."""
    cdef double tempo = 0
    cdef int i
    for i in range(GAITS):
        tempo += f.gait[i].share * f.gait[i].tempo
    return (tempo + log(60 * f.samplerate_hz)) / log(2.0)


cdef double fine_beat_at(FollowerState *f, double frame) noexcept nogil:
    """Beats at a frame, in a straight line from where the gaits stand."""
    cdef double beat = 0, tempo = 0
    cdef int i
    for i in range(GAITS):
        beat += f.gait[i].share * f.gait[i].beat
        tempo += f.gait[i].share * f.gait[i].tempo
    return beat + (frame - f.gait_frame) * exp(tempo)


cdef void reseed(FollowerState *f, double when, double beat, double tempo_log2) noexcept nogil:
    """Start the fine filter anew from the coarse one's answer."""
    cdef int i
    for i in range(GAITS):
        f.gait[i].tempo = log(pow(2, tempo_log2) / 60 / f.samplerate_hz)
        f.gait[i].beat = beat + (f.gait_frame - when) * exp(f.gait[i].tempo)
        f.gait[i].beat_var = 0.04 * 0.04
        f.gait[i].tempo_var = 0.03 * 0.03
        f.gait[i].cross_var = 0
        f.gait[i].share = 1.0 / GAITS


cdef void hear(FollowerState *f, const Onset *onset) noexcept nogil:
    """One stroke: move the gaits to its time and against the patterns expected."""
    cdef double beats, switch, total = 0, evidence
    cdef double[GAITS] share
    cdef double[GAITS] weight
    cdef Gait[GAITS] before
    cdef Gait *g
    cdef int i, j
    cdef double frame = onset.frame
    if frame < f.gait_frame:                   # told late: taken at the time we stand at, by its distance
        frame = f.gait_frame
    beats = fmin(4, (frame - f.gait_frame) * exp(f.gait[0].tempo))
    # mix
    switch = (1 - exp(-GAIT_CHANGES * beats)) / (GAITS - 1)
    memcpy(before, f.gait, sizeof(before))
    for i in range(GAITS):
        share[i] = 0
        for j in range(GAITS):
            share[i] += before[j].share * (1 - (GAITS - 1) * switch if i == j else switch)
    for i in range(GAITS):
        mix(&f.gait[i], before, i, share[i], switch)
    # move on and meet the stroke
    for i in range(GAITS):
        g = &f.gait[i]
        g.beat += (frame - f.gait_frame) * exp(g.tempo)
        g.beat_var += beats * (2 * g.cross_var + beats * g.tempo_var) + GAIT_BEAT_SD[i] * GAIT_BEAT_SD[i] * beats
        g.cross_var += beats * g.tempo_var
        g.tempo_var += GAIT_TEMPO_SD[i] * GAIT_TEMPO_SD[i] * beats
        weight[i] = share[i] * meet(f, g, onset, (frame - onset.frame) * exp(g.tempo))
        total += weight[i]
    for i in range(GAITS):
        f.gait[i].share = 0.999 * weight[i] / total + 0.001 / GAITS if total > 0 and isfinite(total) else share[i]
    f.gait_frame = frame


cdef void mix(Gait *into, const Gait *before, int mine, double share, double switch) noexcept nogil:
    """What a gait starts from when the drummer may have changed into it from another."""
    cdef int j
    cdef double w, beat = 0, tempo = 0, db, dt
    for j in range(GAITS):
        w = before[j].share * (1 - (GAITS - 1) * switch if j == mine else switch) / share
        beat += w * before[j].beat
        tempo += w * before[j].tempo
    into.beat_var = into.cross_var = into.tempo_var = 0
    for j in range(GAITS):
        w = before[j].share * (1 - (GAITS - 1) * switch if j == mine else switch) / share
        db = before[j].beat - beat
        dt = before[j].tempo - tempo
        into.beat_var += w * (before[j].beat_var + db * db)
        into.cross_var += w * (before[j].cross_var + db * dt)
        into.tempo_var += w * (before[j].tempo_var + dt * dt)
    into.beat = beat
    into.tempo = tempo


cdef double meet(FollowerState *f, Gait *g, const Onset *onset, double late_beats) noexcept nogil:
    """Update one gait by a stroke, by moment matching against the expected strokes; returns its evidence."""
    cdef double sd = sqrt(fmax(g.beat_var, TINY_VAR)), step = 0.3 * sd
    cdef double total = 0, mean = 0, square = 0, away, weight, prior = 0, kept
    cdef int k
    for k in range(-10, 11):
        away = k * step
        weight = exp(-0.5 * (0.3 * k) * (0.3 * k))
        prior += weight
        weight *= pow(expected_at(f, g.beat + away - late_beats, onset), FINE_TEMPER)
        total += weight
        mean += weight * away
        square += weight * away * away
    if total <= 0 or not isfinite(total):
        return 0
    mean /= total
    square = fmax(square / total - mean * mean, TINY_VAR)
    kept = fmin(square / (sd * sd), 1)
    g.beat += mean
    g.tempo += g.cross_var / (sd * sd) * mean
    g.tempo_var -= g.cross_var * g.cross_var / (sd * sd) * (1 - kept)
    g.tempo_var = fmax(g.tempo_var, TINY_VAR)
    g.cross_var *= kept
    g.beat_var = sd * sd * kept
    return total / prior


cdef double expected_at(FollowerState *f, double beat, const Onset *onset) noexcept nogil:
    """Strokes a beat of this kind expected at this beat."""
    cdef double at = modulo(beat + f.bar_offset, f.cycle_beats) * BINS_PER_BEAT, part, value = CLUTTER_PER_BEAT
    cdef double loud = 1 / (1 + exp(-(onset.strength - LOUD) / LOUD_WIDTH))
    cdef int low = <int>at, high
    part = at - low
    if low >= f.bins:
        low = 0
    high = low + 1 if low + 1 < f.bins else 0
    value += onset.kick * between(f, 0, low, high, part, loud)
    value += onset.snare * between(f, 1, low, high, part, loud)
    value += onset.cymbal * between(f, 2, low, high, part, loud)
    return value


cdef inline double between(FollowerState *f, int drum, int low, int high, double part, double loud) noexcept nogil:
    return ((1 - loud) * ((1 - part) * f.expected[drum][low] + part * f.expected[drum][high])
            + loud * ((1 - part) * f.expected[drum + 3][low] + part * f.expected[drum + 3][high]))


# ------------------------------------------------------------------------------------------------ the verbs

cdef void follower_tell(FollowerState *f, double bpm, int beats_per_bar) noexcept nogil:
    """What the song says: tempo (0: not known) and beats in a bar (0: not known, taken as 4). Forgets the past."""
    f.told_bpm = fmin(fmax(bpm, 40), 400) if bpm > 0 and isfinite(bpm) else 0
    beats_per_bar = 4 if beats_per_bar <= 0 else min(beats_per_bar, MAX_BEATS)
    f.started = False
    f.working = False
    f.waiting = 0
    f.last_onset_frame = 0
    if beats_per_bar != f.beats_per_bar:
        f.beats_per_bar = beats_per_bar
        f.cycle_beats = beats_per_bar * (4 if beats_per_bar == 1 else 2 if beats_per_bar == 2 else 1)
        lay_out(f)
        make_patterns(f)
        f.prepared = 0


cdef void follower_tick(FollowerState *f, const Onset *onsets, int count, long long end_frame, int frames, Pulse *pulse) noexcept nogil:
    """Hear the onsets told in one tick that ends before `end_frame`, do the tick's share of work, and say where the drummer is."""
    cdef int i
    cdef double due
    if f.prepared < f.all_cells:
        prepare(f, TICKS_OF_PREPARING)
    for i in range(count):
        if f.waiting == PENDING or not is_stroke(&onsets[i]) or not fabs(onsets[i].frame - end_frame) <= LATEST_S * f.samplerate_hz:
            continue
        if not f.started:
            if f.prepared < f.all_cells:
                continue
            start(f, onsets[i].frame)
        f.pending[f.waiting] = onsets[i]
        f.waiting += 1
        f.last_onset_frame = onsets[i].frame
        if f.steps_since_start > 1:
            hear(f, &onsets[i])
    if f.started:
        while True:
            due = f.origin_frame + (f.step + 1) * f.step_frames + HEARD_AFTER_S * f.samplerate_hz
            if not f.working:
                if end_frame < due:
                    break
                begin_step(f)
            while f.job < f.jobs and f.work_done * f.step_frames <= (end_frame - due) * f.work_all:
                do_job(f)
            if f.job < f.jobs:
                break
            end_step(f)
    say(f, end_frame, pulse)


cdef bint is_stroke(const Onset *onset) noexcept nogil:
    """Can this be one? Everything in its range, and of some kind."""
    return (0 <= onset.strength <= 1 and 0 <= onset.kick <= 1 and 0 <= onset.snare <= 1 and 0 <= onset.cymbal <= 1
            and onset.kick + onset.snare + onset.cymbal > 0.02)


cdef void say(FollowerState *f, long long end_frame, Pulse *pulse) noexcept nogil:
    """Fill in the pulse at the last frame heard."""
    cdef double silent_beats
    pulse.beats_per_bar = f.beats_per_bar
    pulse.found = f.started and (f.told_bpm > 0 or f.steps_since_start > 150)
    if not f.started:
        pulse.beat = pulse.bar_beat = pulse.confidence = pulse.bar_confidence = pulse.playing = 0
        pulse.bpm = f.told_bpm if f.told_bpm > 0 else 120
        return
    pulse.beat = fine_beat_at(f, end_frame)
    pulse.bpm = fmin(fmax(pow(2, fine_tempo_log2(f)), 40), 400)
    pulse.bar_beat = modulo(pulse.beat + f.bar_offset, f.beats_per_bar)
    pulse.confidence = fmin(f.confidence, 1)
    pulse.bar_confidence = fmin(f.bar_confidence, 1)
    silent_beats = (end_frame - f.last_onset_frame) / f.samplerate_hz * pulse.bpm / 60
    pulse.playing = 1 / (1 + exp((silent_beats - 2.5 * f.beats_per_bar) / (0.6 * f.beats_per_bar)))



Pulse_ = namedtuple("Pulse", "beat bar_beat bpm confidence bar_confidence playing beats_per_bar found")
globals()["Pulse"] = Pulse_


cdef class Follower:
    """A follower for onsets on a clock of `samplerate_hz`, told the song's tempo and meter where they are known."""

    def __cinit__(self, double samplerate_hz, bpm=None, beats_per_bar=None):
        cdef int cells, bins = MAX_BEATS * BINS_PER_BEAT
        if not 8_000 <= samplerate_hz <= 768_000:
            raise ValueError(f"samplerate_hz must lie in 8000..768000, not {samplerate_hz:g}")
        self.state = <FollowerState *>calloc(1, sizeof(FollowerState))
        if self.state is NULL:
            raise MemoryError
        self.samplerate_hz = samplerate_hz
        self.state.samplerate_hz = samplerate_hz
        self.state.step_frames = STEP_S * samplerate_hz
        self.state.cycle_beats = MAX_BEATS
        lay_out(self.state)
        cells = self.state.all_cells
        self.state.rate = <float *>calloc(bins * PATTERNS * CLASSES, sizeof(float))
        self.state.likely = <float *>calloc(TEMPO_BANDS * CLASSES * bins * PATTERNS, sizeof(float))
        self.state.struck = <float *>calloc(TEMPO_BANDS * bins * PATTERNS, sizeof(float))
        self.state.place = <float *>calloc(TEMPI * MAX_BEATS * PLACES_PER_BEAT, sizeof(float))
        self.state.silent = <float *>calloc(cells * PATTERNS, sizeof(float))
        self.state.mass = <float *>calloc(cells * PATTERNS, sizeof(float))
        self.state.next = <float *>calloc(cells * PATTERNS, sizeof(float))
        if (self.state.rate is NULL or self.state.likely is NULL or self.state.struck is NULL or self.state.place is NULL
                or self.state.silent is NULL or self.state.mass is NULL or self.state.next is NULL):
            raise MemoryError
        self.tell(bpm, beats_per_bar)
        prepare(self.state, self.state.all_cells)

    def __dealloc__(self):
        if self.state is not NULL:
            free(self.state.rate)
            free(self.state.likely)
            free(self.state.struck)
            free(self.state.place)
            free(self.state.silent)
            free(self.state.mass)
            free(self.state.next)
            free(self.state)

    def tell(self, bpm=None, beats_per_bar=None):
        """What the song says. Forgets the past."""
        follower_tell(self.state, 0 if bpm is None else bpm, 0 if beats_per_bar is None else beats_per_bar)

    def tick(self, onsets, int frames):
        """Hear one tick of `frames` frames with the onsets told in it; returns the pulse at its end."""
        cdef Onset[MAX_ONSETS] heard
        cdef Pulse pulse
        cdef int count = take(onsets, heard)
        self.heard_frames += frames
        follower_tick(self.state, heard, count, self.heard_frames, frames, &pulse)
        return Pulse_(pulse.beat, pulse.bar_beat, pulse.bpm, pulse.confidence, pulse.bar_confidence, pulse.playing,
                         pulse.beats_per_bar, bool(pulse.found))


cdef int take(onsets, Onset *heard) except -1:
    cdef int count = 0
    for row in onsets[:MAX_ONSETS]:
        heard[count].frame = row["frame"]
        heard[count].strength = row["strength"]
        heard[count].kick = row["kick"]
        heard[count].snare = row["snare"]
        heard[count].cymbal = row["cymbal"]
        count += 1
    return count

