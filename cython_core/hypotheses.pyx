"""What else the drummer might be playing: the places and tempi in which the bar filter believes most, surest first.

A hypothesis is all belief within NEAR_PLACES of a place in the bar and NEAR_TEMPI of a tempo; what one has taken, the next ones
do without. Half time, the off-beat and another beat as the one are far enough away to be hypotheses of their own.

This only reads, and takes some tenths of a millisecond: it is for looking, and no part of a tick.
"""

from libc.math cimport fmod, pow
from libc.string cimport memset

from cython_core.bar_filter cimport PLACES_PER_BEAT, TEMPI, BarFilter
from cython_core.patterns cimport MAX_BEATS

cdef enum:
    NEAR_PLACES = 4                  # 17.5 % of a beat and a little
    NEAR_TEMPI = 8                   # 0.29 octaves
    MOST_PLACES = MAX_BEATS * PLACES_PER_BEAT

cdef double LEAST_BELIEF = 0.001     # what holds less is none


cdef int rank_hypotheses(const BarFilter *b, double frame, Hypothesis *found, int room) noexcept nogil:
    """Fill `found` for a moment near `b.answer_frame`; returns how many there are, at most `room` and MOST_HYPOTHESES."""
    cdef float[TEMPI * MOST_PLACES] rest
    cdef int count = 0, tempo, i, places = b.patterns.beats * PLACES_PER_BEAT
    if not b.started or not b.total > 0:
        return 0
    for tempo in range(TEMPI):
        for i in range(places):
            rest[tempo * places + i] = b.place[tempo * places + i] if b.tempo_mass[tempo] > 0 else 0
    while count < min(room, MOST_HYPOTHESES) and take_surest(b, rest, frame, &found[count]):
        count += 1
    return count


cdef bint take_surest(const BarFilter *b, float *rest, double frame, Hypothesis *found) noexcept nogil:
    """The hypothesis with the most of what is left of the belief, which is taken away."""
    cdef int places = b.patterns.beats * PLACES_PER_BEAT, tempo, at_tempo = 0, at_place = 0, i, k, from_, to
    cdef float[MOST_PLACES] column
    cdef double most = -1, belief, mass = 0, octave = 0, away = 0, here
    memset(column, 0, sizeof(column))
    for tempo in range(-NEAR_TEMPI, TEMPI):                     # `column` sums NEAR_TEMPI tempi on either side
        for i in range(places):
            if tempo + NEAR_TEMPI < TEMPI:
                column[i] += rest[(tempo + NEAR_TEMPI) * places + i]
            if tempo > NEAR_TEMPI:
                column[i] -= rest[(tempo - NEAR_TEMPI - 1) * places + i]
        if tempo < 0:
            continue
        for i in range(places):
            belief = 0
            for k in range(-NEAR_PLACES, NEAR_PLACES + 1):
                belief += column[(i + k + places) % places]
            if belief > most:
                most = belief
                at_tempo, at_place = tempo, i
    from_, to = max(0, at_tempo - NEAR_TEMPI), min(TEMPI, at_tempo + NEAR_TEMPI + 1)
    for tempo in range(from_, to):
        for k in range(-NEAR_PLACES, NEAR_PLACES + 1):
            i = tempo * places + (at_place + k + places) % places
            here = rest[i]
            rest[i] = 0
            mass += here
            octave += here * b.octave[tempo]
            away += here * k
    found.belief = mass / b.total
    if not found.belief > LEAST_BELIEF:
        return False
    found.bpm = pow(2, octave / mass)
    found.bar_beat = (at_place + 0.5 + away / mass) / PLACES_PER_BEAT + (frame - b.answer_frame) / b.samplerate_hz * found.bpm / 60
    found.bar_beat = fmod(fmod(found.bar_beat, b.patterns.beats_per_bar) + b.patterns.beats_per_bar, b.patterns.beats_per_bar)
    return True
