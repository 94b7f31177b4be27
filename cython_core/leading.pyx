"""Who leads the line on, tick by tick; and how the tempo is handed over.

Where the drummer has been without a click, whoever asks for the tempo waits: the click comes back into his ears first, and a whole bar later,
on a bar line, the tempo goes over.
"""

from cython_core.authority cimport CONDUCTOR, DRUMMER, Lead, Place, decide_authority, in_beats_of_head
from cython_core.chart cimport chart_next_bar
from cython_core.exchange cimport HELD as WAS_HELD, STOPPED, Event
from cython_core.follower cimport Pulse
from cython_core.guard cimport GUARD_DELAY
from cython_core.hearing cimport listen_for_count, take_up_count
from cython_core.mix cimport CLICK
from cython_core.takeover cimport Takeover, take_over
from cython_core.telling cimport tell_what_happened
from cython_core.transport cimport HELD, PLAYING, TransportState, look, transport_tick


cdef void lead_on(RigState *r) noexcept nogil:
    """The head of the line goes on, as far as it is to be known by now."""
    while r.transport.head < head_belongs_at(r):
        lead_one_tick(r)
    if r.transport.state != PLAYING:
        r.octave_said = 0.0


cdef long long head_belongs_at(const RigState *r) noexcept nogil:
    """How far the line is to be known by now: nearer in silence, so that the band comes in sooner, and by newer news of the drummer."""
    return r.frame + r.band.ahead_frames - (0 if r.transport.state == PLAYING else r.band.late_frames)


cdef void lead_one_tick(RigState *r) noexcept nogil:
    cdef Place place
    cdef Lead lead
    cdef Pulse pulse
    see(r, &place)
    hand_over_in_time(r, &place)
    in_beats_of_head(&r.authority, &r.pulse, &place, &pulse)
    decide_authority(&r.authority, &pulse, &place, <double>r.frame, r.samplerate_hz, &lead)
    transport_tick(&r.transport, &lead, &r.authority, &pulse, &place)
    if r.transport.notice == WAS_HELD:
        listen_for_count(r, r.transport.hold_at)
    elif r.transport.notice == STOPPED:
        take_up_count(r, r.transport.start_beat)
    tell_what_happened(r)


cdef void see(RigState *r, Place *place) noexcept nogil:
    """Where the head of the line is, in the ear's time."""
    cdef double to_ear_s = r.output_latency_s + GUARD_DELAY / r.samplerate_hz
    look(&r.transport, place)
    place.conductor_to_head_s = (r.transport.head - r.frame) / r.samplerate_hz + to_ear_s
    place.drummer_to_head_s = place.conductor_to_head_s + r.input_latency_s


cdef void begin_leading(RigState *r) noexcept nogil:
    """The band starts by itself: in the recording's tempo, or in the conductor's. One that plays has its tempo."""
    cdef Place place
    if r.transport.state == PLAYING:
        return
    see(r, &place)
    r.authority.ratio = 1.0
    r.authority.is_aligned = 0
    r.transport.bpm = r.authority.conductor_bpm if r.authority.leader == CONDUCTOR else place.recorded_bpm


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
