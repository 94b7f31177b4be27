"""What is pressed on a pedal board that the callback hears: known by a table, and handed to Python, which has the commands.

A ring with one writer and one reader: the callback never waits. When Python has left `PRESSES` of them lying, the newest are lost, and counted.
"""

from libc.string cimport memcpy

from cython_core.atomics cimport load, store
from cython_core.memory cimport release, reserve
from cython_core.signal cimport await_bell, ring_bell


cdef bint pedals_take(PedalsState *p, int message) noexcept nogil:
    """Keep what is a pedal for Python. False: it is none. message: three bytes, the status in the highest."""
    cdef int first = message >> 8 & 0x7F, kind = message >> 16 & 0xF0, value = message & 0x7F
    cdef int row = 0 if kind == 0x90 else 1 if kind == 0xB0 else 2 if kind == 0xC0 else -1
    if row < 0 or value < p.least[row][first]:
        return False
    if p.pressed - load(&p.taken) < PRESSES:
        p.press[p.pressed % PRESSES] = message
        store(&p.pressed, p.pressed + 1)
        ring_bell(p.bell)
    else:
        store(&p.lost, p.lost + 1)
    return True


cdef class Pedals:
    """least: uint8 (3, 128), for each note, controller and program the value from which it is a pedal, 128: never.
    bell: a semaphore of multiprocessing's. `wait` and `taken` belong to one thread.
    """

    def __cinit__(self, const unsigned char[:, ::1] least, bell):
        self.state = <PedalsState *>reserve(1, sizeof(PedalsState))
        if self.state == NULL:
            raise MemoryError
        self.know(least)
        self.parts = bell
        self.state.bell = <void *><size_t>bell._semlock.handle

    def __dealloc__(self):
        release(self.state)

    def know(self, const unsigned char[:, ::1] least):
        """Take what this table says for a pedal from now on. The callback may look meanwhile: it looks at one byte, the old or the new."""
        if least.shape[0] != 3 or least.shape[1] != 128:
            raise ValueError(f"a table of {least.shape[0]} by {least.shape[1]}, not 3 by 128")
        memcpy(self.state.least, &least[0, 0], 3 * 128)

    def wait(self):
        """Until something is pressed, or somebody wakes this thread; without the GIL."""
        cdef void *bell = self.state.bell
        with nogil:
            await_bell(bell)

    def wake(self):
        """Let the thread that waits go on."""
        ring_bell(self.state.bell)

    def taken(self):
        """What was pressed since the last call: [(status, number, value)]; of a program change the value is 0."""
        cdef PedalsState *p = self.state
        cdef int message
        pressed = []
        while p.taken != load(&p.pressed):
            message = p.press[p.taken % PRESSES]
            store(&p.taken, p.taken + 1)
            pressed.append((message >> 16 & 0xFF, message >> 8 & 0x7F, message & 0x7F))
        return pressed
