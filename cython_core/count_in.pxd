# A count-in: even stick clicks for one bar, and when bar 1 will fall.

from cython_core.onsets cimport Onset

cdef enum:
    MAX_CLICKS = 12
    REMEMBERED = 64                  # strokes

cdef struct CountInCall:
    int ready                        # 1 in the one tick in which the last click was told
    int is_late                      # one click was not heard: bar 1 is being played, and only now is it known
    double bpm                       # as counted, 40..400
    double bar_one_frame             # when bar 1 will fall

cdef struct CountInState:
    double samplerate_hz
    double told_bpm                  # 0: not known
    int clicks_after_slow            # of a second bar, where the first had them on every other beat; 0: no such count is agreed
    int clicks_wanted
    int beats_per_click              # 2 in a half-time count
    int clicks                       # heard so far, evenly
    double[MAX_CLICKS] click_frame   # the oldest first
    float strength                   # of the clicks
    bint rests                       # the band does: there is no groove
    bint called
    int strokes                      # of any kind, heard so far
    int since                        # so many of them belong to a count that is over
    Onset[REMEMBERED] stroke         # the last of them
    float[REMEMBERED] loudest_then_db   # the loudest sound of late, when it was told ...
    float loudest_db                 # ... and now

cdef class CountIn:
    cdef CountInState *state
    cdef long long heard_frames

cdef void count_in_forget(CountInState *c) noexcept nogil
cdef void count_in_listen(CountInState *c, double bpm, int beats_per_bar, int bars, int beats_per_click, double now_frame, bint rests) noexcept nogil
cdef void count_in_tick(CountInState *c, const Onset *onsets, int count, long long end_frame, float loudest_db, CountInCall *call) noexcept nogil
