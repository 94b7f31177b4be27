# The kit's input lines: microphones by drum, and the notes of pads, made into one list of strokes.

from cython_core.bleed cimport Bleed, Coupling
from cython_core.onsets cimport MAX_ONSETS, Onset, OnsetState
from cython_core.transport cimport TICK

cdef enum:
    MAX_LINES = 8
    GROUPS = 12                      # strokes that are being put together at one time
    NOTES_KEPT = 16

cdef enum:                           # what a line was declared as
    MIX, KICK, SNARE, TOM, HAT, OVERHEAD

cdef struct InputLine:
    int drum
    OnsetState finder
    Coupling coupling                # how much of the band gets into it
    bint is_due                      # a hop has ended and waits to be judged
    int waits                        # ticks until then
    double belief                    # log odds that what it says is true
    float loudest                    # log2 power of its loud strokes

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

cdef struct InputLines:
    double samplerate_hz
    int count
    InputLine line[MAX_LINES]
    Group group[GROUPS]
    Onset note[MAX_ONSETS]           # come since the last tick
    int notes
    double struck[NOTES_KEPT]        # when the last notes came, for the delay of the pads
    int newest
    double sound[NOTES_KEPT]         # and the last strokes that a microphone heard
    long long sounds, paired         # how many there were, and to how many of them a note has been looked for
    double told[NOTES_KEPT]          # frames of the last strokes told: what comes later about them is not told again
    double padded[NOTES_KEPT]        # and of those of them that a pad told of: there is nothing to look at again
    int newest_told
    double pad_late                  # frames by which the pads are later than the microphones
    double pad_jitter                # mean of how far they are from that, frames
    double pairs                     # notes met by sound
    long long last_heard             # when a microphone last told of a stroke; -1: never
    Bleed bleed
    double way_frames                # of the band from its bus to the microphones; < 0: it does not come there

cdef void lines_reset(InputLines *l, double samplerate_hz, const int *drums, int count) noexcept nogil
cdef void lines_note(InputLines *l, const Onset *onset) noexcept nogil
cdef void lines_band(InputLines *l, const float *band, int frames) noexcept nogil
cdef int lines_tick(InputLines *l, const float *const *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil
cdef double trust(const InputLine *line) noexcept nogil

cdef class Lines:
    cdef InputLines *state
    cdef readonly tuple drums, inputs
    cdef long long frame             # of the next sample fed from Python
