# The kit's input lines: microphones by drum, and the notes of pads, made into one list of strokes.

from cython_core.bleed cimport Bleed, Coupling
from cython_core.onsets cimport MAX_ONSETS, Onset, OnsetState
from cython_core.strokes cimport MAX_LINES, Strokes
from cython_core.tick cimport TICK

cdef enum:
    NOTES_KEPT = 16

cdef struct InputLine:
    OnsetState finder
    Coupling coupling                # how much of the band gets into it
    bint is_due                      # a hop has ended and waits to be judged, until its tick
    long long due_tick
    long long asked                  # which of all second looks ever asked for is its own, counted from 1; 0: none is due
    float loudest                    # log2 power of its loud strokes
    float asked_under_db             # how far over (or, below 0, under) them what it asks about is

cdef struct InputLines:
    double samplerate_hz
    int count
    InputLine line[MAX_LINES]
    Strokes strokes
    Onset note[MAX_ONSETS]           # come since the last tick
    int notes
    double struck[NOTES_KEPT]        # when the last notes came, for the delay of the pads
    int newest
    double sound[NOTES_KEPT]         # and the last strokes that a microphone heard
    long long sounds, paired         # how many there were, and to how many of them a note has been looked for
    double pad_late                  # frames by which the pads are later than the microphones
    double pairs                     # notes met by sound
    long long last_heard             # when a microphone last told of a stroke; -1: never
    long long asked                  # second looks asked for so far
    int looking                      # the line whose second look has begun; -1: none
    Bleed bleed
    double way_frames                # of the band from its bus to the microphones; < 0: it does not come there

cdef void lines_reset(InputLines *l, double samplerate_hz, const int *drums, int count) noexcept nogil
cdef void lines_note(InputLines *l, const Onset *onset) noexcept nogil
cdef void lines_band(InputLines *l, const float *band, int frames) noexcept nogil
cdef float lines_loudest_db(const InputLines *l) noexcept nogil
cdef int lines_tick(InputLines *l, const float *const *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil

cdef class Lines:
    cdef InputLines *state
    cdef readonly tuple drums, inputs
    cdef long long frame             # of the next sample fed from Python
