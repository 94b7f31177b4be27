# Commands, taken when they are due.

from cython_core.rig_state cimport RigState

cdef void take_events(RigState *r) noexcept nogil                # once a tick
