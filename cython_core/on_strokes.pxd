# The beat, put where the drummer strikes it.

from cython_core.onsets cimport Onset

cdef struct OnStrokes:
    double lean_beats                # by how much the follower's beat is before his strokes, on the average; below 0: after them
    double heard                     # strokes that this average is of, each counted by its strength

cdef void weigh_strokes(OnStrokes *s, const Onset *onset, int onsets, double beat, double bpm, double frame, double samplerate_hz) noexcept nogil
