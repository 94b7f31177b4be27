"""How the band is brought to its leader's beat.

Near it, by bending the tempo: a pull proportional to the phase error (first-order phase correction: Repp 2005, Psychon. Bull. Rev. 12),
and a trim for an accelerando, in which the leader's beat outruns the tempo he is heard to have. The bend is bounded by what is not heard as a
lurch: NARROW while the leader is steady, WIDE for FREE_BEATS after he has changed his tempo. Correcting the *period* is the follower's job.

Further than a quarter of a beat away, or in another bar than the leader's, no bend would do: the band keeps his tempo, and on a bar line it goes
to the place where he is, in one crossfade. `beats_to_return` is the rule.
"""

from libc.math cimport INFINITY, fabs, isnan, rint

from cython_core.chart cimport chart_bar_start, chart_next_bar
from cython_core.clamp cimport clamped

cdef double PULL_PER_BEAT = 3.0          # 1/beat: how much of a small error is gone a beat later
cdef double TRIM_PER_BEAT = 0.08         # 1/beat^2
cdef double MAX_TRIM = 0.03              # fraction of the leader's tempo
cdef double NARROW = 0.025               # the largest bend, a fraction of the leader's tempo, while he is steady
cdef double WIDE = 0.08                  # and while he is not
cdef double DECLARED = 0.0125            # a tempo this far from its average, a fraction of it, is a change of tempo
cdef double AVERAGED_BEATS = 4.0         # time constant of that average
cdef double FREE_BEATS = 4.0
cdef double STRAYED_BEATS = 0.25         # further from the leader's beat than this, the band does not bend there
cdef double STRAYED_FOR_BEATS = 1.0      # it goes there on a bar line, once it has been so far away for this long
cdef double SURE_OF_THE_BAR = 0.8        # going there anyway, the band meets his bar line if he is this sure of it
cdef double DOUBT_BEATS = 6.0            # and to his bar line once so many sure beats have spoken for it ...
cdef double TRUST_BEATS = 4.0            # ... more than have lately spoken for the band's, of which no more than these are remembered ...
cdef double AGREED_BEATS = 12.0          # ... but for a bar line that he counted, or that the band had before he led: that is worth so many

cdef int SURELY_HEARD = 4                # beats: longer bars are put together from shorter ones, and 3 + 2 is taken for 2 + 3: an agreed one stands


cdef void steering_reset(Steering *s, bint is_agreed) noexcept nogil:
    """The band comes in, or has just gone to where the leader is, and may settle freely. Was the bar line agreed on, or only heard?"""
    s.free_beats = FREE_BEATS
    s.usual_bpm = s.trim = s.strayed_beats = 0.0
    s.doubt_beats = -AGREED_BEATS if is_agreed else 0.0
    s.limit = 0


cdef void steering_hear_one(Steering *s) noexcept nogil:
    """Somebody has said where the drummer's bars begin: nothing more need speak for his bar line."""
    s.doubt_beats = DOUBT_BEATS


cdef void steering_hear_octave(Steering *s, double faster) noexcept nogil:
    """Somebody has said that the leader's beats are so many times as fast: the band may settle freely, and his bar line holds."""
    s.usual_bpm *= faster
    s.free_beats, s.strayed_beats = FREE_BEATS, 0.0
    steering_hear_one(s)


cdef double steered_bpm(Steering *s, const Lead *lead, double line, double slowest_bpm, double fastest_bpm, double tick_s) noexcept nogil:
    """The tempo to play in for the next tick: the leader's, bent towards his beat. `line`: where the band is, in beats of the line."""
    cdef double off = 0.0 if isnan(lead.line) else lead.line - line
    cdef double tick_beats = lead.bpm / 60.0 * tick_s, bend = 0.0, widest, most, bpm
    hear_changes(s, lead, tick_beats)
    widest = WIDE if s.free_beats > 0 else NARROW
    if isnan(lead.line) or lead.weight < 1.0:                # there is no running after half a leader
        s.trim = 0.0
    if not isnan(lead.line) and (lead.is_free or fabs(off) <= STRAYED_BEATS):       # a conductor is met nowhere but on the way
        if lead.weight == 1.0:
            most = min(widest, MAX_TRIM)
            s.trim = clamped(s.trim + TRIM_PER_BEAT * off * tick_beats, -most, most)
        bend = clamped(lead.weight * (PULL_PER_BEAT * off + s.trim), -widest, widest)
    bpm = lead.bpm * (1.0 + bend)
    s.limit = -1 if bpm < slowest_bpm else 1 if bpm > fastest_bpm else 0
    return clamped(bpm, slowest_bpm, fastest_bpm)


cdef void hear_changes(Steering *s, const Lead *lead, double tick_beats) noexcept nogil:
    """Has the leader changed his tempo? Then the bend is free for a while."""
    if not s.usual_bpm > 0:
        s.usual_bpm = lead.bpm
    if lead.is_free or fabs(lead.bpm / s.usual_bpm - 1.0) > DECLARED:
        s.free_beats = FREE_BEATS
    s.free_beats = max(s.free_beats - tick_beats, 0.0)
    s.usual_bpm += (lead.bpm - s.usual_bpm) * min(tick_beats / AVERAGED_BEATS, 1.0)


cdef double beats_to_return(
    Steering *s, const Lead *lead, const ChartState *chart, double line, double song_beat, double tick_beats, double *song_bar
) noexcept nogil:
    """From now to the bar line on which the band is to go to where the leader is, in his beats; infinity: it is where it belongs.

    song_bar: gets the song beat, a downbeat, that is to sound from there. The band's own count of bars holds as long as only the beat is
    lost; where the leader has been sure of another bar line for DOUBT_BEATS, or is sure of it when the beat is lost anyway, the song's
    nearest one meets his.
    """
    cdef double off, here, to_bar, there, before, after
    cdef int wrong = 0
    cdef bint has_strayed
    if isnan(lead.line) or not lead.may_fetch or s.limit:
        s.strayed_beats = 0.0
        return INFINITY
    off = lead.line - line
    s.strayed_beats = s.strayed_beats + tick_beats if fabs(off) > STRAYED_BEATS else 0.0
    off -= rint(off)
    here = song_beat + off
    if lead.beats_per_bar > 0 and chart.is_of_one_meter:
        wrong = <int>rint(lead.bar_beat - here + chart_bar_start(chart, here)) % lead.beats_per_bar
        if lead.beats_per_bar <= SURELY_HEARD or s.doubt_beats > -AGREED_BEATS:
            weigh_bar(s, tick_beats * (2.0 * lead.bar_confidence - 1.0), wrong)
    has_strayed = s.strayed_beats >= STRAYED_FOR_BEATS
    if wrong and (s.doubt_beats >= DOUBT_BEATS or has_strayed and lead.bar_confidence >= SURE_OF_THE_BAR):
        to_bar = lead.beats_per_bar - lead.bar_beat
        there = here + to_bar
        before, after = chart_bar_start(chart, there), chart_next_bar(chart, there)
        song_bar[0] = before if there - before < after - there else after
        return to_bar
    if has_strayed:
        song_bar[0] = chart_next_bar(chart, here)
        return song_bar[0] - here
    return INFINITY


cdef void weigh_bar(Steering *s, double sure_beats, bint is_wrong) noexcept nogil:
    """One tick's evidence for the leader's bar line, or for the band's."""
    if is_wrong:
        s.doubt_beats = min(s.doubt_beats + sure_beats, DOUBT_BEATS)
    else:
        s.doubt_beats = max(s.doubt_beats - sure_beats, min(s.doubt_beats, -TRUST_BEATS))
