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


# Of PATTERNS states, the sum: in four lanes, which a processor adds side by side, and a compiler does not find by itself in a loop.
cdef extern from *:
    """
    #ifndef LIVE_RIG_SUM_OF_PATTERNS
    #define LIVE_RIG_SUM_OF_PATTERNS
    #if defined(__GNUC__)
    typedef float rig_lanes __attribute__((vector_size(16), aligned(4), may_alias));
    static inline float rig_sum_of_36(const float *states) {
        const rig_lanes *s = (const rig_lanes *)states;
        rig_lanes lane = (s[0] + (s[3] + s[6])) + ((s[1] + (s[4] + s[7])) + (s[2] + (s[5] + s[8])));
        return (lane[0] + lane[1]) + (lane[2] + lane[3]);
    }
    #else
    static float rig_sum_of_36(const float *s) {
        float lane[4];
        int i;
        for (i = 0; i < 4; i++)
            lane[i] = (s[i] + (s[12 + i] + s[24 + i])) + ((s[4 + i] + (s[16 + i] + s[28 + i])) + (s[8 + i] + (s[20 + i] + s[32 + i])));
        return (lane[0] + lane[1]) + (lane[2] + lane[3]);
    }
    #endif
    #endif
    """
    float sum_of_patterns "rig_sum_of_36"(const float *states) noexcept nogil
