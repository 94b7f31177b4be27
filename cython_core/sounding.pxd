# What is heard: drums, band, what is struck, mixed and guarded.

from cython_core.rig_state cimport RigState

cdef void hear_pads(RigState *r, int frames) noexcept nogil                                                   # once a block
cdef void pass_on_midi(RigState *r, int frames) noexcept nogil                                               # once a block, before the drums' step
cdef void play(RigState *r, const float *const *heard, float *const *played, int done, int into, int span) noexcept nogil
cdef void say(RigState *r, int word) noexcept nogil
