"""Where in the bar, how fast, in which pattern: a probability for each of them, moved on step by step.

An exact forward filter over a bar pointer (Whiteley, Cemgil, Godsill, ISMIR 2006; Krebs, Boeck, Widmer, ISMIR 2015). A state is
a cell of the bar at a tempo in a pattern; each step of STEP_S moves it on by one cell and weighs it by the strokes of that
time as Poisson processes, so that what is *not* played speaks as well. Tempo may change at half beats, patterns at beats.

A step is cut into jobs (onsets, then tempi, then half beats), and `bar_filter_work` does in each tick the share of them that is
due, from the tick in which it was begun to that in which the next one is: no tick bursts. Tempi that hold next to no probability
are not worked on until their neighbours wake them.
"""

from libc.math cimport expf, fmin, isfinite, log2, pow
from libc.string cimport memcpy, memset

from cython_core.beginning cimport begin, begin_anywhere, begin_late, begin_unless_knock, lay_down, wait_on
from cython_core.crossing cimport NEIGHBOURS, cross, is_far
from cython_core.earshot cimport KINDS
from cython_core.memory cimport release, reserve
from cython_core.patterns cimport (
    BINS_PER_BEAT, band_of, loudness, patterns_allot, patterns_free, patterns_of_meter, patterns_prepare, shares_at, sum_of_patterns,
)

cdef enum:
    MOST_STROKES = 6                 # taken into account in one step: two hands and two feet play no more
    BINS_PREPARED = 64               # in one tick
    BINS_RENEWED = 24                # the same, beside a step's work
    CELLS_CLEARED = 256
    REACHED = 28000                  # numbers in memory, in a tick
    LINE_OF_CACHE = 16               # of them are reached at once
    TEMPI_LAID = 3                   # at which the first belief is laid down in a tick, while the first step is not due

cdef double STEP_S = 0.010
cdef double HEARD_AFTER_S = 0.040    # a step waits this long for onsets of its time to be told
cdef double SLOWEST_BPM = 38.0
cdef double TEMPO_RATIO = 1.0253     # between neighbours
cdef double PLACE_IS_KNOWN = 0.999   # how surely what was counted, or was going on, lies where it is said to
cdef double WHISPER = 0.25           # strength below which a stroke may have been none
cdef double TINY = 1e-9              # mass spread over all states at each step: nothing is ever ruled out
cdef double FAINT = 1e-25            # the same, where nothing but what is heard shall speak for a tempo
cdef double ASLEEP = 1e-7            # tempi with less than this, and so have their neighbours, are left out
cdef double HOPELESS = 1e-11         # the same, while a told tempo is doubted
cdef double REFERENCE_BEATS = 3.0    # time constant of the reference
# What takes time beside moving cells on, in cells:
cdef double STROKE_WORK = 0.5        # a kind of drum in a stroke, at a bin
cdef double TEMPO_WORK = 100.0       # a tempo
cdef double CROSSING_WORK = 6.5      # a half beat of a tempo


cdef int bar_filter_allot(BarFilter *b, double samplerate_hz) noexcept:
    """Take all memory that the longest bar needs. 0 when there is none."""
    b.samplerate_hz = samplerate_hz
    b.step_frames = STEP_S * samplerate_hz
    b.patterns.beats = MAX_BEATS
    lay_out(b)
    b.silent = <float *>reserve(TEMPI * MAX_BEATS * BINS_PER_BEAT * PATTERNS, sizeof(float))
    b.next_silent = <float *>reserve(TEMPI * MAX_BEATS * BINS_PER_BEAT * PATTERNS, sizeof(float))
    b.mass = <float *>reserve(b.all_cells * PATTERNS, sizeof(float))
    b.struck = <float *>reserve(TEMPO_BANDS * MAX_BEATS * BINS_PER_BEAT * PATTERNS, sizeof(float))
    b.bin = <unsigned short *>reserve(b.all_cells, sizeof(unsigned short))
    b.place = <float *>reserve(TEMPI * MAX_BEATS * PLACES_PER_BEAT, sizeof(float))
    b.kinds = b.next_kinds = KINDS
    return (patterns_allot(&b.patterns) and b.silent is not NULL and b.next_silent is not NULL and b.mass is not NULL and b.struck is not NULL
            and b.bin is not NULL and b.place is not NULL)


cdef void bar_filter_free(BarFilter *b) noexcept:
    patterns_free(&b.patterns)
    release(b.silent)
    release(b.next_silent)
    release(b.mass)
    release(b.struck)
    release(b.bin)
    release(b.place)


cdef void bar_filter_meter(BarFilter *b, int beats_per_bar) noexcept nogil:
    """Take up a meter and forget the past. `bar_filter_prepare` makes it ready."""
    forget(b)
    if beats_per_bar != b.patterns.beats_per_bar:
        patterns_of_meter(&b.patterns, beats_per_bar)
        lay_out(b)
        b.prepared = 0
    if b.kinds != b.next_kinds:
        b.kinds = b.next_kinds
        b.prepared = 0


cdef void forget(BarFilter *b) noexcept nogil:
    b.started = b.working = False
    b.waiting = b.cleared = 0


cdef void lay_out(BarFilter *b) noexcept nogil:
    """Place the tempi in memory: a cycle at tempo i is cells[i] steps long."""
    cdef int tempo, beats = b.patterns.beats
    cdef double bpm = SLOWEST_BPM
    b.all_cells = 0
    for tempo in range(TEMPI):
        b.cells[tempo] = <int>(beats * 60 / (bpm * STEP_S) + 0.5)
        b.bpm[tempo] = beats * 60 / (b.cells[tempo] * STEP_S)
        b.octave[tempo] = log2(b.bpm[tempo])
        b.band[tempo] = band_of(b.bpm[tempo])
        b.first_cell[tempo] = b.all_cells
        b.turn[tempo] = 0
        b.all_cells += b.cells[tempo]
        bpm *= TEMPO_RATIO


cdef bint bar_filter_prepare(BarFilter *b) noexcept nogil:
    """One tick's share of making the meter ready; True when it is."""
    cdef int p, bins = b.patterns.bins, last
    if b.cleared < b.all_cells:
        clear(b)
        return False
    if not patterns_prepare(&b.patterns):
        return False
    last = min(b.prepared + BINS_PREPARED, TEMPI * bins)
    while b.prepared < last:
        if b.prepared % bins == 0:
            place_cells(b, b.prepared // bins)
        for p in range(PATTERNS):
            hush(b, b.silent, b.kinds, b.prepared // bins, b.prepared % bins, p)
        b.prepared += 1
    return b.prepared == TEMPI * bins


cdef void place_cells(BarFilter *b, int tempo) noexcept nogil:
    """In which bin each cell of a tempo lies, and which patterns are common there."""
    cdef int cell
    shares_at(b.bpm[tempo], b.share[tempo])
    for cell in range(b.cells[tempo]):
        b.bin[b.first_cell[tempo] + cell] = bin_of(b, tempo, cell)


cdef void bar_filter_renew(BarFilter *b, int pattern, int bin_) noexcept nogil:
    """A bin of a pattern has changed."""
    cdef int tempo
    for tempo in range(TEMPI):
        hush(b, b.silent, b.kinds, tempo, bin_, pattern)
        if b.kinds != b.next_kinds:
            hush(b, b.next_silent, b.next_kinds, tempo, bin_, pattern)


cdef void bar_filter_miss(BarFilter *b, int kinds) noexcept nogil:
    """Of how many kinds of drum, from the kick on (1 .. KINDS), silence shall count. It takes half a second of ticks until it does."""
    if kinds != b.next_kinds:
        b.next_kinds, b.renewed = kinds, 0


cdef void renew_silence(BarFilter *b) noexcept nogil:
    """One tick's share of making `next_silent` ready."""
    cdef int p, bins = b.patterns.bins, last = min(b.renewed + BINS_RENEWED, TEMPI * b.patterns.bins)
    while b.renewed < last:
        for p in range(PATTERNS):
            hush(b, b.next_silent, b.next_kinds, b.renewed // bins, b.renewed % bins, p)
        b.renewed += 1


cdef inline void hush(BarFilter *b, float *silent, int kinds, int tempo, int bin_, int pattern) noexcept nogil:
    """How probable it is that a pattern has no stroke of the first `kinds` of drum during a step in a bin."""
    cdef float busy = b.patterns.busy[(((kinds - 1) * TEMPO_BANDS + b.band[tempo]) * b.patterns.bins + bin_) * PATTERNS + pattern]
    silent[(tempo * b.patterns.bins + bin_) * PATTERNS + pattern] = expf(-<float>b.patterns.beats / b.cells[tempo] * busy)


cdef void clear(BarFilter *b) noexcept nogil:
    cdef int cells = min(CELLS_CLEARED, b.all_cells - b.cleared)
    memset(b.mass + b.cleared * PATTERNS, 0, cells * PATTERNS * sizeof(float))
    b.cleared += cells


cdef int bin_of(BarFilter *b, int tempo, int cell) noexcept nogil:
    """Where a state was in the middle of the step that brought it to `cell`."""
    return <int>((cell - 0.5) * b.patterns.bins / b.cells[tempo] + b.patterns.bins + 0.5) % b.patterns.bins


cdef void bar_filter_start(BarFilter *b, const Onset *first, double bpm) noexcept nogil:
    """The drummer begins, if this stroke is no knock before the song: in the tempo told, or if `bpm` is 0 in one that people play."""
    start(b, first.frame)
    begin_unless_knock(b, bpm, first.strength)


cdef void bar_filter_go_on(BarFilter *b, double frame, double bpm, double bar_beat, double other_bpm) noexcept nogil:
    """He goes on, in this tempo or, where that is not 0, in the other, and at `frame` is as good as surely at `bar_beat` of the bar."""
    start(b, frame)
    begin(b, bpm, True, bar_beat, PLACE_IS_KNOWN, other_bpm)


cdef void bar_filter_start_anywhere(BarFilter *b, double frame, double level) noexcept nogil:
    """Nothing is known but that he plays at `frame`, and which tempo level it is (log2 bpm; -1: not even that)."""
    start(b, frame)
    begin_anywhere(b, level)


cdef void start(BarFilter *b, double frame) noexcept nogil:
    """The first step begins at `frame`, with every tempo awake."""
    cdef int tempo
    for tempo in range(TEMPI):
        b.active[tempo] = True
        b.woken[tempo] = False
    b.is_lost = b.is_doubted = False
    b.origin_frame = frame
    b.step = b.warmed = 0
    b.working = False
    b.started = True


cdef void bar_filter_hear(BarFilter *b, const Onset *onset) noexcept nogil:
    """A stroke, to be weighed in the step in which it fell, or in the next to begin."""
    if b.waiting < PENDING:
        b.pending[b.waiting] = onset[0]
        b.waiting += 1


cdef bint bar_filter_work(BarFilter *b, long long end_frame) noexcept nogil:
    """The work due in a tick that ends before `end_frame`. True when a step was completed: the answer is new."""
    cdef double due = b.origin_frame + (b.step + 1) * b.step_frames + HEARD_AFTER_S * b.samplerate_hz
    if not b.started:
        return False
    if b.kinds != b.next_kinds:
        renew_silence(b)
    if b.working:
        while b.job < b.jobs and b.work_done * (due + b.step_frames - b.begun_frame) <= (end_frame - b.begun_frame) * b.work_all:
            do_job(b)
        if b.job == b.jobs:
            end_step(b)
            return True
    elif end_frame >= due:
        lay_down(b, TEMPI)
        b.begun_frame = end_frame
        begin_step(b)
    else:
        lay_down(b, TEMPI_LAID)
        warm(b)
    return False


cdef void warm(BarFilter *b) noexcept nogil:
    """Reach some of the memory that the first step goes through: after a silence, to do so in the step took a quarter of it."""
    cdef Py_ssize_t masses = b.all_cells * PATTERNS, at = b.warmed, last
    last = min(at + REACHED, masses + TEMPI * b.patterns.bins * PATTERNS)
    while at < last:
        b.warmth += b.mass[at] if at < masses else b.silent[at - masses]
        at += LINE_OF_CACHE
    b.warmed = at


# ------------------------------------------------------------------------------------------------ a step

cdef void begin_step(BarFilter *b) noexcept nogil:
    """Collect the onsets of this step, and count its work."""
    cdef int i, kept = 0, tempo, band
    cdef double end = b.origin_frame + (b.step + 1) * b.step_frames
    cdef double strokes = 0
    if b.kinds != b.next_kinds and b.renewed == TEMPI * b.patterns.bins:
        b.silent, b.next_silent, b.kinds = b.next_silent, b.silent, b.next_kinds
    b.strokes = 0
    for i in range(b.waiting):
        if b.pending[i].frame >= end:
            b.pending[kept] = b.pending[i]
            kept += 1
        elif b.strokes < MOST_STROKES:
            b.due[b.strokes] = b.pending[i]
            b.strokes += 1
            strokes += fmin(1, b.pending[i].kick + b.pending[i].snare + b.pending[i].cymbal)
    b.waiting = kept
    wait_on(b)
    b.work_all = b.work_done = 0
    for tempo in range(TEMPI):
        if b.active[tempo]:
            b.work_all += b.cells[tempo] + TEMPO_WORK
            b.gain[tempo] = <float>(b.scale * (pow(b.bpm[tempo] / 120, b.patterns.temper * strokes) if b.strokes else 1))
    for band in range(TEMPO_BANDS):
        if is_needed(b, band):
            b.work_all += 3 * b.strokes * STROKE_WORK * b.patterns.bins
            for i in range(b.patterns.bins * PATTERNS):
                b.struck[band * b.patterns.bins * PATTERNS + i] = 1
    b.work_all += 2 * b.patterns.beats * crossing_work(b)
    b.jobs = TEMPO_BANDS * 3 * b.strokes + TEMPI + 2 * b.patterns.beats
    b.job = 0
    b.working = True


cdef bint is_needed(BarFilter *b, int band) noexcept nogil:
    """Is there an onset in this step, and a tempo awake in this band?"""
    cdef int tempo
    if b.strokes:
        for tempo in range(TEMPI):
            if b.active[tempo] and b.band[tempo] == band:
                return True
    return False


cdef double crossing_work(BarFilter *b) noexcept nogil:
    """Work of one half beat, in cells."""
    cdef int tempo, awake = 0
    for tempo in range(TEMPI):
        awake += b.active[tempo]
    return CROSSING_WORK * awake


cdef void do_job(BarFilter *b) noexcept nogil:
    """The next job of the step."""
    cdef int job = b.job
    b.job += 1
    if job < TEMPO_BANDS * 3 * b.strokes:
        if is_needed(b, job // (3 * b.strokes)):
            weigh_onset(b, job // (3 * b.strokes), &b.due[job // 3 % b.strokes], job % 3)
            b.work_done += STROKE_WORK * b.patterns.bins
        return
    job -= TEMPO_BANDS * 3 * b.strokes
    if job < TEMPI:
        if b.active[job]:
            begin_late(b, job)
            advance(b, job)
            b.work_done += b.cells[job] + TEMPO_WORK
        return
    cross(b, job - TEMPI)
    b.work_done += crossing_work(b)


cdef void weigh_onset(BarFilter *b, int band, const Onset *onset, int drum) noexcept nogil:
    """Weigh every bin of every pattern by one kind of drum (0 kick, 1 snare, 2 cymbal) in an onset, for the tempi of one band."""
    cdef int k, size = b.patterns.bins * PATTERNS
    cdef float *struck = b.struck + band * size
    cdef const float *soft = b.patterns.likely + (band * CLASSES + drum) * size
    cdef const float *loud = b.patterns.likely + (band * CLASSES + drum + 3) * size
    cdef double sure = onset.kick if drum == 0 else onset.snare if drum == 1 else onset.cymbal
    cdef double is_loud = loudness(onset.strength)
    cdef float no, if_soft, if_loud
    sure *= how_real(onset.strength)
    if sure < 0.01:
        return
    no = <float>(1 - sure)
    if_soft = <float>(sure * (1 - is_loud))
    if_loud = <float>(sure * is_loud)
    for k in range(size):
        struck[k] *= no + if_soft * soft[k] + if_loud * loud[k]


cdef double how_real(double strength) noexcept nogil:
    """How probable it is that a stroke of this strength (0..1) was one."""
    return fmin(strength / WHISPER, 1)


cdef void advance(BarFilter *b, int tempo) noexcept nogil:
    """Move the states of one tempo on by a cell, and weigh them by what was struck and what was not."""
    cdef int cells = b.cells[tempo], to, bin_, turn = (b.turn[tempo] + 1) % cells, places = b.patterns.beats * PLACES_PER_BEAT
    cdef Py_ssize_t first = b.first_cell[tempo]
    cdef const float *silent = b.silent + tempo * b.patterns.bins * PATTERNS
    cdef const float *struck = b.struck + b.band[tempo] * b.patterns.bins * PATTERNS
    cdef float *states = b.mass + (first + cells - turn) * PATTERNS
    cdef float *place = b.place + tempo * places
    cdef float gain = b.gain[tempo], all_ = 0, sum_
    cdef float least = <float>((FAINT if b.is_doubted and is_far(b, b.octave[tempo]) else TINY) / (b.all_cells * PATTERNS))
    if b.woken[tempo]:
        memset(b.mass + first * PATTERNS, 0, cells * PATTERNS * sizeof(float))
        b.woken[tempo] = False
    b.turn[tempo] = turn
    memset(place, 0, places * sizeof(float))
    for to in range(cells):
        if to == turn:
            states = b.mass + first * PATTERNS
        bin_ = b.bin[first + to] * PATTERNS
        if b.strokes:
            sum_ = weigh_struck(states, silent + bin_, struck + bin_, gain, least)
        else:
            sum_ = weigh(states, silent + bin_, gain, least)
        place[to * places // cells] += sum_
        all_ += sum_
        states += PATTERNS
    b.tempo_mass[tempo] = all_


cdef inline float weigh(float *states, const float *silent, float gain, float least) noexcept nogil:
    """The states of one cell, one step later, where nothing was struck; returns their sum."""
    cdef float[PATTERNS] later
    cdef int p
    for p in range(PATTERNS):
        later[p] = states[p] * silent[p] * gain + least
    memcpy(states, later, sizeof(later))
    return sum_of_patterns(later)


cdef inline float weigh_struck(float *states, const float *silent, const float *struck, float gain, float least) noexcept nogil:
    """The same, where something was."""
    cdef float[PATTERNS] later
    cdef int p
    for p in range(PATTERNS):
        later[p] = states[p] * silent[p] * struck[p] * gain + least
    memcpy(states, later, sizeof(later))
    return sum_of_patterns(later)


cdef float *states_at(BarFilter *b, int tempo, int cell) noexcept nogil:
    """The states of a cell: (PATTERNS,)."""
    return b.mass + (b.first_cell[tempo] + (cell + b.cells[tempo] - b.turn[tempo]) % b.cells[tempo]) * PATTERNS


cdef void end_step(BarFilter *b) noexcept nogil:
    """The step is done: sum up the answer, and see which tempi are worth working on."""
    cdef int tempo, near
    cdef double total = 0, asleep = HOPELESS if b.is_doubted else ASLEEP
    cdef bint wake
    b.working = False
    b.step += 1
    b.answer_frame = b.origin_frame + b.step * b.step_frames
    for tempo in range(TEMPI):
        if b.active[tempo]:
            total += b.tempo_mass[tempo]
    b.total = <float>total
    if not isfinite(total) or total < 1e-25:
        forget(b)
        return
    b.scale = 1 / total
    for tempo in range(TEMPI):
        wake = b.is_lost
        for near in range(tempo - NEIGHBOURS, tempo + NEIGHBOURS + 1):
            if 0 <= near < TEMPI and b.tempo_mass[near] > asleep * total:
                wake = True
        if b.active[tempo] and not wake:
            b.tempo_mass[tempo] = 0
        b.woken[tempo] = wake and not b.active[tempo]
        b.active[tempo] = wake


cdef void bar_filter_refer(BarFilter *b, double octave, bint is_lost, bint is_doubted) noexcept nogil:
    """The tempo now believed in. The reference follows it slowly; when all trust in it is lost, every tempo is tried again."""
    b.is_lost = is_lost
    b.is_doubted = is_doubted and not is_lost
    if is_lost or b.told_octave < 0:
        b.reference_octave = -1
    elif b.reference_octave < 0 or is_doubted and is_far(b, octave):
        b.reference_octave = octave
    else:
        b.reference_octave += (octave - b.reference_octave) * fmin(1, STEP_S * pow(2, octave) / 60 / REFERENCE_BEATS)
