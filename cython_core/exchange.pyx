"""The hand-over between threads: events in, notices and one snapshot out.

Two rings, each with one writer and one reader, and a triple buffer (as in Ableton Link's TripleBuffer): neither side ever waits. Python
may send from several threads: the GIL makes them one writer.
"""


from cython_core.atomics cimport exchange, load, store
from cython_core.memory cimport release, reserve

cdef enum:
    RING = 1024                      # events, and notices, that may wait
    FRESH = 4                        # in `middle`, beside the index: not read yet

cdef struct ExchangeState:
    Event event[RING]
    long long events_in              # written by Python
    long long events_out             # written by step
    long long admitted               # step's own: those that had been sent when its block began
    Notice notice[RING]
    long long notices_in             # written by step
    long long notices_out            # written by Python
    Snapshot snapshot[3]
    long long middle                 # the snapshot between the two: index, and FRESH; exchanged by both
    int back                         # step's own index
    int front                        # Python's own index


cdef void admit(ExchangeState *x) noexcept nogil:
    """What has been sent by now is this block's: whoever looks ahead, and whoever takes, knows of the same. What comes while it is made is the next one's."""
    x.admitted = load(&x.events_in)


cdef bint peek_event(ExchangeState *x, Event *event) noexcept nogil:
    if x.events_out == x.admitted:
        return False
    event[0] = x.event[x.events_out % RING]
    return True


cdef bint next_event(ExchangeState *x, Event *event) noexcept nogil:
    if not peek_event(x, event):
        return False
    store(&x.events_out, x.events_out + 1)
    return True


cdef bint event_at(ExchangeState *x, long long *index, Event *event) noexcept nogil:
    """For whoever has to know of an event before its turn: it stays where it is."""
    index[0] = max(index[0], x.events_out)
    if index[0] >= x.admitted:
        return False
    event[0] = x.event[index[0] % RING]
    return True


cdef void tell(ExchangeState *x, const Notice *notice) noexcept nogil:
    if x.notices_in - load(&x.notices_out) < RING:
        x.notice[x.notices_in % RING] = notice[0]
        store(&x.notices_in, x.notices_in + 1)


cdef Snapshot *draft(ExchangeState *x) noexcept nogil:
    return &x.snapshot[x.back]


cdef void publish(ExchangeState *x) noexcept nogil:
    draft(x).events_taken = x.events_out
    x.back = <int>(exchange(&x.middle, x.back | FRESH) & 3)


cdef class Exchange:
    """Python's side: `send` events, `notices` and `snapshot` come back. `send` and `notices` from one thread at a time (the GIL sees to it)."""

    def __cinit__(self):
        self.state = <ExchangeState *>reserve(1, sizeof(ExchangeState))
        if self.state == NULL:
            raise MemoryError
        self.state.back, self.state.middle, self.state.front = 0, 1, 2

    def __dealloc__(self):
        release(self.state)

    def send(self, int kind, double value=0.0, double other=0.0, long long frame=0, size_t thing=0, int leaves=0):
        """Hand an event to the step, for `frame` (0: at once). False when 1024 wait already: nobody is playing.

        leaves: places that are to stay free for what matters more; False, too, where they would not.

        Events are taken in the order in which they were sent: one for a later frame holds back those behind it.
        """
        cdef ExchangeState *x = self.state
        if x.events_in - load(&x.events_out) >= RING - leaves:
            return False
        cdef Event *event = &x.event[x.events_in % RING]
        event.frame, event.kind, event.value, event.other, event.thing = frame, kind, value, other, <void *>thing
        store(&x.events_in, x.events_in + 1)
        return True

    @property
    def sent(self) -> int:
        """How many events have been sent so far; `events_taken` of a snapshot says how many of them the step has taken."""
        return self.state.events_in

    def notices(self):
        """What has happened since the last call: a list of dicts with the fields of a Notice."""
        cdef ExchangeState *x = self.state
        cdef Notice n
        told = []
        while x.notices_out != load(&x.notices_in):
            n = x.notice[x.notices_out % RING]
            store(&x.notices_out, x.notices_out + 1)
            told.append(n)
        return told

    def snapshot(self):
        """The newest snapshot, as a dict with the fields of a Snapshot."""
        cdef ExchangeState *x = self.state
        if load(&x.middle) & FRESH:
            x.front = <int>(exchange(&x.middle, x.front) & 3)
        return x.snapshot[x.front]
