"""The line of a voice, and how it is bent around what is struck.

A stretcher that goes through the recording at another speed moves everything that is not in the middle of its window: an
attack is laid down where the one window that catches it best happens to lie, up to half a hop off (at 1.35 times 1.3 ms, at
half speed 7 ms). So for a few milliseconds on either side of an attack the recording passes at its own speed, with the attack
itself on the line, and what is lost or won is made up before and after. Windows then agree about the attack, wherever they
lie: it comes on time, and it stays sharp (docs/decisions/41).
"""

from libc.math cimport INFINITY, fabs, isfinite

cdef double RISES_BY = 8.0           # times the squared steepness of the 20 ms before: an attack
cdef double QUIET = 1e-7             # squared steepness per frame that is too little to be one
cdef double BESIDE = 600.0           # frames on either side of an attack that pass at the recording's own speed (fewer at fast
                                     # rates, where attacks are seen coming later),
cdef double BEND = 1.5               # and how many times as many make up for it
cdef double SLOW = 0.2               # rates at which nothing is bent, so that the line never turns back,
cdef double MODERATE = 0.5           # and from which all of it is
cdef double SAME_SPEED = 0.002       # frames in a chunk: less is no bend in a straight line
cdef double SAME_PLACE = 0.75        # frames that a straight line may have drifted, chunk by chunk
cdef enum:
    RISE = 32                        # frames of the recording that are judged together
    REST = 960                       # from one attack to the next


cdef void line_start(Line *l, double frame, double source) noexcept nogil:
    l.knots = 0
    line_knot(l, frame, source)


cdef void line_knot(Line *l, double frame, double source) noexcept nogil:
    cdef Knot *end = &l.knot[(l.knots - 1) & (KNOTS - 1)]
    cdef double off = source - frame - l.straight_offset
    if l.knots == 0 or fabs(source - end.source - (frame - end.frame)) > SAME_SPEED or fabs(off) > SAME_PLACE:
        l.bent_at = <long long>end.frame
        l.straight_since = <long long>frame
        l.straight_offset = source - frame
    end = &l.knot[l.knots & (KNOTS - 1)]
    end.frame, end.source = frame, source
    l.knots += 1


cdef double line_end(const Line *l) noexcept nogil:
    return l.knot[(l.knots - 1) & (KNOTS - 1)].frame


cdef const Knot *knot_before(const Line *l, double frame) noexcept nogil:
    """The knot that begins the straight piece `frame` lies on."""
    cdef long long i = l.knots - 2, oldest = max(0, l.knots - KNOTS)
    while i > oldest and l.knot[i & (KNOTS - 1)].frame > frame:
        i -= 1
    return &l.knot[i & (KNOTS - 1)]


cdef const Knot *knot_after(const Line *l, const Knot *before) noexcept nogil:
    return &l.knot[(before - &l.knot[0] + 1) & (KNOTS - 1)]


cdef double line_rate(const Line *l, double frame) noexcept nogil:
    cdef const Knot *before
    cdef const Knot *after
    if l.knots < 2:
        return 1.0
    before = knot_before(l, frame)
    after = knot_after(l, before)
    return (after.source - before.source) / (after.frame - before.frame)


cdef double line_at(const Line *l, double frame) noexcept nogil:
    cdef const Knot *before = &l.knot[0] if l.knots < 2 else knot_before(l, frame)
    return before.source + (frame - before.frame) * line_rate(l, frame)


cdef double when(const Line *l, double source, double guess) noexcept nogil:
    """The output frame at which the line is at `source`: Newton's way there, exact on a straight line."""
    cdef int i
    for i in range(4):
        guess += (source - line_at(l, guess)) / max(SLOW, line_rate(l, guess))
    return guess


cdef void attacks_forget(Attacks *a) noexcept nogil:
    a.attacks, a.steepness, a.last[0], a.last[1] = 0, 0.0, 0.0, 0.0


cdef void attacks_hear(Attacks *a, float *const *fed, int frames, long long source) noexcept nogil:
    cdef double steepness
    cdef float left, right
    cdef int at = 0, i, run
    while at < frames:
        run = min(RISE, frames - at)
        steepness = 0.0
        for i in range(at, at + run):
            left, right = fed[0][i] - a.last[0], fed[1][i] - a.last[1]
            a.last[0], a.last[1] = fed[0][i], fed[1][i]
            steepness += left * left + right * right
        steepness /= run
        if steepness > RISES_BY * a.steepness + QUIET and (a.attacks == 0 or source + at > last_attack(a) + REST):
            a.attack[a.attacks & (ATTACKS - 1)] = <double>(source + at)
            a.attacks += 1
        a.steepness += (steepness - a.steepness) * run / REST
        at += run


cdef double last_attack(const Attacks *a) noexcept nogil:
    return a.attack[(a.attacks - 1) & (ATTACKS - 1)]


cdef void attacks_around(const Attacks *a, double source, double *nearest, double *other) noexcept nogil:
    """The attack nearest to a frame of the recording, and the one on its other side; infinite where there is none."""
    cdef double before = -INFINITY, after = INFINITY
    cdef long long i = a.attacks - 1, oldest = max(0, a.attacks - ATTACKS)
    while i >= oldest and a.attack[i & (ATTACKS - 1)] > source:
        after = a.attack[i & (ATTACKS - 1)]
        i -= 1
    if i >= oldest:
        before = a.attack[i & (ATTACKS - 1)]
    nearest[0], other[0] = (before, after) if source - before < after - source else (after, before)


cdef double line_target(const Line *l, const Attacks *a, double frame) noexcept nogil:
    cdef double source = line_at(l, frame), rate = line_rate(l, frame)
    cdef double attack, other, past, side, edge
    cdef double beside = BESIDE / max(1.0, rate), bend = BEND * beside / min(1.0, max(SLOW, rate))
    attacks_around(a, source, &attack, &other)
    if not isfinite(attack) or rate <= SLOW:
        return source
    beside *= min(1.0, (rate - SLOW) / (MODERATE - SLOW))
    if isfinite(other) and fabs(other - attack) < 2.0 * (beside + bend) * rate:
        beside = min(beside, fabs(other - attack) / rate / 6.0)
        bend = fabs(other - attack) / rate / 2.0 - beside
    past = frame - when(l, attack, frame)
    if fabs(past) <= beside:
        return attack + past
    if fabs(past) >= beside + bend:
        return source
    side = 1.0 if past > 0 else -1.0
    edge = attack + side * beside - line_at(l, frame - past + side * beside)
    return source + edge * (beside + bend - fabs(past)) / bend
