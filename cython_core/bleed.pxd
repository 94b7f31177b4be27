# What the band plays into the microphones: known, because we play it, and so no stroke of the drummer's.

from cython_core.onsets cimport BANDS, HOPS_KEPT, Onset, OnsetState

cdef enum:
    LONGEST_WAY = 65536              # frames from the band's buses back to a microphone, at most; a power of two
    HOPS_SPREAD = 3                  # of the band's hops that may be in one hop of a microphone

cdef struct Bleed:
    OnsetState ear                   # the bank of resonators, as the lines have it; the rest of it is not used
    float ring[LONGEST_WAY]          # what the band has played
    long long played                 # frames of it
    float power[HOPS_SPREAD][BANDS]  # of the band in its last hops, newest first
    float loudest[BANDS]             # over the last hops: what may be in a microphone's hop now
    bint is_heard                    # the band has played in these hops

cdef struct Coupling:                # of one microphone
    float octaves[BANDS]             # log2 of how much of the band's power gets into it
    float hops                       # of band that have been learned from
    float level[HOPS_KEPT][BANDS]    # ring, log2 of the microphone's power in each of the last hops ...
    float expected[HOPS_KEPT][BANDS] # ... and of what the band was to bring of it
    int newest                       # index in the rings

cdef void bleed_reset(Bleed *b, double samplerate_hz) noexcept nogil
cdef void bleed_play(Bleed *b, const float *band, int frames) noexcept nogil
cdef bint bleed_tick(Bleed *b, double way_frames, int frames) noexcept nogil
cdef void coupling_reset(Coupling *c) noexcept nogil
cdef void coupling_hop(Coupling *c, const Bleed *b, const float *kept_power) noexcept nogil
cdef bint explain_away(const Coupling *c, const OnsetState *o, Onset *onset) noexcept nogil
