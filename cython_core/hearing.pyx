"""What the drummer plays: from the inputs, sample by sample, to where his beat is.

The lines of the kit are one input each, or all of them mixed; whoever speaks into one of the inputs is no part of it. In a tick, strokes are
found in the lines; from them the count, and the pulse.
"""

from libc.math cimport fabsf, isfinite, rint

from cython_core.authority cimport DRUMMER
from cython_core.chart cimport ChartState, chart_bar_start, chart_beat_length, chart_beats_in_bar, chart_source
from cython_core.count_in cimport CountInCall, count_in_forget, count_in_listen, count_in_tick
from cython_core.entry cimport FOR_THE_BAR, FOR_THE_COUNT
from cython_core.follower cimport follower_begin_bar, follower_change_meter, follower_count_in, follower_tick
from cython_core.guard cimport GUARD_DELAY
from cython_core.input_lines cimport lines_band, lines_loudest_db, lines_tick
from cython_core.key_change cimport stems_in_key
from cython_core.patterns cimport MAX_BEATS
from cython_core.onsets cimport MAX_ONSETS
from cython_core.strokes cimport MAX_LINES
from cython_core.struck_hit cimport is_first_stroke, is_last_hit, struck_hit_begin
from cython_core.form cimport begin_again, begin_again_on_stroke, go_on_with_drummer, strike_last_hit
from cython_core.transport cimport (
    GO_ON, HELD, JUMP, LAST, LISTENING, NO_TURN, ON_HIS_STROKE, PLAYING, TICK, Moment, TransportState, beat_length_at, moment_at,
)

cdef double LATE_S = 0.25                # a stroke may be so old when the band is asked to go on with it


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


cdef void hear(RigState *r, const float *const *heard, int done, int into, int span) noexcept nogil:
    """Part of a tick, in: each line from its input, a mix from all of them."""
    cdef int i, channel, line
    cdef float sum, with_it
    for i in range(span):
        sum = 0.0
        for channel in range(r.inputs):
            with_it = sum + heard[channel][done + i] * r.line_gain[channel]
            sum = with_it if isfinite(with_it) else sum      # an input of no numbers takes nothing from the others
        r.input_peak = max(r.input_peak, fabsf(sum))
        for line in range(r.lines.count):
            r.line_heard[line][into + i] = sum if r.line_input[line] < 0 else heard[r.line_input[line]][done + i]


cdef void find_beat(RigState *r) noexcept nogil:
    """Onsets, count and pulse, from what was heard in this tick."""
    cdef CountInCall call
    cdef TransportState *t = &r.transport
    hear_lines(r)
    count_in_tick(r.count_in, r.onset, r.onsets, r.frame, lines_loudest_db(r.lines), &call)
    if call.ready:
        take_count(r, &call)
    if r.onsets > 0:
        t.last_stroke = r.frame
    if t.hold == HELD and t.last_hit < 0:
        await_stroke(r)
    follower_tick(r.follower, r.onset, r.onsets, r.frame, TICK, &r.pulse)


cdef void take_count(RigState *r, const CountInCall *call) noexcept nogil:
    """The drummer has counted: the band that listens comes in on his one, and one that he holds goes on. If his one was there before it was known, that
    is a bar line all the same, and whoever waits for a count comes in on the next."""
    cdef TransportState *t = &r.transport
    cdef long long frame = at_his_ear(r, call.bar_one_frame)
    cdef bint waits = t.state == LISTENING and not t.awaits_song and t.entry.listens_for != FOR_THE_BAR
    if call.is_late and not waits:
        return
    if call.is_late:
        t.entry.is_cued |= t.entry.listens_for == FOR_THE_COUNT
    elif waits:
        t.entry.count_bpm, t.entry.count_frame = call.bpm, frame
    elif t.state == PLAYING and t.hold == HELD and r.authority.leader == DRUMMER and t.queued in (NO_TURN, JUMP, GO_ON):
        if t.queued != GO_ON:
            go_on_with_drummer(t)
        if t.queued == GO_ON:
            begin_again(t, frame, call.bpm)
    else:
        return
    follower_count_in(r.follower, call.bar_one_frame, call.bpm)


cdef void listen_for_count(RigState *r, double song_beat) noexcept nogil:
    """A count from now on, for the bar that the band will come in on, or go on after. He may have begun it while the song was awaited."""
    if not r.transport.awaits_song:
        count_in_forget(r.count_in)
    take_up_count(r, song_beat)


cdef void take_up_count(RigState *r, double song_beat) noexcept nogil:
    """The drummer counts in the meter, and in the beats, of that bar. What he has played until now is remembered, so that no groove is taken for a count."""
    cdef const ChartState *chart = r.transport.chart
    if chart != NULL:
        count_in_listen(
            r.count_in, chart.bpm / chart_beat_length(chart, song_beat), chart_beats_in_bar(chart, song_beat), chart.count_bars, chart.count_beats, r.frame,
            r.transport.hold == HELD,
        )


cdef void hear_lines(RigState *r) noexcept nogil:
    """The strokes told in this tick. What the band has played is none, where it comes round through the air."""
    cdef const float *heard[MAX_LINES]
    cdef int i
    for i in range(r.lines.count):
        heard[i] = r.line_heard[i]
    r.lines.way_frames = (r.input_latency_s + r.output_latency_s) * r.samplerate_hz + GUARD_DELAY
    lines_band(r.lines, r.band_played, TICK)
    r.onsets = lines_tick(r.lines, heard, TICK, r.frame - TICK, r.onset, MAX_ONSETS)


cdef void await_stroke(RigState *r) noexcept nogil:
    """The band rests: is one of these strokes the last hit, or the one on which it goes on?"""
    cdef TransportState *t = &r.transport
    cdef bint waits = t.last_hit == ON_HIS_STROKE
    cdef int i
    for i in range(r.onsets):
        if t.queued == LAST and waits and is_last_hit(&r.onset[i]):
            strike_last_hit(t, r.frame if sounds_at_once(r, 0.0) else -1)
            return
        if t.queued != LAST and is_first_stroke(&r.onset[i]):
            r.first_stroke = r.onset[i].frame
            if t.queued == GO_ON and waits:
                go_on_with_stroke(r, r.frame)
                return


cdef void go_on_when_he_begins(RigState *r) noexcept nogil:
    """The drummer asks the band out of a hold: it goes on with his next stroke that begins a bar, or with one just struck."""
    cdef TransportState *t = &r.transport
    go_on_with_drummer(t)
    if t.queued == GO_ON and r.frame - r.first_stroke < LATE_S * r.samplerate_hz:
        go_on_with_stroke(r, at_his_ear(r, r.first_stroke))


cdef void go_on_with_stroke(RigState *r, long long frame) noexcept nogil:
    """His one was at `first_stroke`, and that of the band belongs at this output frame: now, so that its attack is whole, or where he struck it."""
    cdef TransportState *t = &r.transport
    begin_again_on_stroke(t, frame)
    sounds_at_once(r, (r.frame - frame) / r.samplerate_hz * t.hold_bpm / 60.0)
    follower_count_in(r.follower, r.first_stroke, t.hold_bpm)


cdef long long at_his_ear(const RigState *r, double frame) noexcept nogil:
    """The output frame that he hears when he strikes what reaches the rig at this frame of the input."""
    return <long long>rint(frame - (r.input_latency_s + r.output_latency_s) * r.samplerate_hz - GUARD_DELAY)


cdef bint sounds_at_once(RigState *r, double beats) noexcept nogil:
    """Where the stems have the session's own rate, what comes so many beats after the place that is queued is heard now, from the stems themselves."""
    cdef TransportState *t = &r.transport
    if r.band.bus[0].stem_rate.finer != 1 or t.chart.stems == NULL:
        return False
    struck_hit_begin(&r.struck_hit, r.frame, chart_source(t.chart, t.queued_to + beats), stems_in_key(&r.key, t.chart.stems), &t.faders.now)
    return True


cdef void tell_bar(RigState *r) noexcept nogil:
    """Where a jump is heard now that began a bar in the middle of another, the drummer begins it too."""
    cdef TransportState *t = &r.transport
    cdef double song_beat
    if 0 <= t.bar_from <= r.frame:
        song_beat = moment_at(t, r.frame).song_beat
        follower_begin_bar(r.follower, song_beat - chart_bar_start(t.chart, song_beat))
        t.bar_from = -1


cdef void tell_meter(RigState *r) noexcept nogil:
    """Where what is heard now is in another meter than before, let the follower know, and where in the bar it is."""
    cdef const ChartState *chart = r.transport.chart
    cdef const Moment *heard = moment_at(&r.transport, r.frame)
    cdef bint plays = heard.state == PLAYING and r.transport.state == PLAYING
    cdef double song_beat = heard.song_beat if plays else r.transport.start_beat
    if chart == NULL or r.frame < r.transport.heard_from or chart.has_even_beats and is_counted_so(r, chart):
        return
    follower_change_meter(
        r.follower, chart_beats_in_bar(chart, song_beat), song_beat - chart_bar_start(chart, song_beat) if plays else 0.0,
        beat_length_at(&r.transport, song_beat),
    )


cdef bint is_counted_so(const RigState *r, const ChartState *chart) noexcept nogil:
    """Whether the follower counts as a song does whose bars are all alike; after a segue it may still count the song before."""
    return r.pulse.beats_per_bar == min(chart.beats_per_bar, MAX_BEATS) and r.pulse.beat_length == r.transport.length_scale
