# The drummer's own bar: what he has been playing, as one more pattern.

from cython_core.onsets cimport Onset
from cython_core.patterns cimport Patterns

cdef struct OwnBar:
    bint begun
    double place                     # in the bar, in bins: up to here what was not played again has faded
    int next                         # bin of `likely` and `busy` that is brought up to date next ...
    int stale                        # ... and how many there are

cdef void own_bar_begin(OwnBar *own, Patterns *p, double place) noexcept nogil
cdef void own_bar_pass(OwnBar *own, Patterns *p, double place, bint is_sure) noexcept nogil
cdef void own_bar_strike(Patterns *p, double place, const Onset *onset) noexcept nogil
cdef int own_bar_renew(OwnBar *own, Patterns *p) noexcept nogil
