"""The rings between the callback and a rack: what the drummer played goes one way, what the effects made of it comes back.

The callback posts a block and reads the wet one that is due by then. The rack takes what has been posted, `SUB_BLOCK` frames
at a time, newest first in this sense: what could no longer come back in time is left out. Both sides are lock-free, one
writer and one reader a ring.
"""

from libc.math cimport fabs
from libc.string cimport memcpy

import numpy as np

from cython_core.atomics cimport load, store
from cython_core.denormals cimport flush_denormals, restore_denormals
from cython_core.signal cimport await_bell, ring_bell

cdef float LOUDEST = 1000.0          # 60 dB over full scale: no effect means this


cdef long long ring_bytes(int lines, long long capacity) noexcept nogil:
    return sizeof(RackRing) + (lines + 2) * capacity * sizeof(float)


cdef void ring_map(RackLink *link, void *memory, int lines, long long capacity, void *bell) noexcept nogil:
    """`memory` holds `ring_bytes(lines, capacity)` bytes; `capacity` is a power of two."""
    cdef float *samples = <float *>(<char *>memory + sizeof(RackRing))
    cdef int line
    link.ring = <RackRing *>memory
    link.lines = lines
    link.mask = capacity - 1
    link.bell = bell
    for line in range(2):
        link.wet[line] = samples + line * capacity
    for line in range(lines):
        link.posted[line] = samples + (2 + line) * capacity


cdef void put(float *ring, long long mask, long long frame, int frames, const float *samples) noexcept nogil:
    cdef long long start = frame & mask
    cdef int first = <int>min(<long long>frames, mask + 1 - start)
    memcpy(ring + start, samples, first * sizeof(float))
    memcpy(ring, samples + first, (frames - first) * sizeof(float))


cdef void get(const float *ring, long long mask, long long frame, int frames, float *samples) noexcept nogil:
    cdef long long start = frame & mask
    cdef int first = <int>min(<long long>frames, mask + 1 - start)
    memcpy(samples, ring + start, first * sizeof(float))
    memcpy(samples + first, ring, (frames - first) * sizeof(float))


cdef bint is_sound(const float *samples, int frames) noexcept nogil:
    """False for NaN, infinity, and levels beyond any sound."""
    cdef int n, bad = 0
    for n in range(frames):
        bad += not fabs(samples[n]) <= LOUDEST
    return bad == 0


cdef void ring_post(RackLink *link, const float *const *line, long long frame, int frames, long long delay) noexcept nogil:
    """Callback's side: `frames` heard from `frame` on, due `delay` frames later. A gap before `frame` starts a new run."""
    cdef RackRing *ring = link.ring
    cdef int i
    for i in range(link.lines):
        put(link.posted[i], link.mask, frame, frames, line[i])
    if ring.posted_end != frame:
        store(&ring.posted_from, frame)
    store(&ring.delay, delay)
    store(&ring.posted_end, frame + frames)
    ring_bell(link.bell)


cdef void ring_play(RackLink *link, long long frame, long long message) noexcept nogil:
    """Callback's side: a message of the kit's MIDI, at a frame that is about to be posted."""
    cdef RackRing *ring = link.ring
    cdef Midi *place = &ring.midi[ring.midi_written % MIDI_KEPT]
    store(&place.frame, frame)       # whoever reads it sees, from then on, how many had been written before
    store(&place.message, message)
    store(&ring.midi_written, ring.midi_written + 1)


cdef bint ring_read(RackLink *link, long long frame, int frames, float *left, float *right) noexcept nogil:
    """Callback's side: copies the wet frames from `frame` on, if all of them have come back and are sound."""
    if load(&link.ring.wet_end) < frame + frames or load(&link.ring.wet_from) > frame:
        return False
    get(link.wet[0], link.mask, frame, frames, left)
    get(link.wet[1], link.mask, frame, frames, right)
    return is_sound(left, frames) and is_sound(right, frames)


cdef class RackEnd:
    """The rack's end of the rings: `wait` for a post, `take` what there is, process it, `give` it back.

    memory: writable bytes from `shared_bytes(lines, capacity)`, zeroed at first. bell: a `SemLock.handle`, or 0 when called by hand.
    Effects that look ahead return less than they were given at first; `give` takes it as it comes, and keeps count.
    What is worked on inside a `with` of it has no denormals.
    """
    cdef RackLink link
    cdef object memory, scratch
    cdef float[::1] samples
    cdef long long next_frame        # the next to be taken
    cdef long long next_wet          # the frame number of the next to be given
    cdef long long old               # frames from before the last skip that are still inside the effects
    cdef long long inside            # frames taken and not yet given
    cdef int taken                   # frames of the last take
    cdef long long midi_taken
    cdef readonly long long midi_lost      # messages that `played` was too late for
    cdef unsigned was                # how the processor took denormals before

    def __init__(self, unsigned char[::1] memory not None, int lines, long long capacity, size_t bell = 0):
        if not 1 <= lines <= MAX_LINES or capacity < 2 * SUB_BLOCK or capacity & (capacity - 1):
            raise ValueError(f"rings of {lines} lines of {capacity} frames do not fit: a power of two, and up to {MAX_LINES} lines")
        if memory.shape[0] < ring_bytes(lines, capacity):
            raise ValueError(f"rings of {lines} lines of {capacity} frames do not fit {memory.shape[0]} bytes")
        self.memory = memory
        ring_map(&self.link, &memory[0], lines, capacity, <void *>bell)
        self.scratch = np.zeros(lines * SUB_BLOCK, np.float32)
        self.samples = self.scratch

    def __enter__(self):
        """Effects whose sound dies away work on ever smaller numbers; the smallest would cost many times what others do."""
        self.was = flush_denormals()
        return self

    def __exit__(self, *_) -> None:
        restore_denormals(self.was)

    def wait(self) -> None:
        """Wait for the next post, without the GIL."""
        cdef void *bell = self.link.bell
        with nogil:
            await_bell(bell)

    def take(self):
        """The next frames to process: float32 (lines, n), 1 <= n <= SUB_BLOCK, valid until the next call; None when all is done."""
        cdef RackRing *ring = self.link.ring
        cdef int line
        cdef long long end = load(&ring.posted_end)
        cdef long long useful = max(load(&ring.posted_from), end - load(&ring.delay))
        if useful > self.next_frame:
            self.skip_to(useful)
        cdef int frames = <int>min(end - self.next_frame, <long long>SUB_BLOCK)
        if frames <= 0:
            return None
        for line in range(self.link.lines):
            get(self.link.posted[line], self.link.mask, self.next_frame, frames, &self.samples[line * frames])
        self.next_frame += frames
        self.taken = frames
        self.inside += frames
        store(&ring.taken_end, self.next_frame)
        return self.scratch[:self.link.lines * frames].reshape(self.link.lines, frames)

    cdef void skip_to(self, long long frame) noexcept:
        if self.next_frame > load(&self.link.ring.posted_from):
            store(&self.link.ring.skipped, self.link.ring.skipped + frame - self.next_frame)
        self.next_frame = self.next_wet = frame
        self.old = self.inside

    def give(self, const float[:, ::1] wet not None) -> bool:
        """Hand back what the effects made, float32 (2, any). False when it was no sound: then it counts as missing."""
        cdef RackRing *ring = self.link.ring
        cdef long long start = min(self.old, <long long>wet.shape[1])
        cdef int frames = <int>(wet.shape[1] - start)
        self.inside -= wet.shape[1]
        self.old -= start
        if wet.shape[0] != 2 or frames <= 0:
            return True
        if not (is_sound(&wet[0, start], frames) and is_sound(&wet[1, start], frames)):
            store(&ring.unsound, ring.unsound + 1)
            self.next_wet += frames
            store(&ring.wet_from, self.next_wet)
            return False
        if self.next_wet != ring.wet_end:
            store(&ring.wet_from, self.next_wet)
        put(self.link.wet[0], self.link.mask, self.next_wet, frames, &wet[0, start])
        put(self.link.wet[1], self.link.mask, self.next_wet, frames, &wet[1, start])
        self.next_wet += frames
        store(&ring.wet_end, self.next_wet)
        if load(&ring.posted_end) - load(&ring.delay) > self.next_wet - frames:
            store(&ring.late, ring.late + 1)
        return True

    def played(self):
        """What the kit has sent by MIDI in the frames of the last `take`: [(the bytes of a message, frame within the take)].

        What belongs to frames that were left out comes at the first of these: a note that was let go must not hang.
        """
        cdef long long start = self.next_frame - self.taken
        cdef Midi one
        messages = []
        while self.next_midi(&one) and one.frame < self.next_frame:
            three = (one.message >> 16 & 0xFF, one.message >> 8 & 0xFF, one.message & 0xFF)
            messages.append((bytes(three[:2] if three[0] & 0xE0 == 0xC0 else three), max(0, one.frame - start)))
            self.midi_taken += 1
        return messages

    cdef bint next_midi(self, Midi *one) noexcept:
        """The oldest message that is still whole after it has been copied; what may have been written over is lost, and counted."""
        cdef RackRing *ring = self.link.ring
        cdef Midi *place
        cdef long long whole_from
        while self.midi_taken < load(&ring.midi_written):
            place = &ring.midi[self.midi_taken % MIDI_KEPT]
            one.frame, one.message = load(&place.frame), load(&place.message)
            whole_from = load(&ring.midi_written) - MIDI_KEPT + 1
            if self.midi_taken >= whole_from:
                return True
            self.midi_lost += whole_from - self.midi_taken
            self.midi_taken = whole_from
        return False

    def next_edit(self):
        """(knob, value) of the next edit, or None."""
        cdef RackRing *ring = self.link.ring
        cdef Edit *edit = &ring.edit[ring.edits_taken % EDITS]
        if ring.edits_taken >= load(&ring.edits_written):
            return None
        taken = (edit.knob, edit.value)
        store(&ring.edits_taken, ring.edits_taken + 1)
        return taken

    def mark(self, long long plugin) -> None:
        """Say which plugin is called now, from 1; 0: it has come back."""
        store(&self.link.ring.at_work, plugin)

    def forget(self) -> None:
        """The effects have been reset: what was inside them is lost."""
        self.next_wet = self.next_frame
        self.inside = self.old = 0


cdef class RackCounts:
    """What a rack has published: read by its supervisor, any time, from any thread."""
    cdef object memory
    cdef RackRing *ring

    def __init__(self, unsigned char[::1] memory not None):
        self.memory = memory
        self.ring = <RackRing *>&memory[0]

    @property
    def behind_frames(self) -> int:
        """Frames posted that the rack has not begun to work on."""
        return max(0, load(&self.ring.posted_end) - max(load(&self.ring.taken_end), load(&self.ring.posted_from)))

    @property
    def has_answered(self) -> bool:
        """Whether everything posted has come back."""
        return load(&self.ring.wet_end) >= load(&self.ring.posted_end)

    def edit(self, long long knob, double value) -> bool:
        """Send an edit, which the rack takes between two blocks. False when too many are on their way. One thread at a time."""
        if self.ring.edits_written - load(&self.ring.edits_taken) >= EDITS:
            return False
        self.ring.edit[self.ring.edits_written % EDITS] = Edit(knob, value)
        store(&self.ring.edits_written, self.ring.edits_written + 1)
        return True

    @property
    def at_work(self) -> int:
        """The plugin that is being called, from 1; when the rack is dead or hangs: the one it died or hangs in. 0: none."""
        return load(&self.ring.at_work)

    @property
    def late(self) -> int:
        """Sub-blocks that came back after they were due."""
        return load(&self.ring.late)

    @property
    def skipped_frames(self) -> int:
        """Frames left out because they could no longer come in time."""
        return load(&self.ring.skipped)

    @property
    def unsound(self) -> int:
        """Sub-blocks that held NaN, or a level beyond any sound."""
        return load(&self.ring.unsound)


def shared_bytes(int lines, long long capacity) -> int:
    """Bytes that rings of `lines` lines and `capacity` frames (a power of two) need."""
    return ring_bytes(lines, capacity)
