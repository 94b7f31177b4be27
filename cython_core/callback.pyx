"""PortAudio's signature around `step`, and the same block for a timer.

Neither takes the GIL: PortAudio is given the address of a C function, the timer runs in a Python thread that has let go of it.
"""

from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

from cython_core.atomics cimport load, store
from cython_core.step cimport Rig, RigState, step

cdef extern from *:
    """
    #if defined(_WIN32)
    #include <windows.h>
    static long long rig_now_ns(void) {
        LARGE_INTEGER count, rate;
        QueryPerformanceCounter(&count); QueryPerformanceFrequency(&rate);
        return (long long)((double)count.QuadPart * 1e9 / (double)rate.QuadPart);
    }
    static void rig_sleep_until_ns(long long when) {
        long long left = when - rig_now_ns();
        if (left > 0) Sleep((DWORD)(left / 1000000));
    }
    #else
    #include <time.h>
    static long long rig_now_ns(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
    }
    static void rig_sleep_until_ns(long long when) {
        long long left = when - rig_now_ns();
        if (left > 0) {
            struct timespec t = {(time_t)(left / 1000000000LL), (long)(left % 1000000000LL)};
            nanosleep(&t, NULL);
        }
    }
    #endif
    #if defined(__SSE2__) || defined(_M_X64)
    #include <xmmintrin.h>
    static unsigned rig_flush_denormals(void) { unsigned was = _mm_getcsr(); _mm_setcsr(was | 0x8040); return was; }
    static void rig_restore_denormals(unsigned was) { _mm_setcsr(was); }
    #elif defined(__aarch64__) && !defined(_MSC_VER)
    static unsigned rig_flush_denormals(void) {
        unsigned long was; __asm__ volatile("mrs %0, fpcr" : "=r"(was));
        __asm__ volatile("msr fpcr, %0" :: "r"(was | (1UL << 24))); return (unsigned)was;
    }
    static void rig_restore_denormals(unsigned was) { __asm__ volatile("msr fpcr, %0" :: "r"((unsigned long)was)); }
    #else
    static unsigned rig_flush_denormals(void) { return 0; }
    static void rig_restore_denormals(unsigned was) { (void)was; }
    #endif
    """
    long long now_ns "rig_now_ns"() noexcept nogil
    void sleep_until_ns "rig_sleep_until_ns"(long long when) noexcept nogil
    unsigned flush_denormals "rig_flush_denormals"() noexcept nogil
    void restore_denormals "rig_restore_denormals"(unsigned was) noexcept nogil

cdef enum:
    INPUT_UNDERFLOW = 1              # PortAudio's flags
    INPUT_OVERFLOW = 2
    OUTPUT_UNDERFLOW = 4
    OUTPUT_OVERFLOW = 8
    GO_ON = 0                        # paContinue

cdef long long GIVES_UP_NS = 200_000_000     # a timer further behind than this starts anew instead of catching up


cdef int portaudio_callback(
    const void *heard, void *played, unsigned long frames, const void *time_info, unsigned long flags, void *device
) noexcept nogil:
    """What PortAudio calls: interleaved float32 in and out."""
    cdef DeviceState *d = <DeviceState *>device
    cdef unsigned was = flush_denormals()
    cdef long long begun = now_ns(), taken
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
    taken = now_ns() - begun
    d.callbacks += 1
    d.total_ns += taken
    d.longest_ns = max(d.longest_ns, taken)
    d.over_budget += taken > <long long>(frames * 1e9 / d.rig.samplerate_hz)
    restore_denormals(was)
    return GO_ON


cdef void run_block(DeviceState *d, const float *heard, float *played, int frames) noexcept nogil:
    """Interleaved device buffers around one step. frames <= max_block; NULL: the device has no such side."""
    cdef int i, channel
    cdef RigState *r = d.rig
    for channel in range(r.inputs):
        for i in range(frames):
            if d.feed != NULL:
                d.heard[channel][i] = d.feed[d.feed_at + i] if channel == 0 and d.feed_at + i < d.feed_frames else 0.0
            else:
                d.heard[channel][i] = heard[i * d.inputs + channel] if heard != NULL and channel < d.inputs else 0.0
    d.feed_at += frames
    step(r, d.heard, d.played, frames)
    if played != NULL:
        for channel in range(d.outputs):
            for i in range(frames):
                played[i * d.outputs + channel] = d.played[channel][i] if channel < r.outputs else 0.0
    if d.capture != NULL:
        keep(d, frames)


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


cdef class Device:
    """A rig joined to a device's channels, for PortAudio (`callback`, `userdata`) or for a timer (`run`).

    inputs, outputs: the device's channels; feed: mono float32 to hear in place of the inputs, or None; capture_frames: length of the
    ring that keeps the rig's outputs for `collect`, 0: none.
    """

    def __cinit__(self, Rig rig, int inputs, int outputs, feed=None, long long capture_frames=0):
        cdef DeviceState *d = <DeviceState *>calloc(1, sizeof(DeviceState))
        self.state = d
        cdef const float[::1] recording
        cdef int i
        if d == NULL:
            raise MemoryError
        d.rig, d.inputs, d.outputs, d.max_block = rig.state, inputs, outputs, rig.state.max_block
        for i in range(rig.state.inputs):
            d.heard[i] = <float *>calloc(d.max_block, sizeof(float))
        for i in range(rig.state.outputs):
            d.played[i] = <float *>calloc(d.max_block, sizeof(float))
        if feed is not None:
            feed = np.ascontiguousarray(feed, np.float32)
            recording = feed
            d.feed_frames = recording.shape[0]
            d.feed = &recording[0] if d.feed_frames else NULL
        if capture_frames:
            d.capture = <float *>calloc(capture_frames * rig.state.outputs, sizeof(float))
            d.capture_frames = capture_frames
        self.parts = (rig, feed)

    def __dealloc__(self):
        cdef int i
        if self.state != NULL:
            for i in range(32):
                free(self.state.heard[i])
                free(self.state.played[i])
            free(self.state.capture)
            free(self.state)

    @property
    def callback(self):
        """Address of the C function for PortAudio."""
        return <size_t>&portaudio_callback

    @property
    def userdata(self):
        """Address of what PortAudio shall hand to it."""
        return <size_t>self.state

    @property
    def counts(self):
        """What was counted: dict of callbacks, late, over_budget, longest_ns, total_ns, capture_lost."""
        d = self.state
        return {
            "callbacks": d.callbacks, "late": d.late, "over_budget": d.over_budget, "longest_ns": d.longest_ns,
            "total_ns": d.total_ns, "capture_lost": d.capture_lost,
        }

    @property
    def feed_left(self):
        """Frames of the recording that have not been heard yet."""
        return max(0, self.state.feed_frames - self.state.feed_at)

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

    def run(self, int block):
        """Play `block` frames at a time on the machine's clock until `stop`: the virtual device. Call it in a thread; it lets go of the GIL."""
        cdef DeviceState *d = self.state
        cdef long long period_ns = <long long>(block * 1e9 / d.rig.samplerate_hz), due
        if not 0 < block <= d.max_block:
            raise ValueError(f"blocks of this rig have 1 to {d.max_block} frames")
        with nogil:
            due = now_ns()
            while not load(&d.asked_to_stop):
                portaudio_callback(NULL, NULL, block, NULL, 0, d)
                due += period_ns
                if now_ns() > due + period_ns:
                    d.late += 1
                if now_ns() > due + GIVES_UP_NS:
                    due = now_ns()
                sleep_until_ns(due)

    def stop(self):
        """Make `run` return after its present block."""
        store(&self.state.asked_to_stop, 1)
