"""The kit's input lines: microphones by drum, and the notes of pads, made into one list of strokes.

Every line has an onset finder of its own. What two or more tell within SAME_S is one stroke; it is passed on WAIT_S after the first
told of it. What a line declared as a kick hears loudly is a kick, whatever the network thinks; what others take for a kick counts
only as far as that line is not to be trusted. Trust is the odds that a line tells the truth: up with each stroke that others confirm,
down with each that nobody else heard, and with each of its own drum that it did not hear. So a dead or a crackling line drops out.

Pads: their notes join the strokes of the microphones after their constant delay, which is learned, has been taken off. One line and
no notes are passed on as they are.
"""

from libc.math cimport exp, exp2f, fabs, fmax, fmaxf, fmin, fminf, log2f
from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

from cython_core.bleed cimport bleed_play, bleed_reset, bleed_tick, coupling_hop, coupling_reset, explain_away
from cython_core.onsets cimport BANDS, FIRST, HOPS_RING, ONLY, SECOND, bank_tick, judge_hop, keep_hop, onsets_reset
from cython_core.onsets import ONSET

cdef enum:
    LINES_A_TICK = 2                 # whose hops are judged in one tick; a hop lasts four ticks and more
    FOUND = 8                        # onsets of one line in a tick, at most

cdef double SAME_S = 0.010           # two lines' words closer than this are about one stroke
cdef double WAIT_S = 0.0055          # from the first word to the last: the finder takes 9 to 15 ms
cdef double AUDIBLE_S = 4.0          # notes wait for sound if any was heard in this time
cdef double PAIR_S = 0.045           # a note and a sound further apart than this are not of one stroke
cdef double PAIRED_AFTER_S = 0.07    # by then all notes that may be of a sound's stroke have come
cdef double PAD_STEP = 0.08          # of the way to a new measurement of the pads' delay
cdef double PAIRS_ENOUGH = 12.0
cdef double FINDER_S = 0.0155        # after a stroke the onset finder has told of it
cdef double AGAIN_S = 0.025          # a late note this near to a stroke already told is about that one
cdef float BLEED_DB = -14.0          # under a line's loud strokes: from here down it hears other drums through its microphone ...
cdef float OWN_DB = -8.0             # ... and from here up its own
cdef float LOUDEST_SINKS_DB = 0.1    # with each stroke
cdef float LOUD = 0.40               # strength from which what a line says that hears all is held for or against it
cdef double START_BELIEF = 2.0
cdef double MOST_BELIEF = 4.0
cdef double CONFIRMED = 0.4          # log odds: a loud stroke that another line heard too
cdef double ALONE = -0.15            # that no other line heard
cdef double DENIED = -0.8            # and that a line which hears the whole kit, or the drum's own line, ought to have heard
cdef double UNCONFIRMED = 1.0        # belief in a line that nobody confirms, and nobody denies
cdef float BLED = 0.9                # how far a line believes the network that what it hears is another line's drum
cdef double MISSED = -0.5            # a stroke on its own drum that only others heard
cdef float UNLIKELY = 0.05           # that a drum was struck, below which it is not told at a second look
cdef float SURELY = 0.7              # likelihood from which another line's word for a drum is held against the line that missed it


cdef void lines_reset(InputLines *l, double samplerate_hz, const int *drums, int count) noexcept nogil:
    """Silence since ever, on so many lines (1 .. MAX_LINES)."""
    cdef int i
    memset(l, 0, sizeof(l[0]))
    l.samplerate_hz, l.count, l.last_heard, l.way_frames = samplerate_hz, count, -1, -1
    for i in range(count):
        l.line[i].drum = drums[i]
        l.line[i].belief = START_BELIEF
        onsets_reset(&l.line[i].finder, samplerate_hz)
        coupling_reset(&l.line[i].coupling)
    bleed_reset(&l.bleed, samplerate_hz)


cdef double trust(const InputLine *line) noexcept nogil:
    """0..1: how probable it is that what this line says is so."""
    return 1 / (1 + exp(-line.belief))


cdef void lines_note(InputLines *l, const Onset *onset) noexcept nogil:
    """A note has come from the pads."""
    if l.notes < MAX_ONSETS:
        l.note[l.notes] = onset[0]
        l.notes += 1


cdef void lines_band(InputLines *l, const float *band, int frames) noexcept nogil:
    """What the band plays in the frames of the next tick, as it leaves its bus."""
    bleed_play(&l.bleed, band, frames)


cdef int lines_tick(InputLines *l, const float *const *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil:
    """Hear up to a tick on every line. Returns how many strokes are told now."""
    cdef Onset[FOUND] now
    cdef int i, k, count, told = 0
    cdef long long end = first_frame + frames
    cdef bint is_plain = l.count == 1 and not l.notes and not any_open(l)
    if l.way_frames >= 0:
        bleed_tick(&l.bleed, l.way_frames, frames)
    for i in range(l.count):
        if bank_tick(&l.line[i].finder, heard[i], frames, first_frame):
            l.line[i].is_due, l.line[i].waits = True, i // LINES_A_TICK
        if l.line[i].is_due and l.line[i].waits == 0:
            l.line[i].is_due = False
            if l.way_frames >= 0:
                coupling_hop(&l.line[i].coupling, &l.bleed, l.line[i].finder.kept_power)
            keep_hop(&l.line[i].finder)
            count = judge_hop(&l.line[i].finder, now, FOUND)
            for k in range(count):
                if l.way_frames >= 0 and not explain_away(&l.line[i].coupling, &l.line[i].finder, &now[k]):
                    continue
                l.last_heard = end
                if now[k].look != SECOND:
                    l.sound[l.sounds % NOTES_KEPT] = now[k].frame
                    l.sounds += 1
                elif is_near(l, l.padded, now[k].frame, AGAIN_S):
                    continue
                if is_plain and told < room:
                    found[told] = now[k]
                    if now[k].look != SECOND:
                        remember(l, now[k].frame, False)
                    told += 1
                elif not is_plain:
                    join(l, &now[k], i, end, under_db(&l.line[i]) if now[k].look != SECOND else 0)
        l.line[i].waits -= 1
    while l.paired < l.sounds and l.sound[l.paired % NOTES_KEPT] < end - PAIRED_AFTER_S * l.samplerate_hz:
        learn_pads(l, l.sound[l.paired % NOTES_KEPT])
        l.paired = max(l.paired + 1, l.sounds - NOTES_KEPT)
    told += take_notes(l, end, found + told, room - told)
    return told + close_groups(l, end, found + told, room - told)


cdef bint any_open(const InputLines *l) noexcept nogil:
    cdef int g
    for g in range(GROUPS):
        if l.group[g].is_open:
            return True
    return False


# ------------------------------------------------------------------------------------------------ pads

cdef int take_notes(InputLines *l, long long end, Onset *found, int room) noexcept nogil:
    """Notes join what the microphones hear; where those hear nothing they are told at once."""
    cdef int i, told = 0
    cdef bint is_alone = l.last_heard < 0 or end - l.last_heard > AUDIBLE_S * l.samplerate_hz
    for i in range(l.notes):
        l.newest = (l.newest + 1) % NOTES_KEPT
        l.struck[l.newest] = l.note[i].frame
        if l.pairs >= PAIRS_ENOUGH:
            l.note[i].frame -= l.pad_late
        if not is_alone:
            if not is_near(l, l.told, l.note[i].frame, AGAIN_S):
                join(l, &l.note[i], -1, end, 0)
        elif told < room:
            found[told] = l.note[i]
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
    l.pad_jitter += step * (fabs(nearest - l.pad_late) - l.pad_jitter)
    l.pad_late += step * (nearest - l.pad_late)


# ------------------------------------------------------------------------------------------------ strokes

cdef float under_db(InputLine *line) noexcept nogil:
    """How loud the last hops of a line are, against its loud strokes."""
    cdef const OnsetState *o = &line.finder
    cdef float power, most = 0, level
    cdef int hop, band
    for hop in range(4):
        power = 0
        for band in range(BANDS):
            power += exp2f(o.level[(o.newest + HOPS_RING - hop) % HOPS_RING][band])
        most = fmaxf(most, power)
    level = log2f(most + 1e-13)
    if line.loudest == 0 or level > line.loudest:
        line.loudest = level if line.loudest == 0 else line.loudest + 0.3 * (level - line.loudest)
    else:
        line.loudest -= LOUDEST_SINKS_DB / 3
    return 3 * (level - line.loudest)


cdef inline void remember(InputLines *l, double frame, bint is_padded) noexcept nogil:
    l.newest_told = (l.newest_told + 1) % NOTES_KEPT
    l.told[l.newest_told] = frame
    l.padded[l.newest_told] = frame if is_padded else 0


cdef bint is_near(const InputLines *l, const double *frames, double frame, double near_s) noexcept nogil:
    """Is one of the last strokes told so near to this frame?"""
    cdef int i
    for i in range(NOTES_KEPT):
        if frames[i] > 0 and fabs(frames[i] - frame) < near_s * l.samplerate_hz:
            return True
    return False


cdef void join(InputLines *l, const Onset *onset, int line, long long end, float under) noexcept nogil:
    """One word more about a stroke, or the first about another. line -1: the pads."""
    cdef int g, into = -1, free_ = -1
    cdef Said *said
    for g in range(GROUPS):
        if not l.group[g].is_open:
            free_ = g
        elif l.group[g].is_second == (onset.look == SECOND) and fabs(l.group[g].frame - onset.frame) <= SAME_S * l.samplerate_hz:
            said = &l.group[g].pad if line < 0 else &l.group[g].line[line]
            if not said.is_heard or onset.look != FIRST:
                into = g
    if into < 0:
        if free_ < 0:
            return
        into = free_
        memset(&l.group[into], 0, sizeof(Group))
        l.group[into].is_open, l.group[into].frame, l.group[into].is_second = True, onset.frame, onset.look == SECOND
        l.group[into].due_frame = end + <long long>(WAIT_S * l.samplerate_hz)
        if line < 0:
            l.group[into].due_frame = max(l.group[into].due_frame, <long long>(onset.frame + FINDER_S * l.samplerate_hz))
    said = &l.group[into].pad if line < 0 else &l.group[into].line[line]
    if said.is_heard:                                           # two pads at once, or a second look's next drum
        said.onset.kick = fmaxf(said.onset.kick, onset.kick)
        said.onset.snare = fmaxf(said.onset.snare, onset.snare)
        said.onset.cymbal = fmaxf(said.onset.cymbal, onset.cymbal)
        said.onset.strength = fmaxf(said.onset.strength, onset.strength)
        return
    said.onset, said.is_heard, said.under_db = onset[0], True, under


cdef int close_groups(InputLines *l, long long end, Onset *found, int room) noexcept nogil:
    """Tell the strokes that no more words are to be expected about."""
    cdef Onset stroke
    cdef int g, told = 0
    for g in range(GROUPS):
        if l.group[g].is_open and end >= l.group[g].due_frame:
            l.group[g].is_open = False
            if l.group[g].is_second:
                if sum_up(l, &l.group[g], &stroke):
                    told += drum_by_drum(&stroke, found + told, room - told)
            else:
                if told < room and sum_up(l, &l.group[g], found + told):
                    remember(l, found[told].frame, l.group[g].pad.is_heard)
                    told += 1
                weigh_lines(l, &l.group[g])
    return told


cdef int drum_by_drum(const Onset *stroke, Onset *found, int room) noexcept nogil:
    """A second look has an onset for each drum that may have been struck, as the finder tells them."""
    cdef int kind, count = 0
    for kind in range(3):
        if likely(stroke, kind) > UNLIKELY and count < room:
            found[count] = stroke[0]
            found[count].kick = stroke.kick if kind == 0 else 0
            found[count].snare = stroke.snare if kind == 1 else 0
            found[count].cymbal = stroke.cymbal if kind == 2 else 0
            count += 1
    return count


cdef inline float own(const Said *said) noexcept nogil:
    """How sure a line declared as a drum can be that this is its own: by how loud it is in its own microphone."""
    return fminf(fmaxf((said.under_db - BLEED_DB) / (OWN_DB - BLEED_DB), 0), 1)


cdef inline int kind_of(int drum) noexcept nogil:
    """0 kick, 1 snare and toms, 2 cymbals; -1: all of them."""
    return 0 if drum == KICK else 1 if drum == SNARE or drum == TOM else 2 if drum == HAT else -1


cdef inline float likely(const Onset *onset, int kind) noexcept nogil:
    return onset.kick if kind == 0 else onset.snare if kind == 1 else onset.cymbal


cdef float claim(const InputLine *line, const Said *told, int kind, const double *covered, const double *heard) noexcept nogil:
    """How likely this line makes it that a drum of this kind was struck.

    covered: how far the line of each kind is to be trusted; heard: and how surely it heard its own drum now.
    """
    cdef float network = likely(&told.onset, kind), mine = own(told), other = 0
    cdef int k
    if kind_of(line.drum) == kind:
        for k in range(3):
            if k != kind:
                other = fmaxf(other, likely(&told.onset, k) * <float>heard[k])
        mine *= 1 - BLED * other * (1 - network)
        return mine + (1 - mine) * network * 0.3
    if hears_all(line) and kind == 2:
        return network                                          # a hat's microphone hears no crash
    return network * <float>(1 - covered[kind]) * (1 if hears_all(line) else 0.5)


cdef bint sum_up(InputLines *l, const Group *group, Onset *stroke) noexcept nogil:
    """All that was said about a stroke, as one onset. False when nothing is left of it."""
    cdef double[3] covered, heard, not_struck
    cdef double frames = 0, weights = 0, weight, belief
    cdef float most, said
    cdef int i, kind
    for kind in range(3):
        covered[kind] = heard[kind] = 0
        not_struck[kind] = 1
        for i in range(l.count):
            if kind_of(l.line[i].drum) == kind:
                covered[kind] = fmax(covered[kind], trust(&l.line[i]))
                heard[kind] = fmax(heard[kind], trust(&l.line[i]) * own(&group.line[i]) if group.line[i].is_heard else 0)
    stroke.strength = 0
    for i in range(l.count):
        if group.line[i].is_heard:
            belief = trust(&l.line[i])
            most = 0
            for kind in range(3):
                said = claim(&l.line[i], &group.line[i], kind, covered, heard)
                most = fmaxf(most, said)
                not_struck[kind] *= 1 - belief * said
            weight = belief * (0.05 + most * group.line[i].onset.strength)
            frames += weight * group.line[i].onset.frame
            weights += weight
            stroke.strength = fmaxf(stroke.strength, <float>(fmin(1, 2 * belief) * most) * group.line[i].onset.strength)
    if group.pad.is_heard:
        weight = 1 / (0.2 + l.pad_jitter / (0.002 * l.samplerate_hz))
        frames += weight * group.pad.onset.frame
        weights += weight
        stroke.strength = group.pad.onset.strength
        for kind in range(3):
            not_struck[kind] = 1 - likely(&group.pad.onset, kind)
    if not weights > 0:
        return False
    stroke.frame = frames / weights
    stroke.look = SECOND if group.is_second else ONLY if group.pad.is_heard else FIRST
    stroke.kick, stroke.snare, stroke.cymbal = <float>(1 - not_struck[0]), <float>(1 - not_struck[1]), <float>(1 - not_struck[2])
    return stroke.kick + stroke.snare + stroke.cymbal > 0.05


cdef void weigh_lines(InputLines *l, const Group *group) noexcept nogil:
    """Whose word was confirmed, whose was denied, and whose was missing? Only loud strokes count."""
    cdef int i, k, words = group.pad.is_heard
    cdef float others
    cdef bint is_denied
    if l.count == 1:
        return
    for i in range(l.count):
        words += group.line[i].is_heard
    for i in range(l.count):
        if group.line[i].is_heard and not is_loud(&l.line[i], &group.line[i]):
            continue
        if group.line[i].is_heard and words > 1:
            l.line[i].belief += CONFIRMED
        elif group.line[i].is_heard:
            is_denied = False
            for k in range(l.count):
                if k != i and trust(&l.line[k]) > 0.5 and ought_to_hear(&l.line[k], &l.line[i], &group.line[i].onset):
                    is_denied = True
            l.line[i].belief += DENIED if is_denied else ALONE if l.line[i].belief > UNCONFIRMED else 0
        elif kind_of(l.line[i].drum) >= 0:
            others = likely(&group.pad.onset, kind_of(l.line[i].drum)) if group.pad.is_heard else 0
            for k in range(l.count):
                if group.line[k].is_heard and hears_all(&l.line[k]) and group.line[k].onset.strength > LOUD:
                    others = fmaxf(others, likely(&group.line[k].onset, kind_of(l.line[i].drum)))
            if others > SURELY:
                l.line[i].belief += MISSED
        l.line[i].belief = fmin(fmax(l.line[i].belief, -MOST_BELIEF), MOST_BELIEF)


cdef inline bint is_loud(const InputLine *line, const Said *said) noexcept nogil:
    return said.onset.strength > LOUD if hears_all(line) else own(said) > 0.5


cdef inline bint hears_all(const InputLine *line) noexcept nogil:
    return line.drum == MIX or line.drum == OVERHEAD


cdef bint ought_to_hear(const InputLine *listener, const InputLine *teller, const Onset *onset) noexcept nogil:
    """If what `teller` says were true, would `listener` have heard it?"""
    if hears_all(teller):
        return kind_of(listener.drum) >= 0 and likely(onset, kind_of(listener.drum)) > SURELY
    return hears_all(listener)


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
        self.state = <InputLines *>calloc(1, sizeof(InputLines))
        if self.state is NULL:
            raise MemoryError
        lines_reset(self.state, samplerate_hz, declared, len(drums))

    def __dealloc__(self):
        free(self.state)

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
        return tuple(trust(&self.state.line[i]) for i in range(self.state.count))

    def bleed_db(self):
        """For each line, how loud the band is in it against its bus, in the middle of the bands; -90 and less is none."""
        return tuple(3.0103 * sorted(self.state.line[i].coupling.octaves[b] for b in range(24))[12] for i in range(self.state.count))

    @property
    def pads_late_s(self):
        """How much later than the microphones the pads are; 0 until that is known."""
        return self.state.pad_late / self.state.samplerate_hz if self.state.pairs >= PAIRS_ENOUGH else 0.0
