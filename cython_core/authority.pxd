# Who has the tempo, and what the leader says of it.

from cython_core.follower cimport Pulse

cpdef enum Leader:
    BAND = 0
    DRUMMER = 1
    CONDUCTOR = 2

cpdef enum Reason:
    ASKED = 1                        # a key, a pedal, the door
    COUNTED_IN = 2                   # stick clicks
    INSISTED = 3                     # the drummer kept pushing and the band gave way
    CONDUCTED = 4                    # a tempo or a tap of the conductor's
    CUED_IN = 5                      # the band came in on the drummer's bar line

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
    double tap_frame                 # the conductor's last tap; < 0: none yet
    double tap_line                  # the beat of the line that it stood for
    int taps                         # in the present row of taps
    double tap_s                     # from one tap to the next, as expected now
    double tap_trend_s               # how much longer each gets than the one before
    double pushed_beats              # how long the drummer has been insisting
    double judged_beat               # the last drummer's beat that was looked at

cdef struct Place:                   # where the line is, as the authority needs it
    double line                      # beats, at the head
    double bpm                       # at the head
    double recorded_bpm              # of the recording, at the head
    double drummer_to_head_s         # from what the follower speaks of to the head, as the ear has it
    double conductor_to_head_s       # from a tap now to the head, as the ear has it
    int is_moving                    # the band is playing in time: not silent, not held

cdef void authority_reset(AuthorityState *a, double bpm) noexcept nogil
cdef void hand_over(AuthorityState *a, int leader, int why, const Pulse *pulse, const Place *place) noexcept nogil
cdef void align(AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil
cdef void conduct(AuthorityState *a, double bpm) noexcept nogil
cdef void tap(AuthorityState *a, double frame, double samplerate_hz, const Place *place) noexcept nogil
cdef void decide_authority(AuthorityState *a, const Pulse *pulse, const Place *place, double now_frame, double samplerate_hz, Lead *lead) noexcept nogil
cdef double drummer_line(const AuthorityState *a, const Pulse *pulse, double ahead_s) noexcept nogil
