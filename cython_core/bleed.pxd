# What the band plays into the microphones: known, because we play it, and so no stroke of the drummer's.

from cython_core.coherence cimport Coherence, Past
from cython_core.onsets cimport BANDS, HOPS_KEPT, Onset, OnsetState

cdef enum:
    LONGEST_WAY = 65536              # frames from the band's buses back to a microphone, at most; a power of two
    HOPS_BACK = 14                   # of the band's own, newest first: what comes back may be so much later

cdef struct Bleed:
    OnsetState ear                   # the bank of resonators, as the lines have it; the rest of it is not used
    float ring[LONGEST_WAY]          # what the band has played
    long long played                 # frames of it
    float power[HOPS_BACK][BANDS]    # of the band in its last hops, newest first
    bint is_heard                    # it has played in one of them
    Past past

cdef struct Coupling:                # of one microphone
    Coherence coherence              # is there any?
    float octaves[BANDS]             # log2 of how much of the band's power gets into it
    float hops                       # of band that have been learned from
    float level[HOPS_KEPT][BANDS]    # ring, log2 of the microphone's power in each of the last hops ...
    float expected[HOPS_KEPT][BANDS] # ... and of what the band was to bring of it
    int newest                       # index in the rings

cdef void bleed_reset(Bleed *b, double samplerate_hz) noexcept nogil
cdef void bleed_play(Bleed *b, const float *band, int frames) noexcept nogil
cdef void bleed_tick(Bleed *b, double way_frames, int frames) noexcept nogil
cdef void coupling_reset(Coupling *c) noexcept nogil
cdef void coupling_tick(Coupling *c, const Bleed *b, const OnsetState *heard, long long tick, int line) noexcept nogil
cdef void coupling_hop(Coupling *c, const Bleed *b, const float *kept_power) noexcept nogil
cdef bint explain_away(const Coupling *c, const OnsetState *o, Onset *onset) noexcept nogil
