"""JACK's MIDI, as the callback hears it: pedals are kept for Python, all else is played by the kit, at its own frame.

JACK hands over whole messages, in order. What is none, or concerns no drummer (clocks, long messages), is passed over. So is what comes so
thick that no kit sends it: `MOST` in a block are looked at, and the rest is counted.
"""

from cython_core.atomics cimport store
from cython_core.kit cimport kit_play
from cython_core.pedals cimport pedals_take

cdef int MOST = 128                  # in a block; a cable carries one in a millisecond


cdef int hear_midi(DeviceState *d, const MidiPlug *plug, void *buffer, int number, int at, int frames) noexcept nogil:
    cdef JackMidiEvent event
    cdef int there = <int>plug.count(buffer), message
    if at == 0 and there > MOST:
        store(&d.midi_lost, d.midi_lost + there - MOST)
    while number < min(there, MOST):
        if plug.get(&event, buffer, number) == 0:
            if event.time >= <unsigned int>(at + frames):
                break
            message = whole(&event)
            if message and not (d.pedals != NULL and pedals_take(d.pedals, message)):
                kit_play(d.rig, max(<int>event.time - at, 0), message)
        number += 1
    return number


cdef int whole(const JackMidiEvent *event) noexcept nogil:
    """A channel's message in three bytes, the status in the highest; 0: it is none, or not whole."""
    cdef int status = event.bytes[0] if event.size in (2, 3) else 0
    cdef bint is_short = (status & 0xE0) == 0xC0             # programs, and pressure on a channel
    if not 0x80 <= status < 0xF0 or event.size != (2 if is_short else 3):
        return 0
    return status << 16 | (event.bytes[1] & 0x7F) << 8 | (0 if is_short else event.bytes[2] & 0x7F)
