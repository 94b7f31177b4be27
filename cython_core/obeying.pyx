"""Commands, taken when they are due: each is about how the song starts, where it goes, who leads, or what is heard how loudly."""

from libc.math cimport isnan

from cython_core.authority cimport (
    ASKED, BAND as BAND_LEADS, CONDUCTOR, DRUMMER, EASY, SHARED, AuthorityState, Place, authority_reset, conductor_line, hand_over, tap,
)
from cython_core.chart cimport ChartState, chart_beats_in_bar, chart_section
from cython_core.drum_notes cimport onset_of_note
from cython_core.entry cimport FOR_THE_BAR
from cython_core.exchange cimport (
    AWAIT_SONG, BAND_IN, BUS, CHIME, COUNT_IN, CUT_OFF, FINALE, GIVE_WAY, GO_TO, HOLD, KEY, LEVEL, LISTEN, LOAD, LOAD_NEXT, MUTE, NEXT, NOTE, PAN, PANIC, PREVIOUS,
    OCTAVE, ONE, RE_ENTER, ROUTE, SOLO, START, STOP, TAKE, TAP, UNDO, VAMP, Event, next_event, peek_event,
)
from cython_core.faders cimport FaderState, faders_switch
from cython_core.follower cimport follower_hear_one, follower_tell
from cython_core.form cimport (
    count_in_then_start, cut_off, go_back, go_on, go_to, hold, last_hit, last_hit_on_stroke, listen, start, stop, undo, vamp,
)
from cython_core.hearing cimport go_on_when_he_begins, listen_for_count, take_up_count
from cython_core.input_lines cimport lines_note
from cython_core.key_change cimport want_key
from cython_core.leading cimport ask_for_tempo, begin_leading, see
from cython_core.mix cimport BUSES, CUE, CUT_OFF_WORD, HOLD_WORD, LAST_HIT_WORD, LAST_TIME_WORD, VAMP_WORD
from cython_core.octaves cimport hear_octave
from cython_core.onsets cimport Onset
from cython_core.pads cimport pads_keep
from cython_core.rig_state cimport STROKES
from cython_core.sounding cimport say
from cython_core.steering cimport steering_hear_one
from cython_core.stem_bank cimport MAX_STEMS, StemBank
from cython_core.takeover cimport takes_over
from cython_core.transport cimport COUNTING, LISTENING, PLAYING, SILENT, TO_BE_HELD, TransportState, keep_beats, load_chart, reenter

cdef enum:
    NOBODY = -1


cdef void take_events(RigState *r) noexcept nogil:
    """All that is due. Bounded by what the rings hold."""
    cdef Event event
    while peek_event(r.exchange, &event) and event.frame <= r.frame:
        next_event(r.exchange, &event)
        obey(r, &event)
    while r.struck_out != r.struck_in and r.struck[r.struck_out % STROKES].frame <= r.frame:
        hear_note(r, &r.struck[r.struck_out % STROKES])
        r.struck_out += 1


cdef void obey(RigState *r, const Event *event) noexcept nogil:
    """One event, by whom it concerns."""
    cdef Place place
    see(r, &place)
    if event.kind == NOTE:
        hear_note(r, event)
    elif event.kind == ONE:
        hear_one(r, event)
    elif event.kind == OCTAVE:
        hear_octave(r, event.value)
    elif not (begins(r, event) or goes_elsewhere(r, event, &place) or changes_leader(r, event, &place)):
        turn_desk(r, event)


cdef void hear_note(RigState *r, const Event *event) noexcept nogil:
    """A stroke on an electronic kit, unless a pad keeps it for itself."""
    cdef Onset note
    if r.pads != NULL and pads_keep(r.pads, <int>event.value):
        return
    if onset_of_note(<int>event.value, <int>event.other, struck(r, event), &note):
        lines_note(r.lines, &note)


cdef void hear_one(RigState *r, const Event *event) noexcept nogil:
    """Where the drummer's bars begin, struck on a key or a pedal with one of them. A band that he leads goes over to his next."""
    if follower_hear_one(r.follower, struck(r, event) + r.input_latency_s * r.samplerate_hz):
        steering_hear_one(&r.transport.steering)


cdef double struck(const RigState *r, const Event *event) noexcept nogil:
    """When a tap or a note was struck: its own frame where it has one, however late it comes; else now."""
    return <double>(event.frame if 0 < event.frame <= r.frame else r.frame)


cdef bint begins(RigState *r, const Event *event) noexcept nogil:
    """A song is made ready, or the band starts or stops. False: the event is about something else."""
    cdef TransportState *t = &r.transport
    cdef int leader = r.authority.leader
    if event.kind in (START, COUNT_IN, LISTEN, BAND_IN, RE_ENTER):
        r.mix.is_quiet = False           # whatever was panicked over
    if event.kind in (START, COUNT_IN, BAND_IN, RE_ENTER):
        t.awaits_song = False            # whoever says so means the song that is there
    if event.kind == LOAD:
        load_song(r, <const ChartState *>event.thing, event.value != 0)
    elif event.kind == LOAD_NEXT:
        t.next_chart = <const ChartState *>event.thing
    elif event.kind == START:
        start(t)
        begin_leading(r)
    elif event.kind == COUNT_IN:
        count_in_then_start(t)
        begin_leading(r)
    elif event.kind == STOP:
        stop(t, LISTENING)
        take_up_count(r, t.start_beat)
    elif event.kind == KEY:
        want_key(&r.key, <StemBank *>event.thing)
    elif event.kind == LISTEN:
        listen(t, <int>event.value, <int>event.other)
        listen_for_count(r, t.start_beat)
        t.awaits_song = False
    elif event.kind == AWAIT_SONG:
        await_song(r, event.value != 0)
    elif event.kind == BAND_IN:
        if t.state != LISTENING:
            listen(t, FOR_THE_BAR, leader if leader != BAND_LEADS else DRUMMER)
        t.entry.is_cued = True
    elif event.kind == RE_ENTER:
        reenter(t, section_start(t) if isnan(event.value) else event.value)
    else:
        return False
    return True


cdef void await_song(RigState *r, bint is_asked) noexcept nogil:
    """Another song is asked for: the one that is there is not to begin. Or it is not to come after all: all is as it was."""
    cdef TransportState *t = &r.transport
    if is_asked != t.awaits_song:
        t.awaits_song = False
        listen_for_count(r, t.start_beat)
        t.awaits_song = is_asked
    if is_asked and t.state == COUNTING:
        stop(t, LISTENING)


cdef void load_song(RigState *r, const ChartState *chart, bint plays_on) noexcept nogil:
    """Nothing is known of the drummer in another song; unless he plays on out of the one before."""
    load_chart(&r.transport, chart)
    r.octave_said = 0.0
    authority_reset(&r.authority, chart.bpm if chart != NULL else 120.0)
    if chart != NULL and plays_on:
        keep_beats(&r.transport, r.pulse.beat_length)
    elif chart != NULL:
        follower_tell(r.follower, chart.bpm, chart.beats_per_bar)


cdef double section_start(const TransportState *t) noexcept nogil:
    """Where the section begins that is playing, or that the next start begins in."""
    if t.chart == NULL:
        return 0.0
    return t.chart.section[chart_section(t.chart, t.line + t.fold if t.state == PLAYING else t.start_beat)].first_beat


cdef bint goes_elsewhere(RigState *r, const Event *event, const Place *place) noexcept nogil:
    """The song takes another way than it is written, and the guide says so. False: the event is about something else."""
    cdef TransportState *t = &r.transport
    if event.kind == GO_TO:
        go_to(t, event.value, <int>event.other)
        if t.state == LISTENING:
            listen_for_count(r, t.start_beat)
    elif event.kind == NEXT:
        if r.authority.leader == DRUMMER:
            go_on_when_he_begins(r)
        else:
            go_on(t)
        say_if(r, t.is_released, LAST_TIME_WORD)
    elif event.kind == PREVIOUS:
        go_back(t)
    elif event.kind == UNDO:
        undo(t)
        r.takeover.kind = 0
    elif event.kind == VAMP:
        vamp(t)
        say_if(r, t.state == PLAYING, VAMP_WORD)
    elif event.kind == HOLD:
        hold(t)
        say_if(r, t.hold == TO_BE_HELD, HOLD_WORD)
    elif event.kind == CUT_OFF:
        cut_off(t)
        say_if(r, t.state == PLAYING, CUT_OFF_WORD)
    elif event.kind == FINALE:
        end_in_one_hit(r, event, place)
        say_if(r, t.state == PLAYING, LAST_HIT_WORD)
    else:
        return False
    return True


cdef void end_in_one_hit(RigState *r, const Event *event, const Place *place) noexcept nogil:
    """The last hit: two beats of the leader's tempo from now, or on the drummer's own stroke."""
    cdef TransportState *t = &r.transport
    cdef double bpm = r.authority.conductor_bpm if r.authority.leader == CONDUCTOR else t.hold_bpm
    if event.value:
        last_hit_on_stroke(t)
    else:
        last_hit(t, bpm, r.frame, place.conductor_to_head_s - (t.head - r.frame) / r.samplerate_hz)


cdef void say_if(RigState *r, bint is_so, int word) noexcept nogil:
    if is_so:
        say(r, word)


cdef bint changes_leader(RigState *r, const Event *event, Place *place) noexcept nogil:
    """Who has the tempo, and what he says of it. False: the event is about something else."""
    cdef AuthorityState *a = &r.authority
    if r.transport.state == LISTENING and (event.kind == TAKE or takes_over(event.kind) in (BAND_LEADS, SHARED)):
        r.transport.entry.leader_after = DRUMMER if event.kind == TAKE else takes_over(event.kind)
    if event.kind == TAKE:
        r.takeover.kind = 0
        hand_over(a, DRUMMER, ASKED, &r.pulse, place)
    elif event.kind == TAP:
        place.conductor_to_head_s += (r.frame - struck(r, event)) / r.samplerate_hz
        if a.leader != CONDUCTOR:
            ask_for_tempo(r, event, place)
        tap(a, struck(r, event), r.samplerate_hz, beats_tapped(&r.transport, event.other, place), place)
    elif takes_over(event.kind) != NOBODY:
        ask_for_tempo(r, event, place)
    elif event.kind == GIVE_WAY:
        a.gives_way = max(0, min(<int>event.value, EASY))
    else:
        return False
    return True


cdef double beats_tapped(const TransportState *t, double bars, const Place *place) noexcept nogil:
    """What a tap stands for: a beat; or so much of the bar that ends, or is going on, where the conductor hears the band."""
    if not bars > 0 or t.chart == NULL:
        return 1.0
    return bars * chart_beats_in_bar(t.chart, conductor_line(place) + t.fold - 0.5)


cdef void turn_desk(RigState *r, const Event *event) noexcept nogil:
    """Levels, mutes and ways out; the chime; and silence at once."""
    if event.kind == CHIME:
        say(r, CUE)
    elif event.kind in (LEVEL, PAN, MUTE, SOLO) and 0 <= event.other < MAX_STEMS:
        turn_knob(&r.transport.faders, event.kind, <int>event.other, <float>event.value)
    elif event.kind == ROUTE and 0 <= event.other < r.outputs * BUSES:
        r.mix.asked[<int>event.other // BUSES][<int>event.other % BUSES] = <float>event.value
    elif event.kind == BUS and 0 <= event.other < BUSES:
        r.mix.wanted[<int>event.other] = <float>event.value
    elif event.kind == PANIC:
        r.mix.is_quiet = True
        stop(&r.transport, SILENT)


cdef void turn_knob(FaderState *faders, int kind, int stem, float value) noexcept nogil:
    if kind == LEVEL:
        faders.level[stem] = value
    elif kind == PAN:
        faders.pan[stem] = value
    else:
        faders_switch(&faders.is_muted[stem] if kind == MUTE else &faders.is_solo[stem], <int>value)
