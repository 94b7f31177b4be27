"""The bar filter over a whole recording, for those who can wait: what it believes at each step from the strokes so far.

A pass that hears the recording backwards, and knows nothing when it begins, believes from the strokes that follow; the product of both
is what all strokes say (`live_rig.following.hindsight`).
"""

from libc.math cimport log

import numpy as np

from cython_core.bar_filter cimport (
    PLACES_PER_BEAT, TEMPI, BarFilter, bar_filter_allot, bar_filter_free, bar_filter_hear, bar_filter_meter, bar_filter_miss,
    bar_filter_prepare, bar_filter_refer, bar_filter_start, bar_filter_start_anywhere, bar_filter_work,
)
from cython_core.belief cimport belief_at_level
from cython_core.earshot cimport KINDS, Earshot, earshot_begin, earshot_hear
from cython_core.memory cimport release, reserve
from cython_core.onsets cimport Onset
from cython_core.patterns cimport MAX_BEATS

PLACES = PLACES_PER_BEAT

cdef enum:
    EVERY = 2                        # steps to a row

cdef double LEAST = 1e-4             # tempi of less belief are left out of a row
cdef long long ALL_IS_DUE = 1 << 60  # frames: so late, a step's work is done at once


cdef class BarPass:
    """One pass over all strokes of a recording."""

    cdef BarFilter *bars
    cdef double[::1] frame
    cdef float[::1] strength, kick, snare, cymbal
    cdef int heard                   # strokes
    cdef readonly double evidence    # how probable they are so far, in nats, up to what is the same in every pass over them

    def __cinit__(self, strokes, double samplerate_hz, int beats_per_bar, bint backwards=False):
        if not 8_000 <= samplerate_hz <= 768_000:
            raise ValueError(f"samplerate_hz must lie in 8000..768000, not {samplerate_hz:g}")
        if not 1 <= beats_per_bar <= MAX_BEATS:
            raise ValueError(f"beats_per_bar must lie in 1..{MAX_BEATS}, not {beats_per_bar}")
        self.frame = np.ascontiguousarray(strokes["frame"])
        self.strength = np.ascontiguousarray(strokes["strength"])
        self.kick = np.ascontiguousarray(strokes["kick"])
        self.snare = np.ascontiguousarray(strokes["snare"])
        self.cymbal = np.ascontiguousarray(strokes["cymbal"])
        self.bars = <BarFilter *>reserve(1, sizeof(BarFilter))
        if self.bars is NULL or not bar_filter_allot(self.bars, samplerate_hz):
            raise MemoryError
        self.bars.patterns.is_backwards = backwards
        bar_filter_miss(self.bars, self.kinds())
        bar_filter_meter(self.bars, beats_per_bar)
        while not bar_filter_prepare(self.bars):
            pass

    def __dealloc__(self):
        if self.bars is not NULL:
            bar_filter_free(self.bars)
            release(self.bars)

    @property
    def bpm(self):
        """The tempi, (TEMPI,), rising."""
        return np.array([self.bars.bpm[tempo] for tempo in range(TEMPI)])

    @property
    def row_frames(self):
        """From one row to the next."""
        return EVERY * self.bars.step_frames

    def follow(self, int rows, bpm, turns):
        """All strokes, from the first: rows of what is believed, each with the level that is followed; after some rows the bar turns."""
        cdef BarFilter *b = self.bars
        cdef float[MAX_BEATS * PLACES_PER_BEAT] bar
        cdef Onset first = self.stroke(0)
        bar_filter_start(b, &first, 0 if bpm is None else bpm)
        for step in range(rows * EVERY):
            if step % EVERY == 0:
                self.turn(turns.get(step // EVERY - 1, 0))
            self.step()
            if b.reference_octave >= 0:
                bar_filter_refer(b, belief_at_level(b, b.reference_octave, bar), False, False)
            if b.step % EVERY == 0:
                yield self.row(), b.reference_octave

    def find_out(self, double from_frame, level, turns):
        """The same where it is not known how anything begins, at these levels."""
        bar_filter_start_anywhere(self.bars, from_frame, level[0])
        for row, self.bars.reference_octave in enumerate(level):
            self.turn(turns.get(row - 1, 0))
            for _ in range(EVERY):
                self.step()
            yield self.row()

    cdef int kinds(self):
        """How many kinds of drum were within earshot for most of the time."""
        cdef Earshot earshot
        cdef Onset stroke
        cdef int[KINDS + 1] times = [0, 0, 0, 0]
        cdef int at
        earshot_begin(&earshot)
        for at in range(self.frame.shape[0]):
            stroke = self.stroke(at)
            times[earshot_hear(&earshot, &stroke)] += 1
        return max(range(1, KINDS + 1), key=lambda kinds: times[kinds])

    cdef Onset stroke(self, int at):
        cdef Onset stroke
        stroke.frame, stroke.strength = self.frame[at], self.strength[at]
        stroke.kick, stroke.snare, stroke.cymbal = self.kick[at], self.snare[at], self.cymbal[at]
        return stroke

    cdef step(self):
        """All the work of a step."""
        cdef BarFilter *b = self.bars
        cdef double end = b.origin_frame + (b.step + 1) * b.step_frames
        cdef Onset stroke
        while self.heard < self.frame.shape[0] and self.frame[self.heard] < end:
            stroke = self.stroke(self.heard)
            bar_filter_hear(b, &stroke)
            self.heard += 1
        while not bar_filter_work(b, ALL_IS_DUE):
            if not b.started:
                raise ArithmeticError("nothing is believed any more")
        self.evidence += log(b.total)

    cdef turn(self, int beats):
        """Everything is so many beats further on in its bar."""
        cdef BarFilter *b = self.bars
        cdef int tempo
        if beats:
            for tempo in range(TEMPI):
                b.turn[tempo] = (b.turn[tempo] + (beats * b.cells[tempo] + b.patterns.beats // 2) // b.patterns.beats) % b.cells[tempo]

    cdef row(self):
        cdef BarFilter *b = self.bars
        cdef int tempo, place, places = b.patterns.beats * PLACES_PER_BEAT, at = 0
        tempi = np.array([tempo for tempo in range(TEMPI) if b.tempo_mass[tempo] > LEAST * b.total], np.uint8)
        belief = np.empty((len(tempi), places), np.float32)
        cdef float[:, ::1] into = belief
        for tempo in tempi:
            for place in range(places):
                into[at, place] = b.place[tempo * places + place] * <float>b.scale
            at += 1
        return tempi, belief
