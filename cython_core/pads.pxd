# Sounds that are struck: one-shots with layers by velocity, and loops that follow the transport.

from cython_core.exchange cimport Event
from cython_core.transport cimport TransportState

cdef enum:
    MAX_PADS = 64
    MAX_LAYERS = 8
    PAD_VOICES = 64
    PAD_LINES = 32                   # of the kit, that a pad may be heard on instead of its own bus

cpdef enum Begins:                   # when a loop that was struck is to begin
    AT_ONCE = 0
    ON_BEAT
    ON_BAR

cdef struct PadSound:
    const float *samples             # interleaved, left and right
    int frames
    int up_to                        # the highest velocity it is for, 1..127

cdef struct Pad:
    int note                         # MIDI, 0..127; -1: struck by its name only
    int choke                        # a group of which one pad sounds at a time; 0: none
    float gain[2]                    # linear, left and right
    float dynamics_db                # from the softest stroke to the hardest
    int line                         # of the kit, from 0; -1: the pads' own bus
    int is_stroke                    # the follower hears it
    int layers
    PadSound layer[MAX_LAYERS]
    int slices                       # of a loop; 0: a one-shot
    double beats                     # of a loop
    int begins                       # of a loop: a Begins
    int fade                         # frames in which it ends where it is cut short; no longer than a slice

cdef struct Loop:                    # one pad's, under way
    int is_on
    int waits                        # for its beat or bar; silent before the first, and in step with the band after the next
    int is_heard
    double beat                      # since it began
    long long slice                  # the next to be struck, counted since it began
    double velocity_gain

cdef struct PadVoice:
    const PadSound *sound            # NULL: free
    int pad
    long long begins                 # frame
    int at, end                      # of the sound: the next frame, and the one before which it has faded out; beyond its last it begins again
    int rises                        # frames in which it still fades in
    float gain
    long long fades_at               # frame from which it is cut short; a far one: never

cdef struct PadsState:
    double samplerate_hz
    int count
    int max_block
    Pad pad[MAX_PADS]
    Loop loop[MAX_PADS]
    PadVoice voice[PAD_VOICES]
    long long seen                   # events looked at
    int is_sounding                  # anything, in this block
    float *out[2]                    # (max_block,) the pads' own bus
    float *line[PAD_LINES]           # (max_block,) what pads add to the kit's lines; NULL where none does

cdef class Pads:
    cdef PadsState *state
    cdef readonly object parts

cdef void pads_hear(PadsState *p, const Event *event, long long frame, const TransportState *t) noexcept nogil
cdef void pads_play(PadsState *p, const TransportState *t, long long frame, int frames) noexcept nogil
cdef bint pads_have(const PadsState *p, int note) noexcept nogil     # a note that strikes a pad
cdef bint pads_keep(const PadsState *p, int note) noexcept nogil     # a note that is no stroke of the kit's
