"""Where the drummer is in the beat and the bar, how fast, and how sure that is.

Two trackers: `bar_filter` knows which beat it is and at which level, but only to some ten milliseconds; `gaits` takes the
strokes one by one against the patterns that the bar filter believes in, and gives phase and tempo. Where the bar filter is
clearly surer of another phase, level or bar line, it overrules: `read_answer` is the one place where that is decided. What is said is put
where the drummer strikes (`on_strokes`).
"""

from libc.math cimport exp, fabs, floor, fmax, fmin, log2, pow, rint
from libc.string cimport memset

from collections import namedtuple

import numpy as np

from cython_core.bar_filter cimport (
    PLACES_PER_BEAT, bar_filter_allot, bar_filter_free, bar_filter_go_on, bar_filter_hear, bar_filter_meter, bar_filter_miss,
    bar_filter_prepare, bar_filter_refer, bar_filter_renew, bar_filter_start, bar_filter_work,
)
from cython_core.belief cimport belief_at_level, belief_centre, belief_is_same_level, belief_level, belief_near, belief_surest
from cython_core.earshot cimport KINDS, earshot_begin, earshot_hear
from cython_core.flood cimport flood_lets_pass, flood_reset
from cython_core.gaits cimport (
    gaits_beat_at, gaits_count, gaits_expect, gaits_expect_nothing, gaits_hear, gaits_lean, gaits_move, gaits_octave, gaits_seed, gaits_start, modulo,
)
from cython_core.hypotheses cimport MOST_HYPOTHESES, Hypothesis, rank_hypotheses
from cython_core.memory cimport release, reserve
from cython_core.on_strokes cimport weigh_strokes
from cython_core.onsets cimport FIRST, MAX_ONSETS, SECOND, read_onsets
from cython_core.own_bar cimport own_bar_begin, own_bar_pass, own_bar_renew, own_bar_strike
from cython_core.patterns cimport BINS_PER_BEAT, MAX_BEATS, OWN
from cython_core.tick cimport TICK

cdef double UNTOLD_BPM = 125.0
cdef double SLOWEST_BPM = 40.0       # no drummer is taken to play slower or faster than these
cdef double FASTEST_BPM = 400.0
cdef double OVERRULE = 0.30          # by how much the bar filter's belief in another phase must be greater
cdef double OVERRULE_BAR = 0.15
cdef double OTHER_TEMPO_OCTAVES = 0.12               # the gaits are lost when they are further from the bar filter's tempo ...
cdef double SAME_BEAT = 0.3          # ... and from its beat: no further, and it is late itself, as in a ritardando ...
cdef double KEPT = 0.5               # ... if so much of its belief is where they are
cdef double LEAN_EVERY_BEATS = 0.25  # so often the gaits lean towards the bar filter's phase, where it is the same beat
cdef double LEAN_SD_BEATS = 0.11
cdef double SURE_ENOUGH = 0.3
cdef double OWN_ABOVE = 0.8          # confidence that it takes to lay strokes down in the drummer's own bar
cdef double LEAN_ON_STROKES_ABOVE = 0.5              # confidence from which a stroke says where the beat is struck
cdef double LATEST_S = 0.1           # an onset told later than this after its stroke, or before it, is of no use
cdef int STEPS_BEFORE_GAITS = 2      # nothing is expected before that
cdef int STEPS_BEFORE_FOUND = 150    # where no tempo was told
cdef double TRUST_BEATS = 8.0        # time constant of the trust in what is followed ...
cdef double LOST_BELOW = 0.6         # ... and where it ends: then any tempo may be the right one
cdef double DOUBTED_BARS = 8.0       # and for so long a told tempo may turn out to be wrong
cdef double DOUBTED_BARS_OF_FEW = 1.0                 # ... from a kick and a snare alone
cdef double STAYS_WITHIN_OCTAVES = 0.8                # two tempi further apart are not both near a reference between them
cdef double OFF_BEATS = 1 / 3.0      # whoever says where the one is, and is further than this from every beat, ...
cdef double OFF_S = 0.12             # ... and than a foot may miss one by, says that they lie elsewhere
cdef double COUNTED = 0.9            # confidence in what was counted, until it is played
cdef double STOPPED_BARS = 2.5       # bars of silence after which it is as likely as not that the drummer has stopped for good
cdef double STOPPED_SPREAD_BARS = 0.6
cdef double ASLEEP_BARS = 16.0       # bars of silence after which only the tempo is kept, and the next stroke is a new beginning


# ------------------------------------------------------------------------------------------------ the verbs

cdef void follower_tell(FollowerState *f, double bpm, int beats_per_bar) noexcept nogil:
    """What the song says: tempo (0: not known) and beats in a bar (0: not known, taken as 4). Forgets the past."""
    f.told_bpm = playable(bpm) if bpm > 0 else 0
    f.beats_per_bar = 4 if beats_per_bar <= 0 else min(beats_per_bar, MAX_BEATS)
    f.ready = f.started = f.found = f.goes_on = f.own.begun = False
    flood_reset(&f.flood)
    earshot_begin(&f.earshot)
    bar_filter_miss(&f.bars, f.earshot.kinds)
    f.unread = False
    f.strokes.lean_beats = f.strokes.heard = 0
    f.beat_length = 1
    bar_filter_meter(&f.bars, f.beats_per_bar)


cdef void follower_change_meter(FollowerState *f, int beats_per_bar, double bar_beat, double beat_length) noexcept nogil:
    """The song goes on in bars of so many beats, and is at `bar_beat` of one. Beat and tempo are followed on; for the half second that it takes to
    make the meter ready, by the gaits alone. `beat_length`: over that of the first meter; where it changes, so do beat and tempo."""
    cdef double faster = f.beat_length / beat_length
    cdef bint may_stay
    beats_per_bar = min(max(beats_per_bar, 1), MAX_BEATS)
    if beats_per_bar == f.beats_per_bar and beat_length == f.beat_length:
        return
    if beat_length != f.beat_length:
        may_stay = f.started and beats_per_bar == f.beats_per_bar and fabs(log2(faster)) < STAYS_WITHIN_OCTAVES
        f.other_bpm = said_bpm(f) if may_stay else 0
        count_other_beats(f, bar_beat / faster, faster)
        f.beat_length = beat_length
    f.beats_per_bar = beats_per_bar
    follower_begin_bar(f, bar_beat)


cdef void follower_begin_bar(FollowerState *f, double bar_beat) noexcept nogil:
    """The song is at `bar_beat` of a bar now, wherever the drummer was in his: he is taken to go along."""
    f.gaits.bar_offset = rint(bar_beat - gaits_beat_at(&f.gaits, f.heard_frame))
    go_on(f)


cdef bint follower_hear_one(FollowerState *f, double frame) noexcept nogil:
    """Somebody who knows it says that a bar of his begins at `frame`, as nearly as a foot or a finger says that: with his beat that is nearest.
    Far from all of them, his beats lie half way between those that were followed. False: he has stopped, or not begun, and may begin anywhere."""
    cdef double beat = said_beat_at(f, frame), off = beat - rint(beat)
    if not f.started or silent_bars(f, f.heard_frame) > STOPPED_BARS:
        return False
    if fabs(off) > OFF_BEATS and fabs(off) * 60 / said_bpm(f) > OFF_S:
        gaits_move(&f.gaits, 0.5)
        beat += 0.5
    f.gaits.bar_offset = modulo(-rint(beat), f.beats_per_bar)
    f.bar_confidence = f.confidence
    go_on(f)
    return True


cdef bint follower_hear_octave(FollowerState *f, double faster) noexcept nogil:
    """Somebody who knows it says that his beats are `faster` times (2 or 1/2) as fast as those that were followed: these and those between, or every
    second one, a bar line still being one. So they are held to be from now on. False: nothing is followed, or nobody plays in such a tempo."""
    if not (f.started and is_playable(said_bpm(f) * faster)):
        return False
    count_in_beats(f, -f.gaits.bar_offset, faster)
    f.other_bpm *= faster
    f.trust = 1
    if silent_bars(f, f.heard_frame) > STOPPED_BARS:
        fall_asleep(f)
        f.own.begun = False
    else:
        go_on(f)
    return True


cdef void count_other_beats(FollowerState *f, double since_beats, double faster) noexcept nogil:
    """From his beat that was nearest to `since_beats` ago, beats are `faster` times as fast."""
    count_in_beats(f, rint(gaits_beat_at(&f.gaits, f.heard_frame) - since_beats), faster)


cdef void count_in_beats(FollowerState *f, double from_beat, double faster) noexcept nogil:
    """Of which there are, from this one on, `faster` times as many: nothing is known less surely."""
    if f.told_bpm > 0:
        f.told_bpm = playable(f.told_bpm * faster)
    if f.started:
        gaits_count(&f.gaits, from_beat, faster)
        gaits_expect_nothing(&f.gaits)
        f.octave += log2(faster)
        f.strokes.lean_beats *= faster


cdef void follower_count_in(FollowerState *f, double bar_one_frame, double bpm) noexcept nogil:
    """The drummer has counted: a bar begins at `bar_one_frame`, in this tempo. What was made of his clicks is forgotten."""
    cdef double beat
    if not f.started:
        gaits_start(&f.gaits, f.heard_frame, bpm)
        f.started = True
    beat = rint(gaits_beat_at(&f.gaits, bar_one_frame))
    gaits_seed(&f.gaits, bar_one_frame, beat, log2(bpm))
    gaits_expect_nothing(&f.gaits)
    f.gaits.bar_offset = modulo(-beat, f.beats_per_bar)
    f.confidence = f.bar_confidence = COUNTED
    f.trust = 1
    go_on(f)


cdef void go_on(FollowerState *f) noexcept nogil:
    """The bar filter begins anew, with the next stroke that comes when it is ready, where the gaits will be then."""
    f.ready = False
    f.unread = False
    f.goes_on, f.own.begun = f.started, False
    bar_filter_meter(&f.bars, f.beats_per_bar)


cdef void follower_tick(FollowerState *f, const Onset *onsets, int count, long long end_frame, int frames, Pulse *pulse) noexcept nogil:
    """Hear the onsets told in one tick that ends before `end_frame`, do the tick's share of work, and say where the drummer is."""
    cdef int i
    if f.found and f.confidence >= LEAN_ON_STROKES_ABOVE:
        weigh_strokes(&f.strokes, onsets, count, said_beat_at(f, f.heard_frame), said_bpm(f), f.heard_frame, f.samplerate_hz)
    if not f.ready:
        f.ready = bar_filter_prepare(&f.bars)
    for i in range(count):
        if ((f.ready or f.goes_on) and is_stroke(&onsets[i]) and fabs(onsets[i].frame - end_frame) <= LATEST_S * f.samplerate_hz
                and flood_lets_pass(&f.flood, &onsets[i], end_frame, f.samplerate_hz)):
            hear(f, &onsets[i])
    if f.bars.started and silent_bars(f, end_frame) > ASLEEP_BARS:
        fall_asleep(f)
    if f.unread:                                           # in the tick after, so that none is long
        read_answer(f)
    f.unread = bar_filter_work(&f.bars, end_frame)
    if f.ready:
        keep_own_bar(f, end_frame)
    f.heard_frame = end_frame
    say(f, end_frame, pulse)


cdef bint is_stroke(const Onset *onset) noexcept nogil:
    """Can this be one? Everything in its range, and of some kind."""
    return (0 <= onset.strength <= 1 and 0 <= onset.kick <= 1 and 0 <= onset.snare <= 1 and 0 <= onset.cymbal <= 1
            and onset.kick + onset.snare + onset.cymbal > 0.02)


cdef void hear(FollowerState *f, const Onset *onset) noexcept nogil:
    """One stroke, for both trackers; the first one starts them. While another meter is made ready, for the gaits alone."""
    if not f.bars.started and onset.look == SECOND:
        return
    if f.ready and not f.bars.started:
        if f.goes_on:
            bar_filter_go_on(&f.bars, onset.frame, said_bpm(f), bar_beat_at(f, onset.frame), f.other_bpm)
        else:
            bar_filter_start(&f.bars, onset, said_bpm(f) if f.started else f.told_bpm)
        f.goes_on = False
        f.other_bpm = 0
        f.is_new = not f.started
        if f.is_new:
            gaits_start(&f.gaits, onset.frame, f.told_bpm if f.told_bpm > 0 else UNTOLD_BPM)
            f.confidence = f.bar_confidence = 0.3
            f.trust = 1
            f.lean_frame = onset.frame
            f.started = True
    if onset.look != SECOND:
        f.last_onset_frame = onset.frame
    if f.ready and onset.look != FIRST:
        bar_filter_hear(&f.bars, onset)
        bar_filter_miss(&f.bars, earshot_hear(&f.earshot, onset))
        if f.own.begun and f.confidence > OWN_ABOVE:
            own_bar_strike(&f.bars.patterns, bin_at(f, onset.frame), onset)
    if onset.look != SECOND and (f.bars.step >= STEPS_BEFORE_GAITS or not f.ready):
        gaits_hear(&f.gaits, onset)


cdef inline double bar_beat_at(FollowerState *f, double frame) noexcept nogil:
    return modulo(gaits_beat_at(&f.gaits, frame) + f.gaits.bar_offset, f.beats_per_bar)


cdef void keep_own_bar(FollowerState *f, double frame) noexcept nogil:
    """Let the drummer's own bar go on to `frame`, and one bin of it be made ready."""
    cdef int bin_
    if not f.own.begun:
        own_bar_begin(&f.own, &f.bars.patterns, bin_at(f, frame) if f.started else 0)
    elif f.bars.started:
        own_bar_pass(&f.own, &f.bars.patterns, bin_at(f, frame), f.confidence > OWN_ABOVE)
    bin_ = own_bar_renew(&f.own, &f.bars.patterns)
    if bin_ >= 0:
        bar_filter_renew(&f.bars, OWN, bin_)


cdef inline double bin_at(FollowerState *f, double frame) noexcept nogil:
    """Place in the bar at a frame, in bins."""
    return modulo(gaits_beat_at(&f.gaits, frame) + f.gaits.bar_offset, f.bars.patterns.beats) * BINS_PER_BEAT


cdef double silent_bars(FollowerState *f, double frame) noexcept nogil:
    """For how many bars nothing has been heard, at the gaits' tempo."""
    return (frame - f.last_onset_frame) / f.samplerate_hz * pow(2, gaits_octave(&f.gaits)) / 60 / f.beats_per_bar


cdef void fall_asleep(FollowerState *f) noexcept nogil:
    """Nothing was played for so long that the bar filter has only its drift left to go by: it forgets, and the gaits go on alone."""
    bar_filter_meter(&f.bars, f.beats_per_bar)
    f.ready = False
    f.unread = False
    f.confidence = fmin(f.confidence, SURE_ENOUGH)
    f.bar_confidence = fmin(f.bar_confidence, f.confidence)
    f.trust = 1


cdef void say(FollowerState *f, long long end_frame, Pulse *pulse) noexcept nogil:
    """Fill in the pulse at the last frame heard."""
    f.found = f.found or f.started and (f.told_bpm > 0 or f.bars.step > STEPS_BEFORE_FOUND)
    pulse.found = f.found
    pulse.beats_per_bar = f.beats_per_bar
    pulse.beat_length = f.beat_length
    if not f.started:
        pulse.beat = pulse.bar_beat = pulse.confidence = pulse.bar_confidence = pulse.playing = 0
        pulse.bpm = f.told_bpm if f.told_bpm > 0 else UNTOLD_BPM
        return
    pulse.beat = said_beat_at(f, end_frame)
    pulse.bpm = said_bpm(f)
    pulse.bar_beat = modulo(pulse.beat + f.gaits.bar_offset, f.beats_per_bar)
    pulse.confidence = f.confidence
    pulse.bar_confidence = f.bar_confidence
    pulse.playing = 1 / (1 + exp(fmin((silent_bars(f, end_frame) - STOPPED_BARS) / STOPPED_SPREAD_BARS, 50)))


cdef bint is_playable(double bpm) noexcept nogil:
    return SLOWEST_BPM <= bpm <= FASTEST_BPM


cdef inline double playable(double bpm) noexcept nogil:
    return fmin(fmax(bpm, SLOWEST_BPM), FASTEST_BPM)


cdef inline double said_beat_at(FollowerState *f, double frame) noexcept nogil:
    return gaits_beat_at(&f.gaits, frame) - f.strokes.lean_beats


cdef inline double said_bpm(FollowerState *f) noexcept nogil:
    return playable(pow(2, gaits_octave(&f.gaits)))


# ------------------------------------------------------------------------------------------------ what the bar filter says

cdef void read_answer(FollowerState *f) noexcept nogil:
    """Compare the bar filter's new answer with the gaits: how sure are they, and are they overruled?"""
    cdef float[MAX_BEATS * PLACES_PER_BEAT] bar            # belief by place in the bar, at the tempo level followed
    cdef float[PLACES_PER_BEAT] beat                       # by place in the beat
    cdef double fine = gaits_octave(&f.gaits)
    cdef double level = belief_level(&f.bars, fine), octave = 0, beat_at, here, gap, total = f.bars.total
    cdef int i, best, mine, places = f.bars.patterns.beats * PLACES_PER_BEAT
    if not f.bars.started:                                 # it lost all belief, and forgets
        f.ready = False
        return
    octave = belief_at_level(&f.bars, level, bar)
    memset(beat, 0, sizeof(beat))
    for i in range(places):
        beat[i % PLACES_PER_BEAT] += bar[i]

    beat_at = gaits_beat_at(&f.gaits, f.bars.answer_frame)
    mine = <int>((beat_at - floor(beat_at)) * PLACES_PER_BEAT) % PLACES_PER_BEAT
    best = belief_surest(beat, PLACES_PER_BEAT)
    here = belief_near(beat, PLACES_PER_BEAT, mine)
    gap = belief_centre(beat, best) - (beat_at - floor(beat_at))
    gap -= floor(gap + 0.5)
    if (not belief_is_same_level(level, fine)
            or fabs(octave - fine) > OTHER_TEMPO_OCTAVES and (fabs(gap) > SAME_BEAT or here < KEPT * total)
            or belief_near(beat, PLACES_PER_BEAT, best) - here > OVERRULE * total):
        beat_at += gap
        gaits_seed(&f.gaits, f.bars.answer_frame, beat_at, octave)
        f.own.begun = False
        here = belief_near(beat, PLACES_PER_BEAT, best)
    elif may_lean(f, octave) and here > SURE_ENOUGH * total and fabs(gap) < SAME_BEAT:
        f.lean_frame = f.bars.answer_frame
        gaits_lean(&f.gaits, gap, LEAN_SD_BEATS)
    f.confidence = fmin(here / total, 1)
    read_bar(f, bar, beat_at)
    f.trust += (f.confidence - f.trust) * fmin(1, f.bars.step_frames / f.samplerate_hz * pow(2, octave) / 60 / TRUST_BEATS)
    bar_filter_refer(&f.bars, octave, f.trust < LOST_BELOW, is_doubted(f, octave))
    f.octave = octave
    gaits_expect(&f.gaits, &f.bars, octave)


cdef bint is_doubted(FollowerState *f, double octave) noexcept nogil:
    """May the tempo told turn out to be wrong? Not after DOUBTED_BARS, nor where it is the drummer's own that goes on, nor in bars of
    more than four beats: their patterns are put together from shorter ones, and another tempo can look better by chance. And where
    no cymbals are within earshot not for long: a kick and a snare alone look much the same in half the tempo."""
    cdef double bars = DOUBTED_BARS if f.earshot.kinds == KINDS else DOUBTED_BARS_OF_FEW
    return (f.is_new and f.beats_per_bar <= 4
            and f.bars.step * f.bars.step_frames / f.samplerate_hz * pow(2, octave) / 60 < bars * f.beats_per_bar)


cdef bint may_lean(FollowerState *f, double octave) noexcept nogil:
    """Is it time again, and was anything heard since? In silence the gaits keep their own time."""
    cdef double beats = (f.bars.answer_frame - f.lean_frame) / f.samplerate_hz * pow(2, octave) / 60
    return beats > LEAN_EVERY_BEATS and f.last_onset_frame > f.lean_frame


cdef void read_bar(FollowerState *f, const float *bar, double beat_at) noexcept nogil:
    """Which beat of the bar it is, and how sure that is."""
    cdef int beats = f.bars.patterns.beats, shift, best = 0
    cdef double[MAX_BEATS] belief
    for shift in range(beats):
        belief[shift] = belief_near(bar, beats * PLACES_PER_BEAT, place_in_bar(f, beat_at + shift))
        if belief[shift] > belief[best]:
            best = shift
    if belief[best] - belief[0] > OVERRULE_BAR * f.bars.total:
        f.gaits.bar_offset = modulo(f.gaits.bar_offset + best, beats)
        f.own.begun = False
        belief[0] = belief[best]
    for shift in range(1, beats // f.beats_per_bar):                    # short bars in one cycle: any of them will do
        belief[0] += belief_near(bar, beats * PLACES_PER_BEAT, place_in_bar(f, beat_at + shift * f.beats_per_bar))
    f.bar_confidence = fmin(belief[0] / f.bars.total, f.confidence)


cdef inline int place_in_bar(FollowerState *f, double beat) noexcept nogil:
    cdef int places = f.bars.patterns.beats * PLACES_PER_BEAT
    return <int>(modulo(beat + f.gaits.bar_offset, f.bars.patterns.beats) * PLACES_PER_BEAT) % places


# ------------------------------------------------------------------------------------------------ for Python

Said = namedtuple("Pulse", "beat bar_beat bpm confidence bar_confidence playing beats_per_bar found")
globals()["Pulse"] = Said
Believed = namedtuple("Hypothesis", "bpm bar_beat belief")
globals()["Hypothesis"] = Believed


cdef said(const Pulse *pulse):
    return Said(pulse.beat, pulse.bar_beat, pulse.bpm, pulse.confidence, pulse.bar_confidence, pulse.playing, pulse.beats_per_bar,
                bool(pulse.found))


cdef class Follower:
    """A follower for onsets on a clock of `samplerate_hz`, told the song's tempo and meter where they are known."""

    def __cinit__(self, double samplerate_hz, bpm=None, beats_per_bar=None):
        if not 8_000 <= samplerate_hz <= 768_000:
            raise ValueError(f"samplerate_hz must lie in 8000..768000, not {samplerate_hz:g}")
        self.state = <FollowerState *>reserve(1, sizeof(FollowerState))
        if self.state is NULL:
            raise MemoryError
        self.samplerate_hz = self.state.samplerate_hz = self.state.gaits.samplerate_hz = samplerate_hz
        if not bar_filter_allot(&self.state.bars, samplerate_hz):
            raise MemoryError
        self.tell(bpm, beats_per_bar)
        while not bar_filter_prepare(&self.state.bars):
            pass
        self.state.ready = True

    def __dealloc__(self):
        if self.state is not NULL:
            bar_filter_free(&self.state.bars)
            release(self.state)

    def tell(self, bpm=None, beats_per_bar=None):
        """What the song says. Forgets the past; a new meter takes about half a second of ticks to be made ready."""
        follower_tell(self.state, 0 if bpm is None else bpm, 0 if beats_per_bar is None else beats_per_bar)

    def change_meter(self, int beats_per_bar, double bar_beat, double beat_length=1.0):
        """The song goes on in another meter, and is at `bar_beat` of a bar. Beat and tempo are followed on; with a `beat_length` of
        0.5, where the one before was 1, in beats that are twice as fast."""
        follower_change_meter(self.state, beats_per_bar, bar_beat, beat_length)

    def count_in(self, double bar_one_frame, double bpm):
        """The drummer has counted: a bar begins at `bar_one_frame`, in this tempo. What was made of his clicks is forgotten."""
        follower_count_in(self.state, bar_one_frame, playable(bpm))

    def hear_octave(self, double faster):
        """His beats are twice (2) or half (0.5) as fast as those that were followed. False where that cannot be."""
        return bool(follower_hear_octave(self.state, faster))

    def tick(self, onsets, int frames):
        """Hear one tick of `frames` frames with the onsets told in it; returns the pulse at its end."""
        cdef Onset[MAX_ONSETS] heard
        cdef Pulse pulse
        cdef int count = read_onsets(onsets, heard)
        self.heard_frames += frames
        follower_tick(self.state, heard, count, self.heard_frames, frames, &pulse)
        return said(&pulse)

    def hear(self, onsets, long long until_frame):
        """Hear on to `until_frame` tick by tick, with those of these onsets that are told on the way; returns the pulse there."""
        cdef Onset[MAX_ONSETS] heard
        cdef Pulse pulse
        cdef const long long[::1] told = np.ascontiguousarray(onsets["told_frame"])
        cdef Py_ssize_t at = np.searchsorted(told, self.heard_frames, side="right"), upto = at
        cdef int count, frames
        if until_frame <= self.heard_frames:
            raise ValueError(f"{self.heard_frames} frames have been heard already, and {until_frame} are asked for")
        while self.heard_frames < until_frame:
            frames = <int>min(TICK - self.heard_frames % TICK, until_frame - self.heard_frames)
            self.heard_frames += frames
            while upto < told.shape[0] and told[upto] <= self.heard_frames:
                upto += 1
            count = read_onsets(onsets[at:upto], heard) if upto > at else 0
            at = upto
            follower_tick(self.state, heard, count, self.heard_frames, frames, &pulse)
        return said(&pulse)

    def hypotheses(self, int room=2):
        """What the drummer may be playing at the last frame heard, surest first. Only looks: nothing that is followed changes."""
        cdef Hypothesis[MOST_HYPOTHESES] found
        cdef int count = rank_hypotheses(&self.state.bars, self.state.heard_frame, found, room), i
        return [Believed(found[i].bpm, found[i].bar_beat, found[i].belief) for i in range(count)]
