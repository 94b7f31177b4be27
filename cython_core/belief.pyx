"""Where the bar filter's belief lies: at which tempo level, at which place in the bar, at which in the beat.

Belief is spread over neighbouring tempi and places, so what counts is always the sum of it nearby. This only reads.
"""

from libc.math cimport fabs
from libc.string cimport memset

from cython_core.bar_filter cimport PLACES_PER_BEAT, TEMPI

cdef enum:
    NEAR = 4                         # places on either side that count as the same: 17.5 % of a beat and a little
    LEVEL = 12                       # tempi on either side that count as the same level: 0.43 octaves

cdef double OVERRULE_LEVEL = 0.20    # by how much the belief in another level must be greater
cdef double SAME_LEVEL_OCTAVES = 0.30


cdef bint belief_is_same_level(double octave, double other) noexcept nogil:
    return fabs(octave - other) <= SAME_LEVEL_OCTAVES


cdef double belief_level(const BarFilter *b, double octave) noexcept nogil:
    """log2 bpm of the tempo level to follow: the present one, unless another holds clearly more belief."""
    cdef int tempo, best = 0
    cdef double here = 0, most = -1, sum_ = 0
    for tempo in range(TEMPI):
        if belief_is_same_level(b.octave[tempo], octave):
            here += b.tempo_mass[tempo]
    if here > 0.5 * b.total:
        return octave
    for tempo in range(-LEVEL, TEMPI):                      # `sum_` is over LEVEL tempi on either side
        if tempo + LEVEL < TEMPI:
            sum_ += b.tempo_mass[tempo + LEVEL]
        if tempo > LEVEL:
            sum_ -= b.tempo_mass[tempo - LEVEL - 1]
        if tempo >= 0 and sum_ > most:
            most = sum_
            best = tempo
    return b.octave[best] if most > here + OVERRULE_LEVEL * b.total else octave


cdef double belief_at_level(const BarFilter *b, double level, float *bar) noexcept nogil:
    """Belief by place in the bar at one tempo level; returns the mean of log2 bpm there."""
    cdef int tempo, i, places = b.patterns.beats * PLACES_PER_BEAT
    cdef double mass = 0, octaves = 0
    memset(bar, 0, places * sizeof(float))
    for tempo in range(TEMPI):
        if b.tempo_mass[tempo] > 0 and belief_is_same_level(b.octave[tempo], level):
            mass += b.tempo_mass[tempo]
            octaves += b.tempo_mass[tempo] * b.octave[tempo]
            for i in range(places):
                bar[i] += b.place[tempo * places + i]
    return octaves / mass if mass > 0 else level


cdef double belief_near(const float *belief, int size, int middle) noexcept nogil:
    """Belief, which goes round, within NEAR places."""
    cdef double sum_ = 0
    cdef int k
    for k in range(-NEAR, NEAR + 1):
        sum_ += belief[(middle + k + size) % size]
    return sum_


cdef int belief_surest(const float *belief, int size) noexcept nogil:
    """The place around which most belief lies."""
    cdef int i, best = 0
    cdef double most = -1, sum_
    for i in range(size):
        sum_ = belief_near(belief, size, i)
        if sum_ > most:
            most = sum_
            best = i
    return best


cdef double belief_centre(const float *beat, int middle) noexcept nogil:
    """Mean place of the belief around a place in the beat, in beats."""
    cdef double weight = 0, away = 0
    cdef int k
    for k in range(-NEAR, NEAR + 1):
        weight += beat[(middle + k + PLACES_PER_BEAT) % PLACES_PER_BEAT]
        away += beat[(middle + k + PLACES_PER_BEAT) % PLACES_PER_BEAT] * k
    return (middle + 0.5 + (away / weight if weight > 0 else 0)) / PLACES_PER_BEAT
