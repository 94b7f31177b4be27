"""PortAudio's signature around `step`, and the same block for a timer.

Neither takes the GIL: PortAudio is given the address of a C function, the timer runs in a Python thread that has let go of it.
"""

from libc.string cimport memset

import time

import numpy as np

from cython_core.atomics cimport exchange, load, store
from cython_core.band cimport band_is_ready
from cython_core.clock cimport now_ns, sleep_until_ns
from cython_core.denormals cimport flush_denormals, restore_denormals
from cython_core.guard cimport GUARD_DELAY
from cython_core.memory cimport release, reserve
from cython_core.pedals cimport Pedals
from cython_core.rig cimport Rig
from cython_core.rig_state cimport RigState
from cython_core.step cimport step

cdef enum:
    INPUT_UNDERFLOW = 1              # PortAudio's flags
    INPUT_OVERFLOW = 2
    OUTPUT_UNDERFLOW = 4
    OUTPUT_OVERFLOW = 8
    GO_ON = 0                        # paContinue
    END = 2                          # paAbort

cdef double LEAVES_SOON_S = 0.0005
cdef long long PATIENCE_NS = 1_000_000_000   # with a band that is late
cdef long long LOOKS_EVERY_NS = 500_000


cdef int portaudio_callback(
    const void *heard, void *played, unsigned long frames, const void *time_info, unsigned long flags, void *userdata
) noexcept nogil:
    """What PortAudio calls: interleaved float32 in and out. By a way that has been shut, silence comes out, and nothing is played."""
    cdef Way *way = <Way *>userdata
    cdef DeviceState *d = way.device
    exchange(&way.is_inside, 1)
    if load(&way.is_shut):
        exchange(&way.is_inside, 0)
        if played != NULL:
            memset(played, 0, frames * d.outputs * sizeof(float))
        return END
    play_block(d, heard, played, frames, flags)
    exchange(&way.is_inside, 0)
    return GO_ON


cdef void play_block(DeviceState *d, const void *heard, void *played, unsigned long frames, unsigned long flags) noexcept nogil:
    """A device's block, in pieces that the rig can take, and counted."""
    cdef unsigned was = flush_denormals()
    cdef long long begun = now_ns()
    cdef unsigned long done = 0, piece
    if flags & (INPUT_UNDERFLOW | INPUT_OVERFLOW | OUTPUT_UNDERFLOW | OUTPUT_OVERFLOW):
        d.late += 1
    while done < frames:
        piece = min(frames - done, <unsigned long>d.max_block)
        run_block(
            d, <const float *>heard + done * d.inputs if heard != NULL else NULL,
            <float *>played + done * d.outputs if played != NULL else NULL, <int>piece,
        )
        done += piece
    count_block(d, now_ns() - begun, frames)
    restore_denormals(was)


cdef void count_block(DeviceState *d, long long taken_ns, unsigned long frames) noexcept nogil:
    d.callbacks += 1
    d.block_frames = frames
    d.total_ns += taken_ns
    d.longest_ns = max(d.longest_ns, taken_ns)
    d.over_budget += taken_ns > <long long>(frames * 1e9 / d.rig.samplerate_hz)


cdef void hear_feed(DeviceState *d, int channel, int frames) noexcept nogil:
    """The recording in place of the first input; the others are silent."""
    cdef int i
    for i in range(frames):
        d.heard[channel][i] = d.feed[d.feed_at + i] if d.feed != NULL and channel == 0 and d.feed_at + i < d.feed_frames else 0.0


cdef void play_on(DeviceState *d, int frames) noexcept nogil:
    """One step of the rig, which has heard. A recording that is fed is heard through the rig alone: the band is to meet it there, however late that is."""
    cdef RigState *r = d.rig
    d.feed_at += frames
    step(r, <const float *const *>d.heard, d.played, frames)
    if d.feed != NULL:
        r.input_latency_s = -(r.output_latency_s + (r.drums.block.delay + GUARD_DELAY) / r.samplerate_hz)
    if d.capture != NULL:
        keep(d, frames)


cdef void run_block(DeviceState *d, const float *heard, float *played, int frames) noexcept nogil:
    """Interleaved device buffers around one step. frames <= max_block; NULL: the device has no such side."""
    cdef int i, channel
    cdef RigState *r = d.rig
    for channel in range(r.inputs):
        if d.feed != NULL or heard == NULL or channel >= d.inputs:
            hear_feed(d, channel, frames)
        else:
            for i in range(frames):
                d.heard[channel][i] = heard[i * d.inputs + channel]
    play_on(d, frames)
    if played != NULL:
        for channel in range(d.outputs):
            for i in range(frames):
                played[i * d.outputs + channel] = d.played[channel][i] if channel < r.outputs else 0.0


cdef void keep(DeviceState *d, int frames) noexcept nogil:
    """Into the capture ring; what does not fit is lost and counted."""
    cdef long long begun = d.captured, at
    cdef int i, channel, outputs = d.rig.outputs
    if begun + frames - load(&d.collected) > d.capture_frames:
        d.capture_lost += frames
        return
    for i in range(frames):
        at = (begun + i) % d.capture_frames * outputs
        for channel in range(outputs):
            d.capture[at + channel] = d.played[channel][i]
    store(&d.captured, begun + frames)


cdef void wait_for_band(DeviceState *d, int frames, const Way *way) noexcept nogil:
    """A device that nobody hears waits for a renderer that the system has kept from running; for one that does not run at all, not again."""
    cdef long long until_ns = now_ns() + PATIENCE_NS
    if band_is_ready(d.rig.band, d.rig.frame, frames):
        d.is_patient = load(&d.rig.band.bus[0].served) > 0
        return
    if not d.is_patient:
        return
    d.waited += 1
    while not band_is_ready(d.rig.band, d.rig.frame, frames) and not load(&way.is_shut):
        if now_ns() > until_ns:
            d.is_patient = 0
            return
        sleep_until_ns(now_ns() + LOOKS_EVERY_NS)


cpdef long long next_due_ns(long long due_ns, long long period_ns, long long at_ns) noexcept nogil:
    """When the block after the one that was due is due.

    As with a sound card, a block that is more than a block late is a drop-out, and all after it come that much later: to catch up would leave
    the band's renderer no time, which may have stood still just as long.
    """
    due_ns += period_ns
    return due_ns if at_ns <= due_ns + period_ns else at_ns


cdef class Device:
    """A rig joined to a device's channels, for PortAudio (`callback`, `userdata`) or for a timer (`run`).

    inputs, outputs: the device's channels; feed: mono float32 to hear in place of the inputs, or None; capture_frames: length of the
    ring that keeps the rig's outputs for `collect`, 0: none; pedals: of the MIDI that comes with the sound, as it does on JACK, or None.
    """

    def __cinit__(self, Rig rig, int inputs, int outputs, feed=None, long long capture_frames=0, Pedals pedals=None):
        cdef DeviceState *d = <DeviceState *>reserve(1, sizeof(DeviceState))
        self.state = d
        cdef const float[::1] recording
        cdef int i
        if d == NULL:
            raise MemoryError
        d.rig, d.inputs, d.outputs, d.max_block = rig.state, inputs, outputs, rig.state.max_block
        d.pedals = pedals.state if pedals is not None else NULL
        for i in range(rig.state.inputs):
            d.heard[i] = <float *>reserve(d.max_block, sizeof(float))
        for i in range(rig.state.outputs):
            d.played[i] = <float *>reserve(d.max_block, sizeof(float))
        if feed is not None:
            feed = np.ascontiguousarray(feed, np.float32)
            recording = feed
            d.feed_frames = recording.shape[0]
            d.feed = &recording[0] if d.feed_frames else NULL
        if capture_frames:
            d.capture = <float *>reserve(capture_frames * rig.state.outputs, sizeof(float))
            d.capture_frames = capture_frames
        self.parts, self.ways = (rig, feed, pedals), []
        self.open_way = <Way *><size_t>self.way()
        self.open_way.is_shut = 0

    def __dealloc__(self):
        cdef int i
        for way in self.ways or ():
            release(<void *><size_t>way)
        if self.state != NULL:
            for i in range(32):
                release(self.state.heard[i])
                release(self.state.played[i])
            release(self.state.capture)
            release(self.state)

    @property
    def callback(self):
        """Address of the C function for PortAudio."""
        return <size_t>&portaudio_callback

    @property
    def userdata(self):
        """Address of what PortAudio shall hand to it: the way in that is open."""
        return <size_t>self.open_way

    def way(self):
        """Address of another way in, for another stream; shut until it is let in."""
        cdef Way *way = <Way *>reserve(1, sizeof(Way))
        if way == NULL:
            raise MemoryError
        way.device, way.is_shut = self.state, 1
        self.ways.append(<size_t>way)
        return <size_t>way

    def let_in(self, size_t way):
        """Shut out whoever plays, and when he has left, open this way. Two never play at once."""
        self.shut(<size_t>self.open_way)
        while load(&self.open_way.is_inside):
            time.sleep(LEAVES_SOON_S)
        self.open_way = <Way *>way
        store(&self.open_way.is_shut, 0)

    def expect(self, int block_frames):
        """What plays asks for so many frames every time from now on: see `Drums.expect`."""
        store(&self.state.rig.drums.steady_block, block_frames)

    @property
    def counts(self):
        """What was counted: dict of callbacks, block_frames, late, waited, over_budget, longest_ns, total_ns, capture_lost, midi_lost."""
        d = self.state
        return {
            "callbacks": d.callbacks, "block_frames": d.block_frames, "late": d.late,
            "waited": d.waited, "over_budget": d.over_budget,
            "longest_ns": d.longest_ns, "total_ns": d.total_ns, "capture_lost": d.capture_lost,
            "midi_lost": d.midi_lost + (d.pedals.lost if d.pedals != NULL else 0),
        }

    def rewind(self):
        """Hear the recording from its start."""
        self.state.feed_at = 0

    def collect(self):
        """What was played since the last call: (frames, outputs) float32, at most a ring's length."""
        cdef DeviceState *d = self.state
        cdef long long until = load(&d.captured), frames = until - d.collected, i
        cdef int outputs = d.rig.outputs, channel
        collected = np.empty((frames, outputs), np.float32)
        cdef float[:, ::1] rows = collected
        for i in range(frames):
            for channel in range(outputs):
                rows[i, channel] = d.capture[(d.collected + i) % d.capture_frames * outputs + channel]
        store(&d.collected, until)
        return collected

    def run(self, int block, size_t way=0, long long frames=-1):
        """Play `block` frames at a time on the machine's clock, by a way in (0: the one that is open), until that is shut or so many frames have
        been played: the virtual device. Call it in a thread; it lets go of the GIL.
        """
        cdef DeviceState *d = self.state
        cdef Way *own = <Way *>way if way else self.open_way
        cdef long long played = 0
        cdef long long period_ns = <long long>(block * 1e9 / d.rig.samplerate_hz), due, was_due
        if not 0 < block <= d.max_block:
            raise ValueError(f"blocks of this rig have 1 to {d.max_block} frames")
        with nogil:
            due = now_ns()
            while frames < 0 or played < frames:
                wait_for_band(d, block, own)
                if portaudio_callback(NULL, NULL, block, NULL, 0, own) != GO_ON:
                    break
                played += block
                was_due, due = due, next_due_ns(due, period_ns, now_ns())
                d.late += due != was_due + period_ns
                sleep_until_ns(due)

    def shut(self, size_t way):
        """Shut a way in: its `run` returns after the present block, a stream that comes by it plays silence."""
        store(&(<Way *>way).is_shut, 1)
