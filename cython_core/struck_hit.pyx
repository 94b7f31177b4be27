"""The last hit that the drummer strikes himself.

The band is made some sixty milliseconds ahead, too late for a stroke that nobody could foresee. But after a hold the tempo is nobody's: the
recording of the hit can be played as it is. So on the stroke it sounds straight from the stems, and goes over into the stretched band
when that has come to the same place; the band follows at once, as it would follow a jump.
"""

from cython_core.onsets cimport SECOND
from cython_core.stem_bank cimport MAX_CHANNELS, SIDES, stems_mix
from cython_core.tick cimport TICK

cdef float LOUD = 0.8                    # of what this player gives at most
cdef float FIRM = 0.4
cdef float NO_HAT = 0.5                  # kick, snare or cymbal this likely
cdef double COMES_S = 0.001              # so short that the attack stays whole
cdef double GOES_S = 0.010


cdef bint is_last_hit(const Onset *onset) noexcept nogil:
    return onset.look != SECOND and onset.strength >= LOUD and max(onset.kick, max(onset.snare, onset.cymbal)) >= NO_HAT


cdef bint is_first_stroke(const Onset *onset) noexcept nogil:
    return onset.look != SECOND and onset.strength >= FIRM and onset.kick >= NO_HAT


cdef void struck_hit_begin(StruckHit *h, long long frame, double source, StemBank *stems, const Gains *gain) noexcept nogil:
    h.from_frame, h.until_frame, h.source, h.stems, h.gain = frame, -1, source, stems, gain[0]


cdef void struck_hit_sound(StruckHit *h, long long frame, int frames, int channels, double samplerate_hz, float *const *band) noexcept nogil:
    cdef float hit[MAX_CHANNELS][TICK]
    cdef float *out[MAX_CHANNELS]
    cdef Gains gain = h.gain
    cdef double share
    cdef int bus, c, i
    if h.from_frame < 0 or h.stems == NULL or frame < h.from_frame:
        return
    if h.until_frame >= 0 and frame >= h.until_frame + GOES_S * samplerate_hz:
        h.from_frame = -1
        return
    for c in range(channels):
        out[c] = hit[c]
    for bus in range(channels // SIDES):
        stems_mix(h.stems, <long long>h.source + frame - h.from_frame, frames, bus, &gain, &h.gain, &out[SIDES * bus])
    for i in range(frames):
        share = min((frame + i - h.from_frame) / (COMES_S * samplerate_hz), 1.0)
        if 0 <= h.until_frame < frame + i:
            share = max(1.0 - (frame + i - h.until_frame) / (GOES_S * samplerate_hz), 0.0)
        for c in range(channels):
            band[c][i] += <float>share * (hit[c][i] - band[c][i])
