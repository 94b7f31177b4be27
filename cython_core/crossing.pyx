"""What a drummer may change at a half beat: the tempo by a little, by a leap, and the pattern.

A tempo far from the slow reference is held down there. While a told tempo is doubted it is not, but nothing leaps between the tempi
near the reference and those far from it: what was told and what else it may be live apart, and what is heard decides between them.

A bare pulse fits many tempi, so it may be heard only near the reference, and never where no tempo was told.
"""

from libc.math cimport fabs
from libc.string cimport memcpy, memset

from cython_core.bar_filter cimport TEMPI, states_at
from cython_core.patterns cimport PATTERNS, PULSE, sum_of_patterns
from cython_core.pulses cimport PULSES

cdef enum:
    LEAP = 14                        # tempi on either side that it can reach by a leap: a third of an octave and a little more

cdef double TEMPO_MOVES = 0.10       # share of states that change to a neighbouring tempo at a half beat
cdef double TEMPO_LEAPS = 0.003      # and by a leap
cdef float[NEIGHBOURS + 1] MOVES = [1 - TEMPO_MOVES - TEMPO_LEAPS, 0.40 * TEMPO_MOVES, 0.08 * TEMPO_MOVES, 0.02 * TEMPO_MOVES]    # by so many tempi
cdef double PATTERN_CHANGES_BAR = 0.3
cdef double PATTERN_CHANGES_BEAT = 0.03
cdef double HELD_OCTAVES = 0.44      # tempi further than this from the reference ...
cdef double HELD = 0.4               # ... lose this factor at each half beat
cdef double APART_OCTAVES = 0.36     # while it is doubted, tempi further than this only live apart: three quarters of it, say, whose sixteenths are its triplets
cdef double NEAR_OCTAVES = 0.2       # nearer than this to the reference, a bare pulse may be heard; a third faster, sixteenths are triplets
cdef float PULSE_LASTS = 0.85        # and it loses this at each half beat: a groove that explains as much is believed


cdef void cross(BarFilter *b, int half) noexcept nogil:
    """Change the states that have just reached this half beat."""
    cdef float[TEMPI][PATTERNS] came
    cdef float[TEMPI + 1][PATTERNS] up_to                  # what came at all tempi below one
    cdef float change = 0
    cdef int tempo, p
    if half % 2 == 0:
        change = <float>(PATTERN_CHANGES_BAR if (half // 2) % b.patterns.beats_per_bar == 0 else PATTERN_CHANGES_BEAT)
    memset(up_to[0], 0, sizeof(up_to[0]))
    for tempo in range(TEMPI):
        if b.active[tempo]:
            memcpy(came[tempo], reached(b, tempo, half), sizeof(came[tempo]))
        else:
            memset(came[tempo], 0, sizeof(came[tempo]))
        memcpy(up_to[tempo + 1], up_to[tempo], sizeof(up_to[tempo]))
        for p in range(PATTERNS):
            up_to[tempo + 1][p] += came[tempo][p]
    for tempo in range(TEMPI):
        if b.active[tempo]:
            go_on(b, tempo, came[0], up_to[0], change, reached(b, tempo, half))


cdef void go_on(BarFilter *b, int tempo, const float *came, const float *up_to, float change, float *into) noexcept nogil:
    """Gather what goes on at one tempo; `came` and `up_to` have a row of PATTERNS for each."""
    cdef float[PATTERNS] states
    cdef const float *row[2 * NEIGHBOURS + 1]
    cdef const float *above
    cdef const float *below
    cdef const float *share = b.share[tempo]
    cdef int lowest, highest, other, p, away
    cdef float leaps = <float>(TEMPO_LEAPS / (2 * LEAP + 1)), stays = 1 - change, changing, begins
    cdef float held = <float>(HELD if is_far(b, b.octave[tempo]) and not b.is_doubted else 1)
    within_leap(b, tempo, &lowest, &highest)
    above = up_to + (highest + 1) * PATTERNS
    below = up_to + lowest * PATTERNS
    for away in range(-NEIGHBOURS, NEIGHBOURS + 1):
        other = tempo + away
        if not 0 <= other < TEMPI or not b.active[other]:
            other = tempo
        row[NEIGHBOURS + away] = came + other * PATTERNS
    for p in range(PATTERNS):
        states[p] = held * (leaps * (above[p] - below[p]) + MOVES[0] * row[3][p] + MOVES[1] * (row[2][p] + row[4][p])
                            + MOVES[2] * (row[1][p] + row[5][p]) + MOVES[3] * (row[0][p] + row[6][p]))
    changing = change * sum_of_patterns(states)
    begins = changing if is_near(b, b.octave[tempo]) else 0
    for p in range(PATTERNS):
        into[p] = stays * states[p] + changing * share[p]
    for p in range(PULSE, PULSE + PULSES):
        into[p] = PULSE_LASTS * stays * states[p] + begins * share[p]


cdef void within_leap(BarFilter *b, int tempo, int *lowest, int *highest) noexcept nogil:
    """The tempi, first and last, from which a state can leap to this one."""
    cdef bint here = is_far(b, b.octave[tempo])
    lowest[0], highest[0] = max(tempo - LEAP, 0), min(tempo + LEAP, TEMPI - 1)
    if b.is_doubted:
        while is_far(b, b.octave[lowest[0]]) != here:
            lowest[0] += 1
        while is_far(b, b.octave[highest[0]]) != here:
            highest[0] -= 1


cdef bint is_far(const BarFilter *b, double octave) noexcept nogil:
    """Is there a reference, and is this tempo (log2 bpm) far from it?"""
    return b.reference_octave > 0 and fabs(octave - b.reference_octave) > (APART_OCTAVES if b.is_doubted else HELD_OCTAVES)


cdef bint is_near(const BarFilter *b, double octave) noexcept nogil:
    """Is there a reference, and is this tempo (log2 bpm) so near it that a bare pulse may be heard at it?"""
    return b.reference_octave > 0 and fabs(octave - b.reference_octave) < NEAR_OCTAVES


cdef float *reached(BarFilter *b, int tempo, int half) noexcept nogil:
    """The states that lie on this half beat."""
    cdef int beats = b.patterns.beats, cell = (half * b.cells[tempo] + 2 * beats - 1) // (2 * beats)
    return states_at(b, tempo, cell % b.cells[tempo])
