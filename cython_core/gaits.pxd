# Phase and tempo, stroke by stroke, for a drummer who may be steady, drift or leap.

from cython_core.bar_filter cimport BarFilter
from cython_core.onsets cimport Onset
from cython_core.patterns cimport BINS_PER_BEAT, CLASSES, MAX_BEATS

cdef enum:
    GAITS = 3                        # steady, drifting, leaping

cdef struct Gait:                    # one Kalman filter over (beat, tempo)
    double beat
    double tempo                     # natural logarithm of beats a frame
    double beat_var, cross_var, tempo_var
    double share                     # how probable this gait is

cdef struct Gaits:
    double samplerate_hz
    Gait gait[GAITS]
    double frame                     # the moment at which they stand
    double bar_offset                # place in the bar = beat + bar_offset
    int bins                         # of the cycle of beats
    float expected[CLASSES][MAX_BEATS * BINS_PER_BEAT]   # strokes a beat, by class, that the patterns now believed in expect

cdef void gaits_start(Gaits *g, double frame, double bpm) noexcept nogil
cdef void gaits_count(Gaits *g, double from_beat, double faster) noexcept nogil
cdef void gaits_seed(Gaits *g, double frame, double beat, double octave) noexcept nogil
cdef void gaits_expect_nothing(Gaits *g) noexcept nogil
cdef void gaits_expect(Gaits *g, BarFilter *b, double octave) noexcept nogil
cdef void gaits_lean(Gaits *g, double gap_beats, double sd_beats) noexcept nogil
cdef void gaits_hear(Gaits *g, const Onset *onset) noexcept nogil
cdef void gaits_move(Gaits *g, double beats) noexcept nogil
cdef double gaits_octave(Gaits *g) noexcept nogil
cdef double gaits_beat_at(Gaits *g, double frame) noexcept nogil
cdef double modulo(double x, double m) noexcept nogil
