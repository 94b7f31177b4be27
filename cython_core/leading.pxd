# Who leads the line on, and how the tempo is handed over.

from cython_core.authority cimport Place
from cython_core.exchange cimport Event
from cython_core.rig_state cimport RigState

cdef void lead_on(RigState *r) noexcept nogil                                      # once a tick
cdef void see(RigState *r, Place *place) noexcept nogil                            # where the head of the line is, in the ear's time
cdef void begin_leading(RigState *r) noexcept nogil
cdef void ask_for_tempo(RigState *r, const Event *event, const Place *place) noexcept nogil
