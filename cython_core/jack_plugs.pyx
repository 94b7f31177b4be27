"""JACK's signature around `step`: a buffer for each plug, and one with MIDI. A server may also say that somebody was late."""

from libc.string cimport memcpy, memset

from cython_core.atomics cimport exchange, load
from cython_core.callback cimport Device, DeviceState, Way, count_block, hear_feed, play_on
from cython_core.clock cimport now_ns
from cython_core.denormals cimport flush_denormals, restore_denormals
from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.guard cimport MAX_OUTPUTS
from cython_core.jack_midi cimport JackMidiEvent, hear_midi
from cython_core.memory cimport release, reserve


cdef int jack_callback(unsigned int frames, void *userdata) noexcept nogil:
    """What JACK calls: a buffer for each plug."""
    cdef Plugs *p = <Plugs *>userdata
    cdef unsigned was
    cdef long long begun
    cdef float *heard[MAX_INPUTS]
    cdef float *played[MAX_OUTPUTS]
    cdef void *midi = p.buffer(p.midi.port, frames)
    cdef unsigned int done = 0, piece
    cdef int i, number = 0
    for i in range(p.inputs):
        heard[i] = <float *>p.buffer(p.heard[i], frames)
    for i in range(p.outputs):
        played[i] = <float *>p.buffer(p.played[i], frames)
        memset(played[i], 0, frames * sizeof(float))
    exchange(&p.way.is_inside, 1)
    if not load(&p.way.is_shut):
        was, begun = flush_denormals(), now_ns()
        while done < frames:
            piece = min(frames - done, <unsigned int>p.way.device.max_block)
            number = hear_midi(p.way.device, &p.midi, midi, number, <int>done, <int>piece)
            run_plugs(p, heard, played, done, <int>piece)
            done += piece
        count_block(p.way.device, now_ns() - begun, frames)
        restore_denormals(was)
    exchange(&p.way.is_inside, 0)
    return 0


cdef int jack_late(void *userdata) noexcept nogil:
    """JACK says that somebody was late: for the rig it is a block missed, whoever it was."""
    cdef Plugs *p = <Plugs *>userdata
    if not load(&p.way.is_shut):
        p.way.device.late += 1
    return 0


cdef void run_plugs(Plugs *p, float *const *heard, float *const *played, int at, int frames) noexcept nogil:
    """Frames `at` and on of all plugs around one step."""
    cdef DeviceState *d = p.way.device
    cdef int channel
    for channel in range(d.rig.inputs):
        if d.feed != NULL or channel >= p.inputs:
            hear_feed(d, channel, frames)
        else:
            memcpy(d.heard[channel], heard[channel] + at, frames * sizeof(float))
    play_on(d, frames)
    for channel in range(min(p.outputs, d.rig.outputs)):
        memcpy(played[channel] + at, d.played[channel], frames * sizeof(float))


cdef class JackPlugs:
    """A rig's device as a client of JACK: C functions for its callbacks, and what they are to be handed.

    way: in to the device; buffer: address of jack_port_get_buffer; heard, played: addresses of the ports, up to 32 each;
    midi: addresses of the port for it, of jack_midi_get_event_count, and of jack_midi_event_get.
    """

    def __cinit__(self, Device device, size_t way, size_t buffer, heard, played, midi):
        cdef Plugs *p = <Plugs *>reserve(1, sizeof(Plugs))
        if p == NULL:
            raise MemoryError
        self.plugs, self.parts = p, device
        if len(heard) > 32 or len(played) > 32:
            raise ValueError(f"{len(heard)} inputs and {len(played)} outputs, and there may be 32 of each")
        p.way, p.inputs, p.outputs = <Way *>way, len(heard), len(played)
        p.buffer = <void *(*)(void *, unsigned int) noexcept nogil>buffer
        port, count, get = midi
        p.midi.port = <void *><size_t>port
        p.midi.count = <unsigned int (*)(void *) noexcept nogil><size_t>count
        p.midi.get = <int (*)(JackMidiEvent *, void *, unsigned int) noexcept nogil><size_t>get
        for number, port in enumerate(heard):
            p.heard[number] = <void *><size_t>port
        for number, port in enumerate(played):
            p.played[number] = <void *><size_t>port

    def __dealloc__(self):
        release(self.plugs)

    @property
    def callback(self):
        """Address of a JackProcessCallback."""
        return <size_t>&jack_callback

    @property
    def late_callback(self):
        """Address of a JackXRunCallback."""
        return <size_t>&jack_late

    @property
    def userdata(self):
        """Address of what JACK shall hand to both. It lives as long as this."""
        return <size_t>self.plugs
