"""What is believed at the first stroke: where in the bar it lies, how fast it goes on, and whether it was a stroke of the song at all.

Drummers begin on beat 1, nearly all; some with a fill that leads in from the last beat of a bar. But a stick touches a rim before the
song, a pedal is tried, a chair falls; then a later stroke is beat 1, and it lies anywhere. So a little belief waits outside the bar: that
all so far were knocks. It expects nothing, so what is not played hardly speaks against it. With each stroke a part of it begins as if
that were the first. Where the first one was no knock, what began with it explains the next strokes better, and what waits is forgotten
within a few bars.
"""

from libc.math cimport exp, exp2, fabs, fmax, fmin, log2

from cython_core.bar_filter cimport TEMPI, how_real, states_at
from cython_core.crossing cimport is_near
from cython_core.patterns cimport PATTERNS, PULSE
from cython_core.pulses cimport PULSES

cdef double FIRST_IS_ONE = 0.97      # how probable it is that the first stroke is beat 1; if not, ...
cdef double FIRST_IS_LAST = 0.8      # ... that it is the last beat of a bar, from which a fill leads in ...
cdef double FIRST_IS_HALF = 0.07     # ... or half of that beat
cdef double KNOCK = 0.1              # how much belief waits, of 1 that has begun
cdef double BEGINS = 0.001           # the part of it that begins with a stroke at the likeliest tempo (ten times that over all near a told one) ...
cdef double KNOCKS = 0.03            # ... and that takes it for another knock
cdef double WAITS = 0.995            # what is left of it after a step: who waits long enough would explain the barest groove as knocks
cdef double FORGOTTEN = 1e-6
cdef double MOST = 1e6               # of it: in a long silence nothing speaks against it
cdef double ONE_STROKE_S = 0.05      # so near the first, it is the first: its other drum, a flam
cdef double USUAL_BPM = 125.0        # where nothing was told: the middle of what people play ...
cdef double USUAL_OCTAVES = 0.6      # ... and how far from it they go, sd
cdef double TOLD_OCTAVES = 0.2       # how exact a chart's tempo is: a tenth off is as good as right, this far is doubtful, half as far again out of question, ...
cdef double BADLY_OCTAVES = 0.15     # ... unless it was told badly, by so much, sd: ...
cdef double TOLD_TOO_SLOW = 0.5      # ... how probable that is (1: as that it was told well), where he plays faster, ...
cdef double TOLD_TOO_FAST = 0.05     # ... and slower, where his triplets could be the sixteenths of three quarters of his tempo
cdef double TOLD_WRONG = 1e-6        # and that it is quite another
cdef double GOES_ON_OCTAVES = 0.15   # how exactly he goes on in the tempo that was his, sd
cdef double STAYS = 0.85             # how probable it is that he stays in it where he was to change it (1: as that he changes it)


cdef void begin(BarFilter *b, double bpm, bint is_his, double bar_beat, double sure, double other_bpm) noexcept nogil:
    """The first stroke lies, so surely (0..1), at `bar_beat` of the bar; in the tempo told, or if `bpm` is 0 in one that people play. `is_his`: no chart
    tells that tempo, he was followed in it; where he was to change it on a bar line, `other_bpm` is the one that he may as well have stayed in, else 0.
    `lay_down` has that to do then."""
    cdef int tempo
    cdef double total = 0
    b.told_octave = b.reference_octave = log2(bpm) if bpm > 0 else -1
    b.told_is_his = is_his
    b.other_octave = log2(other_bpm) if bpm > 0 and other_bpm > 0 else -1
    if b.other_octave > 0:
        b.reference_octave = (b.told_octave + b.other_octave) / 2              # so that neither is far from it
    b.first_bar_beat, b.first_sure, b.laid = bar_beat, sure, 0
    for tempo in range(TEMPI):
        total += belief_at(b, tempo)
    b.scale = 1 / (total * sum_of_places(b, sure))
    b.unbegun = b.beginning = 0


cdef void begin_unless_knock(BarFilter *b, double bpm, double strength) noexcept nogil:
    """The same with beat 1, unless that stroke, of this strength (0..1), was a knock."""
    cdef double real = how_real(strength)
    begin(b, bpm, False, 0, FIRST_IS_ONE, 0)
    b.unbegun = (real * KNOCK + 1 - real) / b.scale


cdef void begin_anywhere(BarFilter *b, double level) noexcept nogil:
    """Nothing is known of where he is: every state is as probable as changes at half beats leave it in the long run. `level`: that of his tempo, log2 bpm,
    from which others are far; -1: none."""
    cdef int tempo, p, cell
    cdef float *states
    b.told_octave = b.other_octave = -1
    b.reference_octave = level
    b.unbegun = b.beginning = 0
    b.laid = TEMPI
    b.scale = 1
    for tempo in range(TEMPI):
        for cell in range(b.cells[tempo]):
            states = states_at(b, tempo, cell)
            for p in range(PATTERNS):
                if is_near(b, b.octave[tempo]) or not PULSE <= p < PULSE + PULSES:
                    states[p] = b.share[tempo][p] / b.all_cells


cdef void wait_on(BarFilter *b) noexcept nogil:
    """One step's share of what waits begins with it, if a stroke fell in it."""
    cdef int i
    cdef double real = 0
    b.beginning = 0
    if b.unbegun == 0:
        return
    for i in range(b.strokes):
        if b.due[i].frame > b.origin_frame + ONE_STROKE_S * b.samplerate_hz:
            real = fmax(real, how_real(b.due[i].strength) * fmin(b.due[i].kick + b.due[i].snare + b.due[i].cymbal, 1))
    b.beginning = b.unbegun * BEGINS * real
    b.unbegun = fmin(b.unbegun * WAITS * b.scale * (1 - real + real * KNOCKS), MOST)
    if b.unbegun < FORGOTTEN:
        b.unbegun = 0


cdef void lay_down(BarFilter *b, int tempi) noexcept nogil:
    """What is believed at the first stroke, at so many more tempi: it is much memory to reach, and the first step is not due yet."""
    cdef int tempo
    cdef double bar_beat
    for tempo in range(b.laid, min(b.laid + tempi, TEMPI)):
        bar_beat = b.first_bar_beat
        if b.other_octave > 0 and fabs(b.octave[tempo] - b.other_octave) < fabs(b.octave[tempo] - b.told_octave):
            bar_beat *= exp2(b.other_octave - b.told_octave)                   # so far he has come from the line since which he stays in it
        begin_at(b, tempo, bar_beat, b.first_sure, 1)
        b.laid += 1


cdef void begin_late(BarFilter *b, int tempo) noexcept nogil:
    """What begins in this step, at one tempo, before the step weighs it."""
    if b.beginning > 0 and not b.woken[tempo]:
        begin_at(b, tempo, 0, FIRST_IS_ONE, b.beginning * b.scale / b.gain[tempo])


cdef void begin_at(BarFilter *b, int tempo, double bar_beat, double sure, double weight) noexcept nogil:
    """Lay so much belief down at one tempo, on the beats and half beats of the bar."""
    cdef int half, p, beats = b.patterns.beats
    cdef bint may_be_bare = is_near(b, b.octave[tempo])
    cdef double prior = how_likely(b, tempo), place
    cdef float *states
    for half in range(2 * beats):
        place = how_likely_at(half % (2 * b.patterns.beats_per_bar), b.patterns.beats_per_bar, sure)
        states = states_at(b, tempo, <int>((bar_beat + 0.5 * half) / beats * b.cells[tempo]) % b.cells[tempo])
        for p in range(PATTERNS):
            if may_be_bare or not PULSE <= p < PULSE + PULSES:
                states[p] += <float>(weight * prior * place * b.share[tempo][p])


cdef double belief_at(BarFilter *b, int tempo) noexcept nogil:
    """What `begin_at` lays down at one tempo, for each place in the bar of probability 1."""
    cdef int p
    cdef bint may_be_bare = is_near(b, b.octave[tempo])
    cdef double shares = 0
    for p in range(PATTERNS):
        if may_be_bare or not PULSE <= p < PULSE + PULSES:
            shares += b.share[tempo][p]
    return how_likely(b, tempo) * shares


cdef double sum_of_places(BarFilter *b, double sure) noexcept nogil:
    """Over all places in the cycle, of which some have two bars."""
    cdef int half
    cdef double sum_ = 0
    for half in range(2 * b.patterns.beats):
        sum_ += how_likely_at(half % (2 * b.patterns.beats_per_bar), b.patterns.beats_per_bar, sure)
    return sum_


cdef inline double how_likely(BarFilter *b, int tempo) noexcept nogil:
    """That he plays in this tempo."""
    cdef double usual = bell((b.octave[tempo] - log2(USUAL_BPM)) / USUAL_OCTAVES), told
    if b.told_octave < 0:
        return usual
    told = as_it_was(b, tempo) if b.told_is_his else as_told(b.octave[tempo] - b.told_octave)
    return told + TOLD_WRONG * usual


cdef inline double as_told(double faster_octaves) noexcept nogil:
    """That he plays so much faster than a chart says."""
    cdef double badly = TOLD_TOO_SLOW if faster_octaves > 0 else TOLD_TOO_FAST
    return exp(-(faster_octaves / TOLD_OCTAVES) ** 4) + badly * bell(faster_octaves / BADLY_OCTAVES)


cdef inline double as_it_was(BarFilter *b, int tempo) noexcept nogil:
    """That he goes on in this tempo."""
    cdef double goes_on = bell((b.octave[tempo] - b.told_octave) / GOES_ON_OCTAVES)
    if b.other_octave > 0:
        goes_on += STAYS * bell((b.octave[tempo] - b.other_octave) / GOES_ON_OCTAVES)
    return goes_on


cdef inline double how_likely_at(int half, int beats_per_bar, double sure) noexcept nogil:
    """That the first stroke lies at this half beat of the bar, where it so surely lies at the first."""
    if half == 0:
        return sure
    if half == 2 * beats_per_bar - 2:
        return (1 - sure) * FIRST_IS_LAST
    if half == 2 * beats_per_bar - 1:
        return (1 - sure) * FIRST_IS_HALF
    return (1 - sure) * (1 - FIRST_IS_LAST - FIRST_IS_HALF) / beats_per_bar * (0.7 if half % 2 == 0 else 0.3)


cdef inline double bell(double away) noexcept nogil:
    return exp(-0.5 * away * away)
