# What drummers play in a bar: typical bars of a meter, and how likely each makes a stroke, or none, at every place.

from cython_core.earshot cimport KINDS

cdef enum:
    PATTERNS = 36                    # bars: those that were learned, bare pulses, the drummer's own, and rest
    PULSE = 28                       # the first of the pulses
    OWN = 34                         # the drummer's own
    CLASSES = 6                      # kick, snare, cymbal soft; kick, snare, cymbal loud
    BINS_PER_BEAT = 48               # places in a beat
    MAX_BEATS = 12                   # in a bar
    TEMPO_BANDS = 4                  # the same hand is less even, in parts of a beat, the faster it plays

cdef struct Patterns:
    int beats                        # of the cycle: a bar, or two short ones
    int beats_per_bar
    int bins
    bint is_backwards                # the bars are heard from their end to their start
    double temper                    # the power to which `likely` and `busy` were taken
    int prepared                     # bins made ready so far
    float *rate                      # (bins, PATTERNS, CLASSES) strokes a beat
    float *usual                     # (bins, CLASSES) the same, on the average of all that was learned
    float *likely                    # (TEMPO_BANDS, CLASSES, bins, PATTERNS) the same, blurred by the hand, tempered
    float *busy                      # (KINDS, TEMPO_BANDS, bins, PATTERNS) all classes of the first kinds together, tempered

cdef int patterns_allot(Patterns *p) noexcept
cdef void patterns_free(Patterns *p) noexcept
cdef void patterns_of_meter(Patterns *p, int beats_per_bar) noexcept nogil
cdef bint patterns_prepare(Patterns *p) noexcept nogil
cdef void patterns_blur(Patterns *p, int bin_, int first, int last) noexcept nogil
cdef int band_of(double bpm) noexcept nogil
cdef void shares_at(double bpm, float *share) noexcept nogil
cdef double loudness(double strength) noexcept nogil


cdef inline float sum_of_patterns(float *states) noexcept nogil:
    """Of PATTERNS states, by thirds, which a processor can add side by side. Leaves nothing of use in `states`."""
    cdef int p
    for p in range(PATTERNS // 3):
        states[p] += states[PATTERNS // 3 + p] + states[2 * PATTERNS // 3 + p]
    for p in range(PATTERNS // 9):
        states[p] += states[PATTERNS // 9 + p] + states[2 * PATTERNS // 9 + p]
    return (states[0] + states[1]) + (states[2] + states[3])
