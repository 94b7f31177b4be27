"""The drums' way through the callback: mixed to stereo, lent to the rack, and back one block later; dry where the effects are
missing.

Each rack has a **voice**, and the voices' shares of the drums always add up to all of them. A switch moves the share from one
voice to another over `FADE_S`; the one that lost it gets silence and rings out. Within a voice the wet frames are heard as
long as they are there. Where they are missing the dry ones start at once, plus the last step between wet and dry, which
decays over `STEP_S`; when the wet frames are back they fade in over `FADE_S`. Wet and dry are late by the same number of
frames: a block, or the largest of late where blocks vary.

A rack that died is a voice without wet frames, and its successor is a switch like any other.
"""

from libc.math cimport fabsf
from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

from cython_core.atomics cimport exchange, load, store
from cython_core.rack_ring cimport ring_bytes, ring_map, ring_play, ring_post, ring_read

cdef double FADE_S = 0.010
cdef double STEP_S = 0.002
cdef double DELAY_SHRINKS_AFTER_S = 10.0     # so long without a large block, and the delay gets smaller again
cdef float LOUDEST = 1000.0                  # an input beyond it, or NaN, is a fault of the device: it counts as silence
cdef float FAINTEST = 1e-20                  # what is less is silence too: denormals cost time
cdef float QUIET = 1e-5                      # -100 dB: below it a tail has ended, if it stays there
cdef double QUIET_S = 2.0                    # longer than the gaps between a long delay's echoes
cdef double LONGEST_TAIL_S = 20.0
cdef double GONE_S = 0.5                     # a tail missing for so long will not come back
cdef double TAIL_FADE_S = 0.1                # for a tail that does not end by itself


cdef void drums_play(DrumsState *d, int at, int message) noexcept nogil:
    """For the instruments among the plugins: a message of the kit's MIDI, `at` this frame of the block that comes next."""
    if d.midi_count < MIDI_AT_ONCE:
        d.midi_at[d.midi_count] = at
        d.midi[d.midi_count] = message
        d.midi_count += 1


cdef void drums_step(DrumsState *d, const float *const *heard, int inputs, long long frame, int frames,
                     float *left, float *right) noexcept nogil:
    """One device block: `heard` (inputs, frames) goes to the racks, `left` and `right` (frames) get the drums `delay` frames later.

    frame: of the first frame; only the first call's counts, a gap later is the device's and leaves none here. Constant time, no allocation, no wait.
    """
    cdef int start = 0, piece
    if d.delay == 0:
        d.frame = frame
    while start < frames:
        piece = min(frames - start, d.max_block)
        take_inputs(d, heard, inputs, start, piece)
        piece_step(d, piece, left + start, right + start)
        start += piece


cdef void piece_step(DrumsState *d, int frames, float *left, float *right) noexcept nogil:
    cdef bint delay_moved = follow_block_size(d, frames)
    cdef int v
    take_switch(d)
    memset(left, 0, frames * sizeof(float))
    memset(right, 0, frames * sizeof(float))
    memset(d.leaving, 0, frames * sizeof(double))
    for v in range(VOICES):
        if d.voice[v].stage == RINGING:
            feed(d, &d.voice[v], frames, False)
    if d.playing >= 0:
        feed(d, &d.voice[d.playing], frames, True)
    for v in range(VOICES):
        if d.voice[v].stage == PLAYING or d.voice[v].stage == RINGING:
            sound(d, &d.voice[v], frames, delay_moved, left, right)
            end_of_tail(d, &d.voice[v], frames)
    d.frame += frames
    d.midi_count = 0
    d.delay_fade_left = max(0, d.delay_fade_left - frames)
    store(&d.blocks, d.blocks + 1)


cdef void take_inputs(DrumsState *d, const float *const *heard, int inputs, int start, int frames) noexcept nogil:
    """What is no number, or beyond any sound, counts as silence."""
    cdef int i, n
    cdef float sample
    for i in range(d.inputs):
        for n in range(frames):
            sample = heard[i][start + n] if i < inputs else 0
            d.heard[i][n] = sample if FAINTEST < fabsf(sample) <= LOUDEST else 0


cdef void mix_inputs(DrumsState *d, Voice *voice, int frames) noexcept nogil:
    """The voice's share of all inputs to stereo, each with its gain and pan."""
    cdef int i, side
    for side in range(2):
        memset(d.given[side], 0, frames * sizeof(float))
        for i in range(d.inputs):
            add_input(d.given[side], d.heard[i], frames, voice.gain[i][side], voice.wanted_gain[i][side])
            voice.gain[i][side] = voice.wanted_gain[i][side]


cdef void add_input(float *to, const float *heard, int frames, float gain, float wanted) noexcept nogil:
    """A gain that has been changed gets there within the block."""
    cdef float slope = (wanted - gain) / frames
    cdef int n
    if gain == wanted:
        for n in range(frames):
            to[n] += wanted * heard[n]
    else:
        for n in range(frames):
            to[n] += (gain + slope * (n + 1)) * heard[n]


cdef bint follow_block_size(DrumsState *d, int frames) noexcept nogil:
    """The delay is the largest block of late, plus the allowance. True when it has just been set anew: the wet frames due are then not there."""
    cdef int wanted = 0
    if d.delay == 0:
        d.delay = d.old_delay = frames + d.allowance
        return False
    d.largest_block = max(d.largest_block, <long long>frames)
    d.stretch_frames += frames
    if frames + d.allowance > d.delay:
        wanted = frames + d.allowance
    elif d.stretch_frames > DELAY_SHRINKS_AFTER_S * d.samplerate_hz:
        wanted = <int>d.largest_block + d.allowance
        d.largest_block = d.stretch_frames = 0
    if wanted == 0 or wanted == d.delay or d.delay_fade_left > 0:
        return False
    d.old_delay = d.delay
    d.delay = wanted
    d.delay_fade_left = d.fade_frames
    d.delay_changes += 1
    return True


cdef void take_switch(DrumsState *d) noexcept nogil:
    """The voice that is wanted plays from this block on, if its moment has come. One that still rings gets the drums back."""
    cdef int wanted = <int>load(&d.wanted)
    cdef Voice *voice
    if wanted == d.playing or wanted < 0 or load(&d.wanted_when) > d.passing:
        return
    voice = &d.voice[wanted]
    if load(&voice.stage) == RINGING:
        voice.ringing_frames = voice.quiet_frames = 0
        voice.is_ending = False                  # where its tail was being faded out, it comes up again
        store(&voice.hurried, 0)
    elif load(&voice.stage) == READY and not exchange(&voice.claimed, 1):
        voice.first_frame = d.frame
    else:
        return
    if d.playing >= 0:
        store(&d.voice[d.playing].stage, RINGING)
    store(&voice.stage, PLAYING)
    d.playing = wanted


cdef void feed(DrumsState *d, Voice *voice, int frames, bint plays) noexcept nogil:
    """Give the voice its share of the block, and post it to its rack. The voice that plays gets all that those that leave have given up."""
    cdef double slope = 1.0 / d.fade_frames, share = voice.share
    cdef long long start = d.frame & d.mask
    cdef int n, side
    for n in range(frames):
        if plays:
            share = max(0.0, 1.0 - d.leaving[n])
        else:
            share = max(0.0, share - slope)
            d.leaving[n] += share
        d.shares[n] = share
    mix_inputs(d, voice, frames)
    for side in range(2):
        for n in range(frames):
            d.given[side][n] = <float>(d.shares[n] * d.given[side][n])
            voice.fed[side][(start + n) & d.mask] = d.given[side][n]
    voice.share = share
    if voice.link.ring != NULL:
        pass_on_midi(d, voice, frames, plays)
        post(d, voice, frames)


cdef void pass_on_midi(DrumsState *d, Voice *voice, int frames, bint plays) noexcept nogil:
    """What is struck goes to the rack that plays; what is let go, and pedals, to those that ring, too: no note hangs there."""
    cdef int i
    for i in range(d.midi_count):
        if plays or not is_struck(d.midi[i]):
            ring_play(&voice.link, d.frame + min(d.midi_at[i], frames - 1), d.midi[i])


cdef bint is_struck(int message) noexcept nogil:
    """Whether it begins a note."""
    return (message >> 16 & 0xF0) == 0x90 and (message & 0x7F) > 0


cdef void post(DrumsState *d, Voice *voice, int frames) noexcept nogil:
    cdef long long delay = max(d.delay, frames + d.allowance)
    cdef int i, n
    if not voice.takes_lines:
        ring_post(&voice.link, <const float *const *>d.given, d.frame, frames, delay)
        return
    for i in range(d.inputs):
        for n in range(frames):
            d.line[i][n] = <float>(d.shares[n] * d.heard[i][n])
    ring_post(&voice.link, <const float *const *>d.line, d.frame, frames, delay)


cdef void sound(DrumsState *d, Voice *voice, int frames, bint delay_moved, float *left, float *right) noexcept nogil:
    """Add to `left` and `right` what is heard of the voice: wet where that is there, else dry."""
    cdef bint is_wet = not delay_moved and read_wet(d, voice, frames)
    cdef double wetness = voice.wetness, slope = 1.0 / d.fade_frames
    cdef double loudest = 0.0
    cdef float dry, heard, gone
    cdef float *out
    cdef int side, n
    if voice.link.ring != NULL and not is_wet:
        if voice.stage == PLAYING:
            store(&d.blocks_dry, d.blocks_dry + 1)
        if voice.wetness > 0.0:
            voice.step[0] = voice.last[0] - voice.last_dry[0]
            voice.step[1] = voice.last[1] - voice.last_dry[1]
            voice.step_left = d.step_frames
    for side in range(2):
        out = left if side == 0 else right
        wetness = voice.wetness if is_wet else 0.0
        dry = heard = 0.0
        for n in range(frames):
            dry = dry_frame(d, voice.fed[side], n)
            heard = dry
            if is_wet:
                wetness = min(1.0, wetness + slope)
                heard = d.wet[side][n] if wetness == 1.0 else <float>(dry + wetness * (d.wet[side][n] - dry))
            if n + 1 < voice.step_left:
                heard += voice.step[side] * (voice.step_left - n - 1) / d.step_frames
            loudest = max(loudest, fabsf(heard))
            if voice.is_ending:
                out[n] += <float>(heard * max(0.0, voice.tail_gain - n * d.tail_slope))
            elif voice.tail_gain < 1.0:
                out[n] += <float>(heard * min(1.0, voice.tail_gain + n * slope))
            else:
                out[n] += heard
        voice.last[side] = heard
        voice.last_dry[side] = dry
    voice.wetness = wetness
    if not voice.is_ending:
        voice.tail_gain = min(1.0, voice.tail_gain + frames * slope)
    voice.missing_frames = 0 if is_wet else voice.missing_frames + frames
    voice.step_left = max(0, voice.step_left - frames)
    voice.quiet_frames = voice.quiet_frames + frames if loudest < QUIET else 0


cdef float dry_frame(DrumsState *d, const float *fed, int n) noexcept nogil:
    """Frame n of the block as it is due; where the delay has been set anew, a crossfade from the old delay."""
    cdef float now = fed[(d.frame + n - d.delay) & d.mask]
    cdef int left = d.delay_fade_left - n
    if left <= 0:
        return now
    cdef float before = fed[(d.frame + n - d.old_delay) & d.mask]
    return now + (before - now) * left / d.fade_frames


cdef bint read_wet(DrumsState *d, Voice *voice, int frames) noexcept nogil:
    """Copy the wet frames due in this block to `d.wet`. Before a voice's first frame there is silence, and that is no fault."""
    cdef long long due = d.frame - d.delay
    cdef int lead = <int>min(<long long>frames, max(<long long>0, voice.first_frame - due))
    if voice.link.ring == NULL:
        return False
    memset(d.wet[0], 0, lead * sizeof(float))
    memset(d.wet[1], 0, lead * sizeof(float))
    return lead == frames or ring_read(&voice.link, due + lead, frames - lead, d.wet[0] + lead, d.wet[1] + lead)


cdef void end_of_tail(DrumsState *d, Voice *voice, int frames) noexcept nogil:
    """A voice that rings is done when it has been quiet for long, or cannot ring; what does not end by itself is faded out."""
    if voice.stage != RINGING or voice.share > 0.0:
        return
    voice.ringing_frames += frames if voice.ringing_frames else 1      # the first block may still have had a share
    if voice.ringing_frames <= d.max_block + d.allowance:              # the last of its share is still on its way
        return
    if voice.is_ending:
        voice.tail_gain -= frames * d.tail_slope
    voice.is_ending = voice.is_ending or load(&voice.hurried) or voice.ringing_frames > LONGEST_TAIL_S * d.samplerate_hz
    cdef bint is_gone = voice.link.ring == NULL or voice.missing_frames > GONE_S * d.samplerate_hz
    if (is_gone and voice.step_left == 0) or voice.tail_gain <= 0.0 or voice.quiet_frames > QUIET_S * d.samplerate_hz:
        store(&voice.stage, DONE)


cdef class Drums:
    """The state of the drums' path, for set-up, tests and offline rendering.

    samplerate_hz: 8000..768000. inputs: 1..32 lines of the kit. max_block: the largest device block to expect, frames. allowance_frames: latency that
    effects may have, for the whole show. One input goes to both sides, two are left and right, more are in the middle until `place_input` says more.
    Until a voice has been chosen the drums are dry. All but `step` belongs to one thread at a time; `step` to another.
    """

    def __init__(self, double samplerate_hz, int inputs, int max_block, int allowance_frames = 0):
        if not 1 <= inputs <= MAX_INPUTS or max_block < 1 or allowance_frames < 0 or not 8000 <= samplerate_hz <= 768000:
            raise ValueError(f"drums with {inputs} inputs, blocks of {max_block}, {samplerate_hz} Hz, allowance {allowance_frames}")
        cdef DrumsState *d = <DrumsState *>calloc(1, sizeof(DrumsState))
        if d == NULL:
            raise MemoryError
        self.state = d
        d.samplerate_hz, d.inputs, d.max_block, d.allowance = samplerate_hz, inputs, max_block, allowance_frames
        d.fade_frames = <int>(FADE_S * samplerate_hz)
        d.step_frames = <int>(STEP_S * samplerate_hz)
        d.tail_slope = 1.0 / (TAIL_FADE_S * samplerate_hz)
        d.wanted, d.playing, d.passing = -1, -1, ON_THE_BAR
        cdef long long capacity = 1 << 10
        while capacity < 8 * (max_block + allowance_frames):
            capacity *= 2
        d.mask = capacity - 1
        for i in range(inputs):
            d.heard[i], d.line[i] = floats(max_block), floats(max_block)
        for side in range(2):
            d.given[side] = floats(max_block)
            d.wet[side] = floats(max_block)
            for v in range(VOICES):
                d.voice[v].fed[side] = floats(capacity)
        d.leaving = <double *>calloc(max_block, sizeof(double))
        d.shares = <double *>calloc(max_block, sizeof(double))
        if d.leaving == NULL or d.shares == NULL:
            raise MemoryError
        self.memories = [None] * VOICES
        self.has_own_mix = [False] * VOICES
        for i in range(inputs):
            self.place_input(i, pan=0.0 if inputs != 2 else 2.0 * i - 1.0)
        self.switch(self.attach())

    def __dealloc__(self):
        if self.state == NULL:
            return
        for i in range(MAX_INPUTS):
            free(self.state.heard[i])
            free(self.state.line[i])
        for side in range(2):
            free(self.state.given[side])
            free(self.state.wet[side])
            for v in range(VOICES):
                free(self.state.voice[v].fed[side])
        free(self.state.leaving)
        free(self.state.shares)
        free(self.state)

    def place_input(self, int index, double gain_db = 0.0, double pan = 0.0) -> None:
        """Gain of an input, and its place: pan -1 left .. 0 both sides alike .. 1 right; the side it leaves gets quieter, the other stays."""
        if not 0 <= index < self.state.inputs or not -1.0 <= pan <= 1.0 or not gain_db <= 40.0:
            raise ValueError(f"input {index}, gain {gain_db} dB, pan {pan}")
        cdef double gain = 10.0 ** (gain_db / 20.0)
        self.state.placed[index][0] = <float>(gain * min(1.0, 1.0 - pan))
        self.state.placed[index][1] = <float>(gain * min(1.0, 1.0 + pan))
        for v in range(VOICES):
            if not self.has_own_mix[v]:
                self.state.voice[v].wanted_gain[index][0] = self.state.placed[index][0]
                self.state.voice[v].wanted_gain[index][1] = self.state.placed[index][1]

    @property
    def inputs(self) -> int:
        """Lines of the kit."""
        return self.state.inputs

    @property
    def ring_lines(self) -> int:
        """Lines that rings need which may be posted either the mix or each input."""
        return max(2, self.state.inputs)

    @property
    def ring_frames(self) -> int:
        """The capacity, in frames, of rings that can be attached."""
        return self.state.mask + 1

    def attach(self, unsigned char[::1] memory = None, size_t bell = 0, const float[:, ::1] mix = None) -> int:
        """Prepare a voice for the rack whose rings lie in `memory` (None: the dry drums). Its number, or -1 when all voices sound.

        mix: the rack is posted each input by itself, and dry it sounds like this mix, float32 (inputs, 2), linear. None: the rack is posted left and
        right, mixed as `place_input` says.
        """
        if mix is not None and (mix.shape[0] != self.state.inputs or mix.shape[1] != 2):
            raise ValueError(f"a mix of {mix.shape[0]} inputs, and there are {self.state.inputs}")
        for v in range(VOICES):
            if self.stage(v) == "empty" or (self.stage(v) == "done" and self.detach(v)):
                self.prepare(v, memory, bell, mix)
                return v
        return -1

    cdef prepare(self, int v, unsigned char[::1] memory, size_t bell, const float[:, ::1] mix):
        cdef Voice *voice = &self.state.voice[v]
        cdef long long capacity = self.state.mask + 1
        cdef float *left = voice.fed[0]
        cdef float *right = voice.fed[1]
        cdef int lines = self.state.inputs if mix is not None else 2, i
        if memory is not None and memory.shape[0] < ring_bytes(lines, capacity):
            raise ValueError(f"{memory.shape[0]} bytes are too few for rings of {lines} lines of {capacity} frames")
        memset(left, 0, capacity * sizeof(float))
        memset(right, 0, capacity * sizeof(float))
        memset(voice, 0, sizeof(Voice))
        voice.fed[0], voice.fed[1], voice.tail_gain = left, right, 1.0
        voice.takes_lines = mix is not None
        if memory is not None:
            ring_map(&voice.link, &memory[0], lines, capacity, <void *>bell)
            voice.wetness = 1.0
        self.memories[v], self.has_own_mix[v] = memory, mix is not None
        for i in range(self.state.inputs):
            for side in range(2):
                voice.gain[i][side] = voice.wanted_gain[i][side] = self.state.placed[i][side] if mix is None else mix[i, side]
        store(&voice.stage, READY)

    def remix(self, int v, const float[:, ::1] mix not None) -> None:
        """Change a voice's own dry mix, within the next block."""
        if not self.has_own_mix[v] or mix.shape[0] != self.state.inputs or mix.shape[1] != 2:
            raise ValueError(f"voice {v} does not take a mix of {mix.shape[0]} inputs")
        for i in range(self.state.inputs):
            self.state.voice[v].wanted_gain[i][0], self.state.voice[v].wanted_gain[i][1] = mix[i, 0], mix[i, 1]

    def switch(self, int voice, int when = AT_ONCE) -> None:
        """Let the voice that `attach` gave be heard, by a crossfade: from the next block on, or the one with the next beat or bar line."""
        if not 0 <= voice < VOICES or self.stage(voice) not in ("ready", "playing", "ringing"):
            raise ValueError(f"voice {voice} is not ready")
        before = load(&self.state.wanted)
        store(&self.state.wanted_when, when)
        store(&self.state.wanted, voice)
        if before >= 0:
            self.detach(before)

    def detach(self, int voice) -> bool:
        """Take a voice away: at once when it is silent, or ready and no longer wanted; a tail is asked to end. True when it is away."""
        cdef Voice *v = &self.state.voice[voice]
        cdef long long stage = load(&v.stage)
        cdef bint unwanted = stage == READY and load(&self.state.wanted) != voice
        if stage == DONE or (unwanted and not exchange(&v.claimed, 1)):
            self.memories[voice] = None
            store(&v.stage, EMPTY)
        return load(&v.stage) == EMPTY

    @property
    def free_voices(self) -> int:
        """Voices that can be attached to."""
        return sum(self.stage(v) in ("empty", "done") for v in range(VOICES))

    def hurry(self, int voice) -> None:
        """End the tail of a voice that rings."""
        store(&self.state.voice[voice].hurried, 1)

    def stage(self, int voice) -> str:
        """"empty", "ready", "playing", "ringing" or "done"."""
        return ("empty", "ready", "playing", "ringing", "done")[load(&self.state.voice[voice].stage)]

    def play(self, bytes message not None, int at = 0) -> None:
        """A message of the kit's MIDI, of two or three bytes, at a frame of the block that `step` does next."""
        cdef int packed = message[0] << 16 | message[1] << 8 | (message[2] if len(message) > 2 else 0)
        drums_play(self.state, at, packed)

    def step(self, const float[:, ::1] heard not None, long long frame):
        """One block: heard float32 (inputs, frames) -> float32 (2, frames), `delay_frames` later."""
        cdef const float *lines[MAX_INPUTS]
        cdef int frames = <int>heard.shape[1], i
        if not 1 <= heard.shape[0] <= MAX_INPUTS or frames == 0:
            raise ValueError(f"{heard.shape[0]} inputs of {frames} frames")
        for i in range(<int>heard.shape[0]):
            lines[i] = &heard[i, 0]
        drums = np.empty((2, frames), np.float32)
        cdef float[:, ::1] out = drums
        with nogil:
            drums_step(self.state, lines, <int>heard.shape[0], frame, frames, &out[0, 0], &out[1, 0])
        return drums

    @property
    def voices(self) -> int:
        """How many voices there are."""
        return VOICES

    @property
    def delay_frames(self) -> int:
        """Frames from heard to due; 0 before the first block."""
        return self.state.delay

    @property
    def blocks(self) -> int:
        """Blocks so far."""
        return load(&self.state.blocks)

    @property
    def blocks_dry(self) -> int:
        """Blocks without effects although a rack was to be heard."""
        return load(&self.state.blocks_dry)

    @property
    def delay_changes(self) -> int:
        """How often the delay was set anew, because blocks became larger or, for long, smaller."""
        return self.state.delay_changes


cdef float *floats(long long count) except NULL:
    cdef float *place = <float *>calloc(count, sizeof(float))
    if place == NULL:
        raise MemoryError
    return place
