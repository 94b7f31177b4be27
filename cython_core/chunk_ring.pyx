"""Finished chunks of one bus, on their way from its renderer to the callback.

A chunk that is not there in time is heard as silence. Both its edges are smoothed over 2 ms, and it is counted.
"""

from libc.math cimport exp
from libc.string cimport memcpy, memset

from cython_core.atomics cimport load, store
from cython_core.memory cimport release, reserve

cdef double DECLICK_S = 0.002        # around frames that are missing
cdef long long NOT_YET = (<long long>1) << 62


cdef int chunk_ring_set_up(ChunkRing *r, double samplerate_hz, int places) except -1:
    r.comes_back = <float>(1.0 / (DECLICK_S * samplerate_hz))
    r.dies_away = <float>exp(-1.0 / (DECLICK_S * samplerate_hz))
    r.first_frame, r.back, r.least_spare, r.places = -1, 1.0, NOT_YET, places
    r.chunk = <Chunk *>reserve(places, sizeof(Chunk))
    if r.chunk == NULL:
        raise MemoryError("no memory for the band")
    return 0


cdef void chunk_ring_free(ChunkRing *r) noexcept nogil:
    release(r.chunk)


# The callback's side.

cdef int chunk_ring_read(ChunkRing *r, long long frame, int frames, float *const *out) noexcept nogil:
    cdef float *to[SIDES]
    cdef Chunk *chunk
    cdef int at = 0, run, missing = 0, side
    while at < frames:
        for side in range(SIDES):
            to[side] = out[side] + at
        chunk = chunk_at(r, frame + at)
        if chunk != NULL and chunk.frame <= frame + at:
            run = <int>min(<long long>(frames - at), chunk.frame + CHUNK - (frame + at))
            read_chunk(r, chunk, <int>(frame + at - chunk.frame), run, to)
        else:
            run = frames - at if chunk == NULL else <int>min(<long long>(frames - at), chunk.frame - (frame + at))
            if r.first_frame >= 0 and frame + at >= r.first_frame:
                missing += run
                read_gap(r, run, to)
            else:
                for side in range(SIDES):
                    memset(to[side], 0, run * sizeof(float))
        at += run
    store(&r.heard_frame, frame + frames)
    count_spare(r, frame + frames)
    return missing


cdef bint chunk_ring_is_ready(const ChunkRing *r, long long frame, int frames) noexcept nogil:
    cdef long long given = load(&r.given)
    if r.first_frame < 0 or frame + frames <= r.first_frame:
        return True
    return given > 0 and r.chunk[(given - 1) % r.places].frame + CHUNK >= frame + frames


cdef Chunk *chunk_at(ChunkRing *r, long long frame) noexcept nogil:
    """The chunk that holds `frame`, or the next one there is; NULL when there is none. Chunks before it are given back."""
    cdef Chunk *chunk
    while r.taken < load(&r.given):
        chunk = &r.chunk[r.taken % r.places]
        if frame < chunk.frame + CHUNK:
            return chunk
        store(&r.taken, r.taken + 1)
    return NULL


cdef void read_chunk(ChunkRing *r, const Chunk *chunk, int at, int frames, float **to) noexcept nogil:
    cdef float back = r.back
    cdef int side, i
    for side in range(SIDES):
        if r.back >= 1.0:
            memcpy(to[side], chunk.side[side] + at, frames * sizeof(float))
        else:
            back = r.back
            for i in range(frames):
                back = min(back + r.comes_back, <float>1.0)
                r.residue[side] *= r.dies_away
                to[side][i] = chunk.side[side][at + i] * back + r.residue[side] * (1 - back)
        r.last[side] = to[side][frames - 1]
    r.is_gap = 0
    r.back = back


cdef void read_gap(ChunkRing *r, int frames, float **to) noexcept nogil:
    cdef int side, i
    for side in range(SIDES):
        if not r.is_gap:
            r.residue[side] = r.last[side]
        for i in range(frames):
            r.residue[side] *= r.dies_away
            to[side][i] = r.residue[side]
        r.last[side] = r.residue[side]
    r.is_gap = 1
    r.back = 0.0


cdef void count_spare(ChunkRing *r, long long frame) noexcept nogil:
    cdef long long ready = load(&r.given)
    if ready > 0 and frame > r.first_frame:
        r.least_spare = min(r.least_spare, r.chunk[(ready - 1) % r.places].frame + CHUNK - frame)


# The renderer's side.

cdef Chunk *chunk_to_fill(ChunkRing *r, long long frame) noexcept nogil:
    if frame < load(&r.heard_frame):
        store(&r.late, r.late + 1)
    if r.given - load(&r.taken) >= r.places:
        return NULL
    r.chunk[r.given % r.places].frame = frame
    return &r.chunk[r.given % r.places]


cdef void chunk_give(ChunkRing *r) noexcept nogil:
    store(&r.given, r.given + 1)
