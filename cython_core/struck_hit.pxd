# The last hit on the drummer's own stroke: sounded from the recording at once, until the stretched band has come round.

from cython_core.onsets cimport Onset
from cython_core.stem_bank cimport Gains, StemBank

cdef struct StruckHit:
    long long from_frame             # output frame from which the recording itself is heard; -1: nothing is
    long long until_frame            # from which the line has it; -1: not known yet
    double source                    # frame of the recording at from_frame
    StemBank *stems
    Gains gain

cdef bint is_last_hit(const Onset *onset) noexcept nogil                  # a stroke that means it
cdef bint is_first_stroke(const Onset *onset) noexcept nogil              # one of the bass drum, that may begin a bar
cdef void struck_hit_begin(StruckHit *h, long long frame, double source, StemBank *stems, const Gains *gain) noexcept nogil
cdef void struck_hit_sound(StruckHit *h, long long frame, int frames, int channels, double samplerate_hz, float *const *band) noexcept nogil
    # band[channel]: what the line plays, on which the hit is laid; no more than a tick
