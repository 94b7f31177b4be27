# What the drummer plays: from the inputs to where his beat is.

from cython_core.rig_state cimport RigState

cdef void join_pads(RigState *r, const float *const *heard, int frames, const float **kit) noexcept nogil     # once a block
cdef void hear(RigState *r, const float *const *heard, int done, int into, int span) noexcept nogil           # part of a tick
cdef void find_beat(RigState *r) noexcept nogil                                                               # once a tick
cdef void listen_for_count(RigState *r, double song_beat) noexcept nogil
cdef void take_up_count(RigState *r, double song_beat) noexcept nogil
cdef void go_on_when_he_begins(RigState *r) noexcept nogil
cdef void tell_bar(RigState *r) noexcept nogil
cdef void tell_meter(RigState *r) noexcept nogil
