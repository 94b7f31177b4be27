# What else the drummer might be playing: the places and tempi in which the bar filter believes most.

from cython_core.bar_filter cimport BarFilter

cdef enum:
    MOST_HYPOTHESES = 8

cdef struct Hypothesis:
    double bpm
    double bar_beat                  # at the frame asked for: 0 <= bar_beat < beats_per_bar, 0 on the downbeat
    double belief                    # 0..1: share of all belief that lies here

cdef int rank_hypotheses(const BarFilter *b, double frame, Hypothesis *found, int room) noexcept nogil
