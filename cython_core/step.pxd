# The instrument: one block in, one block out.

from cython_core.rig_state cimport RigState

cdef void step(RigState *r, const float *const *heard, float *const *played, int frames) noexcept nogil
