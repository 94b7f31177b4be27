"""The faders: how loud every stem is, where it stands, and which buses it goes to.

What is asked for is written down at once; the gains that stems are mixed with move there in a straight line over a few chunks, so that no
fader, no pan and no mute is heard as a click.
"""

from cython_core.pan cimport side_gain
from cython_core.stem_bank cimport SIDES

cdef float MOST_IN_A_CHUNK = 0.25        # of full scale: 21 ms from silence to unity


cdef void faders_clear(FaderState *f) noexcept nogil:
    cdef int s, bus
    for s in range(MAX_STEMS):
        f.level[s], f.pan[s], f.is_muted[s], f.is_solo[s] = 1.0, 0.0, 0, 0
        for bus in range(MAX_BUSES):
            f.send[bus][s] = 1.0 if bus == 0 else 0.0
    faders_settle(f)


cdef bint has_solo(const FaderState *f) noexcept nogil:
    cdef int s
    for s in range(MAX_STEMS):
        if f.is_solo[s]:
            return True
    return False


cdef float wanted(const FaderState *f, bint only_solo, int bus, int side, int s) noexcept nogil:
    if f.is_muted[s] or (only_solo and not f.is_solo[s]):
        return 0.0
    return f.level[s] * f.send[bus][s] * side_gain(f.pan[s], side)


cdef void move(FaderState *f, float most) noexcept nogil:
    cdef bint only_solo = has_solo(f)
    cdef int bus, side, s
    cdef float way
    for bus in range(MAX_BUSES):
        for side in range(SIDES):
            for s in range(MAX_STEMS):
                way = wanted(f, only_solo, bus, side, s) - f.now.of[SIDES * bus + side][s]
                if way > most or way < -most:
                    way = most if way > 0 else -most
                    f.now.of[SIDES * bus + side][s] += way
                else:
                    f.now.of[SIDES * bus + side][s] = wanted(f, only_solo, bus, side, s)


cdef void faders_settle(FaderState *f) noexcept nogil:
    move(f, 1e9)


cdef void faders_move(FaderState *f) noexcept nogil:
    move(f, MOST_IN_A_CHUNK)


cdef void faders_switch(int *switch_, int to) noexcept nogil:
    switch_[0] = not switch_[0] if to == OTHER else to == ON
