"""Buses, what they carry, and how loud they go to which output.

Levels move in straight lines from tick to tick, a tenth of the way each, so that no fader is heard to step. Click and guide are short
recordings struck to the sample; a new stroke takes over from the one before.
"""

cdef float APPROACH = 0.1                # share of the way to the wanted level in each tick
cdef float NEAR_ENOUGH = 1e-5


cdef void mix_levels(MixState *m) noexcept nogil:
    cdef int bus
    cdef float way
    for bus in range(BUSES):
        m.level[bus] += m.slope[bus] * 32
        way = m.wanted[bus] - m.level[bus]
        if -NEAR_ENOUGH < way < NEAR_ENOUGH:
            m.level[bus], m.slope[bus] = m.wanted[bus], 0.0
        else:
            m.slope[bus] = APPROACH * way / 32


cdef void strike(Voice *voice, int sound) noexcept nogil:
    voice.sound, voice.at = sound, 0


cdef float sounding(const MixState *m, Voice *voice) noexcept nogil:
    cdef float sample
    if voice.sound < 0:
        return 0.0
    if voice.at >= m.length[voice.sound]:
        voice.sound = -1
        return 0.0
    sample = m.sound[voice.sound][voice.at]
    voice.at += 1
    return sample


cdef float routed(const MixState *m, int output, const float *bus) noexcept nogil:
    cdef float sum = 0.0
    cdef int i
    for i in range(BUSES):
        sum += m.route[output][i] * bus[i]
    return sum
