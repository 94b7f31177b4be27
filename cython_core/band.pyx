"""The band: the stems of a song, stretched to the drummer's time and placed to the sample, a fixed distance ahead of the ear.

Two threads meet here, over two rings. The callback orders the line (which frame of the recording sounds at which output
frame) one CHUNK at a time, `ahead_frames` before it is heard, and reads finished chunks. The renderer serves each order with
one chunk; what is in it depends on the orders alone. Offline one loop does both.

A jump is played by a second voice: it is set up where the jump leads, one window early, catches up a few hops a chunk, and
takes over in a 10 ms crossfade that ends on the jump's own frame, so that what is struck there is whole. A start is a jump
from silence, a stop a jump into it.
"""

from collections.abc import Sequence

import numpy as np

from libc.math cimport NAN, ceil, cos, exp, fabs, floor, isfinite
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memmove, memset

from cython_core.atomics cimport load, store
from cython_core.line cimport line_at, line_end, line_knot, line_start
from cython_core.stem_bank cimport stems_mix, stems_ready
from cython_core.stem_rate cimport interpolate, stem_rate_set_up
from cython_core.stretcher cimport part_hop, voice_free, voice_prime, voice_set_up

cdef extern from *:
    """
    #if defined(_WIN32)
    #include <windows.h>
    static void rig_nap_briefly(void) { Sleep(1); }
    #else
    #include <time.h>
    static void rig_nap_briefly(void) { struct timespec t = {0, 1000000L}; nanosleep(&t, 0); }
    #endif
    #if defined(__SSE2__) || defined(_M_X64)
    #include <xmmintrin.h>
    static unsigned rig_no_denormals(void) { unsigned was = _mm_getcsr(); _mm_setcsr(was | 0x8040); return was; }
    static void rig_denormals_as(unsigned was) { _mm_setcsr(was); }
    #elif defined(__aarch64__) && !defined(_MSC_VER)
    static unsigned rig_no_denormals(void) {
        unsigned long long was; __asm__ volatile("mrs %0, fpcr" : "=r"(was));
        __asm__ volatile("msr fpcr, %0" : : "r"(was | (1ULL << 24)));
        return (unsigned)was;
    }
    static void rig_denormals_as(unsigned was) { __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long long)was)); }
    #else
    static unsigned rig_no_denormals(void) { return 0; }
    static void rig_denormals_as(unsigned was) { (void)was; }
    #endif
    """
    void nap_briefly "rig_nap_briefly"() noexcept nogil
    unsigned no_denormals "rig_no_denormals"() noexcept nogil
    void denormals_as "rig_denormals_as"(unsigned was) noexcept nogil

cdef double FADE_S = 0.010           # at a jump, a start and a stop
cdef double DECLICK_S = 0.002        # around frames that are missing
cdef double HELD_S = 1.0             # the recorded tempo, exactly: then the recording itself is played
cdef double LOST_S = 0.1             # a line this far from where it was going has jumped without saying so
cdef double PI = 3.141592653589793
cdef enum:
    PATIENCE = 2                     # chunks a new voice waits for its pages to come into memory


# The callback's side.

cdef int band_order(BandLink *b, const BandOrder *order) noexcept nogil:
    if b.orders_in - load(&b.orders_out) >= ORDERS:
        b.orders_lost += 1
        return 0
    if b.first_frame < 0:
        b.first_frame = order.frame - b.delay_frames - CHUNK
    if order.stems != NULL:
        store(&order.stems.ordered, order.frame)
    b.order[b.orders_in % ORDERS] = order[0]
    store(&b.orders_in, b.orders_in + 1)
    return 1


cdef BandChunk *chunk_at(BandLink *b, long long frame) noexcept nogil:
    """The chunk that holds `frame`, or the next one there is; NULL when there is none. Chunks before it are given back."""
    cdef BandChunk *chunk
    while b.chunks_out < load(&b.chunks_in):
        chunk = &b.chunk[b.chunks_out % CHUNKS]
        if frame < chunk.frame + CHUNK:
            return chunk
        store(&b.chunks_out, b.chunks_out + 1)
    return NULL


cdef void read_gap(BandLink *b, int frames, float **to) noexcept nogil:
    cdef int side, i
    for side in range(b.channels):
        if not b.is_gap:
            b.residue[side] = b.last[side]
        for i in range(frames):
            b.residue[side] *= b.dies_away
            to[side][i] = b.residue[side]
        b.last[side] = b.residue[side]
    b.is_gap = 1
    b.back = 0.0


cdef void read_chunk(BandLink *b, const BandChunk *chunk, int at, int frames, float **to) noexcept nogil:
    cdef float back = b.back
    cdef int side, i
    for side in range(b.channels):
        if b.back >= 1.0:
            memcpy(to[side], chunk.side[side] + at, frames * sizeof(float))
        else:
            back = b.back
            for i in range(frames):
                back = min(back + b.comes_back, <float>1.0)
                b.residue[side] *= b.dies_away
                to[side][i] = chunk.side[side][at + i] * back + b.residue[side] * (1 - back)
        b.last[side] = to[side][frames - 1]
    b.is_gap = 0
    b.back = back


cdef void count_spare(BandLink *b, long long frame) noexcept nogil:
    cdef long long ready = load(&b.chunks_in)
    if ready > 0 and frame > b.first_frame:
        b.least_spare = min(b.least_spare, b.chunk[(ready - 1) % CHUNKS].frame + CHUNK - frame)


cdef int band_read(BandLink *b, long long frame, int frames, float *const *out) noexcept nogil:
    cdef float *to[MAX_CHANNELS]
    cdef BandChunk *chunk
    cdef int at = 0, run, missing = 0, c
    while at < frames:
        for c in range(b.channels):
            to[c] = out[c] + at
        chunk = chunk_at(b, frame + at)
        if chunk != NULL and chunk.frame <= frame + at:
            run = <int>min(<long long>(frames - at), chunk.frame + CHUNK - (frame + at))
            read_chunk(b, chunk, <int>(frame + at - chunk.frame), run, to)
        else:
            run = frames - at if chunk == NULL else <int>min(<long long>(frames - at), chunk.frame - (frame + at))
            if b.first_frame >= 0 and frame + at >= b.first_frame:
                missing += run
                read_gap(b, run, to)
            else:
                for c in range(b.channels):
                    memset(to[c], 0, run * sizeof(float))
        at += run
    store(&b.heard_frame, frame + frames)
    count_spare(b, frame + frames)
    if missing:
        store(&b.frames_missing, b.frames_missing + missing)
    return missing


# The renderer's side: the line.

cdef void free_voice(BandLink *b, Voice *v) noexcept nogil:
    store(&v.stems.voices, v.stems.voices - 1)
    v.stems = NULL


cdef void drop_voices(BandLink *b) noexcept nogil:
    cdef int i
    for i in range(VOICES):
        if b.voice[i].stems != NULL:
            free_voice(b, &b.voice[i])
    b.playing = -1


cdef bint is_broken(BandLink *b, const BandOrder *o) noexcept nogil:
    """Whether an order that declares no jump cannot be reached by going on."""
    cdef bint sounds = isfinite(o.source) and o.stems != NULL
    cdef Voice *v
    if b.playing < 0:
        return sounds
    v = &b.voice[b.playing]
    return not sounds or o.stems != v.stems or fabs(line_at(&v.line, <double>o.frame) - o.source) > LOST_S * b.stem_rate.hz


cdef int voice_to_use(BandLink *b, int left, long long jump_frame) noexcept nogil:
    """A free voice; or the one just left, before it was heard: the voice before it then goes on in its place."""
    cdef int i
    for i in range(VOICES):
        if b.voice[i].stems == NULL:
            return i
    b.voices_short += 1
    for i in range(VOICES):
        if b.voice[i].until_frame == b.voice[left].from_frame:
            b.voice[i].until_frame = jump_frame
    free_voice(b, &b.voice[left])
    return left


cdef void jump(BandLink *b, const BandOrder *o, double frame, double jump_from, double jump_to) noexcept nogil:
    cdef long long first = <long long>ceil(frame)
    cdef int left = b.playing
    cdef Voice *v
    if left >= 0:
        v = &b.voice[left]
        if isfinite(jump_from) and frame > line_end(&v.line):
            line_knot(&v.line, frame, jump_from)
        v.until_frame = first
        store(&v.stems.leaving, v.part[0].source_frame)
        b.playing = -1
    if isfinite(jump_to) and o.stems != NULL:
        b.playing = voice_to_use(b, left if left >= 0 else 0, first)
        v = &b.voice[b.playing]
        v.stems, v.from_frame, v.until_frame = o.stems, first, NEVER
        v.is_primed, v.waited, v.plain_from, v.plain_until = 0, 0, NEVER, NEVER
        line_start(&v.line, frame, jump_to)
        store(&v.stems.voices, v.stems.voices + 1)
        store(&v.stems.reading, <long long>jump_to)


cdef void follow_line(BandLink *b, const BandOrder *o, double jump_frame) noexcept nogil:
    """The order `o`, and its jump's frame (negative: none), in frames of the stems."""
    cdef Voice *v
    if b.next_frame >= 0 and o.frame != b.next_frame:
        b.breaks += 1
        drop_voices(b)
    if jump_frame >= 0:
        jump(b, o, jump_frame, o.jump_from, o.jump_to)
    if is_broken(b, o):
        b.breaks += 1
        jump(b, o, <double>o.frame, NAN, o.source)
    if b.playing >= 0:
        v = &b.voice[b.playing]
        if <double>o.frame > line_end(&v.line):
            line_knot(&v.line, <double>o.frame, o.source)
    b.next_frame = o.frame + CHUNK // b.stem_rate.finer


# The renderer's side: the sound.

cdef void stretch(BandLink *b, Voice *v, const BandOrder *o, bint is_leaving) noexcept nogil:
    """All of a voice that the line known so far allows; of one that will start, only its share of the catching up."""
    cdef int i
    if v.line.knots < 2:                # its rate is not known before the next order
        return
    if not v.is_primed:
        if v.waited < PATIENCE and not stems_ready(v.stems, <long long>v.line.knot[0].source - window(b), 2 * window(b)):
            v.waited += 1
            return
        voice_prime(v, &o.gain)
    for i in range(v.parts):
        stretch_bus(b, v, i, o, &v.part[i].gain if is_leaving else &o.gain)


cdef void stretch_bus(BandLink *b, Voice *v, int bus, const BandOrder *o, const Gains *gain) noexcept nogil:
    """Buses do their hops a little apart, so that not all of them have one more to do in the same chunk."""
    cdef long long limit = o.frame - window(b) // 2, known_for = o.frame - v.from_frame
    cdef long long time_to_prime = window(b) // 2 - b.fade_frames
    cdef int lead = window(b) - b.fade_frames
    if known_for < time_to_prime:
        limit = min(limit, v.from_frame - window(b) + (known_for + CHUNK // b.stem_rate.finer) * lead // time_to_prime)
    limit += bus * CHUNK // b.stem_rate.finer // v.parts
    while v.part[bus].out_frame <= limit and v.part[bus].out_frame < v.until_frame:
        part_hop(&v.part[bus], bus, &v.line, v.stems, gain)


cdef int window(const BandLink *b) noexcept nogil:
    """Frames a stretcher looks at; half of them are the band's delay."""
    return b.voice[0].part[0].window


cdef void choose_plain(BandLink *b, Voice *v, long long frame) noexcept nogil:
    """Whether the chunk at `frame` may be the recording itself."""
    if v.plain_from != NEVER and frame >= v.plain_until:
        v.plain_from = v.plain_until = NEVER
    if v.plain_from == NEVER and frame - v.line.straight_since >= HELD_S * b.stem_rate.hz:
        v.plain_from = frame + b.fade_frames
        v.plain_offset = <long long>floor(v.line.straight_offset + 0.5)
        v.plain_gain = gain_heard(b)[0]
    elif v.plain_from != NEVER and v.plain_until == NEVER and v.line.straight_since > frame:
        v.plain_until = v.line.bent_at


cdef const Gains *gain_heard(const BandLink *b) noexcept nogil:
    """The gains that the stretched sound of this chunk was made with: those of the order that came when it was fed, a window ago."""
    return &b.gain[(b.orders_out - window(b) * b.stem_rate.finer // CHUNK - 1) & (GAINS - 1)]


cdef float faded(const BandLink *b, long long since, long long until, long long frame) noexcept nogil:
    """0 .. 1 .. 0: all there from `since`, gone from `until`."""
    cdef long long before = since - frame, left = until - frame
    cdef float gain = 1.0
    if before > 0:
        gain = b.fade[b.fade_frames - before] if before < b.fade_frames else 0.0
    if left < b.fade_frames:
        gain *= b.fade[left] if left > 0 else 0.0
    return gain


cdef void add_voice(BandLink *b, Voice *v, long long frame, int frames, float *const *to) noexcept nogil:
    cdef bint is_plain = v.plain_from < frame + frames + b.fade_frames
    cdef float *plain[MAX_CHANNELS]
    cdef float fade[CHUNK]
    cdef float to_plain[CHUNK]
    cdef int i, c
    for i in range(frames):
        fade[i] = faded(b, v.from_frame, v.until_frame, frame + i)
        to_plain[i] = faded(b, v.plain_from, v.plain_until, frame + i) if is_plain else 0.0
    for c in range(b.channels):
        plain[c] = b.plain[c]
    if is_plain:
        stems_mix(v.stems, frame + v.plain_offset, frames, 0, b.channels, &v.plain_gain, gain_heard(b), plain)
    for i in range(v.parts):
        for c in range(SIDES):
            add_channel(v.part[i].out[c], frame, frames, plain[SIDES * i + c], to_plain, fade, to[SIDES * i + c])


cdef void add_channel(const float *stretched, long long frame, int frames, const float *plain, const float *to_plain,
                      const float *fade, float *to) noexcept nogil:
    """`to` += the stretched sound, or the recording itself, or something between the two; faded."""
    cdef int i
    cdef float sample
    for i in range(frames):
        sample = stretched[(frame + i) & (STRETCHED - 1)]
        if to_plain[i] == 1.0:
            sample = plain[i]
        elif to_plain[i] > 0.0:
            sample += to_plain[i] * (plain[i] - sample)
        to[i] += fade[i] * sample


cdef void mix_voices(BandLink *b, long long frame, int frames) noexcept nogil:
    """The next `frames` of all voices, at the end of `mixed`."""
    cdef int kept = MIXED - frames, side, i
    cdef float *to[MAX_CHANNELS]
    for side in range(b.channels):
        to[side] = b.mixed[side] + kept
        memmove(b.mixed[side], b.mixed[side] + frames, kept * sizeof(float))
        memset(b.mixed[side] + kept, 0, frames * sizeof(float))
    for i in range(VOICES):
        if b.voice[i].stems != NULL and b.voice[i].is_primed:
            add_voice(b, &b.voice[i], frame, frames, to)


cdef void give(BandLink *b, long long frame, int frames) noexcept nogil:
    """Put a chunk into the ring: the newest frames mixed, or the ones before them interpolated. `frame` is its first, of the session."""
    cdef BandChunk *chunk = &b.chunk[b.chunks_in % CHUNKS]
    cdef const float *newest
    cdef int side
    if frame < load(&b.heard_frame):
        store(&b.chunks_late, b.chunks_late + 1)
    if b.chunks_in - load(&b.chunks_out) >= CHUNKS:
        b.chunks_lost += 1
        return
    chunk.frame = frame
    for side in range(b.channels):
        newest = b.mixed[side] + MIXED - frames
        if b.stem_rate.finer == 1:
            memcpy(chunk.side[side], newest, CHUNK * sizeof(float))
        else:
            interpolate(&b.stem_rate, newest - frames, frames, chunk.side[side])
    store(&b.chunks_in, b.chunks_in + 1)


cdef double in_stem_frames(const BandLink *b, BandOrder *o) noexcept nogil:
    """From frames of the session to the stems'. Returns the jump's frame, which may lie between two; negative: none."""
    cdef double jump_frame = -1.0
    if o.jump_frame >= 0:
        jump_frame = max(o.frame - CHUNK + 1, min(o.frame, o.jump_frame)) / <double>b.stem_rate.finer
    o.frame //= b.stem_rate.finer
    o.source /= b.stem_rate.finer
    o.jump_from /= b.stem_rate.finer
    o.jump_to /= b.stem_rate.finer
    return jump_frame


cdef void serve_order(BandLink *b, const BandOrder *ordered) noexcept nogil:
    cdef BandOrder o = ordered[0]
    cdef double jump_frame = in_stem_frames(b, &o)
    cdef int frames = CHUNK // b.stem_rate.finer, i
    cdef long long frame = o.frame - window(b) // 2 - frames
    cdef Voice *v
    b.gain[b.orders_out & (GAINS - 1)] = o.gain
    follow_line(b, &o, jump_frame)
    for i in range(VOICES):
        v = &b.voice[i]
        if v.stems != NULL:
            stretch(b, v, &o, i != b.playing)
            choose_plain(b, v, frame)
            if i == b.playing and v.is_primed:
                store(&v.stems.reading, v.part[0].source_frame)
    mix_voices(b, frame, frames)
    give(b, ordered.frame - b.delay_frames - CHUNK, frames)
    for i in range(VOICES):
        if b.voice[i].stems != NULL and b.voice[i].until_frame <= frame + frames:
            free_voice(b, &b.voice[i])


cdef int band_serve(BandLink *b) noexcept nogil:
    cdef int done = 0
    cdef unsigned was = no_denormals()
    while b.orders_out < load(&b.orders_in):
        serve_order(b, &b.order[b.orders_out % ORDERS])
        store(&b.served_frame, b.order[b.orders_out % ORDERS].frame)
        store(&b.orders_out, b.orders_out + 1)
        done += 1
    denormals_as(was)
    return done


cdef class Band:
    """Renders the band at one samplerate (44.1 to 192 kHz). All memory is taken here; then `run`, in a thread, or `serve`.

    spare_chunks: finished chunks (256 frames each; as much time in finer sessions) that wait for the ear, by which the renderer
    may be late: 3 for device blocks up to 256 frames; a device block of n frames needs 2 + n / 256. buses: 1 to 4, stereo; each after the first
    needs one spare chunk more, for jumps.
    """

    def __cinit__(self, samplerate_hz: float, spare_chunks: int = 3, buses: int = 1):
        if not 1 <= buses <= MAX_BUSES:
            raise ValueError(f"1 to {MAX_BUSES} buses, not {buses}")
        cdef BandLink *b = <BandLink *>calloc(1, sizeof(BandLink))
        cdef int i
        if b == NULL:
            raise MemoryError("no memory for the band")
        self.link = b
        b.samplerate_hz, b.first_frame, b.next_frame, b.playing, b.served_frame = samplerate_hz, -1, -1, -1, -1
        b.back, b.least_spare = 1.0, NEVER
        b.comes_back = <float>(1.0 / (DECLICK_S * samplerate_hz))
        b.dies_away = <float>exp(-1.0 / (DECLICK_S * samplerate_hz))
        b.channels = SIDES * buses
        stem_rate_set_up(&b.stem_rate, samplerate_hz)
        for i in range(VOICES):
            voice_set_up(&b.voice[i], b.stem_rate.hz, b.channels)
        b.delay_frames = b.stem_rate.finer * window(b) // 2 + (CHUNK if b.stem_rate.finer > 1 else 0)
        b.ahead_frames = b.delay_frames + spare_chunks * b.stem_rate.finer * CHUNK
        b.fade_frames = <int>(FADE_S * b.stem_rate.hz)
        b.fade = <float *>calloc(b.fade_frames, sizeof(float))
        if b.fade == NULL:
            raise MemoryError("no memory for the band")
        for i in range(b.fade_frames):
            b.fade[i] = <float>(0.5 - 0.5 * cos(PI * i / b.fade_frames))

    def __dealloc__(self):
        cdef int i
        if self.link != NULL:
            for i in range(VOICES):
                voice_free(&self.link.voice[i])
            free(self.link.fade)
            free(self.link)

    @property
    def ahead_frames(self) -> int:
        """An order for `frame` must be given before frame - ahead_frames is heard."""
        return self.link.ahead_frames

    @property
    def frames_missing(self) -> int:
        """Frames that were silent because the renderer had not come to them."""
        return load(&self.link.frames_missing)

    @property
    def chunks_late(self) -> int:
        """Chunks rendered after they should have begun to sound."""
        return load(&self.link.chunks_late)

    @property
    def least_spare_frames(self) -> int:
        """The fewest frames that were ready beyond the last one read. Negative: some were missing."""
        return self.link.least_spare

    @property
    def orders_lost(self) -> int:
        """Orders refused because 64 were waiting: the renderer stood still."""
        return load(&self.link.orders_lost)

    @property
    def breaks(self) -> int:
        """Orders that did not follow from the one before without saying so; they are played as jumps."""
        return load(&self.link.breaks)

    @property
    def furthest_off_frames(self) -> float:
        """The furthest any window of the stretcher has been from the line, in frames of the recording."""
        return max([self.link.voice[i].part[p].furthest_off for i in range(VOICES) for p in range(self.link.voice[i].parts)])

    def order(self, frame: int, source: float, jump_frame: int = -1, jump_from: float = NAN, jump_to: float = NAN,
              stems: Stems | None = None, gains: Sequence[float] = ()) -> bool:
        """One order, as `band_order` takes it (see BandOrder in band.pxd). gains default to 1. False: the ring is full."""
        cdef BandOrder o
        cdef int s
        o.frame, o.source, o.jump_frame, o.jump_from, o.jump_to = frame, source, jump_frame, jump_from, jump_to
        o.stems = stems.bank if stems is not None else NULL
        for c in range(MAX_CHANNELS):
            for s in range(MAX_STEMS):
                o.gain.of[c][s] = gains[c][s] if c < len(gains) and s < len(gains[c]) else 1.0
        return bool(band_order(self.link, &o))

    def serve(self) -> int:
        """Render all that is ordered. Returns the chunks done."""
        cdef int done
        with nogil:
            done = band_serve(self.link)
        return done

    def read(self, frame: int, frames: int) -> np.ndarray:
        """What is heard from `frame` on: float32, shape (2 * buses, frames). Calls must follow one another."""
        cdef float[:, ::1] heard = np.empty((self.link.channels, frames), np.float32)
        cdef float *out[MAX_CHANNELS]
        cdef int c
        for c in range(self.link.channels):
            out[c] = &heard[c, 0]
        band_read(self.link, frame, frames, out)
        return np.asarray(heard)

    def run(self) -> None:
        """Serve until `stop` is called, and then what was ordered before it. Holds no GIL; one thread at a time."""
        with nogil:
            while not load(&self.asked_to_stop):
                if band_serve(self.link) == 0:
                    nap_briefly()
            band_serve(self.link)
        store(&self.asked_to_stop, 0)

    def stop(self) -> None:
        """Make `run` return."""
        store(&self.asked_to_stop, 1)

    def is_using(self, stems: Stems) -> bool:
        """Whether the renderer may still read these stems. Once False, and no longer ordered, they may be let go."""
        return load(&stems.bank.ordered) > load(&self.link.served_frame) or load(&stems.bank.voices) > 0
