"""What the rig says of itself: notices of what happened, and a snapshot of how it is."""

from libc.math cimport NAN, rint

from cython_core.authority cimport drummer_line
from cython_core.chart cimport chart_section
from cython_core.exchange cimport HANDOVER, LAST_HIT, Notice, Snapshot, draft, publish, tell
from cython_core.form cimport is_vamping
from cython_core.guard cimport GUARD_DELAY
from cython_core.octaves cimport octave_comes_to
from cython_core.takeover cimport takes_over
from cython_core.tick cimport TICK
from cython_core.transport cimport GO_ON, LAST, PLAYING, TO_BE_HELD, Moment, TransportState, moment_at

cdef float PEAK_FALLS = 0.9993           # a tick: 20 dB in about two seconds


cdef void tell_what_happened(RigState *r) noexcept nogil:
    cdef TransportState *t = &r.transport
    if r.authority.changed:
        r.authority.changed = 0
        notify(r, HANDOVER, t.bpm)
    if t.notice:
        notify(r, t.notice, t.notice_value)
    if r.struck_hit.until_frame < 0 and t.queued not in (LAST, GO_ON):   # the line is there, or was sent elsewhere meanwhile
        r.struck_hit.until_frame = t.order.jump_frame if t.order.jump_frame >= 0 else r.frame


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
    """Band beat minus drummer beat at the ear, for the stroke the follower speaks of; NaN where there are not both, as while the last hit rings."""
    cdef double frame = r.frame - (r.input_latency_s + r.output_latency_s) * r.samplerate_hz - GUARD_DELAY
    cdef const Moment *moment = moment_at(&r.transport, <long long>frame)
    cdef double off
    if frame < 0 or moment.state != PLAYING or moment.is_held or not r.pulse.found or not moment.bpm > 0:
        return NAN
    if r.transport.chart == NULL or r.transport.chart.section[chart_section(r.transport.chart, moment.song_beat)].is_finale:
        return NAN
    off = drummer_line(&r.authority, &r.pulse, 0.0) - moment.line - moment.bpm / 60.0 * (frame % TICK) / r.samplerate_hz
    return (off - rint(off)) * 60000.0 / moment.bpm


cdef void take_snapshot(RigState *r) noexcept nogil:
    cdef Snapshot *s = draft(r.exchange)
    cdef const TransportState *t = &r.transport
    cdef const Moment *moment = moment_at(t, r.frame)
    s.frame, s.blocks, s.band_frames_missing = r.frame, r.blocks, r.band.frames_missing
    s.song_beat, s.bpm, s.state, s.leader = moment.song_beat, moment.bpm, moment.state, r.authority.leader
    s.is_vamping = t.chart != NULL and t.state == PLAYING and is_vamping(t, t.line + t.fold)
    s.tempo_limit, s.share = (t.steering.limit if t.state == PLAYING else 0), r.authority.share
    s.limit_bpm = t.bpm if s.tempo_limit else 0.0
    s.is_holding, s.queued, s.queued_beat = moment.is_held, t.queued, t.queued_to
    s.start_beat = t.start_beat
    s.key_waits = r.key.wanted != NULL
    s.queued_at, s.is_released, s.is_to_be_held = t.queued_at, t.is_released, t.hold == TO_BE_HELD
    s.section, s.rounds = t.section, t.rounds
    s.confidence, s.bar_confidence = r.pulse.confidence, r.pulse.bar_confidence
    s.drummer_found, s.drummer_bpm, s.drummer_bar_beat = r.pulse.found, r.pulse.bpm, r.pulse.bar_beat
    s.twice_comes_to, s.half_comes_to = octave_comes_to(r, 2.0), octave_comes_to(r, 0.5)
    s.asynchrony_ms = heard_asynchrony_ms(r)
    s.stem_level, s.stem_pan, s.stem_muted, s.stem_solo = t.faders.level, t.faders.pan, t.faders.is_muted, t.faders.is_solo
    s.is_click_hushed, s.leads_next = r.mix.is_hushed, takes_over(r.takeover.kind)
    s.input_peak, s.drums_peak, s.band_peak, s.limited = r.input_peak, r.drums_peak, r.band_peak, r.guard.least
    r.input_peak, r.drums_peak, r.band_peak = r.input_peak * PEAK_FALLS, r.drums_peak * PEAK_FALLS, r.band_peak * PEAK_FALLS
    r.guard.least += (1.0 - r.guard.least) * (1.0 - PEAK_FALLS)
    say_what_is_held(r, s.held)
    publish(r.exchange)


cdef void say_what_is_held(const RigState *r, size_t *held) noexcept nogil:
    """All that was lent to the step and that a tick to come may look at; 0: nothing. What has been ordered is the band's to say."""
    held[0], held[1] = <size_t>r.transport.chart, <size_t>r.transport.next_chart
    held[2], held[3] = <size_t>r.key.now, <size_t>r.key.wanted
    held[4] = <size_t>r.struck_hit.stems if r.struck_hit.from_frame >= 0 else 0
    held[5] = <size_t>r.mix.guide.sound
