"""The instrument: one block in, one block out.

Inside it thinks in ticks of 32 frames, whatever the device's block: a tick's decisions hold from the next tick, and audio is split at tick
edges, so no decision depends on how the sound is cut into blocks. Only the drums' way through the rack does: it takes one block.

`step` is called by PortAudio (`cython_core.callback`), by a timer, or by a loop, and cannot tell which.
"""

from libc.math cimport NAN, fabsf, isfinite, isnan, rint
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

import numpy as np

from cython_core.atomics cimport store
from cython_core.authority cimport (
    ASKED, BAND as BAND_LEADS, CONDUCTOR, DRUMMER, EASY, PATIENT, Lead, Place, authority_reset, decide_authority, drummer_line, hand_over, tap,
)
from cython_core.band cimport Band, band_order, band_read
from cython_core.chart cimport (
    Call, Chart, ChartState, chart_bar_start, chart_beats_in_bar, chart_next_bar, chart_section, chart_source,
)
from cython_core.count_in cimport CountIn, CountInCall, count_in_listen, count_in_tick
from cython_core.drums cimport AT_ONCE, MAX_INPUTS, ON_THE_BAR, ON_THE_BEAT, Drums, drums_step
from cython_core.faders cimport FaderState, faders_switch
from cython_core.exchange cimport (
    BAND_IN, BUS, CAME_IN, CHIME, COUNT_IN, CUT_OFF, FINALE, GIVE_WAY, GO_TO, HANDOVER, HOLD, LAST_HIT, LEVEL, LISTEN, LOAD, LOAD_NEXT, MUTE, NEXT, NOTE, PAN,
    PANIC, PREVIOUS, RE_ENTER, ROUTE, SOLO, START, STOP, TAKE, TAP, UNDO, VAMP, Event, Exchange, Notice, Snapshot, draft, event_at, next_event,
    peek_event, publish, tell,
)
from cython_core.follower cimport Follower, follower_change_meter, follower_tell, follower_tick
from cython_core.form cimport (
    count_in_then_start, cut_off, go_back, go_on, go_to, hold, is_vamping, last_hit, last_hit_on_stroke, listen, start, stop,
    strike_last_hit, undo, vamp,
)
from cython_core.guard cimport GUARD_DELAY, MAX_OUTPUTS, guard_reset, guard_tick, guarded
from cython_core.input_lines cimport Lines, lines_note, lines_tick
from cython_core.mix cimport (
    BAND_LEFT, BEAT, BUSES, CLICK, COUNT, CUE, CUT_OFF_WORD, DRUMS_LEFT, DRUMS_RIGHT, GUIDE, HOLD_WORD, LAST_HIT_WORD, LAST_TIME_WORD, ONE,
    PADS_LEFT, SOUNDS, TALK, VAMP_WORD, fade_buses, loudest, mix_down, mix_levels, sound_on, strike, strike_up,
)
from cython_core.onsets cimport Onset, onset_of_note
from cython_core.orders cimport CHUNK
from cython_core.pads cimport Pads, pads_hear, pads_keep, pads_play
from cython_core.stem_bank cimport MAX_CHANNELS, MAX_STEMS
from cython_core.strokes cimport MAX_LINES
from cython_core.struck_hit cimport is_last_hit, struck_hit_begin, struck_hit_sound
from cython_core.takeover cimport Takeover, take_over, takes_over
from cython_core.transport cimport (
    COUNTING, FOR_THE_BAR, HELD, LAST, LISTENING, ON_HIS_STROKE, PLAYING, TO_BE_HELD, Moment, load_chart, look, moment_at, reenter,
    transport_order, transport_reset, transport_tick,
)

cdef enum:
    NOBODY = -1

cdef float PEAK_FALLS = 0.9993           # a tick: 20 dB in about two seconds


cdef void step(RigState *r, const float *const *heard, float *const *played, int frames) noexcept nogil:
    """One block: `frames` samples of each input in, as many of each output out. Bounded; allocates nothing, waits for nothing.

    heard: (inputs, frames); played: (outputs, frames), all of it written. frames <= max_block.
    """
    cdef int done = 0, span, into
    cdef const float *kit[MAX_INPUTS]
    r.drums.passing = passing(r, frames)
    hear_pads(r, frames)
    join_pads(r, heard, frames, kit)
    drums_step(r.drums, kit, r.inputs, r.frame, frames, r.drums_left, r.drums_right)
    while done < frames:
        into = <int>(r.frame % TICK)
        span = min(TICK - into, frames - done)
        if into == 0:
            begin_tick(r)
        play(r, heard, played, done, into, span)
        hear(r, heard, done, into, span)
        done += span
        r.frame += span
        if into + span == TICK:
            end_tick(r)
    r.blocks += 1


cdef void hear_pads(RigState *r, int frames) noexcept nogil:
    """Whatever is struck in this block sounds in it: the pads look at events before their turn comes."""
    cdef Event event
    if r.pads == NULL:
        return
    while event_at(r.exchange, &r.pads.seen, &event) and event.frame < r.frame + frames:
        pads_hear(r.pads, &event, max(event.frame, r.frame), &r.transport)
        r.pads.seen += 1
    pads_play(r.pads, &r.transport, r.frame, frames)


cdef void join_pads(RigState *r, const float *const *heard, int frames, const float **kit) noexcept nogil:
    """The lines of the kit: what was heard, with the pads that are to sound there, and without whoever speaks."""
    cdef int i, n
    for i in range(r.inputs):
        kit[i] = heard[i]
        if i == r.talk_input:
            kit[i] = r.silence
        if r.pads != NULL and r.pads.line[i] != NULL:
            for n in range(frames):
                r.pads.line[i][n] += kit[i][n]
            kit[i] = r.pads.line[i]


cdef int passing(const RigState *r, int frames) noexcept nogil:
    """Whether a beat or a bar line goes by in this block; where nothing counts, a switch need not wait."""
    cdef long long tick = r.frame - r.frame % TICK, at
    cdef int passes = AT_ONCE
    cdef const Moment *moment
    while tick < r.frame + frames:
        moment = moment_at(&r.transport, tick)
        at = tick + moment.beat_at
        if moment.state < COUNTING:
            return ON_THE_BAR
        if moment.beat_at >= 0 and r.frame <= at < r.frame + frames:
            passes = max(passes, ON_THE_BAR if moment.beat_in_bar == 1 else ON_THE_BEAT)
        tick += TICK
    return passes


cdef void begin_tick(RigState *r) noexcept nogil:
    """What was decided takes effect: levels move, commands are taken."""
    mix_levels(&r.mix)
    take_events(r)


cdef void play(RigState *r, const float *const *heard, float *const *played, int done, int into, int span) noexcept nogil:
    """Part of a tick, out: buses filled, routed to the guard, and what the guard held back sent out."""
    cdef int filling = r.guard.filling
    cdef int i, output
    fill_buses(r, heard, done, into, span)
    fade_buses(&r.mix, into, span)
    r.drums_peak = max(r.drums_peak, loudest(&r.mix, DRUMS_LEFT, DRUMS_RIGHT + 1, span))
    r.band_peak = max(r.band_peak, loudest(&r.mix, BAND_LEFT, BAND_LEFT + r.band.channels, span))
    for output in range(r.outputs):
        mix_down(&r.mix, output, into, span, &r.guard.waiting[filling][output][into])
        for i in range(span):
            played[output][done + i] = guarded(&r.guard, output, into + i)


cdef void fill_buses(RigState *r, const float *const *heard, int done, int into, int span) noexcept nogil:
    """Drums from the rack, the band from its ring, and what is struck, to the sample."""
    cdef float *band[MAX_CHANNELS]
    cdef int c, before
    cdef const Moment *moment = moment_at(&r.transport, r.frame)
    memcpy(r.mix.bus[DRUMS_LEFT], r.drums_left + done, span * sizeof(float))
    memcpy(r.mix.bus[DRUMS_RIGHT], r.drums_right + done, span * sizeof(float))
    for c in range(2):
        if r.pads != NULL:
            memcpy(r.mix.bus[PADS_LEFT + c], r.pads.out[c] + done, span * sizeof(float))
        else:
            memset(r.mix.bus[PADS_LEFT + c], 0, span * sizeof(float))
    speak(r, heard, done, span)
    for c in range(r.band.channels):
        band[c] = r.mix.bus[BAND_LEFT + c]
    band_read(r.band, r.frame, span, band)
    struck_hit_sound(&r.struck_hit, r.frame, span, r.band.channels, r.samplerate_hz, band)
    before = span
    if moment.state >= COUNTING and into <= moment.beat_at < into + span:
        before = moment.beat_at - into
    sound_all(r, 0, before)
    if before < span:
        strike(&r.mix, &r.mix.count if moment.is_count else &r.mix.click, ONE if moment.beat_in_bar == 1 else BEAT)
        if moment.call:
            call_out(r, &r.transport.chart.call[moment.call - 1])
        sound_all(r, before, span - before)


cdef void speak(RigState *r, const float *const *heard, int done, int span) noexcept nogil:
    """The talkback microphone, as it comes; what is no number is silence."""
    cdef int i
    cdef float sample
    for i in range(span):
        sample = heard[r.talk_input][done + i] if r.talk_input >= 0 else 0.0
        r.mix.bus[TALK][i] = sample if isfinite(sample) else 0.0


cdef void call_out(RigState *r, const Call *call) noexcept nogil:
    """The guide says what the song has there; or chimes."""
    if call.sound == NULL:
        strike(&r.mix, &r.mix.guide, CUE)
    else:
        strike_up(&r.mix.guide, call.sound, call.frames)


cdef void say(RigState *r, int word) noexcept nogil:
    """The guide says what was asked for just now."""
    strike(&r.mix, &r.mix.guide, word)


cdef void sound_all(RigState *r, int at, int frames) noexcept nogil:
    """Click, count and guide go on."""
    sound_on(&r.mix.click, r.mix.bus[CLICK] + at, frames)
    sound_on(&r.mix.count, r.mix.bus[COUNT] + at, frames)
    sound_on(&r.mix.guide, r.mix.bus[GUIDE] + at, frames)


cdef void hear(RigState *r, const float *const *heard, int done, int into, int span) noexcept nogil:
    """Part of a tick, in: each line from its input, a mix from all of them."""
    cdef int i, channel, line
    cdef float sum
    for i in range(span):
        sum = 0.0
        for channel in range(r.inputs):
            sum += heard[channel][done + i] * r.line_gain[channel]
        sum = sum if isfinite(sum) else 0.0
        r.input_peak = max(r.input_peak, fabsf(sum))
        for line in range(r.lines.count):
            r.line_heard[line][into + i] = sum if r.line_input[line] < 0 else heard[r.line_input[line]][done + i]


cdef void end_tick(RigState *r) noexcept nogil:
    """A whole tick has been heard: who is where, who leads, where the song goes."""
    guard_tick(&r.guard)
    find_beat(r)
    tell_meter(r)
    while r.transport.head < head_belongs_at(r):
        lead_on(r)
    if (r.frame + r.band.ahead_frames) % CHUNK == 0:
        transport_order(&r.transport, r.frame + r.band.ahead_frames)
        band_order(r.band, &r.transport.order)
        r.transport.order.jump_frame = -1
    take_snapshot(r)


cdef long long head_belongs_at(const RigState *r) noexcept nogil:
    """How far the line is to be known by now: nearer in silence, so that the band comes in sooner, and by newer news of the drummer."""
    return r.frame + r.band.ahead_frames - (0 if r.transport.state == PLAYING else r.band.late_frames)


cdef void lead_on(RigState *r) noexcept nogil:
    """The head of the line, one tick further."""
    cdef Place place
    cdef Lead lead
    see(r, &place)
    hand_over_in_time(r, &place)
    decide_authority(&r.authority, &r.pulse, &place, <double>r.frame, r.samplerate_hz, &lead)
    transport_tick(&r.transport, &lead, &r.authority, &r.pulse, &place)
    tell_what_happened(r)


cdef void see(RigState *r, Place *place) noexcept nogil:
    """Where the head of the line is, in the ear's time."""
    cdef double to_ear_s = r.output_latency_s + GUARD_DELAY / r.samplerate_hz
    look(&r.transport, place)
    place.conductor_to_head_s = (r.transport.head - r.frame) / r.samplerate_hz + to_ear_s
    place.drummer_to_head_s = place.conductor_to_head_s + r.input_latency_s


cdef void find_beat(RigState *r) noexcept nogil:
    """Onsets, count and pulse, from what was heard in this tick."""
    cdef CountInCall call
    cdef TransportState *t = &r.transport
    hear_lines(r)
    count_in_tick(r.count_in, r.onset, r.onsets, r.frame, &call)
    if call.ready and t.state == LISTENING:
        t.count_bpm = call.bpm
        t.count_frame = <long long>rint(
            call.bar_one_frame - (r.input_latency_s + r.output_latency_s) * r.samplerate_hz - GUARD_DELAY
        )
    if r.onsets > 0:
        t.last_stroke = r.frame
    if t.queued == LAST and t.last_hit == ON_HIS_STROKE and t.hold == HELD:
        await_last_hit(r)
    follower_tick(r.follower, r.onset, r.onsets, r.frame, TICK, &r.pulse)


cdef void tell_meter(RigState *r) noexcept nogil:
    """Where what is heard now is in another meter than before, let the follower know, and where in the bar it is."""
    cdef const ChartState *chart = r.transport.chart
    cdef const Moment *heard = moment_at(&r.transport, r.frame)
    cdef bint plays = heard.state == PLAYING and r.transport.state == PLAYING
    cdef double song_beat = heard.song_beat if plays else r.transport.start_beat
    if chart != NULL and not chart.is_of_one_meter:
        follower_change_meter(
            r.follower, chart_beats_in_bar(chart, song_beat), song_beat - chart_bar_start(chart, song_beat) if plays else 0.0
        )


cdef void await_last_hit(RigState *r) noexcept nogil:
    """Is one of these strokes the one that the band waits for? Where the stems have the session's own rate it is heard at once."""
    cdef TransportState *t = &r.transport
    cdef int i
    for i in range(r.onsets):
        if is_last_hit(&r.onset[i]):
            if r.band.bus[0].stem_rate.finer == 1 and t.chart.stems != NULL:
                struck_hit_begin(&r.struck_hit, r.frame, chart_source(t.chart, t.queued_to), t.chart.stems, &t.faders.now)
                strike_last_hit(t, r.frame)
            else:
                strike_last_hit(t, -1)
            return


cdef void hear_lines(RigState *r) noexcept nogil:
    """The strokes told in this tick. What the rig itself has played is none, once it has come round through the air."""
    cdef const float *heard[MAX_LINES]
    cdef int i
    for i in range(r.lines.count):
        heard[i] = r.line_heard[i]
    r.onsets = lines_tick(r.lines, heard, TICK, r.frame - TICK, r.onset, MAX_ONSETS)


cdef void take_events(RigState *r) noexcept nogil:
    """All that is due. Bounded by what the ring holds."""
    cdef Event event
    while peek_event(r.exchange, &event) and event.frame <= r.frame:
        next_event(r.exchange, &event)
        obey(r, &event)


cdef void obey(RigState *r, const Event *event) noexcept nogil:
    """One event, by what it is."""
    cdef TransportState *t = &r.transport
    cdef AuthorityState *a = &r.authority
    cdef Place place
    cdef Onset note
    see(r, &place)
    if event.kind == LOAD:
        load_song(r, <const ChartState *>event.thing)
    elif event.kind == LOAD_NEXT:
        t.next_chart = <const ChartState *>event.thing
    elif event.kind == START:
        start(t)
        begin_leading(r)
    elif event.kind == COUNT_IN:
        count_in_then_start(t)
        begin_leading(r)
    elif event.kind == STOP:
        stop(t)
    elif event.kind == LISTEN:
        listen(t, <int>event.value, <int>event.other)
        if t.chart != NULL:
            count_in_listen(r.count_in, t.chart.bpm, t.chart.beats_per_bar, t.chart.count_bars, t.chart.count_beats)
    elif event.kind == BAND_IN:
        if t.state != LISTENING:
            listen(t, FOR_THE_BAR, a.leader if a.leader != BAND_LEADS else DRUMMER)
        t.is_band_in = 1
    elif event.kind == GO_TO:
        go_to(t, event.value, <int>event.other)
    elif event.kind == NEXT:
        go_on(t)
        if t.is_released:
            say(r, LAST_TIME_WORD)
    elif event.kind == PREVIOUS:
        go_back(t)
    elif event.kind == UNDO:
        undo(t)
        r.takeover.kind = 0
    elif event.kind == VAMP:
        vamp(t)
        if t.state == PLAYING:
            say(r, VAMP_WORD)
    elif event.kind == HOLD:
        hold(t)
        if t.hold == TO_BE_HELD:
            say(r, HOLD_WORD)
    elif event.kind == CUT_OFF:
        cut_off(t)
        if t.state == PLAYING:
            say(r, CUT_OFF_WORD)
    elif event.kind == FINALE and event.value:
        last_hit_on_stroke(t)
        if t.state == PLAYING:
            say(r, LAST_HIT_WORD)
    elif event.kind == FINALE:
        last_hit(t, t.hold_bpm if a.leader != CONDUCTOR else a.conductor_bpm, r.frame, place.conductor_to_head_s
                 - (t.head - r.frame) / r.samplerate_hz)
        if t.state == PLAYING:
            say(r, LAST_HIT_WORD)
    elif event.kind == CHIME:
        say(r, CUE)
    elif event.kind == TAKE:
        r.takeover.kind = 0
        hand_over(a, DRUMMER, ASKED, &r.pulse, &place)
    elif event.kind == TAP:
        place.conductor_to_head_s += (r.frame - struck(r, event)) / r.samplerate_hz
        if a.leader != CONDUCTOR:
            ask_for_tempo(r, event, &place)
        tap(a, struck(r, event), r.samplerate_hz, event.value if event.value > 0 else 1.0, &place)
    elif takes_over(event.kind) != NOBODY:
        ask_for_tempo(r, event, &place)
    elif event.kind == GIVE_WAY:
        a.gives_way = max(0, min(<int>event.value, EASY))
    elif event.kind == RE_ENTER:
        reenter(t, section_start(t) if isnan(event.value) else event.value)
    elif event.kind == NOTE:
        if (r.pads == NULL or not pads_keep(r.pads, <int>event.value)) and onset_of_note(
                <int>event.value, <int>event.other, struck(r, event), &note):
            lines_note(r.lines, &note)
    elif event.kind in (LEVEL, PAN, MUTE, SOLO) and 0 <= event.other < MAX_STEMS:
        turn_knob(&t.faders, event.kind, <int>event.other, <float>event.value)
    elif event.kind == ROUTE and 0 <= event.other < r.outputs * BUSES:
        r.mix.asked[<int>event.other // BUSES][<int>event.other % BUSES] = <float>event.value
    elif event.kind == BUS and 0 <= event.other < BUSES:
        r.mix.wanted[<int>event.other] = <float>event.value
    elif event.kind == PANIC:
        r.mix.wanted[CLICK] = r.mix.wanted[COUNT] = r.mix.wanted[GUIDE] = 0.0
        set_band_level(r, 0.0)
        stop(t)


cdef double section_start(const TransportState *t) noexcept nogil:
    """Where the section begins that is playing, or that the next start begins in."""
    if t.chart == NULL:
        return 0.0
    return t.chart.section[chart_section(t.chart, t.line + t.fold if t.state == PLAYING else t.start_beat)].first_beat


cdef void turn_knob(FaderState *faders, int kind, int stem, float value) noexcept nogil:
    if kind == LEVEL:
        faders.level[stem] = value
    elif kind == PAN:
        faders.pan[stem] = value
    else:
        faders_switch(&faders.is_muted[stem] if kind == MUTE else &faders.is_solo[stem], <int>value)


cdef void set_band_level(RigState *r, float level) noexcept nogil:
    cdef int c
    for c in range(r.band.channels):
        r.mix.wanted[BAND_LEFT + c] = level


cdef bint drummer_misses_click(const RigState *r) noexcept nogil:
    """Whether there is a click that he would hear if he did not lead."""
    cdef int output
    for output in range(r.outputs):
        if r.mix.is_drummers[output] and r.mix.asked[output][CLICK] > 0 and r.mix.wanted[CLICK] > 0:
            return r.transport.state == PLAYING and r.transport.hold != HELD and r.authority.leader == DRUMMER
    return False


cdef void ask_for_tempo(RigState *r, const Event *event, const Place *place) noexcept nogil:
    """Hand over at once; or, where the drummer has been without a click, a whole bar after it is back in his ears, on a bar line."""
    cdef TransportState *t = &r.transport
    cdef Takeover *next_one = &r.takeover
    if not drummer_misses_click(r):
        next_one.kind = 0
        take_over(&r.authority, event.kind, event.value, event.other, &r.pulse, place)
        return
    if not next_one.kind:
        next_one.at = chart_next_bar(t.chart, chart_next_bar(t.chart, t.line + t.fold) + 1.0) - t.fold
    next_one.kind, next_one.value, next_one.other = event.kind, event.value, event.other


cdef void hand_over_in_time(RigState *r, const Place *place) noexcept nogil:
    """Whoever waits for his bar line gets the tempo there; sooner, where the band falls silent or rests, or somebody else takes it."""
    cdef TransportState *t = &r.transport
    cdef Takeover *next_one = &r.takeover
    if r.authority.leader != DRUMMER:
        next_one.kind = 0
    if next_one.kind and (t.state != PLAYING or t.hold == HELD or t.line >= next_one.at):
        take_over(&r.authority, next_one.kind, next_one.value, next_one.other, &r.pulse, place)
        next_one.kind = 0
    r.mix.is_hushed = r.authority.leader == DRUMMER and t.state == PLAYING and not next_one.kind


cdef double struck(const RigState *r, const Event *event) noexcept nogil:
    """When a tap or a note was struck: its own frame where it has one, however late it comes; else now."""
    return <double>(event.frame if 0 < event.frame <= r.frame else r.frame)


cdef void load_song(RigState *r, const ChartState *chart) noexcept nogil:
    load_chart(&r.transport, chart)
    authority_reset(&r.authority, chart.bpm if chart != NULL else 120.0)
    if chart != NULL:
        follower_tell(r.follower, chart.bpm, chart.beats_per_bar)


cdef void begin_leading(RigState *r) noexcept nogil:
    """The band starts by itself: in the recording's tempo, or in the conductor's. One that plays has its tempo."""
    cdef Place place
    if r.transport.state == PLAYING:
        return
    see(r, &place)
    r.authority.ratio = 1.0
    r.authority.is_aligned = 0
    r.transport.bpm = r.authority.conductor_bpm if r.authority.leader == CONDUCTOR else place.recorded_bpm


cdef void tell_what_happened(RigState *r) noexcept nogil:
    cdef TransportState *t = &r.transport
    if r.authority.changed:
        r.authority.changed = 0
        notify(r, HANDOVER, t.bpm)
    if t.notice:
        notify(r, t.notice, t.notice_value)
        if t.notice == LAST_HIT:
            r.struck_hit.until_frame = t.order.jump_frame
        if t.notice == CAME_IN:
            set_band_level(r, 1.0)
            r.mix.wanted[COUNT] = 1.0


cdef void notify(RigState *r, int kind, double value) noexcept nogil:
    cdef Notice notice
    notice.frame, notice.kind, notice.value = r.transport.head, kind, value
    if r.transport.order.jump_frame >= 0:
        notice.frame = r.transport.order.jump_frame
    if kind == LAST_HIT and r.struck_hit.from_frame >= 0:
        notice.frame = r.struck_hit.from_frame
    notice.who, notice.why = r.authority.leader, r.authority.why
    notice.beat = r.transport.line + r.transport.fold
    tell(r.exchange, &notice)


cdef double heard_asynchrony_ms(const RigState *r) noexcept nogil:
    """Band beat minus drummer beat at the ear, for the stroke the follower speaks of; NaN where there are not both."""
    cdef double frame = r.frame - (r.input_latency_s + r.output_latency_s) * r.samplerate_hz - GUARD_DELAY
    cdef const Moment *moment = moment_at(&r.transport, <long long>frame)
    cdef double off
    if frame < 0 or moment.state != PLAYING or moment.is_held or not r.pulse.found or not moment.bpm > 0:
        return NAN
    off = drummer_line(&r.authority, &r.pulse, 0.0) - moment.line - moment.bpm / 60.0 * (frame % TICK) / r.samplerate_hz
    return (off - rint(off)) * 60000.0 / moment.bpm


cdef void take_snapshot(RigState *r) noexcept nogil:
    cdef Snapshot *s = draft(r.exchange)
    cdef const TransportState *t = &r.transport
    cdef const Moment *moment = moment_at(t, r.frame)
    s.frame, s.blocks, s.band_frames_missing, s.events_lost = r.frame, r.blocks, r.band.frames_missing, r.events_lost
    s.song_beat, s.bpm, s.state, s.leader = moment.song_beat, moment.bpm, moment.state, r.authority.leader
    s.is_vamping = t.chart != NULL and t.state == PLAYING and is_vamping(t, t.line + t.fold)
    s.tempo_limit, s.share = (t.steering.limit if t.state == PLAYING else 0), r.authority.share
    s.limit_bpm = t.bpm if s.tempo_limit else 0.0
    s.is_holding, s.queued, s.queued_beat = moment.is_held, t.queued, t.queued_to
    s.queued_at, s.is_released, s.is_to_be_held = t.queued_at, t.is_released, t.hold == TO_BE_HELD
    s.section, s.rounds = t.section, t.rounds
    s.confidence, s.bar_confidence = r.pulse.confidence, r.pulse.bar_confidence
    s.drummer_found, s.drummer_bpm, s.drummer_bar_beat = r.pulse.found, r.pulse.bpm, r.pulse.bar_beat
    s.asynchrony_ms = heard_asynchrony_ms(r)
    s.stem_level, s.stem_pan, s.stem_muted, s.stem_solo = t.faders.level, t.faders.pan, t.faders.is_muted, t.faders.is_solo
    s.is_click_hushed, s.leads_next = r.mix.is_hushed, takes_over(r.takeover.kind)
    s.input_peak, s.drums_peak, s.band_peak, s.limited = r.input_peak, r.drums_peak, r.band_peak, r.guard.least
    r.input_peak, r.drums_peak, r.band_peak = r.input_peak * PEAK_FALLS, r.drums_peak * PEAK_FALLS, r.band_peak * PEAK_FALLS
    r.guard.least += (1.0 - r.guard.least) * (1.0 - PEAK_FALLS)
    publish(r.exchange)


cdef class Rig:
    """The instrument and its parts, set up once; from then on only `step` touches them.

    samplerate_hz: 44100..192000; inputs 1..32, outputs 1..32; max_block: frames, the largest block there will be; the parts are made for the
    same rate. route: (outputs, BUSES) float32, linear: how much of each bus (see mix.pxd) each output gets; drummers: the outputs in the
    drummer's ears, where the click is silent while he leads; pads: what is struck, or None; talk_input: from 0, a microphone that is no part of the
    kit and is heard while the bus TALK is up, -1: none; sounds: mono float32 arrays at the session's rate, one for each sound of mix.pxd.
    """

    def __cinit__(
        self, double samplerate_hz, int inputs, int outputs, int max_block, Lines lines, Follower follower, CountIn count_in, Drums drums,
        Band band, Exchange exchange, const float[:, ::1] route, sounds, double input_latency_s=0.0, double output_latency_s=0.0,
        drummers=(), Pads pads=None, int talk_input=-1,
    ):
        if not (1 <= inputs <= 32 and 1 <= outputs <= MAX_OUTPUTS and 44100 <= samplerate_hz <= 192000):
            raise ValueError("a rig has 1 to 32 inputs and outputs, at 44.1 to 192 kHz")
        if max(lines.inputs) >= inputs:
            raise ValueError(f"a line on input {max(lines.inputs) + 1}, and there are {inputs}")
        if route.shape[0] != outputs or route.shape[1] != BUSES or len(sounds) != SOUNDS:
            raise ValueError(f"route must be (outputs, {BUSES}), and there are {SOUNDS} sounds")
        cdef RigState *r = <RigState *>calloc(1, sizeof(RigState))
        self.state = r
        if r == NULL:
            raise MemoryError
        r.drums_left, r.drums_right = <float *>calloc(max_block, sizeof(float)), <float *>calloc(max_block, sizeof(float))
        r.silence = <float *>calloc(max_block, sizeof(float))
        if not (r.drums_left and r.drums_right and r.silence):
            raise MemoryError
        if talk_input >= inputs or (pads is not None and pads.state.max_block < max_block):
            raise ValueError(f"talkback on input {talk_input + 1} of {inputs}, or pads for shorter blocks than {max_block}")
        sounds = [np.ascontiguousarray(sound, np.float32) for sound in sounds]
        self.parts = (lines, follower, count_in, drums, band, exchange, sounds, pads)
        r.samplerate_hz, r.inputs, r.outputs, r.max_block = samplerate_hz, inputs, outputs, max_block
        r.input_latency_s, r.output_latency_s = input_latency_s, output_latency_s
        r.lines, r.follower, r.count_in, r.drums, r.band, r.exchange = (
            lines.state, follower.state, count_in.state, drums.state, band.link, exchange.state
        )
        r.pads, r.talk_input = (pads.state if pads is not None else NULL), talk_input
        cdef int i, b
        for i in range(inputs):
            r.line_gain[i] = 0.0 if i == talk_input else 1.0
        for i in range(r.lines.count):
            r.line_input[i] = lines.inputs[i]
        r.struck_hit.from_frame = -1
        self.prepare_mix(route, sounds)
        for i in drummers:
            r.mix.is_drummers[i] = 1
        guard_reset(&r.guard, outputs, samplerate_hz)
        transport_reset(&r.transport, samplerate_hz, r.band.ahead_frames - r.band.late_frames)
        authority_reset(&r.authority, 120.0)
        r.authority.gives_way, r.authority.share = PATIENT, 0.5
        follower_tell(r.follower, 0.0, 0)

    cdef prepare_mix(self, const float[:, ::1] route, sounds):
        cdef RigState *r = self.state
        cdef const float[::1] sound
        cdef int i, b
        r.mix.samplerate_hz, r.mix.outputs = r.samplerate_hz, r.outputs
        for i in range(r.outputs):
            for b in range(BUSES):
                r.mix.route[i][b] = r.mix.asked[i][b] = route[i, b]
        for b in range(BUSES):
            r.mix.wanted[b] = r.mix.level[b] = 0.0 if b == TALK else 1.0
        for i in range(SOUNDS):
            sound = sounds[i]
            r.mix.sound[i], r.mix.length[i] = &sound[0], <int>sound.shape[0]

    def __dealloc__(self):
        if self.state != NULL:
            free(self.state.drums_left)
            free(self.state.drums_right)
            free(self.state.silence)
            free(self.state)

    def step(self, const float[:, ::1] heard, float[:, ::1] played):
        """One block: heard (inputs, frames) in, played (outputs, frames) filled; frames <= max_block, else ValueError."""
        cdef const float *inputs[32]
        cdef float *outputs[MAX_OUTPUTS]
        cdef RigState *r = self.state
        cdef int frames = <int>heard.shape[1], i
        if heard.shape[0] != r.inputs or played.shape[0] != r.outputs or played.shape[1] != frames or not 0 < frames <= r.max_block:
            raise ValueError(f"this rig takes ({r.inputs}, frames) and gives ({r.outputs}, frames), up to {r.max_block} frames at a time")
        for i in range(r.inputs):
            inputs[i] = &heard[i, 0]
        for i in range(r.outputs):
            outputs[i] = &played[i, 0]
        with nogil:
            step(r, inputs, outputs, frames)

    def at(self, double latency_in_s, double latency_out_s):
        """Set the latencies the rig makes up for, in seconds: before it plays, not while."""
        self.state.input_latency_s, self.state.output_latency_s = latency_in_s, latency_out_s

    @property
    def frame(self):
        """Frames played so far."""
        return self.state.frame

    @property
    def address(self):
        """Of the state, for `cython_core.callback`."""
        return <size_t>self.state

    @property
    def guard_delay_frames(self):
        """Frames that the guard holds back everything that is played."""
        return GUARD_DELAY

    def set_limiter(self, int output, bint is_on):
        """Whether an output, from 0, is turned down where it is too loud. Off, nothing keeps it from hurting."""
        if not 0 <= output < self.state.outputs:
            raise ValueError(f"there is no output {output}")
        store(&self.state.guard.is_off[output], not is_on)

    @property
    def howls(self):
        """How often an output was turned down because something fed back."""
        return self.state.guard.howls

    def moment(self, long long frame):
        """The line at the tick that an output frame of the last two seconds lies in: a dict with the fields of a Moment. Any thread may ask."""
        return moment_at(&self.state.transport, max(frame, 0))[0]
