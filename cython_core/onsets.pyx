"""Which drum was struck, when and how hard, from sound.

Sound goes through a bank of BANDS resonators (two complex one-pole stages each, a second-order gammatone: Slaney 1993,
Apple TR 35). Every HOP_S the mean power of each band is kept, as a logarithm. Levels are read against the loudest
hop of late, which sinks slowly, so nothing depends on how far the preamp is turned up. An onset is told SEEN_AFTER hops after
the hop that holds it.

The device's block and the tick do not matter: hops are counted in frames, and a hop may end anywhere in a tick.
"""

from libc.math cimport M_PI, cos, exp, fmaxf, fminf, log2f, pow, sin
from libc.string cimport memcpy

from cython_core.dense cimport dense, likely
from cython_core.memory cimport release, reserve
from cython_core.second_look cimport DRUM_KINDS, HOPS_AFTER, HOPS_BEFORE, SecondLook, begin_second_look, end_second_look
from cython_core.tick cimport TICK

import numpy as np

cdef double HOP_S = 0.003
cdef double LOWEST_HZ = 45.0
cdef double HIGHEST_HZ = 15_500.0
cdef double WIDTH = 0.20                    # of a band, as a fraction of its frequency ...
cdef double NARROWEST_HZ = 50.0             # ... but never so narrow that it smears an attack
cdef double HIGHPASS_HZ = 20.0
cdef float OVERLOAD = 8.0                   # louder samples are clipped: what is broken must not ring for minutes
cdef float HUSH = 1e-10                     # added to every sample: the resonators never sink into denormal numbers
cdef float DB_PER_OCTAVE_OF_POWER = 3.0103
cdef float SOFTEST = -22.0                  # log2 of power, -66 dBFS: below this nothing counts as loud
cdef float FAINTEST = -28.0                 # -84 dBFS: a stroke fainter than this is the last bit of a file that begins or ends in silence
cdef float LOUDEST_SINKS_DB_PER_S = 3.0
cdef float RANGE = 20.0                     # octaves of power (60 dB) under the loudest that are looked at
cdef double LATELY_S = 0.06                 # time constants of the two means
cdef double USUALLY_S = 1.5
cdef float ENOUGH = 0.25                    # likelihood, summed over two neighbouring hops, that makes an onset
cdef float HARDLY = 0.04                    # likelihood of an onset below which nobody looks again
cdef float UNLIKELY = 0.05                  # that a drum was struck, below which it is not told
cdef double TOLD_LATE_S = 0.0008            # what the network says is so much late, in the median over the corpus
cdef enum:
    FOUND = 8                               # onsets told in one tick, at most
    APART = 4                               # hops between two onsets at least
    RIVALS = 2                              # hops on either side of which only the likeliest is looked at again
    HOPS_SHOWN = HOPS_BEFORE + 1 + HOPS_AFTER   # (HOPS_SHOWN + 2) * BANDS + FIRST_ANSWERS is SHOWN_AGAIN

cdef extern from "onset_weights.h" nogil:   # written by scripts/learn_onsets; inputs by units, row after row
    enum: INPUTS
    enum: UNITS_1
    enum: UNITS_2
    enum: ANSWERS
    const float WEIGHTS_1[]
    const float BIASES_1[]
    const float WEIGHTS_2[]
    const float BIASES_2[]
    const float WEIGHTS_3[]
    const float BIASES_3[]

cdef enum:                                  # what the network answers
    ONSET_HERE, IS_KICK, IS_SNARE, IS_CYMBAL, WHERE_IN_HOP, HOW_HARD


cdef void onsets_reset(OnsetState *o, double samplerate_hz) noexcept nogil:
    """Silence since ever. Plans the bank for this rate (44.1 .. 192 kHz)."""
    cdef double step = pow(HIGHEST_HZ / LOWEST_HZ, 1.0 / (BANDS - 1)), centre_hz = LOWEST_HZ, radius, turn
    cdef int band, hop
    o.samplerate_hz = samplerate_hz
    o.hop_frames = <int>(HOP_S * samplerate_hz + 0.5)
    o.dc_pole = <float>exp(-2 * M_PI * HIGHPASS_HZ / samplerate_hz)
    o.last_heard = o.dc_free = 0
    for band in range(BANDS):
        radius = exp(-2 * M_PI * max(WIDTH * centre_hz, NARROWEST_HZ) / samplerate_hz)
        turn = 2 * M_PI * centre_hz / samplerate_hz
        o.pole_re[band], o.pole_im[band] = <float>(radius * cos(turn)), <float>(radius * sin(turn))
        o.gain[band] = <float>((1 - radius) * (1 - radius))
        o.first_re[band] = o.first_im[band] = o.second_re[band] = o.second_im[band] = o.hop_power[band] = 0
        for hop in range(HOPS_RING):
            o.level[hop][band] = 2 * SOFTEST
        o.lately[band] = o.usually[band] = 2 * SOFTEST
        centre_hz *= step
    for hop in range(HOPS_RING):
        for band in range(FIRST_ANSWERS):
            o.said[hop][band] = 0
    o.hop_heard = o.newest = 0
    o.hop_end = 0
    o.loudest = SOFTEST
    o.unspent = 0
    o.is_asked_again = o.has_begun = False
    o.hops_since_onset = APART - HOPS_KEPT          # that a sound begins with the stream is no onset


cdef int onsets_tick(OnsetState *o, const float *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil:
    """Hear up to a tick, its first frame `first_frame`. Returns how many onsets were found now, at most one a hop of 3 ms."""
    cdef int count = 0
    if bank_tick(o, heard, frames, first_frame):
        keep_hop(o)
        count = judge_hop(o, found, room)
    if o.has_begun and first_frame // TICK > o.begun_tick:
        return count + judge_again(o, found + count, room - count)
    begin_again(o, first_frame // TICK)
    return count


cdef bint bank_tick(OnsetState *o, const float *heard, int frames, long long first_frame) noexcept nogil:
    """Through the resonators. True when a hop has ended, its power in `kept_power`: at most one does in a tick."""
    cdef float[TICK] clean
    cdef int at = 0, part, band
    cdef bint ended = False
    while at < frames:
        part = min(frames - at, o.hop_frames - o.hop_heard)
        _clean(o, heard + at, clean, part)
        _resonate(o, clean, part)
        at += part
        o.hop_heard += part
        if o.hop_heard == o.hop_frames:
            for band in range(BANDS):
                o.kept_power[band] = o.hop_power[band] / o.hop_frames
                o.hop_power[band] = 0
            o.hop_heard = 0
            o.hop_end = first_frame + at
            ended = True
    return ended


cdef int judge_hop(OnsetState *o, Onset *found, int room) noexcept nogil:
    """What the hops kept so far have to say at first: fills `found` with the onsets told now, and returns how many.

    A second look may be due after it; `begin_again` and `judge_again` take it, now or within the next two hops.
    """
    cdef int hop = (o.newest + HOPS_RING - HOPS_AFTER) % HOPS_RING
    cdef int count = 1 if room > 0 and _judge(o, o.hop_end, found) else 0
    if _peaks(o, hop):
        _show_again(o, hop, o.shown_again)
        o.is_asked_again, o.has_begun, o.asked_end = True, False, o.hop_end
    return count


cdef void begin_again(OnsetState *o, long long tick) noexcept nogil:
    """The first half of the second look that is due, if one is. The other may follow in a later tick, however ticks are cut into calls."""
    if o.is_asked_again and not o.has_begun:
        begin_second_look(o.shown_again, o.half_seen)
        o.has_begun, o.begun_tick = True, tick


cdef int judge_again(OnsetState *o, Onset *found, int room) noexcept nogil:
    """The second half of the look that has begun: one onset for each drum that may have been struck."""
    cdef SecondLook look
    cdef int kind, count = 0
    o.is_asked_again = o.has_begun = False
    end_second_look(o.shown_again, o.half_seen, &look)
    for kind in range(DRUM_KINDS):
        if look.likely[kind] > UNLIKELY and count < room:
            found[count].frame = o.asked_end + (look.where - HOPS_AFTER - 1) * o.hop_frames - TOLD_LATE_S * o.samplerate_hz
            found[count].strength = look.strength[kind]
            found[count].kick = look.likely[kind] if kind == 0 else 0
            found[count].snare = look.likely[kind] if kind == 1 else 0
            found[count].cymbal = look.likely[kind] if kind == 2 else 0
            found[count].look = SECOND
            count += 1
    return count


cdef inline void _clean(OnsetState *o, const float *heard, float *clean, int frames) noexcept nogil:
    """High-pass, and nothing infinite, not a number or absurd gets past here."""
    cdef int i
    cdef float sample
    for i in range(frames):
        sample = heard[i]
        sample = fminf(fmaxf(sample, -OVERLOAD), OVERLOAD) if sample == sample else 0
        o.dc_free = sample - o.last_heard + o.dc_pole * o.dc_free + HUSH
        o.last_heard = sample
        clean[i] = o.dc_free


cdef inline void _resonate(OnsetState *o, const float *clean, int frames) noexcept nogil:
    """All bands side by side, sample by sample: a loop over bands is one that compilers put in vectors."""
    cdef int band, i
    cdef float re
    cdef float[BANDS] a_re, a_im, b_re, b_im, power
    memcpy(a_re, o.first_re, sizeof(a_re))
    memcpy(a_im, o.first_im, sizeof(a_im))
    memcpy(b_re, o.second_re, sizeof(b_re))
    memcpy(b_im, o.second_im, sizeof(b_im))
    memcpy(power, o.hop_power, sizeof(power))
    for i in range(frames):
        for band in range(BANDS):
            re = o.pole_re[band] * a_re[band] - o.pole_im[band] * a_im[band] + o.gain[band] * clean[i]
            a_im[band] = o.pole_re[band] * a_im[band] + o.pole_im[band] * a_re[band]
            a_re[band] = re
            re = o.pole_re[band] * b_re[band] - o.pole_im[band] * b_im[band] + a_re[band]
            b_im[band] = o.pole_re[band] * b_im[band] + o.pole_im[band] * b_re[band] + a_im[band]
            b_re[band] = re
            power[band] += re * re + b_im[band] * b_im[band]
    memcpy(o.first_re, a_re, sizeof(a_re))
    memcpy(o.first_im, a_im, sizeof(a_im))
    memcpy(o.second_re, b_re, sizeof(b_re))
    memcpy(o.second_im, b_im, sizeof(b_im))
    memcpy(o.hop_power, power, sizeof(power))


cdef void keep_hop(OnsetState *o) noexcept nogil:
    """Take the hop that has ended into what the network is shown."""
    cdef int band, oldest
    cdef float total = 0, to_lately = <float>(HOP_S / LATELY_S), to_usually = <float>(HOP_S / USUALLY_S)
    o.newest = (o.newest + 1) % HOPS_RING
    oldest = (o.newest + HOPS_RING - HOPS_KEPT) % HOPS_RING
    for band in range(BANDS):
        total += o.kept_power[band]
        o.lately[band] += to_lately * (o.level[oldest][band] - o.lately[band])
        o.usually[band] += to_usually * (o.level[oldest][band] - o.usually[band])
        o.level[o.newest][band] = log2f(o.kept_power[band] + 1e-13)
    o.loudest = fmaxf(o.loudest - LOUDEST_SINKS_DB_PER_S * <float>HOP_S / DB_PER_OCTAVE_OF_POWER, SOFTEST)
    o.loudness = log2f(total + 1e-13)
    o.loudest = fmaxf(o.loudest, o.loudness)


cdef inline void _show(OnsetState *o, float *shown) noexcept nogil:
    """What the network sees: every band in the hops kept, newest first, then its means; units of 10 octaves over the floor."""
    cdef int hop, band
    cdef float floor = o.loudest - RANGE
    for hop in range(HOPS_KEPT):
        for band in range(BANDS):
            shown[hop * BANDS + band] = fmaxf(o.level[(o.newest + HOPS_RING - hop) % HOPS_RING][band] - floor, 0) * 0.1
    for band in range(BANDS):
        shown[HOPS_KEPT * BANDS + band] = fmaxf(o.lately[band] - floor, 0) * 0.1
        shown[(HOPS_KEPT + 1) * BANDS + band] = fmaxf(o.usually[band] - floor, 0) * 0.1


cdef void _ask(OnsetState *o, float *answers) noexcept nogil:
    cdef float[INPUTS] shown
    cdef float[UNITS_1] first
    cdef float[UNITS_2] second
    _show(o, shown)
    dense(shown, INPUTS, WEIGHTS_1, BIASES_1, first, UNITS_1)
    dense(first, UNITS_1, WEIGHTS_2, BIASES_2, second, UNITS_2)
    dense(second, UNITS_2, WEIGHTS_3, BIASES_3, answers, ANSWERS)


cdef bint _judge(OnsetState *o, long long end_frame, Onset *onset) noexcept nogil:
    """Was there an onset SEEN_AFTER hops ago?

    Where a stroke falls near the edge of a hop, the network shares its likelihood between two neighbours: they count together.
    """
    cdef float[ANSWERS] answers
    cdef float here
    cdef float *said = o.said[(o.newest + HOPS_RING - SEEN_AFTER) % HOPS_RING]
    _ask(o, answers)
    here = likely(answers[ONSET_HERE]) if o.loudness > FAINTEST else 0
    said[ONSET_HERE] = here if o.hops_since_onset >= 0 else 0       # none as the stream begins
    said[IS_KICK] = likely(answers[IS_KICK])
    said[IS_SNARE], said[IS_CYMBAL] = likely(answers[IS_SNARE]), likely(answers[IS_CYMBAL])
    said[WHERE_IN_HOP], said[HOW_HARD] = answers[WHERE_IN_HOP], answers[HOW_HARD]
    o.hops_since_onset += 1
    if o.hops_since_onset < APART:
        return False
    if here + o.unspent < ENOUGH:
        o.unspent = here
        return False
    o.unspent = 0
    o.hops_since_onset = 0
    onset.frame = end_frame + (fminf(fmaxf(answers[WHERE_IN_HOP], -1), 3) - SEEN_AFTER - 1) * o.hop_frames - TOLD_LATE_S * o.samplerate_hz
    onset.strength = fminf(fmaxf(answers[HOW_HARD], 0), 1)
    onset.kick, onset.snare, onset.cymbal = said[IS_KICK], said[IS_SNARE], said[IS_CYMBAL]
    onset.look = FIRST
    return True


cdef bint _peaks(const OnsetState *o, int hop) noexcept nogil:
    """Did the first look think an onset likelier in this hop than in its neighbours?"""
    cdef float here = o.said[hop][ONSET_HERE]
    cdef int away
    if here < HARDLY:
        return False
    for away in range(1, RIVALS + 1):
        if o.said[(hop + away) % HOPS_RING][ONSET_HERE] > here or o.said[(hop + HOPS_RING - away) % HOPS_RING][ONSET_HERE] >= here:
            return False
    return True


cdef void _show_again(const OnsetState *o, int hop, float *shown) noexcept nogil:
    """What the second look sees: the hops around the one in question, oldest first, the means, and the first look's answers."""
    cdef int i, band
    cdef float floor = o.loudest - RANGE
    cdef const float *level
    cdef const float *said = o.said[hop]
    for i in range(HOPS_SHOWN):
        level = o.level[(hop + HOPS_RING - HOPS_BEFORE + i) % HOPS_RING]
        for band in range(BANDS):
            shown[i * BANDS + band] = fmaxf(level[band] - floor, 0) * 0.1
    for band in range(BANDS):
        shown[HOPS_SHOWN * BANDS + band] = fmaxf(o.lately[band] - floor, 0) * 0.1
        shown[(HOPS_SHOWN + 1) * BANDS + band] = fmaxf(o.usually[band] - floor, 0) * 0.1
    for i in range(FIRST_ANSWERS):
        shown[(HOPS_SHOWN + 2) * BANDS + i] = said[i]
    shown[(HOPS_SHOWN + 2) * BANDS + WHERE_IN_HOP] *= 0.3


cdef int read_onsets(rows, Onset *onsets) except -1:
    """Rows of ONSET that are told in one tick, into `onsets`, which has room for MAX_ONSETS. Returns how many."""
    cdef int count = 0
    for row in rows[:MAX_ONSETS]:
        onsets[count].frame, onsets[count].strength = row["frame"], row["strength"]
        onsets[count].kick, onsets[count].snare, onsets[count].cymbal = row["kick"], row["snare"], row["cymbal"]
        onsets[count].look = <Look><int>row["look"]
        count += 1
    return count


cdef class Onsets:
    """The detector for one input. For files and tests: the instrument's own microphones are heard by `input_lines`."""

    def __cinit__(self, double samplerate_hz):
        if not 44_100 <= samplerate_hz <= 192_000:
            raise ValueError(f"samplerate_hz must lie in 44100..192000, not {samplerate_hz:g}")
        self.state = <OnsetState *>reserve(1, sizeof(OnsetState))
        if self.state is NULL:
            raise MemoryError
        onsets_reset(self.state, samplerate_hz)

    def __dealloc__(self):
        release(self.state)

    def feed(self, mono):
        """Hear the next stretch of sound; returns the onsets found in it, as an array of ONSET."""
        cdef const float[::1] heard = np.ascontiguousarray(mono, dtype=np.float32)
        cdef Onset[FOUND] found
        cdef Py_ssize_t at = 0, frames = heard.shape[0]
        cdef int part, i, count
        rows = []
        while at < frames:
            part = <int>min(frames - at, TICK - self.frame % TICK)
            count = onsets_tick(self.state, &heard[at], part, self.frame, found, FOUND)
            at += part
            self.frame += part
            for i in range(count):
                rows.append((found[i].frame, found[i].strength, found[i].kick, found[i].snare, found[i].cymbal, self.frame, found[i].look))
        return np.array(rows, dtype=ONSET)

    def hops(self, mono):
        """What the network is shown, hop by hop, to learn from: `level` of every band, `lately`, `usually`, and `loudest`."""
        cdef const float[::1] heard = np.ascontiguousarray(mono, dtype=np.float32)
        cdef int hop, band, at, frames = self.state.hop_frames
        cdef float[:, ::1] seen = np.empty((heard.shape[0] // frames, 3 * BANDS + 1), np.float32)
        for hop in range(seen.shape[0]):
            for at in range(0, frames, TICK):
                bank_tick(self.state, &heard[hop * frames + at], min(TICK, frames - at), hop * frames + at)
            keep_hop(self.state)
            for band in range(BANDS):
                seen[hop, band] = self.state.level[self.state.newest][band]
                seen[hop, BANDS + band] = self.state.lately[band]
                seen[hop, 2 * BANDS + band] = self.state.usually[band]
            seen[hop, 3 * BANDS] = self.state.loudest
        return np.asarray(seen)


ONSET = np.dtype([("frame", "f8"), ("strength", "f4"), ("kick", "f4"), ("snare", "f4"), ("cymbal", "f4"), ("told_frame", "i8"), ("look", "i4")])
