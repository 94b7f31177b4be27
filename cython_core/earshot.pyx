"""Which drums are within earshot: only of those does silence say anything.

Many have triggers on kick and snare and none on the cymbals, or one on the kick alone. Where nothing tells of hats, that none are heard
speaks against no groove. So a kind of drum that was not heard in the first strokes, or later in many, is not missed until it is heard; and
one stroke, on a pad that he strikes at the end of a verse, is not enough. Kits are wired from the kick up, then the snare, then cymbals:
where one kind is heard, those before it are within earshot too, and a ride alone is a drummer who lets his feet rest.
"""

from cython_core.bar_filter cimport how_real

cdef double LATELY_STROKES = 33.0    # time constant
cdef double ENOUGH = 1.5             # strokes of a kind lately
cdef double AT_FIRST = 1.6           # the same, before anything was heard: gone after three strokes without one


cdef void earshot_begin(Earshot *e) noexcept nogil:
    """Nothing has been heard yet: take it that all can be."""
    cdef int kind
    e.kinds = KINDS
    for kind in range(KINDS):
        e.lately[kind] = AT_FIRST


cdef int earshot_hear(Earshot *e, const Onset *onset) noexcept nogil:
    """A stroke. Returns how many kinds are within earshot after it, from the kick on: 1 .. KINDS."""
    cdef double[KINDS] struck = [onset.kick, onset.snare, onset.cymbal]
    cdef double real = how_real(onset.strength)
    cdef double strokes = min(struck[0] + struck[1] + struck[2], 1) * real
    cdef int kind
    e.kinds = 1
    for kind in range(KINDS):
        e.lately[kind] = (e.lately[kind] + struck[kind] * real) * (1 - strokes / LATELY_STROKES)
        if e.lately[kind] > ENOUGH:
            e.kinds = kind + 1
    return e.kinds
