"""One bus of the band, rendered: the stems it is sent, stretched along the line that the callback orders.

Each order is served with one chunk; what is in it depends on the orders alone. Every bus has a renderer of its own, so that none waits for
another, and all of them come to the same places, since all follow the same line.

A jump is played by a second voice: it is set up where the jump leads, one window early, catches up a few hops a chunk, and
takes over in a 10 ms crossfade that ends on the jump's own frame, so that what is struck there is whole. A start is a jump
from silence, a stop a jump into it.
"""

from libc.math cimport NAN, ceil, cos, fabs, floor, isfinite
from libc.string cimport memcpy, memmove, memset

from cython_core.atomics cimport add, load, store
from cython_core.chunk_ring cimport Chunk, chunk_give, chunk_ring_free, chunk_ring_set_up, chunk_to_fill
from cython_core.denormals cimport flush_denormals, restore_denormals
from cython_core.line cimport line_at, line_end, line_knot, line_start
from cython_core.memory cimport release, reserve
from cython_core.orders cimport BandOrder
from cython_core.stem_bank cimport stems_mix, stems_ready
from cython_core.stem_rate cimport interpolate, stem_rate_set_up
from cython_core.stretcher cimport STRETCHED, stretcher_free, stretcher_hop, stretcher_prime, stretcher_set_up

cdef extern from *:
    """
    #ifndef RIG_NEVER
    #define RIG_NEVER ((long long)1 << 62)
    #endif
    """
    long long NEVER "RIG_NEVER"      # a frame that does not come

cdef double FADE_S = 0.010           # at a jump, a start and a stop
cdef double HELD_S = 1.0             # the recorded tempo, exactly: then the recording itself is played
cdef double LOST_S = 0.1             # a line this far from where it was going has jumped without saying so
cdef double PI = 3.141592653589793
cdef enum:
    PATIENCE = 2                     # chunks a new voice waits for its pages to come into memory
    CATCH_UP = 2                     # chunks, at least, that a voice has to catch up in


cdef int bus_set_up(Bus *b, int number, double samplerate_hz, int places) except -1:
    cdef int i
    b.number, b.next_frame, b.playing, b.served_frame = number, -1, -1, -1
    stem_rate_set_up(&b.stem_rate, samplerate_hz)
    chunk_ring_set_up(&b.ring, samplerate_hz, places)
    for i in range(VOICES):
        stretcher_set_up(&b.voice[i].stretcher, b.stem_rate.hz)
    b.window = b.voice[0].stretcher.window
    b.fade_frames = <int>(FADE_S * b.stem_rate.hz)
    b.delay_frames = b.stem_rate.finer * b.window // 2 + (CHUNK if b.stem_rate.finer > 1 else 0)
    b.late_frames = max(0, (b.window // 2 - b.fade_frames - CATCH_UP * CHUNK // b.stem_rate.finer) * b.stem_rate.finer // CHUNK * CHUNK)
    b.fade = <float *>reserve(b.fade_frames, sizeof(float))
    if b.fade == NULL:
        raise MemoryError("no memory for the band")
    for i in range(b.fade_frames):
        b.fade[i] = <float>(0.5 - 0.5 * cos(PI * i / b.fade_frames))
    return 0


cdef void bus_free(Bus *b) noexcept nogil:
    cdef int i
    for i in range(VOICES):
        stretcher_free(&b.voice[i].stretcher)
    release(b.fade)
    chunk_ring_free(&b.ring)


cdef int bus_serve(Bus *b, const Orders *orders) noexcept nogil:
    cdef int done = 0
    cdef unsigned was = flush_denormals()
    cdef const BandOrder *order
    while b.served < load(&orders.given):
        order = &orders.order[b.served % orders.places]
        serve_order(b, order)
        store(&b.served_frame, order.frame)
        store(&b.served, b.served + 1)
        done += 1
    restore_denormals(was)
    return done


# The line.

cdef void free_voice(Voice *v) noexcept nogil:
    add(&v.stems.voices, -1)
    v.stems = NULL


cdef void drop_voices(Bus *b) noexcept nogil:
    cdef int i
    for i in range(VOICES):
        if b.voice[i].stems != NULL:
            free_voice(&b.voice[i])
    b.playing = -1


cdef bint is_broken(Bus *b, const BandOrder *o) noexcept nogil:
    """Whether an order that declares no jump cannot be reached by going on."""
    cdef bint sounds = isfinite(o.source) and o.stems != NULL
    cdef Voice *v
    if b.playing < 0:
        return sounds
    v = &b.voice[b.playing]
    return not sounds or o.stems != v.stems or fabs(line_at(&v.line, <double>o.frame) - o.source) > LOST_S * b.stem_rate.hz


cdef int voice_to_use(Bus *b, int left, long long jump_frame) noexcept nogil:
    """A free voice; or the one just left, before it was heard: the voice before it then goes on in its place."""
    cdef int i
    for i in range(VOICES):
        if b.voice[i].stems == NULL:
            return i
    for i in range(VOICES):
        if b.voice[i].until_frame == b.voice[left].from_frame:
            b.voice[i].until_frame = jump_frame
    free_voice(&b.voice[left])
    return left


cdef void jump(Bus *b, const BandOrder *o, double frame, double jump_from, double jump_to) noexcept nogil:
    cdef long long first = <long long>ceil(frame)
    cdef int left = b.playing
    cdef Voice *v
    if left >= 0:
        v = &b.voice[left]
        if isfinite(jump_from) and frame > line_end(&v.line):
            line_knot(&v.line, frame, jump_from)
        v.until_frame = first
        store(&v.stems.leaving, v.stretcher.source_frame)
        b.playing = -1
    if isfinite(jump_to) and o.stems != NULL:
        b.playing = voice_to_use(b, left if left >= 0 else 0, first)
        v = &b.voice[b.playing]
        v.stems, v.known_frame, v.from_frame, v.until_frame = o.stems, o.frame, first, NEVER
        v.is_primed, v.waited, v.plain_from, v.plain_until = 0, 0, NEVER, NEVER
        line_start(&v.line, frame, jump_to)
        add(&v.stems.voices, 1)
        store(&v.stems.reading, <long long>jump_to)


cdef void follow_line(Bus *b, const BandOrder *o, double jump_frame) noexcept nogil:
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


# The sound.

cdef void stretch(Bus *b, Voice *v, const BandOrder *o, bint is_leaving) noexcept nogil:
    """All of a voice that the line known so far allows; of one that will start, only its share of the catching up."""
    cdef long long limit = o.frame - b.window // 2
    cdef const Gains *gain = &v.stretcher.gain if is_leaving else &o.gain
    if v.line.knots < 2:                # its rate is not known before the next order
        return
    if not v.is_primed:
        if v.waited < PATIENCE and not stems_ready(v.stems, <long long>v.line.knot[0].source - b.window, 2 * b.window):
            v.waited += 1
            return
        stretcher_prime(&v.stretcher, &v.line, &o.gain)
        v.is_primed = 1
    limit = min(limit, caught_up(b, v, o.frame))
    while v.stretcher.out_frame <= limit and v.stretcher.out_frame < v.until_frame:
        stretcher_hop(&v.stretcher, b.number, &v.line, v.stems, gain)


cdef long long caught_up(const Bus *b, const Voice *v, long long frame) noexcept nogil:
    """How far a voice is to be by now: evenly from a window before its start, when it was begun, to its fade in, when that is due."""
    cdef long long lead = b.window - b.fade_frames, due = v.from_frame + b.window // 2 - b.fade_frames
    cdef long long chunk = CHUNK // b.stem_rate.finer
    if frame >= due:
        return NEVER
    return v.from_frame - b.window + (frame - v.known_frame + chunk) * lead // max(due - v.known_frame, chunk)


cdef void choose_plain(Bus *b, Voice *v, long long frame) noexcept nogil:
    """Whether the chunk at `frame` may be the recording itself."""
    if v.plain_from != NEVER and frame >= v.plain_until:
        v.plain_from = v.plain_until = NEVER
    if v.plain_from == NEVER and frame - v.line.straight_since >= HELD_S * b.stem_rate.hz:
        v.plain_from = frame + b.fade_frames
        v.plain_offset = <long long>floor(v.line.straight_offset + 0.5)
        v.plain_gain = gain_heard(b)[0]
    elif v.plain_from != NEVER and v.plain_until == NEVER and v.line.straight_since > frame:
        v.plain_until = v.line.bent_at


cdef const Gains *gain_heard(const Bus *b) noexcept nogil:
    """The gains that the stretched sound of this chunk was made with: those of the order that came when it was fed, a window ago."""
    return &b.gain[(b.served - b.window * b.stem_rate.finer // CHUNK - 1) & (GAINS - 1)]


cdef float faded(const Bus *b, long long since, long long until, long long frame) noexcept nogil:
    """0 .. 1 .. 0: all there from `since`, gone from `until`."""
    cdef long long before = since - frame, left = until - frame
    cdef float gain = 1.0
    if before > 0:
        gain = b.fade[b.fade_frames - before] if before < b.fade_frames else 0.0
    if left < b.fade_frames:
        gain *= b.fade[left] if left > 0 else 0.0
    return gain


cdef void add_voice(Bus *b, Voice *v, long long frame, int frames, float *const *to) noexcept nogil:
    cdef bint is_plain = v.plain_from < frame + frames + b.fade_frames
    cdef float *plain[SIDES]
    cdef float fade[CHUNK]
    cdef float to_plain[CHUNK]
    cdef int i, side
    for i in range(frames):
        fade[i] = faded(b, v.from_frame, v.until_frame, frame + i)
        to_plain[i] = faded(b, v.plain_from, v.plain_until, frame + i) if is_plain else 0.0
    for side in range(SIDES):
        plain[side] = b.plain[side]
    if is_plain:
        stems_mix(v.stems, frame + v.plain_offset, frames, b.number, &v.plain_gain, gain_heard(b), plain)
    for side in range(SIDES):
        add_side(v.stretcher.out[side], frame, frames, plain[side], to_plain, fade, to[side])


cdef void add_side(const float *stretched, long long frame, int frames, const float *plain, const float *to_plain,
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


cdef void mix_voices(Bus *b, long long frame, int frames) noexcept nogil:
    """The next `frames` of all voices, at the end of `mixed`."""
    cdef int kept = MIXED - frames, side, i
    cdef float *to[SIDES]
    for side in range(SIDES):
        to[side] = b.mixed[side] + kept
        memmove(b.mixed[side], b.mixed[side] + frames, kept * sizeof(float))
        memset(b.mixed[side] + kept, 0, frames * sizeof(float))
    for i in range(VOICES):
        if b.voice[i].stems != NULL and b.voice[i].is_primed:
            add_voice(b, &b.voice[i], frame, frames, to)


cdef void give(Bus *b, long long frame, int frames) noexcept nogil:
    """Give a chunk: the newest frames mixed, or the ones before them interpolated. `frame` is its first, of the session."""
    cdef Chunk *chunk = chunk_to_fill(&b.ring, frame)
    cdef const float *newest
    cdef int side
    if chunk == NULL:
        return
    for side in range(SIDES):
        newest = b.mixed[side] + MIXED - frames
        if b.stem_rate.finer == 1:
            memcpy(chunk.side[side], newest, CHUNK * sizeof(float))
        else:
            interpolate(&b.stem_rate, newest - frames, frames, chunk.side[side])
    chunk_give(&b.ring)


cdef double in_stem_frames(const Bus *b, BandOrder *o) noexcept nogil:
    """From frames of the session to the stems'. Returns the jump's frame, which may lie between two; negative: none."""
    cdef double jump_frame = -1.0
    if o.jump_frame >= 0:
        jump_frame = max(o.frame - CHUNK + 1 - b.late_frames, min(o.frame, o.jump_frame)) / <double>b.stem_rate.finer
    o.frame //= b.stem_rate.finer
    o.source /= b.stem_rate.finer
    o.jump_from /= b.stem_rate.finer
    o.jump_to /= b.stem_rate.finer
    return jump_frame


cdef void serve_order(Bus *b, const BandOrder *ordered) noexcept nogil:
    cdef BandOrder o = ordered[0]
    cdef double jump_frame = in_stem_frames(b, &o)
    cdef int frames = CHUNK // b.stem_rate.finer, i
    cdef long long frame = o.frame - b.window // 2 - frames
    cdef Voice *v
    b.gain[b.served & (GAINS - 1)] = o.gain
    follow_line(b, &o, jump_frame)
    for i in range(VOICES):
        v = &b.voice[i]
        if v.stems != NULL:
            stretch(b, v, &o, i != b.playing)
            choose_plain(b, v, frame)
            if i == b.playing and v.is_primed:
                store(&v.stems.reading, v.stretcher.source_frame)
    mix_voices(b, frame, frames)
    give(b, ordered.frame - b.delay_frames - CHUNK, frames)
    for i in range(VOICES):
        if b.voice[i].stems != NULL and b.voice[i].until_frame <= frame + frames:
            free_voice(&b.voice[i])
