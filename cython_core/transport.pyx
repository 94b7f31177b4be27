"""Where the song is, in beats: the only owner of the song position.

The line is made at its *head*, a fixed distance ahead of the sound: the renderer's delay. At each tick the head moves on by one tick at the
present tempo, and what it passes (a beat, a jump, a bar line to come in on) is written down to the frame. Whatever sounds (the band,
the click, the guide) reads the same line later, so all of it falls together. While the band is silent the head keeps nearer, since what follows
on silence may be ordered later; when the band comes in, the head goes out to its distance at once.

How it keeps to its leader is `cython_core.steering`'s, and when a band that listens comes in is `cython_core.entry`'s.
"""

from libc.math cimport INFINITY, NAN, ceil, floor, isnan, rint
from libc.string cimport memset

from cython_core.atomics cimport store
from cython_core.authority cimport BAND, COUNTED_IN, CUED_IN, DRUMMER, align, count_other_beats, hand_over
from cython_core.chart cimport (
    ENDS_IN_COUNT, Call, Section, chart_bar_start, chart_beat_length, chart_beats_in_bar, chart_bpm, chart_curve_bpm, chart_end, chart_next_bar, chart_section,
    chart_source, chart_top,
)
from cython_core.clamp cimport clamped
from cython_core.faders cimport faders_move
from cython_core.entry cimport FOR_THE_BAR, FOR_THE_CUE, beats_to_entry, entry_bpm, entry_find_again, entry_is_counted, entry_listen
from cython_core.exchange cimport BACK_ON_BEAT, CAME_IN, ENDED as SONG_ENDED, HELD as WAS_HELD, JUMPED, LAST_HIT, NEXT_SONG, STOPPED
from cython_core.form cimport Bend, enter_section, is_near_end, listen, next_bend, queue_cut, start
from cython_core.steering cimport beats_to_return, steered_bpm, steering_reset

cdef double MAX_SLEW_PER_S = 1.0         # fraction of the leader's tempo per second
cdef double SLOWEST = 0.25               # of the recorded tempo: slower and faster than these the band does not go
cdef double FASTEST = 2.75
cdef double HELD_RATE = 0.04             # of the recorded tempo: what is left of time in a hold
cdef double HELD_AFTER_BEATS = 0.25      # after the downbeat, so that its attack is whole
cdef double HOLD_SLEW_PER_S = 6.0
cdef double HOLD_MARGIN_BEATS = 0.1      # a hold never runs into the next section
cdef double ENDS_AFTER_BARS = 8.0        # a drummer who leads and has been silent for so long has ended ...
cdef double ENDS_SOON_BARS = 2.0         # ... for so long, in the last
cdef double SAME_PACE = 1.15             # a leader further from the recording's tempo than this goes his own way, and takes none of it into the next song
cdef double HAIR_BEATS = 2e-9            # a place this near is reached: no rounding lets the line slip past the end of a vamp


cdef void transport_reset(TransportState *t, double samplerate_hz, long long head) noexcept nogil:
    """No song, silence, and a line known up to `head`, a multiple of TICK."""
    memset(t, 0, sizeof(TransportState))
    t.samplerate_hz, t.head, t.bpm = samplerate_hz, head, 120.0
    t.last_hit, t.struck_frame, t.last_stroke, t.entry.count_frame, t.bar_from = -1, -1, -1, -1, -1
    t.order.jump_frame = -1
    t.order.source = NAN


cdef void load_chart(TransportState *t, const ChartState *chart) noexcept nogil:
    """Make `chart` the song, which leads to none yet. What sounds is faded out; nothing sounds until it is started."""
    cdef int tick
    if t.state == PLAYING:
        write_jump(t, t.head + 1, heard_source(t), NAN)
    for tick in range(MOMENTS):          # what was to be said is of the song before
        t.moment[tick].call = 0
    t.chart, t.next_chart, t.state = chart, NULL, SILENT
    t.line = t.fold = t.start_beat = 0.0
    t.hold, t.queued, t.vamps, t.is_released, t.rounds, t.section = 0, 0, 0, 0, 0, 0
    t.last_hit = t.struck_frame = t.bar_from = -1
    t.length_scale = 1.0
    if chart != NULL:
        t.faders = chart.faders
        t.start_beat = chart_top(chart)
        t.bpm = chart.bpm
        take_beats_of(t, t.start_beat)


cdef void look(const TransportState *t, Place *place) noexcept nogil:
    """The head, for the authority."""
    place.line, place.bpm = t.line, tempo(t)
    place.recorded_bpm = chart_bpm(t.chart, tempo_place(t)) if t.chart != NULL else 0.0
    place.beat_length, place.length_changed = t.beat_length, t.length_changed
    place.beats_in_bar = chart_beats_in_bar(t.chart, tempo_place(t)) if t.chart != NULL else 4.0
    place.curve_bpm = chart_curve_bpm(t.chart, t.line + t.fold) if t.chart != NULL else 0.0
    place.is_moving = t.state == PLAYING and t.hold != HELD


cdef double tempo(const TransportState *t) noexcept nogil:
    """The tempo that there is, or that there was before the hold."""
    return t.hold_bpm if t.hold == HELD else t.bpm


cdef double tempo_place(const TransportState *t) noexcept nogil:
    """The song beat whose tempo counts: the head's, and while it is counted in that of the first note. Rounding puts none before its beat."""
    return (max(t.line + t.fold, t.start_beat) if t.state == COUNTING else t.line + t.fold) + HAIR_BEATS


cdef double beat_length_at(const TransportState *t, double song_beat) noexcept nogil:
    """Of the beat there, over that of the first meter of the song that was loaded."""
    return t.length_scale * chart_beat_length(t.chart, song_beat)


cdef void take_beats_of(TransportState *t, double song_beat) noexcept nogil:
    """`bpm` is said of beats as they are here."""
    t.recorded_bpm, t.beat_length, t.length_changed = chart_bpm(t.chart, song_beat), beat_length_at(t, song_beat), t.line


cdef void keep_beats(TransportState *t, double length) noexcept nogil:
    """A drummer who plays on into a song that has just been loaded has beats of this length: so has the song where it starts."""
    t.length_scale = length / chart_beat_length(t.chart, t.start_beat) if length > 0 else 1.0
    take_beats_of(t, t.start_beat)


cdef double go_over(TransportState *t, AuthorityState *a, double line, double song_beat) noexcept nogil:
    """The head comes, at `line`, to a beat that may be shorter or longer than the one before: how much faster beats go from there, and the tempo is
    that. Where the band leads it goes as the recording does; else only beats that are written so are other beats."""
    cdef double faster = t.beat_length / beat_length_at(t, song_beat), recorded_bpm = chart_bpm(t.chart, song_beat)
    if faster != 1.0:
        count_other_beats(a, line, faster)
        t.beat_length, t.length_changed = beat_length_at(t, song_beat), line
    if a.leader == BAND:
        faster = recorded_bpm / t.recorded_bpm
    t.recorded_bpm = recorded_bpm
    t.bpm *= faster
    t.steering.usual_bpm *= faster
    return faster


cdef void go_faster(TransportState *t, double faster) noexcept nogil:
    """`faster` times as fast as now, from the head on; out of a hold, as before it."""
    if t.hold == HELD:
        t.hold_bpm *= faster
    else:
        t.bpm *= faster


cdef const Moment *moment_at(const TransportState *t, long long frame) noexcept nogil:
    """The line as it was made for the tick that begins at or before `frame`, of the last MOMENTS ticks."""
    return &t.moment[(frame // TICK) % MOMENTS] if frame >= 0 else &t.moment[0]


cdef double heard_source(const TransportState *t) noexcept nogil:
    return chart_source(t.chart, t.line + t.fold)


cdef void write_jump(TransportState *t, long long frame, double leaves, double goes) noexcept nogil:
    t.order.jump_frame, t.order.jump_from, t.order.jump_to = frame, leaves, goes


cdef void steer(TransportState *t, const Lead *lead) noexcept nogil:
    """The tempo of this tick: towards the leader's, or towards rest."""
    cdef double tick_s = TICK / t.samplerate_hz
    cdef double recorded_bpm = chart_bpm(t.chart, tempo_place(t))
    cdef const Section *section = &t.chart.section[chart_section(t.chart, t.line + t.fold)]
    cdef double wanted = HELD_RATE * recorded_bpm, slew = HOLD_SLEW_PER_S * t.hold_bpm
    if t.hold != HELD:
        wanted = steered_bpm(
            &t.steering, lead, t.line, max(SLOWEST * recorded_bpm, section.slowest_bpm), min(FASTEST * recorded_bpm, section.fastest_bpm), tick_s
        )
        slew = MAX_SLEW_PER_S * lead.bpm
    t.bpm += clamped(wanted - t.bpm, -slew * tick_s, slew * tick_s)


cdef void await_entry(TransportState *t, AuthorityState *a, const Pulse *pulse, const Place *place, Moment *made) noexcept nogil:
    """LISTENING: come in to the frame on the bar line, as it is believed when the head gets there."""
    cdef double counted_in_s = (t.entry.count_frame - t.head) / t.samplerate_hz
    cdef double lead_in_beats = t.start_beat - chart_bar_start(t.chart, t.start_beat)
    cdef double to_entry = beats_to_entry(&t.entry, pulse, counted_in_s, place.drummer_to_head_s, lead_in_beats, TICK / t.samplerate_hz)
    cdef double bpm = entry_bpm(&t.entry, pulse), tick_beats = bpm / 60.0 * TICK / t.samplerate_hz
    if to_entry >= tick_beats:
        return
    cdef bint is_counted = entry_is_counted(&t.entry)
    cdef double at = to_entry / tick_beats * TICK
    cdef Place here = place[0]
    cdef const Section *section = &t.chart.section[chart_section(t.chart, t.start_beat)]
    t.bpm = clamped(bpm, section.slowest_bpm, section.fastest_bpm)
    if is_counted:
        t.start_beat = chart_next_bar(t.chart, t.start_beat)     # the count goes over a pickup
    t.line, t.fold = 0.0, t.start_beat
    take_beats_of(t, t.start_beat)
    come_in(t, at, made)
    steering_reset(&t.steering, is_counted)
    t.line = -at / TICK * tick_beats
    look(t, &here)
    t.line += tick_beats
    a.leader = BAND if t.entry.leader_after != BAND else DRUMMER
    hand_over(a, t.entry.leader_after, COUNTED_IN if is_counted else CUED_IN, pulse, &here)
    if pulse.found:
        align(a, pulse, &here)


cdef void come_in(TransportState *t, double at, Moment *made) noexcept nogil:
    """The band's first note: `at` frames into the tick, at the place of the line."""
    cdef double late = floor(at) + 1.0 - at
    t.state = PLAYING
    t.follows_from = t.head
    steering_reset(&t.steering, True)
    write_jump(t, t.head + <long long>floor(at) + 1, NAN, chart_source(t.chart, t.start_beat + late / t.samplerate_hz * t.bpm / 60.0))
    t.notice, t.notice_value = CAME_IN, t.start_beat
    mark_beat(t, made, at, t.start_beat)


cdef void mark_beat(TransportState *t, Moment *made, double at, double song_beat) noexcept nogil:
    cdef int call
    made.is_count = t.state == COUNTING
    made.beat_in_bar = counted_in_bar(t, song_beat)
    if t.state == COUNTING and (made.beat_in_bar - 1) % t.chart.count_beats and song_beat < t.start_beat:
        return
    made.beat_at = min(<int>at, TICK - 1)
    for call in range(t.chart.calls):
        if t.chart.call[call].beat == song_beat and is_ahead(t, &t.chart.call[call]):
            made.call = call + 1


cdef int counted_in_bar(const TransportState *t, double song_beat) noexcept nogil:
    """Which beat of the bar, from 1; before the first note in bars like the one that it begins."""
    cdef double bar_start, beats
    if t.state != COUNTING or song_beat >= t.start_beat:
        return <int>(song_beat - chart_bar_start(t.chart, song_beat)) + 1
    bar_start, beats = chart_bar_start(t.chart, t.start_beat), chart_beats_in_bar(t.chart, t.start_beat)
    return <int>(song_beat - bar_start - floor((song_beat - bar_start) / beats) * beats) + 1


cdef bint is_ahead(const TransportState *t, const Call *call) noexcept nogil:
    """Whether the band comes by the cue that is called, as far as is known now: not out of a vamp, nor past a jump."""
    cdef Bend bend
    if t.state == COUNTING:
        return True
    next_bend(t, call.beat, &bend)
    return call.cue_beat <= call.beat or call.cue_beat < bend.at or bend.turn == END


cdef double take_bend(TransportState *t, AuthorityState *a, const Bend *bend, double at, double tick_beats, Moment *made) noexcept nogil:
    """The head has reached a bend, `at` frames into the tick: go where it leads. Returns the beats of the tick, which may get shorter there."""
    cdef long long frame = t.head + <long long>floor(at) + 1
    cdef double beats_per_frame = tick_beats / TICK
    cdef double late_beats = (floor(at) + 1.0 - at) * beats_per_frame
    cdef double leaves = chart_source(t.chart, t.line + t.fold + at * beats_per_frame + late_beats), faster
    cdef const ChartState *leaving = t.chart
    if bend.turn == ENTER:
        t.fold = bend.to - (t.line + at * beats_per_frame)
        come_in(t, at, made)
        return tick_beats
    if bend.turn == t.queued:
        t.queued = NO_TURN
    if bend.turn == END and t.next_chart != NULL and leaving.ending != 0:
        return pass_on(t, a, frame, leaves, at, tick_beats, made)
    if isnan(bend.to):
        fall_silent(t, bend, frame, leaves, made)
        return tick_beats
    if bend.turn == GO_ON:
        return go_on_from_hold(t, a, bend.to, frame, leaves, at, made)
    if bend.turn == LAST:
        t.bpm = t.hold_bpm if t.hold == HELD else t.bpm
        t.hold, t.last_hit = NOT_HELD, -1
    if bend.turn == LOOP:
        t.rounds += 1
    else:
        t.is_released = t.vamps = t.rounds = 0
    t.notice, t.notice_value = (LAST_HIT if bend.turn == LAST else JUMPED), bend.to
    if bend.turn == LAST and t.struck_frame >= 0:
        take_beats_of(t, bend.to)
        join_struck_hit(t, frame, leaves, bend.to, tick_beats)
        return tick_beats
    if bend.turn == JUMP and bend.at - chart_bar_start(t.chart, bend.at) != bend.to - chart_bar_start(t.chart, bend.to):
        t.bar_from = frame
        steering_reset(&t.steering, True)
    if t.hold == TO_BE_HELD:             # its downbeat is now another
        t.hold_at = chart_next_bar(t.chart, bend.to)
    faster = go_over(t, a, t.line + at * beats_per_frame, bend.to)
    t.fold = bend.to - (t.line + at * beats_per_frame)
    write_jump(t, frame, leaves, chart_source(t.chart, bend.to + late_beats * faster))
    mark_beat(t, made, at, bend.to)
    return (at + (TICK - at) * faster) * beats_per_frame


cdef void fall_silent(TransportState *t, const Bend *bend, long long frame, double leaves, Moment *made) noexcept nogil:
    """The song has ended, or the band is cut off: it listens for the drummer's cue, from the top."""
    write_jump(t, frame, leaves, NAN)
    made.beat_at = -1
    t.state = ENDED if bend.turn == END else t.after_cut
    t.notice, t.notice_value = (SONG_ENDED if t.state == ENDED else STOPPED), bend.at
    t.bpm, t.hold = tempo(t), NOT_HELD
    entry_listen(&t.entry, FOR_THE_CUE, t.entry.leader_after)
    t.start_beat = chart_top(t.chart)


cdef void join_struck_hit(TransportState *t, long long frame, double leaves, double hit_beat, double tick_beats) noexcept nogil:
    """The last hit sounds since `struck_frame`, in the recording's own time: be in the middle of it."""
    cdef double beats_per_frame = t.bpm / 60.0 / t.samplerate_hz
    write_jump(t, frame, leaves, chart_source(t.chart, hit_beat + (frame - t.struck_frame) * beats_per_frame))
    t.fold = hit_beat + (t.head + TICK - t.struck_frame) * beats_per_frame - t.line - tick_beats
    t.struck_frame = -1


cdef double go_on_from_hold(TransportState *t, AuthorityState *a, double to, long long frame, double leaves, double at, Moment *made) noexcept nogil:
    """The drummer has begun again, at `struck_frame` or `at` frames into this tick: be with him, at his beat and in his tempo."""
    cdef double began = t.struck_frame if t.struck_frame >= 0 else t.head + at
    cdef double beats_per_frame = t.hold_bpm / 60.0 / t.samplerate_hz, line = rint(t.line)
    t.rounds += to < t.line + t.fold and chart_section(t.chart, to) == t.section
    t.bpm, t.hold, t.last_hit, t.struck_frame = t.hold_bpm, NOT_HELD, -1, -1
    t.line, t.fold = line, to - line
    take_beats_of(t, to)
    write_jump(t, frame, leaves, chart_source(t.chart, to + (frame - began) * beats_per_frame))
    mark_beat(t, made, at, to)
    steering_reset(&t.steering, True)
    a.is_aligned = 0
    t.notice, t.notice_value = JUMPED, to
    t.line = line + (t.head - began) * beats_per_frame      # the tick is still to be added
    return TICK * beats_per_frame


cdef double pass_on(TransportState *t, AuthorityState *a, long long frame, double leaves, double at, double tick_beats, Moment *made) noexcept nogil:
    """The song is over and the next one is there: a segue goes straight on, a count takes a bar first. Returns the beats of the tick. The next song's
    beats are beats of another length: whoever leads takes up its tempo there, as much faster than the recording as he was."""
    cdef bint counts = t.chart.ending == ENDS_IN_COUNT
    cdef const ChartState *chart = t.next_chart
    cdef double line = t.line + at / TICK * tick_beats, length = t.beat_length, bpm = t.bpm, pace = t.bpm / t.recorded_bpm, faster
    load_chart(t, chart)
    start(t)
    t.heard_from = frame
    t.bpm = chart_bpm(chart, t.start_beat) * (pace if 1.0 / SAME_PACE < pace < SAME_PACE else 1.0)
    faster = t.bpm / bpm
    t.length_scale = length / faster / chart_beat_length(chart, t.start_beat)
    count_other_beats(a, line, faster)
    steering_reset(&t.steering, True)
    t.line, t.fold = line, t.start_beat - line
    take_beats_of(t, t.start_beat)
    tick_beats *= faster
    if counts:
        t.fold -= chart.beats_per_bar * chart.count_bars
        write_jump(t, frame, leaves, NAN)
    else:
        t.state = PLAYING
        write_jump(t, frame, leaves, chart_source(chart, t.start_beat + (floor(at) + 1.0 - at) / TICK * tick_beats))
    mark_beat(t, made, at, t.line + t.fold)
    t.line -= at / TICK * tick_beats     # the tick, all of it in the new beats, is still to be added
    t.notice, t.notice_value = NEXT_SONG, <double><size_t>chart
    return tick_beats


cdef void advance(TransportState *t, AuthorityState *a, Moment *made) noexcept nogil:
    """COUNTING or PLAYING: one tick further, past at most one beat and one bend."""
    cdef double before = t.line + t.fold, beat = ceil(before), to_beat, to_bend
    cdef double tick_beats = t.bpm / 60.0 * TICK / t.samplerate_hz
    cdef Bend bend
    next_bend(t, before, &bend)
    if t.hold == HELD and before + tick_beats >= section_end(t, before) - HOLD_MARGIN_BEATS:
        tick_beats = 0.0
    to_beat = beat - before
    if tick_beats > to_beat:
        mark_beat(t, made, to_beat / tick_beats * TICK, beat)
    to_bend = frames_to(t, &bend, before, tick_beats)
    if to_bend < TICK and t.order.jump_frame < 0:
        tick_beats = take_bend(t, a, &bend, to_bend, tick_beats, made)
    elif tick_beats > to_beat and t.state == PLAYING:
        tick_beats = to_beat + (tick_beats - to_beat) * go_over(t, a, t.line + to_beat, beat)
    t.line += tick_beats
    if t.state == PLAYING:
        enter_section(t, t.line + t.fold)
        rest_at_fermata(t, tick_beats)
    if t.hold == TO_BE_HELD and t.line + t.fold >= t.hold_at + HELD_AFTER_BEATS:
        t.hold, t.hold_bpm = HELD, t.bpm
        t.notice, t.notice_value = WAS_HELD, t.hold_at


cdef void rest_at_fermata(TransportState *t, double tick_beats) noexcept nogil:
    """Where the head has come to a fermata in this tick, the band comes to rest there."""
    cdef double here = t.line + t.fold
    cdef int i
    for i in range(t.chart.fermatas):
        if here - tick_beats < t.chart.fermata[i] <= here and t.hold == NOT_HELD:
            t.hold, t.hold_at, t.hold_bpm = TO_BE_HELD, t.chart.fermata[i], t.bpm


cdef void return_to(TransportState *t, const Lead *lead, AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil:
    """Where the band has lost the leader's beat or bar: on a bar line, go to where he is."""
    cdef double tick_beats = lead.bpm / 60.0 * TICK / t.samplerate_hz, song_bar = 0.0, at, late
    cdef double to_bar
    cdef Place there = place[0]
    if t.state != PLAYING or t.hold == HELD or t.order.jump_frame >= 0:
        return
    to_bar = beats_to_return(&t.steering, lead, t.chart, t.line, t.line + t.fold, tick_beats, &song_bar)
    if to_bar >= tick_beats or song_bar >= chart_end(t.chart):
        return
    at = max(to_bar, 0.0) / tick_beats * TICK
    late = floor(at) + 1.0 - at
    write_jump(t, t.head + <long long>floor(at) + 1, chart_source(t.chart, t.line + t.fold + (at + late) / TICK * tick_beats),
               chart_source(t.chart, song_bar + late / TICK * tick_beats))
    t.fold = song_bar - rint(t.line)
    t.line = rint(t.line) - at / TICK * tick_beats
    there.line = t.line
    align(a, pulse, &there)
    steering_reset(&t.steering, False)
    t.bpm = lead.bpm
    go_over(t, a, t.line, song_bar)
    t.notice, t.notice_value = BACK_ON_BEAT, song_bar


cdef void end_with_drummer(TransportState *t, const AuthorityState *a) noexcept nogil:
    """A drummer who leads and falls silent is waited for, in the last good tempo: for ENDS_AFTER_BARS, near the song's end for ENDS_SOON_BARS.

    What he did not play before the band came in, or while somebody else led, is no silence of a leader's.
    """
    if a.leader != DRUMMER:
        t.follows_from = t.head
        return
    cdef double here = t.line + t.fold, silent_frames = t.head - max(t.last_stroke, t.follows_from)
    cdef double silent_bars = silent_frames / t.samplerate_hz * t.bpm / 60.0 / chart_beats_in_bar(t.chart, here)
    cdef double allowed_bars = ENDS_SOON_BARS if is_near_end(t) else ENDS_AFTER_BARS
    if t.state != PLAYING or t.last_stroke < 0 or t.hold != NOT_HELD or t.queued != NO_TURN:
        return
    if silent_bars > allowed_bars:
        queue_cut(t, chart_next_bar(t.chart, here), ENDED if is_near_end(t) else LISTENING)


cdef void reenter(TransportState *t, double song_beat) noexcept nogil:
    """After a train wreck: silence at once, then in again on the drummer's next downbeat, at `song_beat`, in his tempo."""
    if t.chart == NULL:
        return
    if t.state == PLAYING:
        write_jump(t, t.head + 1, heard_source(t), NAN)
        t.state = SILENT
    t.start_beat = song_beat
    listen(t, FOR_THE_BAR, DRUMMER)
    entry_find_again(&t.entry)


cdef double frames_to(const TransportState *t, const Bend *bend, double song_beat, double tick_beats) noexcept nogil:
    """From the head to a bend, at the present tempo."""
    if bend.turn in (LAST, GO_ON) and t.last_hit >= 0:
        return max(t.last_hit - t.head - 1, 0)
    cdef double beats = bend.at - HAIR_BEATS - song_beat
    if beats <= 0:
        return 0.0
    return beats / tick_beats * TICK if tick_beats > 0 else INFINITY


cdef double section_end(const TransportState *t, double song_beat) noexcept nogil:
    return t.chart.section[chart_section(t.chart, song_beat)].end_beat


cdef void transport_tick(TransportState *t, const Lead *lead, AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil:
    """Move the head on by one tick. Constant time, no allocation."""
    cdef Moment *made = &t.moment[(t.head // TICK) % MOMENTS]
    made.line, made.song_beat, made.bpm, made.beat_at, made.call = t.line, t.line + t.fold, t.bpm, -1, 0
    made.state, made.is_held = t.state, t.hold == HELD
    t.notice = 0
    if t.chart != NULL:
        if t.state == LISTENING and not t.awaits_song:
            await_entry(t, a, pulse, place, made)
        elif t.state == COUNTING or t.state == PLAYING:
            if t.state == COUNTING:
                take_beats_of(t, tempo_place(t))
            steer(t, lead)
            if not t.chart.section[t.section].is_finale:     # a last hit rings out, whatever he does then
                return_to(t, lead, a, pulse, place)
                end_with_drummer(t, a)
            advance(t, a, made)
    t.head += TICK


cdef void transport_order(TransportState *t, long long frame, int finer) noexcept nogil:
    """`frame`: where the head is, if the band plays; a multiple of CHUNK. `finer`: frames of the session to one of the stems."""
    t.order.frame = frame
    t.order.source = heard_source(t) if t.state == PLAYING else NAN
    t.order.stems = t.chart.stems if t.chart != NULL else NULL
    faders_move(&t.faders)
    t.order.gain = t.faders.now
    if t.order.stems != NULL:
        store(&t.order.stems.expected, expected_source(t) // finer)


cdef long long expected_source(const TransportState *t) noexcept nogil:
    """The frame of the session's recording that the next start, or the jump that waits, will lead to."""
    return <long long>chart_source(t.chart, t.queued_to if t.state == PLAYING and t.queued == JUMP else t.start_beat)
