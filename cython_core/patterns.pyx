"""What drummers play in a bar: typical bars of a meter, and how likely each makes a stroke, or none, at every place.

The bars were learned in 4/4 (`scripts/learn_patterns`). For another meter their beats are taken in another order: a bar of three
is the first, second and last beat of one of four. Beside them stand bare pulses (`pulses`), the drummer's own bar, and rest. Making
a meter ready takes longer than a tick has, so it is done bin by bin.
"""

from libc.math cimport exp, log2, powf, sqrt

from cython_core.memory cimport release, reserve
from cython_core.pulses cimport PULSES, pulse_is_played_at, pulse_rates

cdef extern from "bar_patterns.h":
    const unsigned short LEARNED_RATE[28][192][6]
    const float LEARNED_SHARE[28]
    const float LEARNED_OCTAVE[28][2]

cdef enum:
    LEARNED = PULSE
    REST = OWN + 1
    REACH = 30                       # bins: the widest blur

cdef double TEMPER = 0.6             # the power to which likelihoods are taken: strokes are not as independent as Poisson says
cdef double REST_PER_BEAT = 0.06     # strokes of all classes in a beat of rest
cdef double REST_SHARE = 0.03
cdef double PULSE_SHARE = 0.01       # of all pulses together
cdef double OWN_SHARE = 0.1
cdef double FLOOR_PER_BEAT = 0.15    # strokes of each class that may fall anywhere, in any pattern
cdef double PULSE_FLOOR_PER_BEAT = 0.02                                # the same, in a pulse
cdef double HAND_S = 0.012           # how uneven a hand is, beyond what the patterns hold
cdef double LOUD = 0.5               # strength at which a stroke is half soft, half loud (as when learning)
cdef double LOUD_WIDTH = 0.08
cdef double OUT_OF_TEMPO = 0.02      # share of a pattern that is played at any tempo, not only where it was learned
cdef double[4] BAND_BPM = [70.0, 120.0, 190.0, 300.0]

# For a meter of n beats, which beat of four stands for each of its own; a pattern takes one line of the choices.
cdef int[4][3] THREE = [[0, 1, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
cdef int[4][5] FIVE = [[0, 1, 2, 3, 3], [0, 1, 3, 2, 3], [0, 1, 2, 1, 3], [0, 1, 2, 0, 3]]
cdef int[4][7] SEVEN = [[0, 1, 2, 3, 0, 1, 3], [0, 1, 2, 1, 2, 1, 3], [0, 1, 3, 0, 1, 2, 3], [0, 1, 2, 3, 2, 3, 3]]


cdef int patterns_allot(Patterns *p) noexcept:
    """Take the memory for the longest meter. 0 when there is none."""
    cdef int bins = MAX_BEATS * BINS_PER_BEAT
    p.rate = <float *>reserve(bins * PATTERNS * CLASSES, sizeof(float))
    p.usual = <float *>reserve(bins * CLASSES, sizeof(float))
    p.likely = <float *>reserve(TEMPO_BANDS * CLASSES * bins * PATTERNS, sizeof(float))
    p.busy = <float *>reserve(KINDS * TEMPO_BANDS * bins * PATTERNS, sizeof(float))
    return p.rate is not NULL and p.usual is not NULL and p.likely is not NULL and p.busy is not NULL


cdef void patterns_free(Patterns *p) noexcept:
    release(p.rate)
    release(p.usual)
    release(p.likely)
    release(p.busy)


cdef void patterns_of_meter(Patterns *p, int beats_per_bar) noexcept nogil:
    """Take up a meter; `patterns_prepare` makes it ready."""
    p.beats_per_bar = beats_per_bar
    p.beats = beats_per_bar * (4 if beats_per_bar == 1 else 2 if beats_per_bar == 2 else 1)
    p.bins = p.beats * BINS_PER_BEAT
    p.temper = TEMPER
    p.prepared = -p.bins             # first the rates of every bin, then what blurs them


cdef bint patterns_prepare(Patterns *p) noexcept nogil:
    """Make one more bin ready; True when all are."""
    if p.prepared < 0:
        learned_rates(p, p.prepared + p.bins)
        p.prepared += 1
    elif p.prepared < p.bins:
        patterns_blur(p, p.prepared, 0, PATTERNS)
        p.prepared += 1
    return p.prepared == p.bins


cdef int learned_beat(int beat, int beats, int choice) noexcept nogil:
    """Which beat of a learned bar stands for `beat` of a cycle of `beats`."""
    if beats % 4 == 0:
        return beat % 4
    if beats % 3 == 0:
        return THREE[choice][beat % 3]
    if beats % 5 == 0:
        return FIVE[choice][beat % 5]
    if beats == 7:
        return SEVEN[choice][beat]
    return 3 if beat == beats - 1 else beat % 4


cdef void learned_rates(Patterns *p, int bin_) noexcept nogil:
    cdef int pattern, kind, source, place = (p.bins - bin_) % p.bins if p.is_backwards else bin_
    cdef float shares = 0
    cdef float *rate = p.rate + bin_ * PATTERNS * CLASSES
    cdef float *usual = p.usual + bin_ * CLASSES
    for pattern in range(LEARNED):
        source = learned_beat(place // BINS_PER_BEAT, p.beats, pattern % 4) * BINS_PER_BEAT + place % BINS_PER_BEAT
        for kind in range(CLASSES):
            rate[pattern * CLASSES + kind] = LEARNED_RATE[pattern][source][kind] / 1000.0
        shares += LEARNED_SHARE[pattern]
    for pattern in range(PULSES):
        pulse_rates(pattern, place / <double>BINS_PER_BEAT, rate + (PULSE + pattern) * CLASSES)
    for kind in range(CLASSES):
        usual[kind] = 0
        for pattern in range(LEARNED):
            usual[kind] += LEARNED_SHARE[pattern] / shares * rate[pattern * CLASSES + kind]
        rate[OWN * CLASSES + kind] = usual[kind]
        rate[REST * CLASSES + kind] = REST_PER_BEAT / CLASSES


cdef double floor_of(int pattern) noexcept nogil:
    """Strokes a beat, of each class, that may fall anywhere."""
    return 0 if pattern == REST else PULSE_FLOOR_PER_BEAT if PULSE <= pattern < OWN else FLOOR_PER_BEAT


cdef void patterns_blur(Patterns *p, int bin_, int first, int last) noexcept nogil:
    """What the hand makes of the patterns `first` up to `last` in one bin, for every band of tempi."""
    cdef int band, pattern, kind, away, reach
    cdef double sd_bins
    cdef float total
    cdef float[2 * REACH + 1] weight
    cdef float[PATTERNS][CLASSES] sum_
    cdef const float *rate
    for band in range(TEMPO_BANDS):
        sd_bins = HAND_S * BAND_BPM[band] / 60 * BINS_PER_BEAT
        reach = min(<int>(3 * sd_bins) + 1, REACH)
        total = 0
        for away in range(-reach, reach + 1):
            weight[away + reach] = <float>exp(-0.5 * away * away / (sd_bins * sd_bins))
            total += weight[away + reach]
        for pattern in range(first, last):
            for kind in range(CLASSES):
                sum_[pattern][kind] = <float>floor_of(pattern)
        for away in range(-reach, reach + 1):
            rate = p.rate + ((bin_ + away + p.bins) % p.bins) * PATTERNS * CLASSES
            for pattern in range(first, last):
                for kind in range(CLASSES):
                    sum_[pattern][kind] += weight[away + reach] / total * rate[pattern * CLASSES + kind]
        for pattern in range(first, last):
            for kind in range(CLASSES):
                p.likely[((band * CLASSES + kind) * p.bins + bin_) * PATTERNS + pattern] = powf(sum_[pattern][kind], <float>TEMPER)
            total = 0
            for kind in range(KINDS):
                total += sum_[pattern][kind] + sum_[pattern][kind + KINDS]
                p.busy[((kind * TEMPO_BANDS + band) * p.bins + bin_) * PATTERNS + pattern] = <float>TEMPER * total


cdef int band_of(double bpm) noexcept nogil:
    """The band whose blur suits a tempo."""
    cdef int band = 0
    while band < TEMPO_BANDS - 1 and bpm > sqrt(BAND_BPM[band] * BAND_BPM[band + 1]):
        band += 1
    return band


cdef void shares_at(double bpm, float *share) noexcept nogil:
    """How common each pattern is at a tempo; `share` has PATTERNS, their sum is 1."""
    cdef int pattern
    cdef double away, total = 0
    for pattern in range(LEARNED):
        away = (log2(bpm) - LEARNED_OCTAVE[pattern][0]) / LEARNED_OCTAVE[pattern][1]
        share[pattern] = <float>(LEARNED_SHARE[pattern] * (exp(-0.5 * away * away) + OUT_OF_TEMPO))
        total += share[pattern]
    for pattern in range(LEARNED):
        share[pattern] *= <float>((1 - PULSE_SHARE - OWN_SHARE - REST_SHARE) / total)
    for pattern in range(PULSES):
        share[PULSE + pattern] = <float>(PULSE_SHARE / PULSES * pulse_is_played_at(pattern, bpm))
    share[OWN] = <float>OWN_SHARE
    share[REST] = <float>REST_SHARE


cdef double loudness(double strength) noexcept nogil:
    """0..1: how much a stroke counts as loud rather than soft."""
    return 1 / (1 + exp(-(strength - LOUD) / LOUD_WIDTH))
