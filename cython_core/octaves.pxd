# The drummer says that his beats are twice, or half, as fast as they are counted.

from cython_core.rig_state cimport RigState

cpdef enum Outcome:                  # what comes of saying so
    TAKEN = 0
    NOT_KNOWN = 1                    # nothing of his tempo is known yet
    UNPLAYABLE = 2                   # nobody is followed in such a tempo
    BEYOND_LIMIT = 3                 # the song, or the section, may not go so slow or so fast
    OFF_THE_SONG = 4                 # the band plays, and it would lead away from its tempo

cdef int octave_comes_to(const RigState *r, double faster) noexcept nogil        # an Outcome
cdef void hear_octave(RigState *r, double faster) noexcept nogil
