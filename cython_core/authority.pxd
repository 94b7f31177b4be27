# Who has the tempo, and what the leader says of it.

from cython_core.even_taps cimport EvenTaps
from cython_core.follower cimport Pulse

cpdef enum Leader:
    BAND = 0
    DRUMMER = 1
    CONDUCTOR = 2
    SHARED = 3                       # band and drummer meet between their tempi; `share` says where

cpdef enum Reason:
    ASKED = 1                        # a key, a pedal, the door
    COUNTED_IN = 2                   # stick clicks
    INSISTED = 3                     # the drummer kept pushing and the band gave way
    CONDUCTED = 4                    # a tempo or a tap of the conductor's
    CUED_IN = 5                      # the band came in on the drummer's bar line

cpdef enum GivesWay:                 # how long, and how far, a drummer must push until the band gives way
    NEVER = 0
    STUBBORN = 1
    PATIENT = 2
    EASY = 3

cpdef enum:                          # the tempi that a conductor can give
    SLOWEST_BPM = 20
    FASTEST_BPM = 400

cdef struct Lead:                    # what the leader says about the head of the line
    double bpm
    double line                      # where the leader's beat lies, in beats of the line; NaN: a tempo, but no beat to meet
    double weight                    # 0..1: how strongly the band is drawn to that beat
    double bar_beat                  # 0 <= bar_beat < beats_per_bar: where in the bar the leader is
    double bar_confidence            # 0..1
    int beats_per_bar                # 0: his bar is not known
    int is_free                      # his tempo is changing: the band may bend far
    int may_fetch                    # from too far away the band may go to his beat on a bar line

cdef struct AuthorityState:
    int leader                       # a Leader
    int why                          # a Reason
    int changed                      # set at a handover; whoever tells of it clears it
    double align                     # line = drummer's beat + align; a whole number, so that beat meets beat
    int is_aligned
    double ratio                     # the band's own tempo: what it plays, over the recording's tempo there
    double conductor_bpm
    double tap_frame                 # the conductor's last tap that counts; < 0: none yet
    double tapped_frame              # his last of all, in place or not
    double odd_tap_s                 # by which that was out of place: its distance from the one before; 0: it was not
    double tap_beats                 # what a tap stands for
    double tap_faster                # by how much faster beats go than at that tap
    double tap_line                  # the beat of the line that it stood for
    int taps                         # in the present row of taps
    double tap_s                     # from one beat to the next, as the taps say
    double tap_trend_s               # how much longer each gets than the one before
    EvenTaps even_taps               # the last of them ...
    double even_bpm                  # ... and the tempo that is kept when they end
    double share                     # 0..1: how much of the lead is the drummer's, where it is SHARED
    int gives_way                    # a GivesWay
    double habit_s                   # by how much the drummer likes to be ahead of the band; below 0: behind
    int follows_curve                # the conductor's tempo is the one written in the song
    double rit_line                  # beats of the line at which a ritardando begins ...
    double rit_beats                 # ... and how long it is; 0: there is none
    double rit_bpm                   # the tempo at its beginning ...
    double rit_ratio                 # ... and its end's part of that
    double pushed_beats              # how long the drummer has been insisting
    double judged_beat               # the last drummer's beat that was looked at

cdef struct Place:                   # where the line is, as the authority needs it
    double line                      # beats, at the head
    double bpm                       # at the head
    double recorded_bpm              # of the recording, at the head
    double beat_length               # at the head, over that of the song's first meter ...
    double length_changed            # ... and the line where it came to be that
    double beats_in_bar              # of the bar that the head is in
    double curve_bpm                 # of the tempo curve written in the song, at the head; 0: it has none
    double drummer_to_head_s         # from what the follower speaks of to the head, as the ear has it
    double conductor_to_head_s       # from a tap now to the head, as the ear has it
    int is_moving                    # the band is playing in time: not silent, not held

cdef void authority_reset(AuthorityState *a, double bpm) noexcept nogil
cdef void hand_over(AuthorityState *a, int leader, int why, const Pulse *pulse, const Place *place) noexcept nogil
cdef void align(AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil
cdef void conduct(AuthorityState *a, double bpm) noexcept nogil
cdef void tap(AuthorityState *a, double frame, double samplerate_hz, double beats, const Place *place) noexcept nogil
cdef void slow_down(AuthorityState *a, double beats, double ratio, const Place *place) noexcept nogil
cdef void decide_authority(AuthorityState *a, const Pulse *pulse, const Place *place, double now_frame, double samplerate_hz, Lead *lead) noexcept nogil
cdef void count_other_beats(AuthorityState *a, double line, double faster) noexcept nogil
cdef void in_beats_of_head(const AuthorityState *a, const Pulse *heard, const Place *place, Pulse *pulse) noexcept nogil
cdef double conductor_line(const Place *place) noexcept nogil        # the line as he hears it now
cdef double drummer_line(const AuthorityState *a, const Pulse *pulse, double ahead_s) noexcept nogil
