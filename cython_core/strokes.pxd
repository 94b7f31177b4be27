# What several lines and the pads say of one stroke, put together, and how far the word of each line counts.

from cython_core.earshot cimport Earshot
from cython_core.onsets cimport Onset

cdef enum:
    MAX_LINES = 8
    GROUPS = 12                      # strokes that are being put together at one time
    TOLD_KEPT = 16

cdef enum:                           # what a line was declared as
    MIX, KICK, SNARE, TOM, HAT, OVERHEAD

cdef struct Teller:                  # a line, as one whose word counts
    int drum
    bint can_hear                    # it has told of a stroke
    int missed                       # strokes in a row that it ought to have heard
    double belief                    # log odds that what it says is true

cdef struct Said:                    # by one line, of one stroke
    Onset onset
    bint is_heard
    float under_db                   # how far under the line's loud strokes; 0 and less

cdef struct Group:                   # one stroke, as the lines and the pads tell of it
    bint is_open
    double frame                     # of who told of it first
    bint is_second                   # a second look at it
    long long due_frame              # when no more words are expected
    Said line[MAX_LINES]
    Said pad

cdef struct Strokes:
    double samplerate_hz
    int count                        # of lines
    Teller teller[MAX_LINES]
    Group group[GROUPS]
    double told[TOLD_KEPT]           # frames of the last strokes told
    double padded[TOLD_KEPT]         # and of those of them that a pad told of
    int newest_told
    Earshot pads                     # which drums they tell of
    double pad_jitter                # how far the pads are from their mean delay, frames: so much less their time counts

cdef void strokes_reset(Strokes *s, double samplerate_hz, const int *drums, int count) noexcept nogil
cdef bint strokes_open(const Strokes *s) noexcept nogil
cdef void strokes_hear(Strokes *s, const Onset *onset, int line, long long end, float under) noexcept nogil
cdef int strokes_tell(Strokes *s, long long end, Onset *found, int room) noexcept nogil
cdef void strokes_remember(Strokes *s, double frame, bint is_padded) noexcept nogil
cdef bint was_told(const Strokes *s, double frame) noexcept nogil
cdef bint was_padded(const Strokes *s, double frame) noexcept nogil
cdef bint tells_beyond_pads(const Strokes *s, Onset *onset) noexcept nogil
cdef double trust(const Teller *line) noexcept nogil
