"""The beat, put where the drummer strikes it.

The follower reads the beat out of bars that many drummers have played, and a groove of one's own shifts it: at 120 bpm by 1.6 ms for kick, snare
and eighths on the hi-hat, by -6 ms without the hi-hat. The band is to fall on the strokes, and a drummer who listens to it would give way to any
constant distance, for as long as they play (decision 04). So what the strokes near the beat say on the average is taken off.

Strokes and follower alone are in this, the band is not: there is no loop that could swing.
"""

from libc.math cimport fabs, rint

from cython_core.onsets cimport SECOND

cdef double WITHIN_BEATS = 0.07          # of a beat: further off is another note
cdef double REMEMBERED = 50.0             # strokes of full strength
cdef double MOST_S = 0.008
cdef double MOST_BEATS = 0.03


cdef void weigh_strokes(OnStrokes *s, const Onset *onset, int onsets, double beat, double bpm, double frame, double samplerate_hz) noexcept nogil:
    """Strokes just told, against the beat as it was said to be at `frame`, the lean taken off, before they were heard."""
    cdef double off, counts, per_frame = bpm / 60.0 / samplerate_hz, most = min(MOST_S * bpm / 60.0, MOST_BEATS)
    cdef int i
    for i in range(onsets):
        off = beat + (onset[i].frame - frame) * per_frame
        off -= rint(off)
        if onset[i].look != SECOND and fabs(off) < WITHIN_BEATS:
            counts = min(max(<double>onset[i].strength, 0.0), 1.0)
            s.heard = min(s.heard + counts, REMEMBERED)
            s.lean_beats += counts / max(s.heard, 1.0) * off
    s.lean_beats = max(-most, min(s.lean_beats, most))
