# The band: stems mixed, stretched and placed, a fixed distance ahead of the ear.

from cython_core.bus cimport Bus
from cython_core.orders cimport BandOrder, Orders
from cython_core.stem_bank cimport MAX_BUSES
from cython_core.stems cimport Stems

cdef struct BandLink:
    int buses                        # fixed at set-up, as all down to `late_frames`
    int channels                     # of all buses: 2, 4, 6 or 8
    long long ahead_frames           # what is ordered now for `frame` is heard at `frame`, if now <= frame - ahead_frames
    long long late_frames            # out of silence a start may be ordered so much later than that
    Orders orders                    # read by every bus
    long long orders_lost            # refused because all places were taken; written by the callback
    long long frames_missing         # that were silent because their chunk was not there; likewise
    Bus bus[MAX_BUSES]               # each written by its own renderer

cdef int band_order(BandLink *b, const BandOrder *order) noexcept nogil
    # the callback's: 1, or 0 when the ring is full (counted)
cdef int band_read(BandLink *b, long long frame, int frames, float *const *out) noexcept nogil
    # the callback's: fills out[channel]; frames must go on from the last call. Returns how many were missing, and silent
cdef bint band_is_ready(const BandLink *b, long long frame, int frames) noexcept nogil
    # the callback's: whether `band_read` of these would miss nothing

cdef class Band:
    cdef BandLink *link
    cdef refuse_unless_bus(self, bus)
    cdef long long asked_to_stop[MAX_BUSES]
