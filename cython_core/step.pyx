"""The instrument: one block in, one block out.

Inside it thinks in ticks of 32 frames, whatever the device's block: a tick's decisions hold from the next tick, and audio is split at tick
edges, so no decision depends on how the sound is cut into blocks. Only the drums' way through the rack does: it takes one block.

`step` is called by PortAudio (`cython_core.callback`), by a timer, or by a loop, and cannot tell which.
"""

from cython_core.band cimport band_order
from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.drums cimport AT_ONCE, ON_THE_BAR, ON_THE_BEAT, drums_step
from cython_core.exchange cimport admit
from cython_core.guard cimport guard_tick
from cython_core.hearing cimport find_beat, hear, join_pads, tell_bar, tell_meter
from cython_core.key_change cimport order_in_key
from cython_core.leading cimport lead_on
from cython_core.mix cimport mix_levels
from cython_core.obeying cimport take_events
from cython_core.orders cimport CHUNK
from cython_core.sounding cimport hear_pads, pass_on_midi, play
from cython_core.telling cimport take_snapshot
from cython_core.tick cimport TICK
from cython_core.transport cimport COUNTING, Moment, moment_at, transport_order


cdef void step(RigState *r, const float *const *heard, float *const *played, int frames) noexcept nogil:
    """One block: `frames` samples of each input in, as many of each output out. Bounded; allocates nothing, waits for nothing.

    heard: (inputs, frames); played: (outputs, frames), all of it written. frames <= max_block.
    """
    cdef int done = 0, span, into
    cdef const float *kit[MAX_INPUTS]
    admit(r.exchange)
    r.drums.passing = passing(r, frames)
    hear_pads(r, frames)
    join_pads(r, heard, frames, kit)
    pass_on_midi(r, frames)
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


cdef void begin_tick(RigState *r) noexcept nogil:
    """What was decided takes effect: levels move, commands are taken."""
    mix_levels(&r.mix)
    take_events(r)


cdef void end_tick(RigState *r) noexcept nogil:
    """A whole tick has been heard: who is where, who leads, where the song goes."""
    cdef int finer = r.band.bus[0].stem_rate.finer
    guard_tick(&r.guard)
    find_beat(r)
    tell_bar(r)
    tell_meter(r)
    lead_on(r)
    if (r.frame + r.band.ahead_frames) % CHUNK == 0:
        transport_order(&r.transport, r.frame + r.band.ahead_frames, finer)
        order_in_key(&r.key, &r.transport, finer)
        band_order(r.band, &r.transport.order)
        r.transport.order.jump_frame = -1
    take_snapshot(r)


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
