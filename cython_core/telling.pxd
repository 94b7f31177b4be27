# What the rig says of itself.

from cython_core.rig_state cimport RigState

cdef void tell_what_happened(RigState *r) noexcept nogil         # after the head of the line has moved
cdef void take_snapshot(RigState *r) noexcept nogil              # once a tick
