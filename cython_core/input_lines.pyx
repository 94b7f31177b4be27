"""The kit's input lines: microphones by drum, and the notes of pads, made into one list of strokes.

Every line has an onset finder of its own; what two or more tell of one stroke is put together by `strokes`. Pads: their notes join the
strokes of the microphones after their constant delay, which is learned, has been taken off, and say as second looks which drums those
were. One line and no notes are passed on as they are.
"""

from libc.math cimport exp2f, fabs, fmax, fmaxf, log2f
from libc.string cimport memset

import numpy as np

from cython_core.bleed cimport bleed_play, bleed_reset, bleed_tick, coupling_hop, coupling_reset, coupling_tick, explain_away
from cython_core.memory cimport release, reserve
from cython_core.onsets cimport BANDS, HOPS_RING, ONLY, SECOND, SEEN_AFTER, bank_tick, begin_again, judge_again, judge_hop, keep_hop, onsets_reset
from cython_core.earshot cimport earshot_hear
from cython_core.onsets import ONSET
from cython_core.second_look cimport HOPS_AFTER
from cython_core.strokes cimport (
    HAT, KICK, MIX, OVERHEAD, SNARE, TOM, strokes_hear, strokes_open, strokes_remember, strokes_reset, strokes_tell, trust, was_padded,
    tells_beyond_pads, was_told,
)

cdef enum:
    LINES_A_TICK = 2                 # whose hops are judged in one tick; a hop lasts four ticks and more
    FOUND = 8                        # onsets of one line in a tick, at most

cdef double AUDIBLE_S = 4.0          # notes wait for sound if any was heard in this time
cdef double PAIR_S = 0.045           # a note and a sound further apart than this are not of one stroke
cdef double PAIRED_AFTER_S = 0.07    # by then all notes that may be of a sound's stroke have come
cdef double PAD_STEP = 0.08          # of the way to a new measurement of the pads' delay
cdef double PAIRS_ENOUGH = 12.0
cdef float DB_PER_OCTAVE_OF_POWER = 3.0103
cdef float LOUDEST_SINKS_DB = 0.1    # with each stroke


cdef void lines_reset(InputLines *l, double samplerate_hz, const int *drums, int count) noexcept nogil:
    """Silence since ever, on so many lines (1 .. MAX_LINES)."""
    cdef int i
    memset(l, 0, sizeof(l[0]))
    l.samplerate_hz, l.count, l.last_heard, l.way_frames, l.looking = samplerate_hz, count, -1, -1, -1
    for i in range(count):
        onsets_reset(&l.line[i].finder, samplerate_hz)
        coupling_reset(&l.line[i].coupling)
    strokes_reset(&l.strokes, samplerate_hz, drums, count)
    bleed_reset(&l.bleed, samplerate_hz)


cdef void lines_note(InputLines *l, const Onset *onset) noexcept nogil:
    """A note has come from the pads."""
    if l.notes < MAX_ONSETS:
        l.note[l.notes] = onset[0]
        l.notes += 1


cdef void lines_band(InputLines *l, const float *band, int frames) noexcept nogil:
    """What the band plays in the frames of the next tick, as it leaves its bus."""
    bleed_play(&l.bleed, band, frames)


cdef float lines_loudest_db(const InputLines *l) noexcept nogil:
    """Mean power of the loudest 3 ms that a line has heard of late."""
    cdef float loudest = l.line[0].finder.loudest
    cdef int i
    for i in range(1, l.count):
        loudest = fmaxf(loudest, l.line[i].finder.loudest)
    return DB_PER_OCTAVE_OF_POWER * loudest


cdef int lines_tick(InputLines *l, const float *const *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil:
    """Hear up to a tick on every line. Returns how many strokes are told now."""
    cdef int i, told = 0
    cdef long long end = first_frame + frames, tick = first_frame // TICK
    cdef bint is_plain = l.count == 1 and not l.notes and not strokes_open(&l.strokes)
    if l.way_frames >= 0:
        bleed_tick(&l.bleed, l.way_frames, frames)
    for i in range(l.count):
        if bank_tick(&l.line[i].finder, heard[i], frames, first_frame):
            l.line[i].is_due, l.line[i].due_tick = True, tick + i // LINES_A_TICK
        if l.way_frames >= 0 and end % TICK == 0:
            coupling_tick(&l.line[i].coupling, &l.bleed, &l.line[i].finder, tick, i)
        if l.line[i].is_due and tick >= l.line[i].due_tick:
            l.line[i].is_due = False
            told += judge_line(l, i, end, is_plain, found + told, room - told)
    told += look_again_in_turn(l, tick, end, is_plain, found + told, room - told)
    while l.paired < l.sounds and l.sound[l.paired % NOTES_KEPT] < end - PAIRED_AFTER_S * l.samplerate_hz:
        learn_pads(l, l.sound[l.paired % NOTES_KEPT])
        l.paired = max(l.paired + 1, l.sounds - NOTES_KEPT)
    told += take_notes(l, end, found + told, room - told)
    return told + strokes_tell(&l.strokes, end, found + told, room - told)


cdef int judge_line(InputLines *l, int i, long long end, bint is_plain, Onset *found, int room) noexcept nogil:
    """What the last hop of a line has to say at first; a second look waits for its turn."""
    cdef Onset[FOUND] now
    cdef InputLine *line = &l.line[i]
    cdef int count
    if l.way_frames >= 0:
        coupling_hop(&line.coupling, &l.bleed, line.finder.kept_power)
    keep_hop(&line.finder)
    count = judge_hop(&line.finder, now, FOUND)
    if line.finder.is_asked_again:
        l.asked += 1
        line.asked = l.asked
        line.asked_under_db = 3 * (level_near(&line.finder, HOPS_AFTER - SEEN_AFTER) - line.loudest)
    return pass_on(l, i, now, count, end, is_plain, found, room)


cdef int look_again_in_turn(InputLines *l, long long tick, long long end, bint is_plain, Onset *found, int room) noexcept nogil:
    """Of second looks, which cost more than all else, the second half of one and the first of the next: of the line that has waited
    longest. A line has none in three hops after one."""
    cdef Onset[FOUND] now
    cdef int i, told = 0
    if l.looking >= 0:
        if tick == l.line[l.looking].finder.begun_tick:
            return 0
        told = pass_on(l, l.looking, now, judge_again(&l.line[l.looking].finder, now, FOUND), end, is_plain, found, room)
    l.looking = -1
    for i in range(l.count):
        if l.line[i].asked and (l.looking < 0 or l.line[i].asked < l.line[l.looking].asked):
            l.looking = i
    if l.looking >= 0:
        l.line[l.looking].asked = 0
        begin_again(&l.line[l.looking].finder, tick)
    return told


cdef int pass_on(InputLines *l, int i, Onset *now, int count, long long end, bint is_plain, Onset *found, int room) noexcept nogil:
    """Told at once where there is nobody else to ask, else put to what the other lines say."""
    cdef InputLine *line = &l.line[i]
    cdef int k, told = 0
    for k in range(count):
        if l.way_frames >= 0 and not explain_away(&line.coupling, &line.finder, &now[k]):
            continue
        l.last_heard = end
        if now[k].look != SECOND:
            l.sound[l.sounds % NOTES_KEPT] = now[k].frame
            l.sounds += 1
        elif was_padded(&l.strokes, now[k].frame) and not tells_beyond_pads(&l.strokes, &now[k]):
            continue
        if not is_plain:
            strokes_hear(&l.strokes, &now[k], i, end, under_db(line) if now[k].look != SECOND else line.asked_under_db)
        elif told < room:
            found[told] = now[k]
            if now[k].look != SECOND:
                strokes_remember(&l.strokes, now[k].frame, False)
            told += 1
    return told


cdef float under_db(InputLine *line) noexcept nogil:
    """How loud the last hops of a line are, against its loud strokes."""
    cdef float level = level_near(&line.finder, 0)
    if line.loudest == 0 or level > line.loudest:
        line.loudest = level if line.loudest == 0 else line.loudest + 0.3 * (level - line.loudest)
    else:
        line.loudest -= LOUDEST_SINKS_DB / 3
    return 3 * (level - line.loudest)


cdef float level_near(const OnsetState *o, int hops_ago) noexcept nogil:
    """log2 power of the loudest of four hops, the last of them so long ago."""
    cdef float power, most = 0
    cdef int hop, band
    for hop in range(hops_ago, hops_ago + 4):
        power = 0
        for band in range(BANDS):
            power += exp2f(o.level[(o.newest + HOPS_RING - hop) % HOPS_RING][band])
        most = fmaxf(most, power)
    return log2f(most + 1e-13)


# ------------------------------------------------------------------------------------------------ pads

cdef int take_notes(InputLines *l, long long end, Onset *found, int room) noexcept nogil:
    """Notes join what the microphones hear, or come as a second look at it; where those hear nothing they are told at once."""
    cdef int i, told = 0
    cdef bint is_alone = l.last_heard < 0 or end - l.last_heard > AUDIBLE_S * l.samplerate_hz
    for i in range(l.notes):
        l.newest = (l.newest + 1) % NOTES_KEPT
        l.struck[l.newest] = l.note[i].frame
        if l.pairs >= PAIRS_ENOUGH:
            l.note[i].frame -= l.pad_late
        earshot_hear(&l.strokes.pads, &l.note[i])
        if not is_alone and not was_told(&l.strokes, l.note[i].frame):
            strokes_hear(&l.strokes, &l.note[i], -1, end, 0)
        elif told < room:
            found[told] = l.note[i]
            if not is_alone:                                    # the microphones were quicker
                strokes_remember(&l.strokes, l.note[i].frame, True)
                found[told].look = SECOND
            told += 1
    l.notes = 0
    return told


cdef void learn_pads(InputLines *l, double frame) noexcept nogil:
    """A microphone heard a stroke: how much later than that came the note nearest to it?"""
    cdef double late, nearest = PAIR_S * l.samplerate_hz, step
    cdef int i
    cdef bint is_met = False
    for i in range(NOTES_KEPT):
        late = l.struck[i] - frame - (l.pad_late if l.pairs >= PAIRS_ENOUGH else 0)
        if l.struck[i] > 0 and fabs(late) < fabs(nearest):
            nearest, is_met = late, True
    if not is_met:
        return
    nearest += l.pad_late if l.pairs >= PAIRS_ENOUGH else 0
    l.pairs += 1
    step = fmax(1 / l.pairs, PAD_STEP)
    l.strokes.pad_jitter += step * (fabs(nearest - l.pad_late) - l.strokes.pad_jitter)
    l.pad_late += step * (nearest - l.pad_late)


# ------------------------------------------------------------------------------------------------ for Python

DRUMS = {"mix": MIX, "kick": KICK, "snare": SNARE, "tom": TOM, "hat": HAT, "overhead": OVERHEAD}


cdef class Lines:
    """Input lines by what stands before each microphone. `feed` is for files and tests; the instrument calls `lines_tick`."""

    def __cinit__(self, double samplerate_hz, drums=("mix",), inputs=None):
        cdef int[MAX_LINES] declared
        if not 44_100 <= samplerate_hz <= 192_000:
            raise ValueError(f"samplerate_hz must lie in 44100..192000, not {samplerate_hz:g}")
        if not 1 <= len(drums) <= MAX_LINES:
            raise ValueError(f"there may be 1 to {MAX_LINES} lines, not {len(drums)}")
        self.drums, self.inputs = tuple(drums), (-1,) * len(drums) if inputs is None else tuple(inputs)
        if len(self.inputs) != len(drums):
            raise ValueError(f"{len(drums)} lines on {len(self.inputs)} inputs")
        for i, drum in enumerate(drums):
            if drum not in DRUMS:
                raise ValueError(f"a line is one of {', '.join(DRUMS)}, not {drum}")
            declared[i] = DRUMS[drum]
        self.state = <InputLines *>reserve(1, sizeof(InputLines))
        if self.state is NULL:
            raise MemoryError
        lines_reset(self.state, samplerate_hz, declared, len(drums))

    def __dealloc__(self):
        release(self.state)

    def feed(self, sound, notes=None, band=None, double way_s=0.0):
        """Hear the next stretch; returns the strokes told in it, as an array of ONSET."""
        cdef const float[:, ::1] heard = np.ascontiguousarray(sound, dtype=np.float32)
        cdef const float[::1] played = np.ascontiguousarray(np.zeros(0) if band is None else band, dtype=np.float32)
        cdef const float *line[MAX_LINES]
        cdef Onset[MAX_ONSETS] found
        cdef Onset note
        cdef Py_ssize_t at = 0, frames = heard.shape[1], coming = 0
        cdef int part, i, count
        if heard.shape[0] != self.state.count:
            raise ValueError(f"there are {self.state.count} lines, not {heard.shape[0]}")
        if band is not None and played.shape[0] != frames:
            raise ValueError("the band must be as long as the sound")
        self.state.way_frames = -1 if band is None else way_s * self.state.samplerate_hz
        notes = np.empty(0, ONSET) if notes is None else notes
        rows = []
        while at < frames:
            part = <int>min(frames - at, TICK - self.frame % TICK)
            for i in range(self.state.count):
                line[i] = &heard[i, at]
            if band is not None:
                lines_band(self.state, &played[at], part)
            while coming < len(notes) and notes["told_frame"][coming] <= self.frame + part:
                row = notes[coming]
                note.frame, note.strength, note.kick, note.snare, note.cymbal = (
                    row["frame"], row["strength"], row["kick"], row["snare"], row["cymbal"]
                )
                note.look = ONLY
                lines_note(self.state, &note)
                coming += 1
            count = lines_tick(self.state, line, part, self.frame, found, MAX_ONSETS)
            at += part
            self.frame += part
            for i in range(count):
                rows.append((found[i].frame, found[i].strength, found[i].kick, found[i].snare, found[i].cymbal, self.frame, found[i].look))
        return np.array(rows, dtype=ONSET)

    def trusts(self):
        """For each line, 0..1: how probable it is that what it says is so."""
        return tuple(trust(&self.state.strokes.teller[i]) for i in range(self.state.count))

    @property
    def pads_late_s(self):
        """How much later than the microphones the pads are; 0 until that is known."""
        return self.state.pad_late / self.state.samplerate_hz if self.state.pairs >= PAIRS_ENOUGH else 0.0
