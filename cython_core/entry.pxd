# When a band that listens comes in: on the bar line that the sticks have counted, or on one of a drummer who plays alone.

from cython_core.follower cimport Pulse

cpdef enum Listening:                # what the band comes in on
    FOR_THE_CUE = 0                  # on the drummer's next bar line once it is cued; or after his count
    FOR_THE_BAR = 1                  # uncued: on the first bar line that the follower is sure of
    FOR_THE_COUNT = 2                # after his count; if none was understood, on a bar line all the same, a little later

cdef struct Entry:
    int listens_for                  # a Listening
    int leader_after                 # who has the tempo once the band is in; a Leader
    bint is_cued                     # come in on the next bar line, sure or not
    long long count_frame            # the output frame of bar 1, once the sticks have said so; -1
    double count_bpm
    double sure_beats                # for how long the follower has been sure
    double waited_in_bar             # beats to the entry, a tick ago

cdef void entry_listen(Entry *e, int listens_for, int leader_after) noexcept nogil
cdef void entry_find_again(Entry *e) noexcept nogil
cdef bint entry_is_counted(const Entry *e) noexcept nogil
cdef double entry_bpm(const Entry *e, const Pulse *pulse) noexcept nogil
cdef double beats_to_entry(Entry *e, const Pulse *pulse, double counted_in_s, double heard_to_head_s, double lead_in_beats, double tick_s) noexcept nogil
