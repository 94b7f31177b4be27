"""The instrument with its parts, for Python: set up here, and played by `step` from then on."""


import numpy as np

from cython_core.atomics cimport store
from cython_core.authority cimport PATIENT, authority_reset
from cython_core.band cimport Band
from cython_core.count_in cimport CountIn
from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.drums cimport Drums
from cython_core.exchange cimport Exchange
from cython_core.follower cimport Follower, follower_tell
from cython_core.guard cimport GUARD_DELAY, MAX_OUTPUTS, guard_reset
from cython_core.input_lines cimport Lines
from cython_core.memory cimport release, reserve
from cython_core.mix cimport BUSES, SOUNDS, TALK
from cython_core.pads cimport Pads
from cython_core.step cimport step
from cython_core.transport cimport moment_at, transport_reset


cdef class Rig:
    """The instrument and its parts, set up once; from then on only `step` touches them.

    samplerate_hz: 44100..192000; inputs 1..32, outputs 1..32; max_block: frames, the largest block there will be; the parts are made for the
    same rate. route: (outputs, BUSES) float32, linear: how much of each bus (see mix.pxd) each output gets; drummers: the outputs in the
    drummer's ears, where the click is silent while he leads; pads: what is struck, or None; talk_input: from 0, a microphone that is no part of the
    kit and is heard while the bus TALK is up, -1: none; sounds: mono float32 arrays at the session's rate, one for each sound of mix.pxd.
    """

    def __cinit__(
        self, double samplerate_hz, int inputs, int outputs, int max_block, Lines lines, Follower follower, CountIn count_in, Drums drums,
        Band band, Exchange exchange, const float[:, ::1] route, sounds, double input_latency_s=0.0, double output_latency_s=0.0,
        drummers=(), Pads pads=None, int talk_input=-1,
    ):
        if not (1 <= inputs <= MAX_INPUTS and 1 <= outputs <= MAX_OUTPUTS and 44100 <= samplerate_hz <= 192000):
            raise ValueError("a rig has 1 to 32 inputs and outputs, at 44.1 to 192 kHz")
        if max(lines.inputs) >= inputs:
            raise ValueError(f"a line on input {max(lines.inputs) + 1}, and there are {inputs}")
        if route.shape[0] != outputs or route.shape[1] != BUSES or len(sounds) != SOUNDS:
            raise ValueError(f"route must be (outputs, {BUSES}), and there are {SOUNDS} sounds")
        cdef RigState *r = <RigState *>reserve(1, sizeof(RigState))
        self.state = r
        if r == NULL:
            raise MemoryError
        r.drums_left, r.drums_right = <float *>reserve(max_block, sizeof(float)), <float *>reserve(max_block, sizeof(float))
        r.silence = <float *>reserve(max_block, sizeof(float))
        if not (r.drums_left and r.drums_right and r.silence):
            raise MemoryError
        if talk_input >= inputs or (pads is not None and pads.state.max_block < max_block):
            raise ValueError(f"talkback on input {talk_input + 1} of {inputs}, or pads for shorter blocks than {max_block}")
        sounds = [np.ascontiguousarray(sound, np.float32) for sound in sounds]
        self.parts = (lines, follower, count_in, drums, band, exchange, sounds, pads)
        r.samplerate_hz, r.inputs, r.outputs, r.max_block = samplerate_hz, inputs, outputs, max_block
        r.input_latency_s, r.output_latency_s = input_latency_s, output_latency_s
        r.lines, r.follower, r.count_in, r.drums, r.band, r.exchange = (
            lines.state, follower.state, count_in.state, drums.state, band.link, exchange.state
        )
        r.pads, r.talk_input = (pads.state if pads is not None else NULL), talk_input
        cdef int i
        for i in range(inputs):
            r.line_gain[i] = 0.0 if i == talk_input else 1.0
        for i in range(r.lines.count):
            r.line_input[i] = lines.inputs[i]
        r.struck_hit.from_frame = -1
        self.prepare_mix(route, sounds)
        for i in drummers:
            r.mix.is_drummers[i] = 1
        guard_reset(&r.guard, outputs, samplerate_hz)
        transport_reset(&r.transport, samplerate_hz, r.band.ahead_frames - r.band.late_frames)
        authority_reset(&r.authority, 120.0)
        r.authority.gives_way, r.authority.share = PATIENT, 0.5
        follower_tell(r.follower, 0.0, 0)

    cdef prepare_mix(self, const float[:, ::1] route, sounds):
        cdef RigState *r = self.state
        cdef const float[::1] sound
        cdef int i, b
        r.mix.samplerate_hz, r.mix.outputs = r.samplerate_hz, r.outputs
        for i in range(r.outputs):
            for b in range(BUSES):
                r.mix.route[i][b] = r.mix.asked[i][b] = route[i, b]
        for b in range(BUSES):
            r.mix.wanted[b] = r.mix.level[b] = 0.0 if b == TALK else 1.0
        for i in range(SOUNDS):
            sound = sounds[i]
            r.mix.sound[i], r.mix.length[i] = &sound[0], <int>sound.shape[0]

    def __dealloc__(self):
        if self.state != NULL:
            release(self.state.drums_left)
            release(self.state.drums_right)
            release(self.state.silence)
            release(self.state)

    def step(self, const float[:, ::1] heard, float[:, ::1] played):
        """One block: heard (inputs, frames) in, played (outputs, frames) filled; frames <= max_block, else ValueError."""
        cdef const float *inputs[MAX_INPUTS]
        cdef float *outputs[MAX_OUTPUTS]
        cdef RigState *r = self.state
        cdef int frames = <int>heard.shape[1], i
        if heard.shape[0] != r.inputs or played.shape[0] != r.outputs or played.shape[1] != frames or not 0 < frames <= r.max_block:
            raise ValueError(f"this rig takes ({r.inputs}, frames) and gives ({r.outputs}, frames), up to {r.max_block} frames at a time")
        for i in range(r.inputs):
            inputs[i] = &heard[i, 0]
        for i in range(r.outputs):
            outputs[i] = &played[i, 0]
        with nogil:
            step(r, inputs, outputs, frames)

    def at(self, double latency_in_s, double latency_out_s):
        """Set the latencies the rig makes up for, in seconds: before it plays, not while."""
        self.state.input_latency_s, self.state.output_latency_s = latency_in_s, latency_out_s

    @property
    def frame(self):
        """Frames played so far."""
        return self.state.frame

    @property
    def address(self):
        """Of the state, for `cython_core.callback`."""
        return <size_t>self.state

    @property
    def guard_delay_frames(self):
        """Frames that the guard holds back everything that is played."""
        return GUARD_DELAY

    def set_limiter(self, int output, bint is_on):
        """Whether an output, from 0, is turned down where it is too loud. Off, nothing keeps it from hurting."""
        if not 0 <= output < self.state.outputs:
            raise ValueError(f"there is no output {output}")
        store(&self.state.guard.is_off[output], not is_on)

    @property
    def howls(self):
        """How often an output was turned down because something fed back."""
        return self.state.guard.howls

    def moment(self, long long frame):
        """The line at the tick that an output frame lies in, one of the last 100 000 (2 s at 48 kHz, half a second at 192 kHz): a dict with the
        fields of a Moment. Any thread may ask."""
        return moment_at(&self.state.transport, max(frame, 0))[0]
