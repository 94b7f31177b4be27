# The instrument with its parts, for Python.

from cython_core.rig_state cimport RigState

cdef class Rig:
    cdef RigState *state
    cdef readonly object parts
    cdef prepare_mix(self, const float[:, ::1] route, sounds)
