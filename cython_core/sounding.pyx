"""What is heard: drums from the rack, the band from its ring, what is struck to the sample, mixed and guarded."""

from libc.math cimport isfinite
from libc.string cimport memcpy, memset

from cython_core.band cimport band_read
from cython_core.chart cimport Call
from cython_core.exchange cimport MIDI, Event, event_at
from cython_core.guard cimport guarded
from cython_core.kit cimport pass_on
from cython_core.mix cimport (
    BAND_LEFT, BEAT, CLICK, COUNT, CUE, DRUMS_LEFT, DRUMS_RIGHT, GUIDE, ONE, PADS_LEFT, TALK, fade_buses, loudest, mix_down, sound_on, strike,
    strike_up,
)
from cython_core.pads cimport pads_hear, pads_play
from cython_core.stem_bank cimport MAX_CHANNELS
from cython_core.struck_hit cimport struck_hit_sound
from cython_core.transport cimport COUNTING, Moment, moment_at


cdef void hear_pads(RigState *r, int frames) noexcept nogil:
    """Whatever is struck in this block sounds in it: the pads look at events before their turn comes."""
    cdef Event event
    if r.pads == NULL:
        return
    while event_at(r.exchange, &r.pads.seen, &event) and event.frame < r.frame + frames:
        pads_hear(r.pads, &event, max(event.frame, r.frame), &r.transport)
        r.pads.seen += 1
    pads_play(r.pads, &r.transport, r.frame, frames)


cdef void pass_on_midi(RigState *r, int frames) noexcept nogil:
    """What the kit sends in this block goes to the rack with it, for the plugins that are instruments; not what strikes a pad."""
    cdef Event event
    while event_at(r.exchange, &r.midi_seen, &event) and event.frame < r.frame + frames:
        if event.kind == MIDI:
            pass_on(r, <int>max(event.frame - r.frame, <long long>0), <int>event.value)
        r.midi_seen += 1


cdef void play(RigState *r, const float *const *heard, float *const *played, int done, int into, int span) noexcept nogil:
    """Part of a tick, out: buses filled, routed to the guard, and what the guard held back sent out."""
    cdef int filling = r.guard.filling
    cdef int i, output
    fill_buses(r, heard, done, into, span)
    fade_buses(&r.mix, into, span)
    r.drums_peak = max(r.drums_peak, loudest(&r.mix, DRUMS_LEFT, DRUMS_RIGHT + 1, span))
    r.band_peak = max(r.band_peak, loudest(&r.mix, BAND_LEFT, BAND_LEFT + r.band.channels, span))
    overhear(r, into, span)
    for output in range(r.outputs):
        mix_down(&r.mix, output, into, span, &r.guard.waiting[filling][output][into])
        for i in range(span):
            played[output][done + i] = guarded(&r.guard, output, into + i)


cdef void overhear(RigState *r, int into, int span) noexcept nogil:
    """What the band plays, for the lines: it may come back into the microphones."""
    cdef int i, c
    cdef float sum
    for i in range(span):
        sum = 0.0
        for c in range(r.band.channels):
            sum += r.mix.bus[BAND_LEFT + c][i]
        r.band_played[into + i] = 0.5 * sum


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
