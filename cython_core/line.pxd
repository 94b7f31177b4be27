# The line of a voice: which frame of the recording sounds at which output frame.

cdef enum:
    KNOTS = 128                      # that a line remembers
    ATTACKS = 64                     # likewise

cdef struct Knot:
    double frame                     # output
    double source                    # frame of the recording that sounds there

cdef struct Line:
    Knot knot[KNOTS]
    long long knots
    long long straight_since         # output frame since which the line goes at exactly the recording's speed, without a bend
    double straight_offset           # source - frame, there
    long long bent_at                # output frame at which the straight piece before that one ended

cdef struct Attacks:                 # what is struck on one bus
    double attack[ATTACKS]           # frames of the recording at which something is struck, rising
    long long attacks
    double steepness                 # of the last 20 ms heard, squared, per frame
    float last[2]                    # the last frame heard

cdef void line_start(Line *l, double frame, double source) noexcept nogil
cdef void line_knot(Line *l, double frame, double source) noexcept nogil    # frames rise from knot to knot
cdef double line_end(const Line *l) noexcept nogil    # output frame of the last knot
cdef double line_at(const Line *l, double frame) noexcept nogil    # straight between knots, and beyond them
cdef double line_rate(const Line *l, double frame) noexcept nogil    # frames of the recording per output frame
cdef void attacks_forget(Attacks *a) noexcept nogil
cdef void attacks_hear(Attacks *a, float *const *fed, int frames, long long source) noexcept nogil
    # looks for attacks in what comes next from the recording; `source` is the frame it begins at
cdef double line_target(const Line *l, const Attacks *a, double frame) noexcept nogil    # the line, bent around attacks
