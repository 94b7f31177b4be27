# The faders: how loud every stem is, where it stands, and which buses it goes to.

from cython_core.stem_bank cimport MAX_BUSES, MAX_STEMS, Gains

cdef struct FaderState:               # levels are linear
    float level[MAX_STEMS]
    float pan[MAX_STEMS]             # -1 left, 0 middle, 1 right
    float send[MAX_BUSES][MAX_STEMS] # to each bus, beside the level
    int is_muted[MAX_STEMS]
    int is_solo[MAX_STEMS]           # while any stem is, the others are silent
    Gains now                        # on their way to what all this makes

cpdef enum Switch:                   # of a mute or a solo
    OFF = 0
    ON = 1
    OTHER = 2                        # than it is

cdef void faders_clear(FaderState *f) noexcept nogil                    # every stem in the middle of the first bus, at unity
cdef void faders_settle(FaderState *f) noexcept nogil                   # now, not on the way: before anything sounds
cdef void faders_move(FaderState *f) noexcept nogil                     # once a chunk
cdef void faders_switch(int *switch_, int to) noexcept nogil           # to: a Switch
