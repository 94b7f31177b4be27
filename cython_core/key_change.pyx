"""A song in another key: the same recording transposed beforehand, other stems in the place of its chart's.

All keys of a song are as long as the song, so it goes on from the place where it is: the band is ordered to jump from one to the other in the same
frame, which is a crossfade of 10 ms between two voices, on a bar line, or wherever it jumps anyway; in silence at once. What belongs to
another song is dropped when that is loaded.
"""

from libc.math cimport ceil, isfinite

from cython_core.atomics cimport load, store
from cython_core.chart cimport chart_bar_start, chart_source
from cython_core.orders cimport CHUNK, BandOrder
from cython_core.stem_bank cimport stems_ready

cdef enum:
    AROUND = 4096                    # frames of the stems before the bar line, and after it, that a voice begins with


cdef void want_key(KeyChange *k, StemBank *stems) noexcept nogil:
    k.wanted = stems


cdef StemBank *stems_in_key(const KeyChange *k, StemBank *charts) noexcept nogil:
    return k.now if k.now != NULL and charts != NULL and k.now.song == charts.song else charts


cdef void order_in_key(KeyChange *k, TransportState *t, int finer) noexcept nogil:
    cdef BandOrder *o = &t.order
    if o.stems == NULL:
        k.now = k.wanted = NULL
        return
    if k.now != NULL and k.now.song != o.stems.song:
        k.now = NULL
    if k.wanted != NULL and (k.wanted.song != o.stems.song or k.wanted == stems_in_key(k, o.stems)):
        k.wanted = NULL
    if k.wanted != NULL and is_the_moment(k, t, finer):
        k.now, k.wanted = k.wanted, NULL
    k.source = o.source
    if k.now != NULL:
        store(&k.now.expected, load(&o.stems.expected))
        o.stems = k.now


cdef bint is_the_moment(KeyChange *k, TransportState *t, int finer) noexcept nogil:
    """Whether what waits is to sound from this order on; where the song simply goes on, the order is made a jump to where it is."""
    cdef BandOrder *o = &t.order
    cdef double line, into
    if not isfinite(o.source):
        store(&k.wanted.expected, load(&o.stems.expected))
        return True
    store(&k.wanted.expected, <long long>o.source // finer)
    if o.jump_frame >= 0:
        return True
    line = chart_source(t.chart, chart_bar_start(t.chart, t.line + t.fold))
    if not k.source < line <= o.source or not stems_ready(k.wanted, <long long>line // finer - AROUND, 2 * AROUND):
        return False
    into = ceil((line - k.source) / (o.source - k.source) * CHUNK)
    o.jump_frame = o.frame - CHUNK + <long long>into
    o.jump_from = o.jump_to = k.source + into / CHUNK * (o.source - k.source)
    return True
