"""The drummer's own bar: what he has been playing, as one more pattern beside those that were learned.

A groove comes round, and nobody's is quite the typical one. Strokes whose place is sure are laid down in the bar, and what is
not played again fades; after two or three bars a fill, a syncopation or a half-time snare is no riddle any more where it was
played before. He could confirm himself in an error, though: so half of his bar always stays what drummers usually play, and it
is forgotten whenever the beat or the bar line turn out to have been elsewhere.
"""

from libc.math cimport exp, floor

from cython_core.patterns cimport BINS_PER_BEAT, CLASSES, OWN, PATTERNS, loudness, patterns_blur

cdef enum:
    LAG = BINS_PER_BEAT              # bins that a bin waits for its last strokes to be told, and for those beside it
    REACH = 6                        # bins on either side over which a stroke is spread

cdef double SPREAD_BINS = 1.5        # sd of that
cdef double RENEWED = 0.3            # share of the bar that each time round renews
cdef double HIS = 0.5                # share of it that is his; the rest is what drummers usually play


cdef void own_bar_begin(OwnBar *own, Patterns *p, double place) noexcept nogil:
    """Nothing is known of him yet, at this place in the bar (bins)."""
    cdef int bin_, kind
    for bin_ in range(p.bins):
        for kind in range(CLASSES):
            p.rate[(bin_ * PATTERNS + OWN) * CLASSES + kind] = p.usual[bin_ * CLASSES + kind]
    own.place = place
    own.next = (<int>place - LAG + 2 * p.bins) % p.bins
    own.stale = p.bins
    own.begun = True


cdef void own_bar_pass(OwnBar *own, Patterns *p, double place, bint is_sure) noexcept nogil:
    """The bar has gone on to `place` (bins): what lies behind fades, if it is sure that it lies there. Never goes back."""
    cdef double gone = place - own.place
    cdef int i, kind, bin_
    cdef float *rate
    gone -= p.bins * floor(gone / p.bins + 0.5)
    if gone <= 0:
        return
    for i in range(<int>own.place + 1, <int>(own.place + gone) + 1):
        bin_ = i % p.bins
        own.stale = min(own.stale + 1, p.bins)
        if is_sure:
            for kind in range(CLASSES):
                rate = p.rate + (bin_ * PATTERNS + OWN) * CLASSES + kind
                rate[0] += <float>RENEWED * (<float>(1 - HIS) * p.usual[bin_ * CLASSES + kind] - rate[0])
    own.place = place


cdef void own_bar_strike(Patterns *p, double place, const Onset *onset) noexcept nogil:
    """A stroke that fell at `place` (bins): lay it down."""
    cdef int away, kind, middle = <int>(place + 0.5)
    cdef double share, total = 0, loud = loudness(onset.strength)
    cdef double[3] drum = [onset.kick, onset.snare, onset.cymbal]
    cdef float *rate
    for away in range(-REACH, REACH + 1):
        total += spread(middle + away - place)
    for away in range(-REACH, REACH + 1):
        share = HIS * RENEWED * BINS_PER_BEAT * spread(middle + away - place) / total
        rate = p.rate + ((middle + away + p.bins) % p.bins * PATTERNS + OWN) * CLASSES
        for kind in range(3):
            rate[kind] += <float>(share * drum[kind] * (1 - loud))
            rate[kind + 3] += <float>(share * drum[kind] * loud)


cdef inline double spread(double away) noexcept nogil:
    return exp(-0.5 * away * away / (SPREAD_BINS * SPREAD_BINS))


cdef int own_bar_renew(OwnBar *own, Patterns *p) noexcept nogil:
    """Bring one bin of what is likely up to date; returns which, or -1 where all are."""
    cdef int bin_ = own.next
    if own.stale == 0:
        return -1
    patterns_blur(p, bin_, OWN, OWN + 1)
    own.next = (bin_ + 1) % p.bins
    own.stale -= 1
    return bin_
