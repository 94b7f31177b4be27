"""The drums' way through the callback: made sound, lent to the racks, and back one block later.

The inputs go to all **voices** (`drum_voices`), one for each rack. Here is what they have in common: by how much wet and dry
are late, which is a block, or the largest of late where blocks vary; and which voice is to be heard, from when on.
"""

from libc.math cimport fabsf

import numpy as np

from cython_core.atomics cimport load, store
from cython_core.drum_voices cimport (
    MIDI_AT_ONCE, VOICES, voice_hurry, voice_prepare, voice_remix, voice_withdraw, voices_allot, voices_free, voices_step, voices_switch,
)
from cython_core.memory cimport release, reserve
from cython_core.pan cimport side_gain
from cython_core.rack_ring cimport ring_bytes

cdef double DELAY_SHRINKS_AFTER_S = 10.0     # so long without a large block, and the delay gets smaller again
cdef float LOUDEST = 1000.0                  # an input beyond it, or NaN, is a fault of the device: it counts as silence
cdef float FAINTEST = 1e-20                  # what is less is silence too: denormals cost time


cdef void drums_play(DrumsState *d, int at, int message) noexcept nogil:
    """For the instruments among the plugins: a message of the kit's MIDI, `at` this frame of the block that comes next."""
    cdef DrumBlock *block = &d.block
    if block.midi_count < MIDI_AT_ONCE:
        block.midi_at[block.midi_count] = at
        block.midi[block.midi_count] = message
        block.midi_count += 1


cdef void drums_step(DrumsState *d, const float *const *heard, int inputs, long long frame, int frames,
                     float *left, float *right) noexcept nogil:
    """One device block: `heard` (inputs, frames) goes to the racks, `left` and `right` (frames) get the drums `delay` frames later.

    frame: of the first frame; only the first call's counts, a gap later is the device's and leaves none here. Constant time, no allocation, no wait.
    """
    cdef int start = 0
    if d.block.delay == 0:
        d.block.frame = frame
    while start < frames:
        d.block.frames = min(frames - start, d.max_block)
        take_inputs(d, heard, inputs, start)
        follow_block_size(d)
        take_switch(d)
        voices_step(&d.voices, &d.block, left + start, right + start)
        start += d.block.frames
        end_block(d)


cdef void take_inputs(DrumsState *d, const float *const *heard, int inputs, int start) noexcept nogil:
    """What is no number, or beyond any sound, counts as silence."""
    cdef int i, n
    cdef float sample
    for i in range(d.inputs):
        for n in range(d.block.frames):
            sample = heard[i][start + n] if i < inputs else 0
            d.block.heard[i][n] = sample if FAINTEST < fabsf(sample) <= LOUDEST else 0


cdef void follow_block_size(DrumsState *d) noexcept nogil:
    """The delay is the largest block of late, plus the allowance; of a device that says what it asks for, that block."""
    cdef DrumBlock *block = &d.block
    cdef int wanted = 0
    block.is_delay_new = False
    if block.delay == 0:
        block.delay = block.old_delay = block.frames + d.allowance
        return
    d.largest_block = max(d.largest_block, <long long>block.frames)
    d.stretch_frames += block.frames
    if block.frames + d.allowance > block.delay:
        wanted = block.frames + d.allowance
    elif block.frames == load(&d.steady_block):
        wanted = block.frames + d.allowance
        d.largest_block = d.stretch_frames = 0
    elif d.stretch_frames > DELAY_SHRINKS_AFTER_S * d.samplerate_hz:
        wanted = <int>d.largest_block + d.allowance
        d.largest_block = d.stretch_frames = 0
    if wanted == 0 or wanted == block.delay or block.delay_fade_left > 0:
        return
    block.old_delay = block.delay
    block.delay = wanted
    block.delay_fade_left = d.voices.fade_frames
    block.is_delay_new = True
    d.delay_changes += 1


cdef void take_switch(DrumsState *d) noexcept nogil:
    """The voice that is wanted plays from this block on, if its moment has come."""
    cdef int wanted = <int>load(&d.wanted)
    if wanted != d.voices.playing and wanted >= 0 and load(&d.wanted_when) <= d.passing:
        voices_switch(&d.voices, wanted, d.block.frame)


cdef void end_block(DrumsState *d) noexcept nogil:
    d.block.frame += d.block.frames
    d.block.midi_count = 0
    d.block.delay_fade_left = max(0, d.block.delay_fade_left - d.block.frames)
    store(&d.blocks, d.blocks + 1)


cdef class Drums:
    """The state of the drums' path, for set-up, tests and offline rendering.

    samplerate_hz: 8000..768000. inputs: 1..32 lines of the kit. max_block: the largest device block to expect, frames. allowance_frames: latency that
    effects may have, for the whole show. One input goes to both sides, two are left and right, more are in the middle until `place_input` says more.
    Until a voice has been chosen the drums are dry. All but `step` belongs to one thread at a time; `step` to another.
    """

    def __init__(self, double samplerate_hz, int inputs, int max_block, int allowance_frames = 0):
        if not 1 <= inputs <= MAX_INPUTS or max_block < 1 or allowance_frames < 0 or not 8000 <= samplerate_hz <= 768000:
            raise ValueError(f"drums with {inputs} inputs, blocks of {max_block}, {samplerate_hz} Hz, allowance {allowance_frames}")
        cdef DrumsState *d = <DrumsState *>reserve(1, sizeof(DrumsState))
        if d == NULL:
            raise MemoryError
        self.state = d
        d.samplerate_hz, d.inputs, d.max_block, d.allowance = samplerate_hz, inputs, max_block, allowance_frames
        d.wanted, d.passing = -1, ON_THE_BAR
        for i in range(inputs):
            d.block.heard[i] = <float *>reserve(max_block, sizeof(float))
            if d.block.heard[i] == NULL:
                raise MemoryError
        if not voices_allot(&d.voices, samplerate_hz, inputs, max_block, allowance_frames):
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
            release(self.state.block.heard[i])
        voices_free(&self.state.voices)
        release(self.state)

    def place_input(self, int index, double gain_db = 0.0, double pan = 0.0) -> None:
        """Gain of an input, and its place: pan -1 left .. 0 both sides alike .. 1 right."""
        if not 0 <= index < self.state.inputs or not -1.0 <= pan <= 1.0 or not gain_db <= 40.0:
            raise ValueError(f"input {index}, gain {gain_db} dB, pan {pan}")
        cdef double gain = 10.0 ** (gain_db / 20.0)
        for side in range(2):
            self.state.placed[index][side] = <float>(gain * side_gain(pan, side))
        for v in range(VOICES):
            if not self.has_own_mix[v]:
                voice_remix(&self.state.voices, v, &self.state.placed[0][0])

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
        return self.state.voices.mask + 1

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
        cdef int lines = self.state.inputs if mix is not None else 2
        if memory is not None and memory.shape[0] < ring_bytes(lines, self.ring_frames):
            raise ValueError(f"{memory.shape[0]} bytes are too few for rings of {lines} lines of {self.ring_frames} frames")
        self.memories[v], self.has_own_mix[v] = memory, mix is not None
        voice_prepare(
            &self.state.voices, v, &self.state.placed[0][0] if mix is None else &mix[0, 0], mix is not None,
            NULL if memory is None else &memory[0], <void *>bell,
        )

    def remix(self, int v, const float[:, ::1] mix not None) -> None:
        """Change a voice's own dry mix, within the next block."""
        if not self.has_own_mix[v] or mix.shape[0] != self.state.inputs or mix.shape[1] != 2:
            raise ValueError(f"voice {v} does not take a mix of {mix.shape[0]} inputs")
        voice_remix(&self.state.voices, v, &mix[0, 0])

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
        if not voice_withdraw(&self.state.voices, voice, load(&self.state.wanted) == voice):
            return False
        self.memories[voice] = None
        return True

    @property
    def free_voices(self) -> int:
        """Voices that can be attached to."""
        return sum(self.stage(v) in ("empty", "done") for v in range(VOICES))

    def hurry(self, int voice) -> None:
        """End the tail of a voice that rings."""
        voice_hurry(&self.state.voices, voice)

    def stage(self, int voice) -> str:
        """"empty", "ready", "playing", "ringing" or "done"."""
        return ("empty", "ready", "playing", "ringing", "done")[load(&self.state.voices.voice[voice].stage)]

    def play(self, bytes message not None, int at = 0) -> None:
        """A message of the kit's MIDI, of two or three bytes, at a frame of the block that `step` does next."""
        cdef int packed = message[0] << 16 | message[1] << 8 | (message[2] if len(message) > 2 else 0)
        drums_play(self.state, at, packed)

    def expect(self, int block_frames) -> None:
        """The device says that it asks for so many frames every time from now on: no larger block is allowed for once that has come. 0: it does not say."""
        store(&self.state.steady_block, block_frames)

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
        return self.state.block.delay

    @property
    def blocks(self) -> int:
        """Blocks so far."""
        return load(&self.state.blocks)

    @property
    def blocks_dry(self) -> int:
        """Blocks without effects although a rack was to be heard."""
        return load(&self.state.voices.blocks_dry)

    @property
    def delay_changes(self) -> int:
        """How often the delay was set anew, because blocks became larger or, for long, smaller."""
        return self.state.delay_changes

