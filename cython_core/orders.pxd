# The song's line as the callback orders it from the renderers: one order a chunk, read by every bus.

from cython_core.stem_bank cimport Gains, StemBank

cdef enum:
    CHUNK = 256                      # frames rendered at a time

cdef struct BandOrder:               # the song's line, made known up to `frame`
    long long frame                  # an output frame, a multiple of CHUNK; orders come one CHUNK apart, without gaps
    double source                    # the frame of the recording that sounds at `frame`; NaN: silence
    long long jump_frame             # -1, or the output frame from which another place sounds: in (frame - CHUNK, frame], and out of
                                     # silence as much as late_frames before that
    double jump_from                 # where the line would have been at jump_frame (what fades out); NaN: silence
    double jump_to                   # what sounds at jump_frame; NaN: silence. From there to `frame` the line is straight
    StemBank *stems                  # the song at `frame` (after the jump, if there is one); NULL: none
    Gains gain                       # of every stem on every channel; heard from about `frame` on (see docs/band.md)

cdef struct Orders:
    BandOrder *order                 # (places,)
    int places                       # orders that may wait
    long long given                  # written by the callback
