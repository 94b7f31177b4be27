# The band: stems mixed, stretched and placed, a fixed distance ahead of the ear.

cdef enum:
    CHUNK = 256                      # frames rendered at a time
    MAX_STEMS = 16

cdef struct StemBank                 # a song's stems, as the prefetch thread keeps them in memory

cdef struct BandOrder:               # the song's line, made known up to `frame`
    long long frame                  # an output frame, a multiple of CHUNK; orders come one CHUNK apart, without gaps
    double source                    # the frame of the recording that sounds at `frame`; NaN: silence
    long long jump_frame             # -1, or the output frame, in (frame - CHUNK, frame], from which another place or song sounds
    double jump_from                 # where the line would have been at jump_frame (what fades out); NaN: silence
    double jump_to                   # what sounds at jump_frame; NaN: silence. Between jump_frame and frame the line is straight
    StemBank *stems                  # the song at `frame` (after the jump, if there is one); NULL: none
    float gain[MAX_STEMS]            # linear, per stem, reached at `frame`
