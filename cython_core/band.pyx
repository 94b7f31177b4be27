"""The band: the stems of a song, stretched to the drummer's time and placed to the sample, a fixed distance ahead of the ear.

The callback orders the line (which frame of the recording sounds at which output frame) one CHUNK at a time, `ahead_frames` before it is
heard, and reads finished chunks. Every bus serves each order with one chunk, in a renderer's thread of its own. Offline one loop does it all.
"""

from collections.abc import Sequence

import numpy as np

from libc.math cimport NAN

from cython_core.atomics cimport load, store
from cython_core.bus cimport VOICES, bus_free, bus_serve, bus_set_up
from cython_core.chunk_ring cimport chunk_ring_is_ready, chunk_ring_read
from cython_core.clock cimport nap_ms
from cython_core.memory cimport release, reserve
from cython_core.orders cimport CHUNK, BandOrder
from cython_core.stem_bank cimport MAX_CHANNELS, MAX_STEMS, SIDES
from cython_core.stem_rate cimport finer

cdef enum:
    NAP_MS = 1                       # of a renderer that has nothing to do
    MOST_LATE = 64                   # orders by which a renderer may be behind, and go on where it was


cdef long long orders_served(const BandLink *b) noexcept nogil:
    """By all buses."""
    cdef long long served = load(&b.bus[0].served)
    cdef int i
    for i in range(1, b.buses):
        served = min(served, load(&b.bus[i].served))
    return served


cdef int band_order(BandLink *b, const BandOrder *order) noexcept nogil:
    cdef int i
    if b.orders.given - orders_served(b) >= b.orders.places:
        b.orders_lost += 1
        return 0
    for i in range(b.buses):
        if b.bus[i].ring.first_frame < 0:
            b.bus[i].ring.first_frame = order.frame - b.bus[i].delay_frames - CHUNK
    if order.stems != NULL:
        store(&order.stems.ordered, order.frame)
    b.orders.order[b.orders.given % b.orders.places] = order[0]
    store(&b.orders.given, b.orders.given + 1)
    return 1


cdef int band_read(BandLink *b, long long frame, int frames, float *const *out) noexcept nogil:
    cdef int missing = 0, i
    for i in range(b.buses):
        missing = max(missing, chunk_ring_read(&b.bus[i].ring, frame, frames, out + SIDES * i))
    if missing:
        store(&b.frames_missing, b.frames_missing + missing)
    return missing


cdef bint band_is_ready(const BandLink *b, long long frame, int frames) noexcept nogil:
    cdef int i
    for i in range(b.buses):
        if not chunk_ring_is_ready(&b.bus[i].ring, frame, frames):
            return False
    return True


cdef class Band:
    """Renders the band at one samplerate (44.1 to 192 kHz). All memory is taken here; then `run`, in a thread for each bus, or `serve`.

    spare_chunks: finished chunks (256 frames each; as much time in finer sessions) that wait for the ear, by which a renderer
    may be late: 3 for device blocks up to 256 frames; a device block of n frames needs 2 + n / 256. buses: 1 to 4, stereo.
    """

    def __cinit__(self, samplerate_hz: float, spare_chunks: int = 3, buses: int = 1):
        if not 1 <= buses <= MAX_BUSES:
            raise ValueError(f"1 to {MAX_BUSES} buses, not {buses}")
        cdef BandLink *b = <BandLink *>reserve(1, sizeof(BandLink))
        cdef int i
        if b == NULL:
            raise MemoryError("no memory for the band")
        self.link = b
        b.buses, b.channels = buses, SIDES * buses
        cdef int spare = spare_chunks * finer(samplerate_hz)
        cdef long long spare_frames = spare * CHUNK
        b.orders.places = spare + MOST_LATE
        b.orders.order = <BandOrder *>reserve(b.orders.places, sizeof(BandOrder))
        if b.orders.order == NULL:
            raise MemoryError("no memory for the band")
        for i in range(buses):
            bus_set_up(&b.bus[i], i, samplerate_hz, b.orders.places)
        b.ahead_frames = b.bus[0].delay_frames + spare_frames
        b.late_frames = min(spare_frames, b.bus[0].late_frames)

    def __dealloc__(self):
        cdef int i
        if self.link != NULL:
            for i in range(self.link.buses):
                bus_free(&self.link.bus[i])
            release(self.link.orders.order)
            release(self.link)

    @property
    def buses(self) -> int:
        """How many there are."""
        return self.link.buses

    @property
    def ahead_frames(self) -> int:
        """An order for `frame` must be given before frame - ahead_frames is heard."""
        return self.link.ahead_frames

    @property
    def late_frames(self) -> int:
        """How much later than that a start out of silence may still be ordered."""
        return self.link.late_frames

    @property
    def frames_missing(self) -> int:
        """Frames that were silent because a renderer had not come to them."""
        return load(&self.link.frames_missing)

    @property
    def chunks_late(self) -> int:
        """Chunks rendered after they should have begun to sound."""
        return sum([load(&self.link.bus[i].ring.late) for i in range(self.link.buses)])

    @property
    def least_spare_frames(self) -> int:
        """The fewest frames that were ready beyond the last one read. Negative: some were missing."""
        return min([self.link.bus[i].ring.least_spare for i in range(self.link.buses)])

    @property
    def orders_lost(self) -> int:
        """Orders refused because all that may wait were waiting: a renderer stood still."""
        return load(&self.link.orders_lost)

    @property
    def breaks(self) -> int:
        """Orders that did not follow from the one before without saying so; they are played as jumps."""
        return load(&self.link.bus[0].breaks)

    @property
    def furthest_off_frames(self) -> float:
        """The furthest any window of a stretcher has been from the line, in frames of the recording."""
        return max([self.link.bus[i].voice[v].stretcher.furthest_off for i in range(self.link.buses) for v in range(VOICES)])

    cdef refuse_unless_bus(self, bus):
        if not 0 <= bus < self.link.buses:
            raise ValueError(f"there is no bus {bus}")

    def rested_frames(self, bus: int = 0) -> int:
        """Frames of silence that a bus, from 0, has come to without stretching."""
        self.refuse_unless_bus(bus)
        return sum([load(&self.link.bus[bus].voice[v].stretcher.rested) for v in range(VOICES)])

    def order(self, frame: int, source: float, jump_frame: int = -1, jump_from: float = NAN, jump_to: float = NAN,
              stems: Stems | None = None, gains: Sequence[Sequence[float]] = ()) -> bool:
        """One order, as `band_order` takes it (see orders.pxd). gains: by channel and stem, 1 by default. False: the ring is full."""
        cdef BandOrder o
        cdef int s
        o.frame, o.source, o.jump_frame, o.jump_from, o.jump_to = frame, source, jump_frame, jump_from, jump_to
        o.stems = stems.bank if stems is not None else NULL
        for c in range(MAX_CHANNELS):
            for s in range(MAX_STEMS):
                o.gain.of[c][s] = gains[c][s] if c < len(gains) and s < len(gains[c]) else 1.0
        return bool(band_order(self.link, &o))

    def serve(self) -> int:
        """Render all that is ordered, on every bus. Returns the chunks done on each."""
        cdef int done = 0, i
        with nogil:
            for i in range(self.link.buses):
                done = bus_serve(&self.link.bus[i], &self.link.orders)
        return done

    def serve_bus(self, bus: int) -> int:
        """Render all that is ordered on one bus, from 0. Returns the chunks done."""
        self.refuse_unless_bus(bus)
        cdef int i = bus
        return bus_serve(&self.link.bus[i], &self.link.orders)

    def read(self, frame: int, frames: int) -> np.ndarray:
        """What is heard from `frame` on: float32, shape (2 * buses, frames). Calls must follow one another."""
        cdef float[:, ::1] heard = np.empty((self.link.channels, frames), np.float32)
        cdef float *out[MAX_CHANNELS]
        cdef int c
        for c in range(self.link.channels):
            out[c] = &heard[c, 0]
        band_read(self.link, frame, frames, out)
        return np.asarray(heard)

    def is_ready(self, frame: int, frames: int) -> bool:
        """Whether `read` of these would miss nothing."""
        return bool(band_is_ready(self.link, frame, frames))

    def run(self, bus: int = 0) -> None:
        """Serve one bus, from 0, until `stop` is called, and then what was ordered before it. Holds no GIL; one thread for each bus."""
        self.refuse_unless_bus(bus)
        cdef int i = bus
        with nogil:
            while not load(&self.asked_to_stop[i]):
                if bus_serve(&self.link.bus[i], &self.link.orders) == 0:
                    nap_ms(NAP_MS)
            bus_serve(&self.link.bus[i], &self.link.orders)
        store(&self.asked_to_stop[i], 0)

    def stop(self, bus: int = 0) -> None:
        """Make `run` of this bus return."""
        self.refuse_unless_bus(bus)
        store(&self.asked_to_stop[bus], 1)

    def is_using(self, stems: Stems) -> bool:
        """Whether a renderer may still read these stems. Once False, and no longer ordered, they may be let go."""
        served = min([load(&self.link.bus[i].served_frame) for i in range(self.link.buses)])
        return load(&stems.bank.ordered) > served or load(&stems.bank.voices) > 0
