# Which drums are within earshot: only of those does silence say anything.

from cython_core.onsets cimport Onset

cdef enum:
    KINDS = 3                        # kick, snare, cymbal

cdef struct Earshot:
    int kinds                        # that are within earshot, from the kick on: 1 .. KINDS
    double[KINDS] lately             # strokes of each kind lately

cdef void earshot_begin(Earshot *e) noexcept nogil
cdef int earshot_hear(Earshot *e, const Onset *onset) noexcept nogil
