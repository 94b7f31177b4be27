# A song in another key: other stems in the place of those of its chart, from a bar line on.

from cython_core.stem_bank cimport StemBank
from cython_core.transport cimport TransportState

cdef struct KeyChange:
    StemBank *now                    # what sounds in the place of the chart's stems; NULL: they themselves
    StemBank *wanted                 # from the next bar line on; NULL: nothing waits
    double source                    # of the newest order; NaN: silence

cdef void want_key(KeyChange *k, StemBank *stems) noexcept nogil
cdef void order_in_key(KeyChange *k, TransportState *t, int finer) noexcept nogil      # t.order, before it goes to the band
cdef StemBank *stems_in_key(const KeyChange *k, StemBank *charts) noexcept nogil       # what sounds of the song whose chart has these
