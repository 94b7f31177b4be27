# Stems of one bus, mixed and stretched along a line by one Rubber Band R3 instance.

from cython_core.line cimport Attacks, Line
from cython_core.stem_bank cimport SIDES, Gains, StemBank

cdef enum:
    STRETCHED = 8192                 # frames it may be ahead of the ear; a power of two

cdef struct Stretcher:               # written and read by the renderer only
    void *rubber_band
    int window                       # frames it looks at; half of them are its delay
    Attacks attacks
    Gains gain                       # of what was fed last
    long long out_frame              # output frame of the next stretched frame
    long long source_frame           # frame of the recording at the start of the window
    double rate                      # frames of the recording per output frame, as last set
    double furthest_off              # frames: the furthest a window's centre has been from its target
    long long silent_fed             # frames of silence that were fed last
    long long silent_out             # frames of output since nothing but silence is in the window
    long long rested                 # frames of output that were silence without Rubber Band; also read by Python
    float *fed[SIDES]                # (window,) what is given next
    float *out[SIDES]                # (STRETCHED,) output, by frame modulo STRETCHED; frames may be negative

cdef int stretcher_set_up(Stretcher *s, double samplerate_hz) except -1
cdef void stretcher_free(Stretcher *s) noexcept nogil
cdef void stretcher_prime(Stretcher *s, const Line *line, const Gains *gain) noexcept nogil   # one window before the line's first knot
cdef void stretcher_hop(Stretcher *s, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil
    # one hop: out_frame moves on by some 128 to 512
