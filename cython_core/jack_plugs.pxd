# JACK's signature around `step`.

from cython_core.callback cimport Way
from cython_core.jack_midi cimport MidiPlug

cdef struct Plugs:                   # of a JACK client
    Way *way
    void *(*buffer)(void *port, unsigned int frames) noexcept nogil     # jack_port_get_buffer
    int inputs
    int outputs
    void *heard[32]                  # ports
    void *played[32]
    MidiPlug midi

cdef class JackPlugs:
    cdef Plugs *plugs
    cdef readonly object parts
