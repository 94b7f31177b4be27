"""The form of the song as it is being played: what waits for which bar line, and where it leads.

A command never moves the song by itself: it writes down a turn (where, and where to), and the line takes it when it gets there. One turn
may wait at a time, beside the two that the song itself has: the end of a vamp and the end of the song.
"""

from libc.math cimport INFINITY, NAN, floor, isnan

from cython_core.chart cimport chart_bar_start, chart_beats_in_bar, chart_bpm, chart_end, chart_next_bar, chart_next_phrase, chart_section, chart_top
from cython_core.entry cimport FOR_THE_CUE, entry_listen
from cython_core.transport cimport (
    AT_BAR, AT_BEAT, AT_PHRASE, COUNTING, CUT, END, ENDED, ENTER, GO_ON, HELD, JUMP, LAST, LISTENING, LOOP, NO_TURN, NOT_HELD, ON_HIS_STROKE, PLAYING,
    TO_BE_HELD, beat_length_at,
)

cdef double LAST_HIT_AFTER_BEATS = 2.0   # from the conductor's cue to the hit: time for one more breath
cdef double WAITS_BEFORE_BEATS = 0.37    # a last hit that is next, and the drummer's: a hold so far before it comes to rest just short of it
cdef double JUST_BEGUN_BEATS = 2.0       # so early in a section, "back" means the one before
cdef double NEAR_THE_END_BARS = 8.0      # whoever falls silent in the last bars of the song has ended it


cdef double song_beat_of(const TransportState *t) noexcept nogil:
    return t.line + t.fold


cdef bint is_vamping(const TransportState *t, double song_beat) noexcept nogil:
    cdef int section = chart_section(t.chart, song_beat)
    return not t.is_released and (t.chart.section[section].is_vamp or t.vamps == section + 1)


cdef bint has_rounds_left(const TransportState *t, int section) noexcept nogil:
    return t.rounds + 1 < t.chart.section[section].times and not t.is_released


cdef void enter_section(TransportState *t, double song_beat) noexcept nogil:
    """The head is at a song beat: where that is another section than before, what was said of the last one is over."""
    cdef int section = chart_section(t.chart, song_beat)
    if section != t.section:
        t.section, t.rounds, t.is_released, t.vamps = section, 0, 0, 0


cdef void next_bend(const TransportState *t, double song_beat, Bend *bend) noexcept nogil:
    """Whichever comes first of: the turn that waits, the vamp's end, the song's end."""
    cdef int section = chart_section(t.chart, song_beat)
    bend.turn, bend.at, bend.to = END, chart_end(t.chart), NAN
    if t.state == COUNTING:
        bend.turn, bend.at, bend.to = ENTER, t.start_beat, t.start_beat
        return
    if (is_vamping(t, song_beat) or has_rounds_left(t, section)) and t.chart.section[section].end_beat <= bend.at:
        bend.turn, bend.at, bend.to = LOOP, t.chart.section[section].end_beat, t.chart.section[section].first_beat
    if t.chart.section[section].is_finale and t.chart.section[section].end_beat <= bend.at:
        bend.turn, bend.at, bend.to = END, t.chart.section[section].end_beat, NAN
    if t.queued != NO_TURN and (t.queued_at <= bend.at or t.last_hit >= 0):
        bend.turn, bend.at, bend.to = t.queued, t.queued_at, t.queued_to


cdef void queue(TransportState *t, int turn, double at, double to) noexcept nogil:
    t.queued, t.queued_at, t.queued_to, t.last_hit = turn, at, to, -1


cdef bint is_near_end(const TransportState *t) noexcept nogil:
    return chart_end(t.chart) - song_beat_of(t) < NEAR_THE_END_BARS * chart_beats_in_bar(t.chart, song_beat_of(t))


cdef void queue_cut(TransportState *t, double at, int after) noexcept nogil:
    """Silence from a song beat on; `after`: the State that is."""
    queue(t, CUT, at, NAN)
    t.after_cut = after


cdef void start(TransportState *t) noexcept nogil:
    """Come in at once: from the place asked for, or the top."""
    if t.chart == NULL or t.state == PLAYING:
        return
    t.state = COUNTING
    t.line, t.fold = 0.0, t.start_beat
    t.hold, t.queued, t.is_released, t.vamps, t.rounds = NOT_HELD, NO_TURN, 0, 0, 0


cdef void count_in_then_start(TransportState *t) noexcept nogil:
    """A bar of clicks, or two, then in."""
    if t.chart == NULL or t.state == PLAYING:
        return
    start(t)
    t.fold = chart_bar_start(t.chart, t.start_beat) - chart_beats_in_bar(t.chart, t.start_beat) * t.chart.count_bars


cdef void listen(TransportState *t, int listens_for, int leader_after) noexcept nogil:
    """The drummer is alone; wait for his cue, his bar line or his count."""
    if t.chart == NULL or t.state == PLAYING:
        return
    t.state = LISTENING
    entry_listen(&t.entry, listens_for, leader_after)
    t.hold, t.queued, t.is_released, t.vamps, t.rounds = NOT_HELD, NO_TURN, 0, 0, 0


cdef void stop(TransportState *t, int after) noexcept nogil:
    """Silence as soon as it can be heard. `after`: LISTENING for a cue or a count, or SILENT."""
    if t.chart == NULL:
        return
    if t.state == PLAYING:
        queue_cut(t, song_beat_of(t), after)
    elif t.state != ENDED:
        t.state = after
        entry_listen(&t.entry, FOR_THE_CUE, t.entry.leader_after)


cdef double next_place(const TransportState *t, int quantum) noexcept nogil:
    """The song beat on which a jump is taken that is asked for now."""
    if quantum == AT_BEAT:
        return floor(song_beat_of(t)) + 1.0
    if quantum == AT_PHRASE:
        return chart_next_phrase(t.chart, song_beat_of(t))
    return chart_next_bar(t.chart, song_beat_of(t))


cdef void go_to(TransportState *t, double song_beat, int quantum) noexcept nogil:
    """On the next bar line, beat or phrase; where nothing plays, the next start begins there."""
    if t.chart == NULL:
        return
    if t.state == PLAYING and t.queued == GO_ON:
        t.queued_to = song_beat
    elif t.state == PLAYING:
        queue(t, JUMP, next_place(t, quantum), song_beat)
    else:
        if t.state == COUNTING:          # as many clicks are still to come
            t.fold += song_beat - t.start_beat
        t.start_beat = song_beat


cdef void go_on(TransportState *t) noexcept nogil:
    """Out of the vamp at the end of the phrase; without one, on to the next section on the next bar line. Out of a hold: on in time."""
    cdef int section
    if t.chart == NULL or t.state != PLAYING:
        return
    section = chart_section(t.chart, song_beat_of(t))
    if t.hold != NOT_HELD:
        t.hold = NOT_HELD
        t.bpm = t.hold_bpm
        if t.queued == GO_ON or t.last_hit == ON_HIS_STROKE:
            t.queued, t.last_hit = NO_TURN, -1
    elif is_vamping(t, song_beat_of(t)):
        t.is_released = 1
        if next_place(t, AT_PHRASE) < t.chart.section[section].end_beat and section + 1 < t.chart.sections:
            go_to(t, t.chart.section[section + 1].first_beat, AT_PHRASE)
    elif section + 1 < t.chart.sections:
        go_to(t, t.chart.section[section + 1].first_beat, AT_BAR)


cdef void go_on_with_drummer(TransportState *t) noexcept nogil:
    """Out of a hold when he begins again: on the bar line after it, or where a jump leads that waits. Asked twice, and out of no hold: at once."""
    cdef double to
    if t.chart == NULL or t.state != PLAYING or t.hold != HELD or t.queued not in (NO_TURN, JUMP):
        go_on(t)
        return
    to = t.queued_to if t.queued == JUMP else bar_after_hold(t)
    if isnan(to):
        go_on(t)
        return
    queue(t, GO_ON, INFINITY, to)
    t.last_hit = ON_HIS_STROKE


cdef double bar_after_hold(const TransportState *t) noexcept nogil:
    """The song beat of the bar line to which the held bar leads; NaN where the song ends with it."""
    cdef double bar = chart_next_bar(t.chart, t.hold_at + 1.0)
    cdef Bend bend
    next_bend(t, song_beat_of(t), &bend)
    return bend.to if bend.at <= bar else bar


cdef void begin_again(TransportState *t, long long frame, double bpm) noexcept nogil:
    """He has counted it: his one is to be heard at `frame`, in this tempo."""
    t.last_hit, t.struck_frame, t.hold_bpm = max(frame, t.head + 1), -1, bpm


cdef void begin_again_on_stroke(TransportState *t, long long frame) noexcept nogil:
    """He has struck it, at `frame`, and goes on in the tempo before: the line goes there as soon as it can."""
    t.last_hit, t.struck_frame = t.head + 1, frame
    t.hold_bpm *= t.beat_length / beat_length_at(t, t.queued_to)


cdef void go_back(TransportState *t) noexcept nogil:
    """To the start of the section, or, when that has only just begun, to the one before."""
    cdef int section
    if t.chart == NULL:
        return
    section = chart_section(t.chart, song_beat_of(t) if t.state == PLAYING else t.start_beat)
    cdef double into = song_beat_of(t) - t.chart.section[section].first_beat
    if section > 0 and (t.state != PLAYING or into < JUST_BEGUN_BEATS):
        section -= 1
    go_to(t, t.chart.section[section].first_beat, AT_BAR)


cdef void vamp(TransportState *t) noexcept nogil:
    """Loop the section it is in until it is released."""
    if t.chart != NULL and t.state == PLAYING:
        t.vamps, t.is_released = chart_section(t.chart, song_beat_of(t)) + 1, 0


cdef void undo(TransportState *t) noexcept nogil:
    """Take back what waits for its place: a jump, a cut-off, a last hit, a release, a vamp or a hold that has not begun. In silence, the place to
    start from."""
    if t.state != PLAYING:
        if t.chart != NULL and t.state != COUNTING:
            t.start_beat = chart_top(t.chart)
        return
    t.queued, t.last_hit, t.is_released, t.vamps = NO_TURN, -1, 0, 0
    if t.hold == TO_BE_HELD:
        t.hold = NOT_HELD


cdef void hold(TransportState *t) noexcept nogil:
    """Come to rest on the next downbeat, and stay."""
    if t.state == PLAYING and t.hold == NOT_HELD:
        t.hold, t.hold_at, t.hold_bpm = TO_BE_HELD, chart_next_bar(t.chart, song_beat_of(t)), t.bpm


cdef void cut_off(TransportState *t) noexcept nogil:
    """Silence on the next beat; out of a hold, at once. In its last bars the song is over then; else the drummer may count it in again."""
    cdef double at
    if t.state == PLAYING:
        at = song_beat_of(t) if t.hold == HELD else floor(song_beat_of(t)) + 1.0
        queue_cut(t, at, ENDED if is_near_end(t) else LISTENING)


cdef double finale_beat(const TransportState *t) noexcept nogil:
    """The song beat of the last hit; NaN where the song has none, or does not play."""
    cdef int i
    if t.chart != NULL and t.state == PLAYING:
        for i in range(t.chart.sections):
            if t.chart.section[i].is_finale:
                return t.chart.section[i].first_beat
    return NAN


cdef void last_hit_on_stroke(TransportState *t) noexcept nogil:
    """The last hit is the drummer's: the band rests, on the next downbeat if it does not yet, until he strikes it; where that downbeat is the hit
    itself, just before it."""
    cdef double beat = finale_beat(t)
    cdef bint was_held = t.hold != NOT_HELD
    cdef Bend bend
    if isnan(beat):
        cut_off(t)
        return
    hold(t)
    queue(t, LAST, INFINITY, beat)
    t.last_hit, t.struck_frame = ON_HIS_STROKE, -1
    next_bend(t, song_beat_of(t), &bend)
    if not was_held and t.hold_at == beat and bend.at > beat:
        t.hold_at -= WAITS_BEFORE_BEATS


cdef void strike_last_hit(TransportState *t, long long frame) noexcept nogil:
    """He has struck it: it is heard from `frame` on (-1: once the line is there), and the line goes there as soon as it can."""
    t.struck_frame, t.last_hit = frame, t.head + 1
    t.hold_bpm = chart_bpm(t.chart, t.queued_to)


cdef void last_hit(TransportState *t, double bpm, long long now_frame, double output_latency_s) noexcept nogil:
    """The last hit: heard two beats of `bpm` from now where the band is held, else on the next bar line."""
    cdef double beat = finale_beat(t)
    if isnan(beat):
        cut_off(t)
        return
    t.struck_frame = -1
    if t.hold == HELD:
        queue(t, LAST, INFINITY, beat)
        t.hold_bpm = bpm
        t.last_hit = now_frame + <long long>((LAST_HIT_AFTER_BEATS * 60.0 / bpm - output_latency_s) * t.samplerate_hz)
        t.last_hit = max(t.last_hit, t.head + 1)
    else:
        queue(t, LAST, chart_next_bar(t.chart, song_beat_of(t)), beat)
