"""A mixing desk for the strips of a preset: what the rack does between the effects of one channel and the next.

Each channel is a stereo pair. A strip takes lines of the kit, may delay and gate them; groups, shared effects and the
master take what other channels lead to them. The order of the channels is the order of the mix, the last one is the master. Per block:
`begin`; then for each channel its `block` goes through its effects and comes back by `put`, and `pass_on` leads it further; then `result`.

Effects that look ahead return fewer frames at first. What comes back waits in a queue that begins with silence, as much as `hold_back` says:
the same for all channels of a stage, so that whatever their effects look ahead, the channels stay together.
"""

from libc.math cimport fabsf
from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

from cython_core.rack_ring cimport MAX_LINES, SUB_BLOCK, is_sound

cdef enum:
    MAX_CHANNELS = 64

cdef struct Gate:
    int key                          # the channel that opens it; -1: there is no gate
    float threshold                  # linear peak
    float floor                      # gain while it is shut, linear
    float attack                     # share of the way per frame
    float release
    int hold_frames
    int held                         # frames it stays open yet
    float gain

cdef struct Channel:
    int lines                        # of the kit that it takes; 0: it takes channels
    int line[MAX_LINES]
    int to                           # the channel it leads to; -1: none
    int delay                        # frames
    float gain[2]                    # left and right, linear
    float wanted[2]
    float send[MAX_CHANNELS]
    float wanted_send[MAX_CHANNELS]
    Gate gate
    float *late                      # the delay line: 2 * `capacity`
    float *queue                     # 2 * `capacity`
    float *key                       # SUB_BLOCK peaks, for the gates that listen to it
    float *through                   # 2 * SUB_BLOCK: a frame after the effects
    long long got                    # frames put into the queue
    long long gone                   # frames taken out of it


cdef class Desk:
    """channels: 1 to 64, the last one the master. held_frames: the longest delay or look-ahead there will be."""
    cdef int channels, frames
    cdef long long capacity, at
    cdef Channel *channel
    cdef object memory
    cdef float[:, ::1] arriving

    def __init__(self, int channels, int held_frames):
        if not 1 <= channels <= MAX_CHANNELS or held_frames < 0:
            raise ValueError(f"a desk of {channels} channels that holds {held_frames} frames")
        cdef int c
        self.channels, self.capacity = channels, 256
        while self.capacity < held_frames + 2 * SUB_BLOCK:
            self.capacity *= 2
        self.memory = np.zeros((channels, 2 * SUB_BLOCK), np.float32)
        self.arriving = self.memory
        self.channel = <Channel *>calloc(channels, sizeof(Channel))
        if self.channel == NULL:
            raise MemoryError
        for c in range(channels):
            self.channel[c].to, self.channel[c].gate.key = channels - 1, -1
            self.channel[c].gain[0] = self.channel[c].gain[1] = self.channel[c].wanted[0] = self.channel[c].wanted[1] = 1.0
            self.channel[c].gate.gain = 1.0
            self.channel[c].late, self.channel[c].queue = floats(2 * self.capacity), floats(2 * self.capacity)
            self.channel[c].key, self.channel[c].through = floats(SUB_BLOCK), floats(2 * SUB_BLOCK)
        self.channel[channels - 1].to = -1

    def __dealloc__(self):
        if self.channel != NULL:
            for c in range(self.channels):
                free(self.channel[c].late)
                free(self.channel[c].queue)
                free(self.channel[c].key)
                free(self.channel[c].through)
            free(self.channel)

    cdef Channel *at_place(self, int channel) except NULL:
        if not 0 <= channel < self.channels:
            raise ValueError(f"there is no channel {channel}")
        return &self.channel[channel]

    def take_from(self, int channel, lines, int delay_frames) -> None:
        """The channel is a strip: it takes these lines of the kit, one to both sides, two left and right, more to both sides."""
        cdef Channel *c = self.at_place(channel)
        if len(lines) > MAX_LINES or not 0 <= delay_frames <= self.capacity - SUB_BLOCK:
            raise ValueError(f"{len(lines)} lines, {delay_frames} frames of delay")
        c.lines, c.delay = len(lines), delay_frames
        for i, line in enumerate(lines):
            c.line[i] = line

    def lead_to(self, int channel, int to) -> None:
        """Where the channel goes: to one that is mixed later."""
        cdef Channel *c = self.at_place(channel)
        if not channel < to < self.channels:
            raise ValueError(f"channel {channel} cannot lead to {to}")
        c.to = to

    def hold_back(self, int channel, int frames) -> None:
        """The silence that the channel's queue begins with: before the first block."""
        cdef Channel *c = self.at_place(channel)
        if not 0 <= frames <= self.capacity - 2 * SUB_BLOCK:
            raise ValueError(f"{frames} frames")
        c.got = frames

    def set_gain(self, int channel, float left, float right) -> None:
        """Linear, negative with its polarity turned; reached within the next block."""
        cdef Channel *c = self.at_place(channel)
        c.wanted[0], c.wanted[1] = left, right

    def set_send(self, int channel, int to, float gain) -> None:
        """How much of the channel, after its gain, goes to another one that is mixed later. Linear."""
        cdef Channel *c = self.at_place(channel)
        if not channel < to < self.channels:
            raise ValueError(f"channel {channel} cannot send to {to}")
        c.wanted_send[to] = gain

    def set_gate(self, int channel, int key, float threshold, float floor, float attack, int hold_frames, float release) -> None:
        """The strip is heard while `key`, a strip before its own gate, is louder than `threshold`; else it is at `floor`. attack, release: share of
        the way per frame."""
        cdef Channel *c = self.at_place(channel)
        self.at_place(key)
        c.gate.key, c.gate.threshold, c.gate.floor = key, threshold, floor
        c.gate.attack, c.gate.hold_frames, c.gate.release = attack, hold_frames, release

    def begin(self, const float[:, ::1] heard not None) -> None:
        """The next frames of the kit, float32 (lines, n), n at most SUB_BLOCK. Lines that are not there are silent."""
        cdef int c, k
        self.frames = <int>heard.shape[1]
        if self.frames > SUB_BLOCK:
            raise ValueError(f"{self.frames} frames at once")
        memset(&self.arriving[0, 0], 0, self.channels * 2 * SUB_BLOCK * sizeof(float))
        for c in range(self.channels):
            if self.channel[c].lines:
                self.take(&self.channel[c], &self.arriving[c, 0], heard)
        for c in range(self.channels):
            k = self.channel[c].gate.key
            if k >= 0:
                gate(&self.channel[c].gate, self.channel[k].key, &self.arriving[c, 0], self.frames)
        self.at += self.frames

    cdef void take(self, Channel *c, float *to, const float[:, ::1] heard) noexcept:
        cdef int i, n, side, line
        cdef float *late
        for i in range(c.lines):
            line = c.line[i]
            for side in range(2):
                if line < heard.shape[0] and (c.lines != 2 or side == i):
                    for n in range(self.frames):
                        to[side * self.frames + n] += heard[line, n]
        for side in range(2):
            late = c.late + side * self.capacity
            for n in range(self.frames):
                late[(self.at + n) & (self.capacity - 1)] = to[side * self.frames + n]
                to[side * self.frames + n] = late[(self.at + n - c.delay) & (self.capacity - 1)]
        for n in range(self.frames):
            c.key[n] = max(fabsf(to[n]), fabsf(to[self.frames + n]))

    def block(self, int channel):
        """What arrives at a channel, float32 (2, n): for its effects. Valid until `begin`."""
        self.at_place(channel)
        return self.memory[channel, :2 * self.frames].reshape(2, self.frames)

    def put(self, int channel, const float[:, ::1] wet not None) -> bool:
        """What the effects made of it, float32 (2, any). False when that is no sound: the channel is dry for this block."""
        cdef Channel *c = self.at_place(channel)
        cdef int frames = <int>wet.shape[1], n, side
        if wet.shape[0] != 2 or frames > SUB_BLOCK:
            raise ValueError(f"{wet.shape[0]} sides of {frames} frames")
        if frames and not (is_sound(&wet[0, 0], frames) and is_sound(&wet[1, 0], frames)):
            self.put_dry(channel)
            return False
        for side in range(2):
            for n in range(frames):
                c.queue[side * self.capacity + ((c.got + n) & (self.capacity - 1))] = wet[side, n]
        c.got += frames
        return True

    def put_dry(self, int channel) -> None:
        """The channel is dry for this block."""
        cdef Channel *c = self.at_place(channel)
        cdef float *dry = &self.arriving[channel, 0]
        cdef int n, side
        for side in range(2):
            for n in range(self.frames):
                c.queue[side * self.capacity + ((c.got + n) & (self.capacity - 1))] = dry[side * self.frames + n]
        c.got += self.frames

    def pass_on(self, int channel) -> None:
        """Lead what has come back to where it goes. What should have and has not is silence."""
        cdef Channel *c = self.at_place(channel)
        cdef int n, side, other, frames = self.frames
        cdef float left, slope, gain
        for side in range(2):
            slope = (c.wanted[side] - c.gain[side]) / frames
            for n in range(frames):
                gain = c.wanted[side] if slope == 0.0 else c.gain[side] + slope * (n + 1)
                left = c.queue[side * self.capacity + ((c.gone + n) & (self.capacity - 1))] if c.gone + n < c.got else 0.0
                c.through[side * frames + n] = gain * left
            c.gain[side] = c.wanted[side]
        c.gone += frames
        c.got = max(c.got, c.gone)
        if c.to >= 0:
            add(&self.arriving[c.to, 0], c.through, 1.0, 1.0, frames)
        for other in range(channel + 1, self.channels):
            if c.send[other] != 0.0 or c.wanted_send[other] != 0.0:
                add(&self.arriving[other, 0], c.through, c.send[other], c.wanted_send[other], frames)
                c.send[other] = c.wanted_send[other]

    def result(self):
        """The master after its gain, float32 (2, n), a copy."""
        cdef Channel *c = &self.channel[self.channels - 1]
        out = np.empty((2, self.frames), np.float32)
        cdef float[:, ::1] sides = out
        cdef int n, side
        for side in range(2):
            for n in range(self.frames):
                sides[side, n] = c.through[side * self.frames + n]
        return out

    def settle(self) -> None:
        """All levels are where they are wanted, at once: before the first block."""
        cdef int c, other
        for c in range(self.channels):
            self.channel[c].gain[0], self.channel[c].gain[1] = self.channel[c].wanted[0], self.channel[c].wanted[1]
            for other in range(self.channels):
                self.channel[c].send[other] = self.channel[c].wanted_send[other]
            if self.channel[c].gate.key >= 0:
                self.channel[c].gate.gain = self.channel[c].gate.floor

    def clear(self) -> None:
        """Forget all sound; queues begin anew with the silence that they are given next."""
        cdef int c
        for c in range(self.channels):
            memset(self.channel[c].late, 0, 2 * self.capacity * sizeof(float))
            memset(self.channel[c].queue, 0, 2 * self.capacity * sizeof(float))
            self.channel[c].got = self.channel[c].gone = 0
            self.channel[c].gate.held = 0


cdef void add(float *to, const float *sound, float gain, float wanted, int frames) noexcept nogil:
    """Both sides, each `frames` long."""
    cdef int n, side
    cdef float slope = (wanted - gain) / frames
    for side in range(2):
        for n in range(frames):
            to[side * frames + n] += sound[side * frames + n] * (wanted if slope == 0.0 else gain + slope * (n + 1))


cdef void gate(Gate *g, const float *key, float *sound, int frames) noexcept nogil:
    """Opens with the key, stays open for its hold, and shuts."""
    cdef int n
    for n in range(frames):
        if key[n] > g.threshold:
            g.held = g.hold_frames + 1
        if g.held > 0:
            g.held -= 1
            g.gain += g.attack * (1.0 - g.gain)
        else:
            g.gain += g.release * (g.floor - g.gain)
        sound[n] *= g.gain
        sound[frames + n] *= g.gain


cdef float *floats(long long count) except NULL:
    cdef float *place = <float *>calloc(count, sizeof(float))
    if place == NULL:
        raise MemoryError
    return place
