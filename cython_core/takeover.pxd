# Who takes the tempo, and when: at once, or a whole bar after the click is back in the drummer's ears.

from cython_core.authority cimport AuthorityState, Place
from cython_core.follower cimport Pulse

cdef struct Takeover:
    int kind                         # an EventKind that changes the leader; 0: nobody waits
    double value                     # as that kind wants them
    double other
    double at                        # beat of the line on which it happens

cdef int takes_over(int kind) noexcept nogil                          # the Leader that an event of this kind makes; -1: it makes none
cdef void take_over(AuthorityState *a, int kind, double value, double other, const Pulse *pulse, const Place *place) noexcept nogil
