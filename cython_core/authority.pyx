"""Who has the tempo, and what the leader says of it.

band        keeps its own tempo: the recording's, times the ratio it had when it got the lead
drummer     gives tempo and beat, as the follower hears him; where the follower is unsure, the band goes on in the last good tempo
conductor   gives a tempo, by word, by a ritardando, or as it is written in the song; with taps, the beat too
shared      between the band's own tempo and the drummer's, as far from either as `share` says; the band's own tempo goes after it, slowly

A handover is always an event with a reason. The drummer may also *insist*: while the band leads, he keeps off its beat or off its tempo,
in one direction, for some beats, and the band gives way. Being constantly ahead of the beat or behind it is no push: that habit is
learnt while somebody else leads, and the band leaves him that much room when he does.
"""

from libc.math cimport NAN, fabs, floor, isnan, pow, rint

from cython_core.clamp cimport clamped
from cython_core.even_taps cimport even_taps_add, even_taps_begin, even_taps_bpm
from cython_core.tick cimport TICK

cdef double TRUSTED = 0.35               # follower's confidence from which the drummer's beat is followed
cdef double[4] PUSH_FOR_BEATS = [1e9, 16.0, 8.0, 4.0]       # by GivesWay: for how long,
cdef double[4] PUSH_OFF_BEAT = [1.0, 0.12, 0.08, 0.06]      # how far off the beat, in beats,
cdef double[4] PUSH_OFF_TEMPO = [1.0, 0.04, 0.025, 0.015]   # or how far off the tempo, a fraction of it
cdef double HABIT_LEARNT_IN = 16.0       # beats: time constant
cdef double HABIT_OFF_BEAT = 0.08        # beats: further off is a mistake, no habit
cdef double HABIT_OFF_TEMPO = 0.015
cdef double MAX_HABIT_S = 0.025
cdef double MAX_HABIT_BEATS = 0.06
cdef double OWN_FOLLOWS_BEATS = 16.0     # SHARED: time constant, at a full share, in which the band's own tempo goes after the drummer's
cdef double SURE_ENOUGH_TO_INSIST = 0.6
cdef double SLIP_BEATS = 0.6             # beyond this the nearest other beat is meant
cdef double TAPS_HOLD_BEATS = 3.0        # so long after a tap its beat still counts
cdef double LONGEST_TAP_S = 2.0          # of a beat
cdef double SHORTEST_TAP_S = 0.12        # one that comes sooner is none
cdef double TOO_SOON = 0.57              # of the time expected: a tap that comes sooner may be a slip of the hand,
cdef double TOO_LATE = 1.27              # and one that comes later
cdef double FIRST_TOO_LATE = 1.9         # the second one only tells the tempo: it may come much later than the band's beat
cdef double SAME_TAP = 1.15              # two such taps, as far from each other as one was from the one before, are a new tempo
cdef double TAP_GAIN = 0.7               # how far a tap moves the expected interval,
cdef double TAP_TREND_GAIN = 0.25        # and how far the trend of it: a ritardando is met, not trailed


cdef inline double conductible(double bpm) noexcept nogil:
    return clamped(bpm, SLOWEST_BPM, FASTEST_BPM)


cdef void authority_reset(AuthorityState *a, double bpm) noexcept nogil:
    """Before a song: nobody has led yet, the band keeps its recorded tempo, nobody has tapped."""
    a.ratio, a.conductor_bpm = 1.0, bpm
    a.is_aligned, a.taps, a.tap_frame = 0, 0, -1.0
    a.pushed_beats, a.judged_beat = 0.0, 0.0
    a.follows_curve, a.rit_beats = 0, 0.0


cdef double drummer_line(const AuthorityState *a, const Pulse *pulse, double ahead_s) noexcept nogil:
    """Where the drummer's beat will be, in beats of the line, `ahead_s` after what the follower speaks of."""
    return pulse.beat + pulse.bpm / 60.0 * ahead_s + a.align


cdef void in_beats_of_head(const AuthorityState *a, const Pulse *heard, const Place *place, Pulse *pulse) noexcept nogil:
    """The pulse in beats as they are at the head of the line. Where they come to be of another length, the head is there first: until the
    drummer is, his beats before that place are his, and those after it are counted on in the new ones."""
    cdef double faster = heard.beat_length / place.beat_length, line
    pulse[0] = heard[0]
    if heard.beat_length == place.beat_length:
        return
    line = place.length_changed + (drummer_line(a, heard, place.drummer_to_head_s) - place.length_changed) * faster
    pulse.bpm = heard.bpm * faster
    pulse.beat = line - a.align - pulse.bpm / 60.0 * place.drummer_to_head_s


cdef void count_other_beats(AuthorityState *a, double line, double faster) noexcept nogil:
    """From `line` on, beats are `faster` times as fast; so is what the conductor has said and tapped."""
    a.conductor_bpm = conductible(a.conductor_bpm * faster)
    a.tap_s, a.tap_trend_s, a.odd_tap_s = a.tap_s / faster, a.tap_trend_s / faster, a.odd_tap_s / faster
    a.tap_line = line + (a.tap_line - line) * faster
    a.even_taps.count, a.even_bpm = 0, conductible(a.even_bpm * faster)
    a.tap_faster = faster * (a.tap_faster if a.tap_faster > 0 else 1.0)
    a.rit_line, a.rit_beats, a.rit_bpm = line + (a.rit_line - line) * faster, a.rit_beats * faster, a.rit_bpm * faster


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
    a.pushed_beats = a.rit_beats = 0.0
    a.follows_curve = 0
    if leader in (BAND, SHARED) and place.recorded_bpm > 0:
        a.ratio = place.bpm / place.recorded_bpm
    if leader != CONDUCTOR:
        a.taps, a.tap_frame = 0, -1.0
    elif a.taps < 2:                     # taps that came before hold from here
        a.conductor_bpm = place.bpm
    if leader in (DRUMMER, SHARED) and pulse.found:
        align(a, pulse, place)


cdef void conduct(AuthorityState *a, double bpm) noexcept nogil:
    a.conductor_bpm = conductible(bpm)
    a.taps, a.tap_frame = 0, -1.0
    a.follows_curve, a.rit_beats = 0, 0.0


cdef void slow_down(AuthorityState *a, double beats, double ratio, const Place *place) noexcept nogil:
    """The conductor's ritardando: over so many beats from now, evenly in log tempo, to `ratio` of the tempo."""
    conduct(a, place.bpm)
    a.rit_line, a.rit_beats, a.rit_bpm, a.rit_ratio = place.line, beats, place.bpm, ratio


cdef double conductor_line(const Place *place) noexcept nogil:
    return place.line - place.bpm / 60.0 * place.conductor_to_head_s


cdef void tap(AuthorityState *a, double frame, double samplerate_hz, double beats, const Place *place) noexcept nogil:
    """The conductor taps: a beat, or so many of them. From the second on, taps give the tempo, with its trend (an alpha-beta filter); each
    gives the beat. One that is out of place is left out, until a second one says the same."""
    cdef double since_s, apart_s, missed_s, here = conductor_line(place)
    cdef int meant, many
    if a.tap_faster > 0 and here < place.length_changed + 0.5:           # since the last one he was still in the beats before
        beats *= a.tap_faster
    if here > place.length_changed - 0.5:
        a.tap_faster = 0
    since_s, apart_s = (frame - a.tap_frame) / samplerate_hz / beats, (frame - a.tapped_frame) / samplerate_hz / beats
    if a.tap_frame >= 0 and apart_s * beats < SHORTEST_TAP_S:
        return
    if a.tap_frame < 0 or apart_s > LONGEST_TAP_S:
        a.taps, a.odd_tap_s = 1, 0.0
        a.tap_line = rint(here)
        even_taps_begin(&a.even_taps, frame / samplerate_hz)
    else:
        meant = taps_meant(a, since_s, apart_s, place)
        a.tapped_frame, a.odd_tap_s = frame, apart_s if meant != 1 else 0.0
        if meant == 0:
            return
        many = meant if meant > 0 else max(<int>rint(since_s / apart_s), 1)
        since_s = since_s / many if meant > 0 else apart_s
        if meant < 0:
            a.taps, a.odd_tap_s = 1, 0.0
            even_taps_begin(&a.even_taps, frame / samplerate_hz - since_s * beats * many)
        if a.taps == 1:
            a.tap_s, a.tap_trend_s = since_s, 0.0
        else:
            missed_s = since_s - (a.tap_s + a.tap_trend_s)
            a.tap_s += a.tap_trend_s + TAP_GAIN * missed_s
            a.tap_trend_s += TAP_TREND_GAIN * missed_s
        a.taps += 1
        even_taps_add(&a.even_taps, beats * many, frame / samplerate_hz)
        a.tap_line += beats * many
        if fabs(a.tap_line - here) > SLIP_BEATS:
            a.tap_line = rint(here)
        a.conductor_bpm = conductible(60.0 / (a.tap_s + a.tap_trend_s))
        a.even_bpm = conductible(even_taps_bpm(&a.even_taps, a.conductor_bpm))
    a.follows_curve, a.rit_beats = 0, 0.0
    a.tap_frame, a.tapped_frame, a.tap_beats = frame, frame, beats


cdef int taps_meant(const AuthorityState *a, double since_s, double apart_s, const Place *place) noexcept nogil:
    """For how many taps `since_s` stands, from the last that counted: more than 1 where some were missed; 0: this one is out of place. -1: what was
    left out counts as well, since `apart_s`, from the last of all, is what that was from the one before it, or what was expected."""
    cdef double expected_s = a.tap_s + a.tap_trend_s, late = TOO_LATE, many, off
    if a.taps < 2:
        if not place.is_moving:
            return 1
        expected_s, late = 60.0 / place.bpm, FIRST_TOO_LATE
    many = max(rint(since_s / expected_s), 1.0)
    off = fabs(since_s / expected_s - many)
    if a.odd_tap_s > 0 and 1.0 / SAME_TAP < apart_s / a.odd_tap_s < SAME_TAP and (many > 1.0 or off > 0.1):
        return -1
    if a.tapped_frame > a.tap_frame and fabs(apart_s / expected_s - 1.0) < min(off, TOO_LATE - 1.0):
        return -1
    if TOO_SOON < since_s / expected_s < late:
        return 1
    return <int>many if many > 1.0 and off < 0.2 else 0


cdef bint drummer_insists(AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil:
    """Once a beat of the drummer's: is he off the band's beat or tempo, and has he been for long enough? Learns his habit on the way."""
    if not pulse.found or not place.is_moving or place.bpm <= 0 or pulse.beat - a.judged_beat < 1.0:
        if pulse.beat < a.judged_beat:
            a.judged_beat = pulse.beat
        return False
    a.judged_beat = pulse.beat
    if not a.is_aligned:
        align(a, pulse, place)
    cdef double off_beats = drummer_line(a, pulse, place.drummer_to_head_s) - place.line
    off_beats -= rint(off_beats)
    cdef double off_tempo = pulse.bpm / place.bpm - 1.0
    if pulse.confidence >= SURE_ENOUGH_TO_INSIST:
        learn_habit(a, off_beats, off_tempo, place.bpm)
    off_beats -= a.habit_s * place.bpm / 60.0
    cdef bint pushes = pulse.confidence >= SURE_ENOUGH_TO_INSIST and fabs(off_tempo) < 0.3 and (
        fabs(off_beats) > PUSH_OFF_BEAT[a.gives_way] or fabs(off_tempo) > PUSH_OFF_TEMPO[a.gives_way]
    )
    cdef double needed = PUSH_FOR_BEATS[a.gives_way]
    a.pushed_beats = a.pushed_beats + 1.0 if pushes else clamped(a.pushed_beats - 2.0, 0.0, needed)
    return a.pushed_beats >= needed


cdef void learn_habit(AuthorityState *a, double off_beats, double off_tempo, double bpm) noexcept nogil:
    """He plays along in somebody else's tempo: where he likes to be in it is his habit."""
    cdef double most_s = min(MAX_HABIT_S, MAX_HABIT_BEATS * 60.0 / bpm)
    if fabs(off_beats) < HABIT_OFF_BEAT and fabs(off_tempo) < HABIT_OFF_TEMPO:
        a.habit_s += (off_beats * 60.0 / bpm - a.habit_s) / HABIT_LEARNT_IN
        a.habit_s = clamped(a.habit_s, -most_s, most_s)


cdef void decide_authority(
    AuthorityState *a, const Pulse *pulse, const Place *place, double now_frame, double samplerate_hz, Lead *lead
) noexcept nogil:
    """What the leader says about the head of the line. Constant time."""
    cdef double own_bpm = a.ratio * place.recorded_bpm if place.recorded_bpm > 0 else place.bpm
    if a.leader in (BAND, CONDUCTOR) and drummer_insists(a, pulse, place) and a.leader == BAND:
        hand_over(a, DRUMMER, INSISTED, pulse, place)
    lead.bpm, lead.line = place.bpm, NAN
    lead.weight, lead.beats_per_bar, lead.is_free, lead.may_fetch = 1.0, 0, a.leader == CONDUCTOR, 0
    if a.leader == BAND:
        lead.bpm = own_bpm
    elif a.leader == CONDUCTOR:
        follow_conductor(a, place, now_frame, samplerate_hz, lead)
    elif place.is_moving and a.leader == DRUMMER:            # a count that the click gives is not the drummer's to bend
        follow_drummer(a, pulse, place, lead)
    elif place.is_moving:
        meet_drummer(a, pulse, place, own_bpm, TICK / samplerate_hz, lead)


cdef void follow_conductor(AuthorityState *a, const Place *place, double now_frame, double samplerate_hz, Lead *lead) noexcept nogil:
    cdef double since_s = (now_frame - a.tap_frame) / samplerate_hz
    if a.follows_curve and place.curve_bpm > 0:
        a.conductor_bpm = place.curve_bpm
    elif a.rit_beats > 0:
        a.conductor_bpm = a.rit_bpm * pow(a.rit_ratio, clamped((place.line - a.rit_line) / a.rit_beats, 0.0, 1.0))
    elif a.taps >= 2 and since_s * a.conductor_bpm / 60.0 > TOO_LATE * a.tap_beats:      # none came where one was due: they have ended
        a.conductor_bpm = a.even_bpm
    lead.bpm = a.conductor_bpm
    if a.taps >= 2 and since_s * a.conductor_bpm / 60.0 < TAPS_HOLD_BEATS * a.tap_beats:
        lead.line = a.tap_line + a.conductor_bpm / 60.0 * (since_s + place.conductor_to_head_s)


cdef void meet_drummer(
    AuthorityState *a, const Pulse *pulse, const Place *place, double own_bpm, double tick_s, Lead *lead
) noexcept nogil:
    """SHARED: a tempo between, a pull as strong as his share, and an own tempo that goes after his."""
    follow_drummer(a, pulse, place, lead)
    if isnan(lead.line):
        lead.bpm = own_bpm
        return
    cdef double towards = pow(lead.bpm / own_bpm, a.share)
    a.ratio *= pow(lead.bpm / own_bpm, a.share * min(lead.bpm / 60.0 * tick_s / OWN_FOLLOWS_BEATS, 1.0))
    lead.bpm, lead.weight, lead.may_fetch = own_bpm * towards, a.share, a.share >= 0.5
    if not lead.may_fetch and fabs(lead.line - place.line) > 0.5:
        align(a, pulse, place)
        lead.line = drummer_line(a, pulse, place.drummer_to_head_s) - a.habit_s * pulse.bpm / 60.0


cdef void follow_drummer(AuthorityState *a, const Pulse *pulse, const Place *place, Lead *lead) noexcept nogil:
    cdef double line
    if not (pulse.found and pulse.confidence >= TRUSTED):
        return
    if not a.is_aligned:
        align(a, pulse, place)
    line = drummer_line(a, pulse, place.drummer_to_head_s) - a.habit_s * pulse.bpm / 60.0
    if isnan(line):
        return
    lead.bpm, lead.line, lead.may_fetch = pulse.bpm, line, 1
    lead.beats_per_bar, lead.bar_confidence = pulse.beats_per_bar, pulse.bar_confidence
    lead.bar_beat = pulse.bar_beat + pulse.bpm / 60.0 * place.drummer_to_head_s
    lead.bar_beat -= floor(lead.bar_beat / pulse.beats_per_bar) * pulse.beats_per_bar


globals()["SHORTEST_TAP_S"] = SHORTEST_TAP_S
