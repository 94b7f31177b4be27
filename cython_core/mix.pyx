"""Buses, what they carry, and how loud they go to which output.

Levels and routes move in straight lines from tick to tick, a tenth of the way each, so that no fader is heard to step. Click, count and guide
are short recordings struck to the sample; a new stroke takes over from the one before. Each listener's mix is what his outputs get of them.
"""

from libc.math cimport fabsf
from libc.string cimport memset

cdef float APPROACH = 0.1                # share of the way to the wanted level in each tick
cdef float NEAR_ENOUGH = 1e-5


cdef void approach(float *level, float *slope, float wanted) noexcept nogil:
    cdef float way
    level[0] += slope[0] * TICK
    way = wanted - level[0]
    if -NEAR_ENOUGH < way < NEAR_ENOUGH:
        level[0], slope[0] = wanted, 0.0
    else:
        slope[0] = APPROACH * way / TICK


cdef void mix_levels(MixState *m) noexcept nogil:
    cdef int bus, output
    for bus in range(BUSES):
        approach(&m.level[bus], &m.slope[bus], 0.0 if m.is_quiet and BAND_LEFT <= bus <= COUNT else m.wanted[bus])
    for output in range(m.outputs):
        for bus in range(BUSES):
            approach(&m.route[output][bus], &m.turn[output][bus],
                     0.0 if bus == CLICK and m.is_hushed and m.is_drummers[output] else m.asked[output][bus])


cdef void strike(const MixState *m, Voice *voice, int sound) noexcept nogil:
    strike_up(voice, m.sound[sound], m.length[sound])


cdef void strike_up(Voice *voice, const float *sound, int frames) noexcept nogil:
    voice.sound, voice.frames, voice.at = sound, frames, 0


cdef void sound_on(Voice *voice, float *to, int frames) noexcept nogil:
    cdef int i
    memset(to, 0, frames * sizeof(float))
    if voice.sound == NULL:
        return
    for i in range(min(frames, voice.frames - voice.at)):
        to[i] = voice.sound[voice.at + i]
    voice.at += frames
    if voice.at >= voice.frames:
        voice.sound = NULL


cdef void fade_buses(MixState *m, int into, int frames) noexcept nogil:
    cdef int bus, i
    for bus in range(BUSES):
        for i in range(frames):
            m.bus[bus][i] *= m.level[bus] + m.slope[bus] * (into + i)


cdef void mix_down(const MixState *m, int output, int into, int frames, float *to) noexcept nogil:
    cdef int bus, i
    memset(to, 0, frames * sizeof(float))
    for bus in range(BUSES):
        if m.route[output][bus] == 0.0 and m.turn[output][bus] == 0.0:
            continue
        for i in range(frames):
            to[i] += (m.route[output][bus] + m.turn[output][bus] * (into + i)) * m.bus[bus][i]


cdef float loudest(const MixState *m, int first, int end, int frames) noexcept nogil:
    cdef float peak = 0.0
    cdef int bus, i
    for bus in range(first, end):
        for i in range(frames):
            peak = max(peak, fabsf(m.bus[bus][i]))
    return peak
