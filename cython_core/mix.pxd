# Buses, what they carry, and how loud they go to which output.

from cython_core.guard cimport MAX_OUTPUTS

cpdef enum:                          # buses
    DRUMS_LEFT = 0
    DRUMS_RIGHT
    BAND_LEFT
    BAND_RIGHT
    CLICK
    GUIDE
    BUSES

cpdef enum:                          # sounds
    ONE = 0                          # the click's downbeat
    BEAT
    CUE                              # the guide's "look up"
    SOUNDS

cdef struct Voice:                   # a sound under way
    int sound                        # -1: none
    int at                           # frames played

cdef struct MixState:
    double samplerate_hz
    int outputs
    float route[MAX_OUTPUTS][BUSES]  # linear
    float wanted[BUSES]              # linear level of each bus
    float level[BUSES]               # where it is, on its way there
    float slope[BUSES]               # per frame, in this tick
    const float *sound[SOUNDS]       # mono
    int length[SOUNDS]               # frames
    Voice click
    Voice guide

cdef void mix_levels(MixState *m) noexcept nogil                                  # once a tick: ramps towards what is wanted
cdef void strike(Voice *voice, int sound) noexcept nogil
cdef float sounding(const MixState *m, Voice *voice) noexcept nogil               # the next sample of a voice
cdef float routed(const MixState *m, int output, const float *bus) noexcept nogil # one frame of buses -> one output sample
