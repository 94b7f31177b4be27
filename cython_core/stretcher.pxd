# One voice: stems mixed and stretched along a line, by one Rubber Band R3 instance.

from cython_core.stem_bank cimport MAX_STEMS, StemBank

cdef enum:
    KNOTS = 128                      # of a voice's line that are remembered
    STRETCHED = 8192                 # frames a voice may be ahead of the ear; a power of two

cdef struct Knot:
    double frame                     # output
    double source                    # frame of the recording that sounds there

cdef struct Voice:                   # written and read by the renderer only
    void *stretcher
    StemBank *stems                  # NULL: free
    long long from_frame             # output frame at which it is all there (the end of its fade in)
    long long until_frame            # output frame at which it is gone (the end of its fade out)
    int is_primed                    # it has been set up at its starting point
    long long waited                 # chunks spent waiting for pages before priming
    long long out_frame              # output frame of the next stretched frame
    long long source_frame           # frame of the recording at the start of the stretcher's window
    double rate                      # frames of the recording per frame of output, as last set
    double furthest_off              # frames: the furthest a window's centre has been from the line
    int hop                          # frames the last hop gave
    Knot knot[KNOTS]
    long long knots
    float gain[MAX_STEMS]
    float *source_side[2]            # (window,) what is fed next
    float *side[2]                   # (STRETCHED,) output, by frame modulo STRETCHED; frames may be negative
    int window                       # frames the stretcher looks at; half of them are its delay

cdef int voice_set_up(Voice *v, double samplerate_hz) except -1
cdef void voice_free(Voice *v) noexcept nogil
cdef void voice_prime(Voice *v, const float *gain) noexcept nogil            # at its first knot, half a window early
cdef void voice_hop(Voice *v, const float *gain) noexcept nogil              # one hop: out_frame moves on by 1..1024 frames
cdef void voice_knot(Voice *v, double frame, double source) noexcept nogil
cdef double voice_line(const Voice *v, double frame) noexcept nogil          # where its line is, also before and after the knots
