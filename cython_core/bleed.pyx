"""What the band plays into the microphones: known, because we play it, and so no stroke of the drummer's.

The band, delayed by its way through loudspeaker and microphone, goes through the same bank of resonators as the microphones. How
much of its power comes back in each band of the bank is measured: the ratio of the two, of which a low quantile is kept, because
where drums sound as well it is too high (minimum statistics: Martin, IEEE TSAP 9, 2001). An onset then counts as far as what rose
in the bands of its drum rose above what the band was to bring. (To take the band off the spectrum before onsets are looked for, as
echo suppressors do, tears holes into it whose edges look like strokes: see docs/decisions/21.) Where there is no bleed, nothing
is explained away.
"""

from libc.math cimport fmaxf, fminf, log2f
from libc.string cimport memcpy, memmove, memset

from cython_core.coherence cimport coherence_look, comes_back, is_time_to_look, lag_frames, past_keep, past_reset
from cython_core.onsets cimport bank_tick, onsets_reset
from cython_core.tick cimport TICK

cdef float SOFTEST_POWER = 1e-9         # of the band in a hop, under which nothing is learned
cdef float QUANTILE = 0.3              # of the ratios that is taken for the band alone
cdef float STEP_OCTAVES = 0.5           # by which the estimate moves in a hop, at first ...
cdef float LAST_STEP_OCTAVES = 0.02     # ... and in the end
cdef float LEARNS_HOPS = 30.0           # the time constant between them
cdef float LOOSE_OCTAVES = 1.8          # of power: the band may bring so much more than it usually does
cdef float LEAST_OCTAVES = -30.0
cdef float NOTHING = -60.0              # octaves: expected where the band is silent
cdef float EXPLAINED = 0.3             # share of the rise above the band, under which a drum was not struck ...
cdef float OWN = 0.6                   # ... and from which it was
cdef float LEAST_LIKELY = 0.05
cdef int[3] LOWEST = [0, 5, 15]         # bands of the bank in which a kick, a snare, a cymbal rises
cdef int[3] HIGHEST = [7, 21, BANDS]


cdef void bleed_reset(Bleed *b, double samplerate_hz) noexcept nogil:
    memset(b, 0, sizeof(b[0]))
    onsets_reset(&b.ear, samplerate_hz)
    past_reset(&b.past, samplerate_hz)


cdef void coupling_reset(Coupling *c) noexcept nogil:
    cdef int band, hop
    memset(c, 0, sizeof(c[0]))
    for band in range(BANDS):
        c.octaves[band] = LEAST_OCTAVES / 2
        for hop in range(HOPS_KEPT):
            c.level[hop][band] = c.expected[hop][band] = NOTHING


cdef void bleed_play(Bleed *b, const float *band, int frames) noexcept nogil:
    """The next frames that the band plays."""
    cdef int i
    for i in range(frames):
        b.ring[(b.played + i) & (LONGEST_WAY - 1)] = band[i] if band[i] == band[i] else 0
    b.played += frames


cdef void bleed_tick(Bleed *b, double way_frames, int frames) noexcept nogil:
    """What comes back in the next `frames` (up to a tick) frames of the microphones, after a way of so many frames at least.

    To be called in step with the lines' own ticks: hops of both end together. The band is heard a hop early; how much longer the way is
    than it must be, through the air, is found for each microphone.
    """
    cdef float[TICK] heard
    cdef int i, band, hop
    cdef bint ended
    cdef long long way = <long long>(way_frames - b.ear.hop_frames), at
    way = min(max(way, 0), LONGEST_WAY - 64)
    for i in range(frames):
        at = b.played - frames - way + i
        heard[i] = b.ring[at & (LONGEST_WAY - 1)] if at >= 0 else 0
    ended = bank_tick(&b.ear, heard, frames, b.played - frames)
    if b.played % TICK == 0:
        past_keep(&b.past, &b.ear)
    if not ended:
        return
    b.is_heard = False
    memmove(b.power[1], b.power[0], (HOPS_BACK - 1) * sizeof(b.power[0]))
    memcpy(b.power[0], b.ear.kept_power, sizeof(b.power[0]))
    for hop in range(HOPS_BACK):
        for band in range(BANDS):
            if b.power[hop][band] > SOFTEST_POWER:
                b.is_heard = True


cdef void coupling_tick(Coupling *c, const Bleed *b, const OnsetState *heard, long long tick, int line) noexcept nogil:
    """A tick of a microphone has ended: now and then, see whether the band is in it."""
    if b.is_heard and is_time_to_look(&b.past, tick, line):
        coherence_look(&c.coherence, &b.past, heard)


cdef void coupling_hop(Coupling *c, const Bleed *b, const float *kept_power) noexcept nogil:
    """A hop of a microphone has ended: learn how much of the band is in it, and keep what it was to bring."""
    cdef int band, hop, late = <int>(lag_frames(&c.coherence, &b.past) / <double>b.ear.hop_frames + 0.5) if comes_back(&c.coherence) else 1
    cdef float level, step, played
    c.newest = (c.newest + 1) % HOPS_KEPT
    c.hops += b.is_heard
    step = fmaxf(STEP_OCTAVES / (1 + c.hops / LEARNS_HOPS), LAST_STEP_OCTAVES)
    for band in range(BANDS):
        level = log2f(kept_power[band] + 1e-13)
        c.level[c.newest][band], c.expected[c.newest][band] = level, NOTHING
        played = 0
        for hop in range(max(late - 1, 0), min(late + 2, HOPS_BACK)):
            played = fmaxf(played, b.power[hop][band])
        if played > SOFTEST_POWER:
            level -= log2f(played)
            c.octaves[band] += step * QUANTILE if level > c.octaves[band] else -step * (1 - QUANTILE)
            c.octaves[band] = fminf(fmaxf(c.octaves[band], LEAST_OCTAVES), 10)
            c.expected[c.newest][band] = c.octaves[band] + log2f(played)


cdef bint explain_away(const Coupling *c, const OnsetState *o, Onset *onset) noexcept nogil:
    """Take from an onset what the band explains, if it comes back at all. False when nothing is left of it."""
    cdef int ago = <int>((o.hop_end - onset.frame) / o.hop_frames), hop, band, kind
    cdef float[BANDS] rise, own
    cdef float peak, expected, all_, mine
    cdef float[3] share
    if not comes_back(&c.coherence):
        return True
    for band in range(BANDS):
        peak = expected = NOTHING
        for hop in range(max(ago - 3, 0), min(ago + 2, HOPS_KEPT)):
            peak = fmaxf(peak, c.level[(c.newest + HOPS_KEPT - hop) % HOPS_KEPT][band])
            expected = fmaxf(expected, c.expected[(c.newest + HOPS_KEPT - hop) % HOPS_KEPT][band])
        rise[band] = fminf(fmaxf(peak - fmaxf(o.lately[band], o.loudest - 20), 0), 8)
        own[band] = fminf(fmaxf((peak - expected) / LOOSE_OCTAVES - 0.5, 0), 1)
    for kind in range(3):
        all_ = mine = 1e-6
        for band in range(LOWEST[kind], HIGHEST[kind]):
            all_ += rise[band]
            mine += rise[band] * own[band]
        share[kind] = fminf(fmaxf((mine / all_ - EXPLAINED) / (OWN - EXPLAINED), 0), 1)
    onset.kick *= share[0]
    onset.snare *= share[1]
    onset.cymbal *= share[2]
    return onset.kick + onset.snare + onset.cymbal > LEAST_LIKELY
