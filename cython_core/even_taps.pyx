"""The tempo that the last taps have together, where they are even.

A hand taps 10 ms beside the beat, so what lies between the last two says little of a tempo that is to be kept. A line through the last
six, by least squares, says it four times as well. Where they are scattered more than a hand scatters them, as around a new tempo,
the earliest are left out. But taps that slow down, or catch up, have no tempo together. A parabola through them tells: if it fits
better than the line by more than scatter would make it (a t-test), they are not even.
"""

from libc.math cimport sqrt

cdef int ENOUGH = 4                  # taps: three distances
cdef double HAND_S = 0.006           # scatter below this is no ground to believe in a parabola
cdef double CURVED = 3.2             # times the scatter: t of 3 degrees of freedom, one case in twenty
cdef double SCATTERED_S = 0.012      # around the line, sd: no hand's, where it is so much and ...
cdef double SCATTERED_BEATS = 0.02   # ... so much of a beat more


cdef void even_taps_begin(EvenTaps *t, double at_s) noexcept nogil:
    """A tap that is the first of a row."""
    t.beat[0], t.at_s[0], t.count = 0, at_s, 1


cdef void even_taps_add(EvenTaps *t, double beats, double at_s) noexcept nogil:
    """The next, so many beats later."""
    cdef int i
    if t.count == FITTED:
        for i in range(FITTED - 1):
            t.beat[i], t.at_s[i] = t.beat[i + 1], t.at_s[i + 1]
        t.count -= 1
    t.beat[t.count], t.at_s[t.count] = (t.beat[t.count - 1] if t.count else 0) + beats, at_s
    t.count += 1


cdef double even_taps_bpm(const EvenTaps *t, double otherwise_bpm) noexcept nogil:
    """Their tempo together; `otherwise_bpm` where they are too few, or not even."""
    cdef int first
    cdef double beat_s, scatter_s, curve_s
    for first in range(t.count - ENOUGH + 1):
        fit(t, first, &beat_s, &scatter_s, &curve_s)
        if curve_s > CURVED * max(scatter_s, HAND_S):
            return otherwise_bpm
        if scatter_s < SCATTERED_S + SCATTERED_BEATS * beat_s:
            return 60 / beat_s
    return otherwise_bpm


cdef void fit(const EvenTaps *t, int first, double *beat_s, double *scatter_s, double *curve_s) noexcept nogil:
    """Of the taps from the `first` on: a beat of the line through them, the sd of what neither it nor the parabola explains, and how
    much of it the parabola does."""
    cdef double[FITTED] x, q         # the beats and their squares, each less what the ones before explain
    cdef double n = t.count - first, mean = 0, mean_s = 0, xx = 0, xxx = 0, qq = 0, xt = 0, qt = 0, rest = 0, off_s
    cdef int i
    for i in range(first, t.count):
        mean += t.beat[i] / n
        mean_s += t.at_s[i] / n
    for i in range(first, t.count):
        x[i] = t.beat[i] - mean
        xx += x[i] * x[i]
        xxx += x[i] * x[i] * x[i]
    for i in range(first, t.count):
        q[i] = x[i] * x[i] - xx / n - xxx / xx * x[i]
        qq += q[i] * q[i]
        xt += x[i] * (t.at_s[i] - mean_s)
        qt += q[i] * (t.at_s[i] - mean_s)
    for i in range(first, t.count):
        off_s = t.at_s[i] - mean_s - xt / xx * x[i] - qt / qq * q[i]
        rest += off_s * off_s
    beat_s[0], scatter_s[0], curve_s[0] = xt / xx, sqrt(rest / (n - 3)), sqrt(qt * qt / qq)
