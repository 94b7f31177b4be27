# JACK's signature around `step`.

from cython_core.callback cimport Way
from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.guard cimport MAX_OUTPUTS
from cython_core.jack_midi cimport MidiPlug

cdef struct Plugs:                   # of a JACK client
    Way *way
    void *(*buffer)(void *port, unsigned int frames) noexcept nogil     # jack_port_get_buffer
    int inputs
    int outputs
    void *heard[MAX_INPUTS]          # ports
    void *played[MAX_OUTPUTS]
    MidiPlug midi

cdef class JackPlugs:
    cdef Plugs *plugs
    cdef readonly object parts
