"""Who has the tempo, and what the leader says of it.

band        keeps its own tempo: the recording's, times the ratio it had when it got the lead
drummer     gives tempo and beat, as the follower hears him; where the follower is unsure, the band goes on in the last good tempo
conductor   gives a tempo; with taps, the beat too

A handover is always an event with a reason. The drummer may also *insist*: while the band leads, he keeps off its beat or off its tempo,
in one direction, for INSISTENCE_BEATS, and the band gives way.
"""

from libc.math cimport NAN, fabs, floor, isnan, rint

cdef double TRUSTED = 0.35               # follower's confidence from which the drummer's beat is followed
cdef double INSISTENCE_BEATS = 8.0
cdef double OFF_THE_BEAT = 0.08          # beats: what counts as pushing
cdef double OFF_THE_TEMPO = 0.025        # fraction of the tempo: the same
cdef double SURE_ENOUGH_TO_INSIST = 0.6
cdef double SLIP_BEATS = 0.6             # beyond this the nearest other beat is meant
cdef double TAPS_HOLD_BEATS = 3.0        # so long after a tap its beat still counts
cdef double LONGEST_TAP_S = 2.0
cdef double SHORTEST_TAP_S = 0.12
cdef double TAP_GAIN = 0.7               # how far a tap moves the expected interval,
cdef double TAP_TREND_GAIN = 0.25        # and how far the trend of it: a ritardando is met, not trailed


cdef double clamped(double x, double low, double high) noexcept nogil:
    return low if x < low else high if x > high else x


cdef void authority_reset(AuthorityState *a, double bpm) noexcept nogil:
    """Before a song: nobody has led yet, the band keeps its recorded tempo, nobody has tapped."""
    a.ratio, a.conductor_bpm = 1.0, bpm
    a.is_aligned, a.taps, a.tap_frame = 0, 0, -1.0
    a.pushed_beats, a.judged_beat = 0.0, 0.0


cdef double drummer_line(const AuthorityState *a, const Pulse *pulse, double ahead_s) noexcept nogil:
    """Where the drummer's beat will be, in beats of the line, `ahead_s` after what the follower speaks of."""
    return pulse.beat + pulse.bpm / 60.0 * ahead_s + a.align


cdef void align(AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil:
    """Take the drummer's beat nearest to the band's for the same beat."""
    a.align = 0.0
    a.align = rint(place.line - drummer_line(a, pulse, place.drummer_to_head_s))
    a.is_aligned = 1


cdef void hand_over(AuthorityState *a, int leader, int why, const Pulse *pulse, const Place *place) noexcept nogil:
    """Give the tempo to `leader`. The tempo itself does not change by it."""
    if leader == a.leader:
        return
    a.leader, a.why, a.changed = leader, why, 1
    a.pushed_beats = 0.0
    if leader == BAND and place.recorded_bpm > 0:
        a.ratio = place.bpm / place.recorded_bpm
    elif leader == CONDUCTOR:
        a.conductor_bpm = place.bpm
        a.taps, a.tap_frame = 0, -1.0
    elif leader == DRUMMER and pulse.found:
        align(a, pulse, place)


cdef void conduct(AuthorityState *a, double bpm) noexcept nogil:
    a.conductor_bpm = clamped(bpm, 20.0, 400.0)
    a.taps, a.tap_frame = 0, -1.0


cdef void tap(AuthorityState *a, double frame, double samplerate_hz, const Place *place) noexcept nogil:
    """The conductor taps a beat. From the second on, taps give the tempo, with its trend (an alpha-beta filter); each gives the beat."""
    cdef double since_s = (frame - a.tap_frame) / samplerate_hz, missed_s
    if a.tap_frame >= 0 and since_s < SHORTEST_TAP_S:
        return
    if a.tap_frame < 0 or since_s > LONGEST_TAP_S:
        a.taps = 1
        a.tap_line = rint(place.line - place.bpm / 60.0 * place.conductor_to_head_s)
    else:
        if a.taps == 1:
            a.tap_s, a.tap_trend_s = since_s, 0.0
        else:
            missed_s = since_s - (a.tap_s + a.tap_trend_s)
            a.tap_s += a.tap_trend_s + TAP_GAIN * missed_s
            a.tap_trend_s += TAP_TREND_GAIN * missed_s
        a.taps += 1
        a.tap_line += 1.0
        if fabs(a.tap_line - place.line + place.bpm / 60.0 * place.conductor_to_head_s) > SLIP_BEATS:
            a.tap_line = rint(place.line - place.bpm / 60.0 * place.conductor_to_head_s)
        a.conductor_bpm = clamped(60.0 / (a.tap_s + a.tap_trend_s), 20.0, 400.0)
    a.tap_frame = frame


cdef bint drummer_insists(AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil:
    """Once a beat of his: is he off the band's beat or tempo, and for how long has he been?"""
    if not (pulse.found and place.is_moving) or pulse.beat - a.judged_beat < 1.0:
        if pulse.beat < a.judged_beat:
            a.judged_beat = pulse.beat
        return False
    a.judged_beat = pulse.beat
    if not a.is_aligned:
        align(a, pulse, place)
    cdef double off_beats = drummer_line(a, pulse, place.drummer_to_head_s) - place.line
    off_beats -= rint(off_beats)
    cdef double off_tempo = pulse.bpm / place.bpm - 1.0
    cdef bint pushes = pulse.confidence >= SURE_ENOUGH_TO_INSIST and fabs(off_tempo) < 0.3 and (
        fabs(off_beats) > OFF_THE_BEAT or fabs(off_tempo) > OFF_THE_TEMPO
    )
    a.pushed_beats = a.pushed_beats + 1.0 if pushes else clamped(a.pushed_beats - 2.0, 0.0, INSISTENCE_BEATS)
    return a.pushed_beats >= INSISTENCE_BEATS


cdef void decide_authority(
    AuthorityState *a, const Pulse *pulse, const Place *place, double now_frame, double samplerate_hz, Lead *lead
) noexcept nogil:
    """What the leader says about the head of the line. Constant time."""
    if a.leader == BAND and drummer_insists(a, pulse, place):
        hand_over(a, DRUMMER, INSISTED, pulse, place)
    lead.bpm, lead.line = place.bpm, NAN
    lead.weight, lead.beats_per_bar, lead.is_free, lead.may_fetch = 1.0, 0, a.leader == CONDUCTOR, 0
    if a.leader == BAND:
        lead.bpm = a.ratio * place.recorded_bpm if place.recorded_bpm > 0 else place.bpm
    elif a.leader == DRUMMER:
        follow_drummer(a, pulse, place, lead)
    else:
        lead.bpm = a.conductor_bpm
        if a.taps >= 2 and (now_frame - a.tap_frame) / samplerate_hz * a.conductor_bpm / 60.0 < TAPS_HOLD_BEATS:
            lead.line = a.tap_line + a.conductor_bpm / 60.0 * ((now_frame - a.tap_frame) / samplerate_hz + place.conductor_to_head_s)


cdef void follow_drummer(AuthorityState *a, const Pulse *pulse, const Place *place, Lead *lead) noexcept nogil:
    cdef double line
    if not (pulse.found and pulse.confidence >= TRUSTED):
        return
    if not a.is_aligned:
        align(a, pulse, place)
    line = drummer_line(a, pulse, place.drummer_to_head_s)
    if isnan(line):
        return
    lead.bpm, lead.line, lead.may_fetch = pulse.bpm, line, 1
    lead.beats_per_bar, lead.bar_confidence = pulse.beats_per_bar, pulse.bar_confidence
    lead.bar_beat = pulse.bar_beat + pulse.bpm / 60.0 * place.drummer_to_head_s
    lead.bar_beat -= floor(lead.bar_beat / pulse.beats_per_bar) * pulse.beats_per_bar
