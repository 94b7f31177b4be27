# Finished chunks of one bus, on their way from its renderer to the callback.

from cython_core.orders cimport CHUNK
from cython_core.stem_bank cimport SIDES

cdef struct Chunk:
    long long frame                  # output frame of its first frame
    float side[SIDES][CHUNK]

cdef struct ChunkRing:
    float dies_away                  # from frame to frame: what was heard before a gap; fixed at set-up, as all down to `places`
    float comes_back                 # by frame: what is heard after it
    Chunk *chunk                     # (places,)
    int places
    long long given                  # written by the renderer
    long long taken                  # written by the callback
    # the callback's own
    long long first_frame            # output frame of the first chunk there will be, or -1
    int is_gap                       # the last frame read was missing
    float last[SIDES]                # the last frame heard
    float residue[SIDES]             # what was heard before a gap, dying away
    float back                       # 0 .. 1, coming back after a gap
    long long heard_frame            # the next frame to be read; also read by the renderer
    long long least_spare            # the fewest frames that were ready beyond the last one read
    # the renderer's own
    long long late                   # chunks given after they should have begun to sound; also read by Python

cdef int chunk_ring_set_up(ChunkRing *r, double samplerate_hz, int places) except -1     # places: chunks that may wait
cdef void chunk_ring_free(ChunkRing *r) noexcept nogil
cdef int chunk_ring_read(ChunkRing *r, long long frame, int frames, float *const *out) noexcept nogil
    # the callback's: fills out[side]; frames must go on from the last call. Returns how many were missing, and silent
cdef bint chunk_ring_is_ready(const ChunkRing *r, long long frame, int frames) noexcept nogil
    # the callback's: whether reading these would miss nothing
cdef Chunk *chunk_to_fill(ChunkRing *r, long long frame) noexcept nogil
    # the renderer's: the chunk that will begin at `frame`, to be filled and given; NULL when too many wait
cdef void chunk_give(ChunkRing *r) noexcept nogil
