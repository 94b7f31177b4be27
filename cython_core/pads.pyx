"""Sounds that are struck: one-shots with layers by velocity, and loops that follow the transport.

A note that has come is heard from its own frame on, in the block that it came in: nothing is waited for. A loop is cut into slices of
even length, and each is struck where its place in the beat comes by, so that it keeps its pitch at any tempo and every attack is on its beat. One
goes over into the next by a crossfade that ends there: at the tempo of the recording what is heard is the recording. What is cut short fades
within `FADE_S`. While nothing counts a loop runs at its own tempo, and falls in with the band at the next beat or bar.
"""

from libc.math cimport ceil, pow
from libc.string cimport memset

import numpy as np

from cython_core.exchange cimport NOTE, PAD, PADS_OFF, PANIC, Event
from cython_core.memory cimport release, reserve
from cython_core.tick cimport TICK
from cython_core.transport cimport COUNTING, PLAYING, Moment, TransportState, moment_at

cdef double FADE_S = 0.002
cdef int CROWDED = 48                    # voices: when more sound, the oldest is asked to end
cdef long long NEVER = 1LL << 62
cdef double JUMPED_BEATS = 0.5           # in a tick: the line has begun anew


cdef void pads_hear(PadsState *p, const Event *event, long long frame, const TransportState *t) noexcept nogil:
    """An event that is due at `frame`, of this block. What concerns no pad is passed over."""
    cdef int i
    if event.kind == NOTE and event.other > 0:
        for i in range(p.count):
            if p.pad[i].note == <int>event.value:
                hit(p, i, <int>event.other, frame, t)
    elif event.kind == PAD and 0 <= event.value < p.count:
        hit(p, <int>event.value, <int>event.other, frame, t)
    elif event.kind == PADS_OFF or event.kind == PANIC:
        for i in range(p.count):
            p.loop[i].is_on = 0
        for i in range(PAD_VOICES):
            if event.kind == PADS_OFF or p.pad[p.voice[i].pad].slices:
                cut(&p.voice[i], frame)


cdef bint pads_have(const PadsState *p, int note) noexcept nogil:
    cdef int i
    for i in range(p.count):
        if p.pad[i].note == note:
            return True
    return False


cdef bint pads_keep(const PadsState *p, int note) noexcept nogil:
    cdef int i
    for i in range(p.count):
        if p.pad[i].note == note:
            return not p.pad[i].is_stroke
    return False


cdef void hit(PadsState *p, int number, int velocity, long long frame, const TransportState *t) noexcept nogil:
    """A pad is struck. A loop that runs stops; one that does not begins, or waits for its beat."""
    cdef const Pad *pad = &p.pad[number]
    cdef Loop *loop = &p.loop[number]
    cdef float gain
    velocity = min(max(velocity, 1), 127)
    gain = <float>pow(10.0, pad.dynamics_db * (velocity - 127) / 126.0 / 20.0)
    choke(p, number, frame)
    if pad.slices == 0:
        strike(p, number, layer_for(pad, velocity), gain, frame)
    elif loop.is_on:
        loop.is_on = 0
        hush(p, number, frame)
    else:
        loop.is_on, loop.is_heard, loop.beat, loop.velocity_gain = 1, 0, 0.0, gain
        loop.waits = pad.begins if is_counted(moment_at(t, frame)) else AT_ONCE
        if loop.waits == AT_ONCE:
            begin(p, number, t, frame)


cdef const PadSound *layer_for(const Pad *pad, int velocity) noexcept nogil:
    cdef int i
    for i in range(pad.layers - 1):
        if velocity <= pad.layer[i].up_to:
            return &pad.layer[i]
    return &pad.layer[pad.layers - 1]


cdef void choke(PadsState *p, int number, long long frame) noexcept nogil:
    """Of a group, one pad sounds at a time."""
    cdef int i, group = p.pad[number].choke
    if group == 0:
        return
    for i in range(PAD_VOICES):
        if p.pad[p.voice[i].pad].choke == group:
            cut(&p.voice[i], frame)
    for i in range(p.count):
        if i != number and p.pad[i].choke == group:
            p.loop[i].is_on = 0


cdef void hush(PadsState *p, int number, long long frame) noexcept nogil:
    cdef int i
    for i in range(PAD_VOICES):
        if p.voice[i].pad == number:
            cut(&p.voice[i], frame)


cdef void cut(PadVoice *voice, long long frame) noexcept nogil:
    voice.fades_at = min(voice.fades_at, frame)


cdef PadVoice *strike(PadsState *p, int number, const PadSound *sound, float gain, long long frame) noexcept nogil:
    """A voice for a sound, from `frame` on. Where all are taken, the oldest gives way."""
    cdef int i, free_one = -1, oldest = -1, sounding = 0
    cdef PadVoice *voice
    for i in range(PAD_VOICES):
        voice = &p.voice[i]
        if voice.sound == NULL:
            free_one = i
            continue
        sounding += 1
        if voice.fades_at == NEVER and (oldest < 0 or voice.begins < p.voice[oldest].begins):
            oldest = i
    if sounding >= CROWDED and oldest >= 0:
        cut(&p.voice[oldest], frame)
    if free_one < 0:
        free_one = max(oldest, 0)
    voice = &p.voice[free_one]
    voice.sound, voice.pad, voice.begins, voice.gain, voice.fades_at = sound, number, frame, gain, NEVER
    voice.at, voice.end, voice.rises = 0, sound.frames, 0
    return voice


cdef bint is_counted(const Moment *moment) noexcept nogil:
    """Whether there is a beat to fall in with."""
    return moment.state == COUNTING or moment.state == PLAYING


cdef void begin(PadsState *p, int number, const TransportState *t, long long frame) noexcept nogil:
    """A loop's first slice."""
    cdef Loop *loop = &p.loop[number]
    loop.waits, loop.is_heard, loop.slice = AT_ONCE, 1, 1
    loop.beat = -<int>(frame % TICK) * beats_per_frame(p, &p.pad[number], t, frame, loop)
    strike_slice(p, number, 0, 0, frame)


cdef void strike_slice(PadsState *p, int number, int slice_number, int rises, long long frame) noexcept nogil:
    """A slice, of whose own first frame `rises` frames go before in which it fades in, as the one before it fades out."""
    cdef const PadSound *sound = &p.pad[number].layer[0]
    cdef long long frames = sound.frames
    cdef int first = <int>(frames * slice_number // p.pad[number].slices), end = <int>(frames * (slice_number + 1) // p.pad[number].slices)
    cdef int around = sound.frames if first < rises else 0
    cdef PadVoice *voice
    hush(p, number, frame)
    voice = strike(p, number, sound, <float>p.loop[number].velocity_gain, frame)
    voice.at, voice.end, voice.rises = around + first - rises, around + end, rises


cdef void pads_play(PadsState *p, const TransportState *t, long long frame, int frames) noexcept nogil:
    """The pads' next frames, into `out` and `line`. Bounded: at most `PAD_VOICES` sounds at a time."""
    cdef long long at = frame, tick_end
    cdef int i, side
    while at < frame + frames:
        tick_end = min(at - at % TICK + TICK, frame + frames)
        for i in range(p.count):
            if p.loop[i].is_on:
                run_loop(p, i, t, at, <int>(tick_end - at))
        at = tick_end
    p.is_sounding = 0
    for side in range(2):
        memset(p.out[side], 0, frames * sizeof(float))
    for i in range(PAD_LINES):
        if p.line[i] != NULL:
            memset(p.line[i], 0, frames * sizeof(float))
    for i in range(PAD_VOICES):
        if p.voice[i].sound != NULL:
            p.is_sounding = 1
            sound_on(p, &p.voice[i], frame, frames)


cdef void run_loop(PadsState *p, int number, const TransportState *t, long long frame, int frames) noexcept nogil:
    """Part of a tick: strike the slices whose place in the beat comes by."""
    cdef Loop *loop = &p.loop[number]
    cdef const Moment *moment = moment_at(t, frame)
    cdef int into = <int>(frame % TICK)
    cdef bint is_line = into <= moment.beat_at < into + frames and (loop.waits != ON_BAR or moment.beat_in_bar == 1)
    cdef double per_frame = beats_per_frame(p, &p.pad[number], t, frame, loop)
    if loop.is_heard and moment.is_held:
        pass_over(loop, &p.pad[number], into + frames, per_frame)
    elif loop.is_heard and per_frame > 0.0:
        strike_due(p, number, frame - into, into, into + frames, per_frame)
    if loop.waits and is_line and is_counted(moment):
        begin(p, number, t, frame - into + moment.beat_at)
    elif loop.waits and not loop.is_heard and not is_counted(moment):
        begin(p, number, t, frame)               # the band has gone: nothing to wait for
    if into + frames == TICK:
        loop.beat += TICK * per_frame


cdef void strike_due(PadsState *p, int number, long long tick, int first, int end, double per_frame) noexcept nogil:
    """The slices after the first whose crossfade begins in frames `first` to `end` of the tick that begins with frame `tick`."""
    cdef const Pad *pad = &p.pad[number]
    cdef Loop *loop = &p.loop[number]
    cdef double beat = loop.beat + pad.fade * per_frame
    cdef int n, at
    for n in range(TICK):                        # no more than one a frame
        at = <int>ceil((loop.slice * pad.beats / pad.slices - beat) / per_frame - 1e-6)
        if at >= end:
            break
        strike_slice(p, number, <int>(loop.slice % pad.slices), pad.fade, tick + max(at, first))
        loop.slice += 1


cdef void pass_over(Loop *loop, const Pad *pad, int end, double per_frame) noexcept nogil:
    """While the band is held, and comes to rest, nothing is struck; the loop stays in step with it."""
    cdef double beat = loop.beat + (pad.fade + end) * per_frame
    loop.slice = max(loop.slice, <long long>ceil(beat * pad.slices / pad.beats - 1e-9))


cdef double beats_per_frame(const PadsState *p, const Pad *pad, const TransportState *t, long long frame, Loop *loop) noexcept nogil:
    """How fast a loop goes in this tick: as the line does, to the beat; at its own tempo where nothing counts. With a line that begins anew it
    falls in at the next beat or bar.
    """
    cdef const Moment *now = moment_at(t, frame)
    cdef const Moment *then = moment_at(t, frame + TICK)
    cdef double way = then.line - now.line
    if not is_counted(now):
        loop.waits = pad.begins if is_counted(then) else loop.waits
        return pad.beats / pad.layer[0].frames
    if is_counted(then) and 0.0 <= way < JUMPED_BEATS:
        return way / TICK
    loop.waits = pad.begins
    return now.bpm / 60.0 / p.samplerate_hz


cdef void sound_on(PadsState *p, PadVoice *voice, long long frame, int frames) noexcept nogil:
    """A voice's next frames, added to where its pad is heard."""
    cdef const Pad *pad = &p.pad[voice.pad]
    cdef int n = <int>max(<long long>0, voice.begins - frame), fade, at
    cdef float gain, left, right
    while n < frames and voice.at < voice.end:
        gain = voice.gain
        fade = pad.fade
        if pad.slices:
            fade = min(fade, voice.end - voice.at)
        if frame + n >= voice.fades_at:
            fade = min(fade, <int>(voice.fades_at + pad.fade - frame - n))
        if fade <= 0:
            voice.sound = NULL
            return
        gain *= <float>fade / pad.fade
        if voice.rises:
            gain *= <float>(pad.fade - voice.rises) / pad.fade
            voice.rises -= 1
        at = voice.at if voice.at < voice.sound.frames else voice.at - voice.sound.frames
        left, right = gain * voice.sound.samples[2 * at], gain * voice.sound.samples[2 * at + 1]
        if pad.line >= 0:
            p.line[pad.line][n] += 0.5 * (pad.gain[0] * left + pad.gain[1] * right)
        else:
            p.out[0][n] += pad.gain[0] * left
            p.out[1][n] += pad.gain[1] * right
        voice.at += 1
        n += 1
    if voice.at >= voice.end:
        voice.sound = NULL


cdef class Pads:
    """The pads of a show, set up once; from then on only the step touches them.

    pads: for each a dict with note, choke, gains (left, right), dynamics_db, line, is_stroke, layers: [(float32 (frames, 2), up to which velocity)],
    slices, beats, begins: see `Pad`. max_block: frames, the largest block there will be.
    """

    def __cinit__(self, double samplerate_hz, int max_block, pads=()):
        cdef PadsState *p = <PadsState *>reserve(1, sizeof(PadsState))
        cdef Pad *pad
        cdef const float[:, ::1] samples
        if p == NULL:
            raise MemoryError
        self.state = p
        if len(pads) > MAX_PADS:
            raise ValueError(f"{len(pads)} pads, and there is room for {MAX_PADS}")
        p.samplerate_hz, p.max_block, p.count = samplerate_hz, max_block, len(pads)
        for side in range(2):
            p.out[side] = <float *>reserve(max_block, sizeof(float))
        kept = []
        for number, each in enumerate(pads):
            pad = &p.pad[number]
            pad.note, pad.choke, pad.dynamics_db, pad.line = each["note"], each["choke"], each["dynamics_db"], each["line"]
            pad.gain[0], pad.gain[1] = each["gains"]
            pad.is_stroke, pad.slices, pad.beats, pad.begins = each["is_stroke"], each["slices"], each["beats"], each["begins"]
            pad.layers = len(each["layers"])
            if not 1 <= pad.layers <= MAX_LAYERS or not -1 <= pad.line < PAD_LINES or pad.slices < 0 or (pad.slices and not pad.beats > 0):
                raise ValueError(f"pad {number}: {pad.layers} layers, line {pad.line}, {pad.slices} slices of {pad.beats} beats")
            if pad.line >= 0 and p.line[pad.line] == NULL:
                p.line[pad.line] = <float *>reserve(max_block, sizeof(float))
            for place, (sound, up_to) in enumerate(each["layers"]):
                sound = np.ascontiguousarray(sound, np.float32)
                if sound.ndim != 2 or sound.shape[1] != 2 or not len(sound):
                    raise ValueError(f"pad {number}: a sound of shape {sound.shape}, not (frames, 2)")
                samples = sound
                pad.layer[place].samples, pad.layer[place].frames, pad.layer[place].up_to = &samples[0, 0], len(sound), up_to
                kept.append(sound)
            pad.fade = <int>(FADE_S * samplerate_hz)
            if pad.slices:
                pad.fade = max(1, min(pad.fade, pad.layer[0].frames // pad.slices))
        self.parts = kept

    def __dealloc__(self):
        if self.state == NULL:
            return
        for side in range(2):
            release(self.state.out[side])
        for line in range(PAD_LINES):
            release(self.state.line[line])
        release(self.state)

    @property
    def voices(self):
        """How many sounds are under way."""
        return sum(self.state.voice[i].sound != NULL for i in range(PAD_VOICES))
