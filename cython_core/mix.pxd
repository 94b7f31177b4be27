# Buses, what they carry, and how loud they go to which output.

from cython_core.guard cimport MAX_OUTPUTS
from cython_core.tick cimport TICK

cpdef enum:                          # buses
    DRUMS_LEFT = 0
    DRUMS_RIGHT
    BAND_LEFT                        # of the first bus of stems; the others follow, left and right, MAX_BUSES in all
    BAND_RIGHT
    CLICK = 10                       # while the band plays
    GUIDE
    COUNT                            # the clicks before the band comes in
    PADS_LEFT
    PADS_RIGHT
    TALK                             # a microphone to speak into, for those who play
    BUSES

cpdef enum:                          # sounds
    ONE = 0                          # the click's downbeat
    BEAT
    CUE                              # the guide's "look up"
    VAMP_WORD                        # and what it says of a command: where it cannot say it, the chime, too
    LAST_TIME_WORD
    HOLD_WORD
    CUT_OFF_WORD
    LAST_HIT_WORD
    SOUNDS

cdef struct Voice:                   # a sound under way
    const float *sound               # mono; NULL: none
    int frames                       # in all
    int at                           # played

cdef struct MixState:
    double samplerate_hz
    int outputs
    float asked[MAX_OUTPUTS][BUSES]  # linear: how much of each bus an output is to get
    float route[MAX_OUTPUTS][BUSES]  # where it is, on its way there
    float turn[MAX_OUTPUTS][BUSES]   # per frame, in this tick
    int is_drummers[MAX_OUTPUTS]     # in his ears: no click while it would only echo him
    int is_hushed                    # that is now
    int is_quiet                     # after a panic: the band, and all that is struck for it, until something begins again
    float wanted[BUSES]              # linear level of each bus, when it is not quiet
    float level[BUSES]               # where it is, on its way there
    float slope[BUSES]               # per frame, in this tick
    float bus[BUSES][TICK]           # what each carries, of the part of the tick being played
    const float *sound[SOUNDS]       # mono
    int length[SOUNDS]               # frames
    Voice click
    Voice count
    Voice guide

cdef void mix_levels(MixState *m) noexcept nogil                                  # once a tick: ramps towards what is wanted
cdef void strike(const MixState *m, Voice *voice, int sound) noexcept nogil       # one of the rig's own sounds
cdef void strike_up(Voice *voice, const float *sound, int frames) noexcept nogil  # any other
cdef void sound_on(Voice *voice, float *to, int frames) noexcept nogil    # the next frames of a voice
cdef void fade_buses(MixState *m, int into, int frames) noexcept nogil            # levels applied; `into` frames after the tick began
cdef void mix_down(const MixState *m, int output, int into, int frames, float *to) noexcept nogil    # what an output gets of all buses
cdef float loudest(const MixState *m, int first, int end, int frames) noexcept nogil          # sample in buses first .. end - 1
