# An electronic kit that the callback itself hears: every message at its own frame of the block.

from cython_core.rig_state cimport RigState

cdef void kit_play(RigState *r, int at, int message) noexcept nogil      # before `step`: `at` this frame of its block
cdef void pass_on(RigState *r, int at, int message) noexcept nogil       # to the plugins that are instruments
