# One voice: stems mixed and stretched along a line, by one Rubber Band R3 instance for each bus.

from cython_core.line cimport Attacks, Line
from cython_core.stem_bank cimport MAX_BUSES, SIDES, Gains, StemBank

cdef extern from *:
    """
    #ifndef RIG_NEVER
    #define RIG_NEVER ((long long)1 << 62)
    #endif
    """
    long long NEVER "RIG_NEVER"      # a frame that does not come

cdef enum:
    STRETCHED = 8192                 # frames a voice may be ahead of the ear; a power of two

cdef struct Part:                    # one bus
    void *stretcher
    int window                       # frames the stretcher looks at; half of them are its delay
    Attacks attacks
    Gains gain                       # of what was fed last
    long long out_frame              # output frame of the next stretched frame
    long long source_frame           # frame of the recording at the start of the stretcher's window
    double rate                      # frames of the recording per output frame, as last set
    double furthest_off              # frames: the furthest a window's centre has been from its target
    float *fed[SIDES]         # (window,) what the stretcher is given next
    float *out[SIDES]         # (STRETCHED,) output, by frame modulo STRETCHED; frames may be negative

cdef struct Voice:                   # written and read by the renderer only
    int parts                        # buses
    Part part[MAX_BUSES]
    StemBank *stems                  # NULL: free
    Line line
    long long from_frame             # output frame at which it is all there (the end of its fade in)
    long long until_frame            # output frame at which it is gone (the end of its fade out)
    long long plain_from             # output frame from which the recording itself is heard, or NEVER
    long long plain_until            # output frame from which it is stretched again, or NEVER
    long long plain_offset           # frame of the recording - output frame, between the two
    Gains plain_gain
    int is_primed                    # it has been set up at its starting point
    long long waited                 # chunks spent waiting for pages before that

cdef int voice_set_up(Voice *v, double samplerate_hz, int channels) except -1
cdef void voice_free(Voice *v) noexcept nogil
cdef void voice_prime(Voice *v, const Gains *gain) noexcept nogil   # one window before its line's first knot
cdef void part_hop(Part *p, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil
    # one hop: out_frame moves on by some 128 to 512
