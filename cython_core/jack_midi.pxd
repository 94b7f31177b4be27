# JACK's MIDI, as the callback hears it.

from cython_core.callback cimport DeviceState

cdef struct JackMidiEvent:           # jack_midi_event_t
    unsigned int time                # frame within the block
    size_t size
    unsigned char *bytes

cdef struct MidiPlug:                # of a JACK client
    void *port
    unsigned int (*count)(void *buffer) noexcept nogil                                                    # jack_midi_get_event_count
    int (*get)(JackMidiEvent *event, void *buffer, unsigned int number) noexcept nogil                    # jack_midi_event_get

cdef int hear_midi(DeviceState *d, const MidiPlug *plug, void *buffer, int number, int at, int frames) noexcept nogil
    # the messages from `number` on, up to the frame `at + frames`, are the rig's next block, which begins at `at`. Returns the next one's number
