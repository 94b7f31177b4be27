"""What the drummer plays: from the inputs, sample by sample, to where his beat is.

The lines of the kit are one input each, or all of them mixed; whoever speaks into one of the inputs is no part of it. In a tick, strokes are
found in the lines; from them the count, and the pulse.
"""

from libc.math cimport fabsf, isfinite, rint

from cython_core.chart cimport ChartState, chart_bar_start, chart_beats_in_bar, chart_source
from cython_core.count_in cimport CountInCall, count_in_tick
from cython_core.entry cimport FOR_THE_BAR
from cython_core.follower cimport follower_change_meter, follower_count_in, follower_tick
from cython_core.guard cimport GUARD_DELAY
from cython_core.input_lines cimport lines_tick
from cython_core.key_change cimport stems_in_key
from cython_core.patterns cimport MAX_BEATS
from cython_core.onsets cimport MAX_ONSETS
from cython_core.strokes cimport MAX_LINES
from cython_core.struck_hit cimport is_last_hit, struck_hit_begin
from cython_core.form cimport strike_last_hit
from cython_core.transport cimport HELD, LAST, LISTENING, ON_HIS_STROKE, PLAYING, TICK, Moment, TransportState, beat_length_at, moment_at


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
    count_in_tick(r.count_in, r.onset, r.onsets, r.frame, &call)
    if call.ready and t.state == LISTENING and not t.awaits_song and t.entry.listens_for != FOR_THE_BAR:
        t.entry.count_bpm = call.bpm
        t.entry.count_frame = <long long>rint(
            call.bar_one_frame - (r.input_latency_s + r.output_latency_s) * r.samplerate_hz - GUARD_DELAY
        )
        follower_count_in(r.follower, call.bar_one_frame, call.bpm)
    if r.onsets > 0:
        t.last_stroke = r.frame
    if t.queued == LAST and t.last_hit == ON_HIS_STROKE and t.hold == HELD:
        await_last_hit(r)
    follower_tick(r.follower, r.onset, r.onsets, r.frame, TICK, &r.pulse)


cdef void hear_lines(RigState *r) noexcept nogil:
    """The strokes told in this tick. What the rig itself has played is none, once it has come round through the air."""
    cdef const float *heard[MAX_LINES]
    cdef int i
    for i in range(r.lines.count):
        heard[i] = r.line_heard[i]
    r.onsets = lines_tick(r.lines, heard, TICK, r.frame - TICK, r.onset, MAX_ONSETS)


cdef void await_last_hit(RigState *r) noexcept nogil:
    """Is one of these strokes the one that the band waits for? Where the stems have the session's own rate it is heard at once."""
    cdef TransportState *t = &r.transport
    cdef int i
    for i in range(r.onsets):
        if is_last_hit(&r.onset[i]):
            if r.band.bus[0].stem_rate.finer == 1 and t.chart.stems != NULL:
                struck_hit_begin(&r.struck_hit, r.frame, chart_source(t.chart, t.queued_to),
                                 stems_in_key(&r.key, t.chart.stems), &t.faders.now)
                strike_last_hit(t, r.frame)
            else:
                strike_last_hit(t, -1)
            return


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
