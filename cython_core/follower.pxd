# Where the drummer is in the beat and the bar, how fast, and how sure that is.

from cython_core.bar_filter cimport BarFilter
from cython_core.earshot cimport Earshot
from cython_core.flood cimport Flood
from cython_core.gaits cimport Gaits
from cython_core.on_strokes cimport OnStrokes
from cython_core.onsets cimport Onset
from cython_core.own_bar cimport OwnBar

cdef struct Pulse:                   # at the last frame of the tick just heard, on the input's clock
    double beat                      # beats since the first one found; whole numbers fall on beats. Never NaN; may be corrected either way
    double bar_beat                  # 0 <= bar_beat < beats_per_bar; 0 on the downbeat
    double bpm                       # 40..400
    double confidence                # 0..1: how probable it is that `beat` is right, within 17.5 % of a beat
    double bar_confidence            # 0..1: how probable it is that the downbeat is right too
    double playing                   # 0..1: how probable it is that the drummer has not stopped for good
    int beats_per_bar
    double beat_length               # of what is counted, over that of the song's first meter
    int found                        # 0 until a first beat has been found; all else is then meaningless

cdef struct FollowerState:
    double samplerate_hz
    double told_bpm                  # 0: nothing was told
    int beats_per_bar
    double beat_length               # of what is counted, over that of the song's first meter
    bint ready                       # the meter has been made ready
    bint started                     # a first stroke has been heard
    double other_bpm                 # where beats are of another length now: the tempo that he may have stayed in; else 0
    bint goes_on                     # the bar filter begins anew, but the place in the bar is known
    bint found
    bint is_new                      # the bar filter began with what was told, not with what had been followed
    BarFilter bars                   # the coarse answer: which beat, which level
    Gaits gaits                      # the fine one: phase and tempo
    OwnBar own                       # what the drummer has been playing
    OnStrokes strokes                # where he strikes the beat
    bint unread                      # the bar filter has a new answer
    double octave                    # log2 bpm that the bar filter believes in
    double confidence, bar_confidence
    double lean_frame                # when the gaits last leaned towards the bar filter
    double trust                     # confidence, slowly averaged
    double last_onset_frame
    Earshot earshot                  # which drums are
    Flood flood                      # what hands and feet cannot have played
    double heard_frame               # up to which it has heard

cdef class Follower:
    cdef FollowerState *state
    cdef readonly double samplerate_hz
    cdef long long heard_frames

cdef void follower_tick(FollowerState *f, const Onset *onsets, int count, long long end_frame, int frames, Pulse *pulse) noexcept nogil
cdef void follower_tell(FollowerState *f, double bpm, int beats_per_bar) noexcept nogil
cdef void follower_count_in(FollowerState *f, double bar_one_frame, double bpm) noexcept nogil
cdef void follower_begin_bar(FollowerState *f, double bar_beat) noexcept nogil
cdef bint is_playable(double bpm) noexcept nogil
cdef bint follower_hear_octave(FollowerState *f, double faster) noexcept nogil
cdef bint follower_hear_one(FollowerState *f, double frame) noexcept nogil
cdef void follower_change_meter(FollowerState *f, int beats_per_bar, double bar_beat, double beat_length) noexcept nogil
