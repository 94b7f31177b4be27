"""What several lines and the pads say of one stroke, put together, and how far the word of each line counts.

What two or more tell within SAME_S is one stroke; it is passed on WAIT_S after the first told of it. What a line at a drum tells of its own
counts in full where it is loud, and less where it is no louder than other drums are there; what others take for a kick counts only as far as the
kick's line is not to be trusted. The network has the first word on every line: a bass in the kick's microphone is loud, and no kick. Trust is
the odds that a line tells the truth: up with each stroke that others confirm, down with each that nobody else heard, and with each of its
own drum that it did not hear. So a dead or a crackling line drops out.
"""

from libc.math cimport exp, fabs, fmax, fmaxf, fmin, fminf
from libc.string cimport memset

from cython_core.earshot cimport KINDS, earshot_begin
from cython_core.onsets cimport FIRST, ONLY, SECOND

cdef double SAME_S = 0.010           # two lines' words closer than this are about one stroke
cdef double WAIT_S = 0.0055          # from the first word to the last: the finder takes 9 to 15 ms
cdef double WAIT_AGAIN_S = 0.0095    # the same for second looks, which take turns
cdef double FINDER_S = 0.0155        # after a stroke the onset finder has told of it
cdef double AGAIN_S = 0.025          # a late word this near to a stroke already told is about that one
cdef float BLEED_DB = -14.0          # under a line's loud strokes: from here down it hears other drums through its microphone ...
cdef float OWN_DB = -8.0             # ... and from here up its own
cdef float LOUD = 0.40               # strength from which what a line says that hears all is held for or against it
cdef double START_BELIEF = 2.0
cdef double MOST_BELIEF = 4.0
cdef double CONFIRMED = 0.4          # log odds: a loud stroke that another line heard too
cdef double ALONE = -0.15            # that no other line heard
cdef double DENIED = -0.8            # and that a line which hears the whole kit, or the drum's own line, ought to have heard
cdef double UNCONFIRMED = 1.0        # belief in a line that nobody confirms, and nobody denies
cdef int DEAF_AFTER = 4              # strokes in a row that a line ought to have heard and did not: from then on its silence says nothing
cdef float FAINT = 0.6               # what the network's word for a line's own drum is worth, where it is no louder there than other drums
cdef float BLED = 0.9                # how far a line believes the network that what it hears is another line's drum
cdef double MISSED = -0.5            # a stroke on its own drum that only others heard
cdef float UNLIKELY = 0.05           # that a drum was struck, below which it is not told at a second look
cdef float SURELY = 0.7              # likelihood from which another line's word for a drum is held against the line that missed it


cdef void strokes_reset(Strokes *s, double samplerate_hz, const int *drums, int count) noexcept nogil:
    """Nothing said yet, by so many lines (1 .. MAX_LINES)."""
    cdef int i
    memset(s, 0, sizeof(s[0]))
    s.samplerate_hz, s.count = samplerate_hz, count
    earshot_begin(&s.pads)
    for i in range(count):
        s.teller[i].drum, s.teller[i].belief = drums[i], START_BELIEF


cdef double trust(const Teller *line) noexcept nogil:
    """0..1: how probable it is that what this line says is so."""
    return 1 / (1 + exp(-line.belief))


cdef bint strokes_open(const Strokes *s) noexcept nogil:
    """Is a stroke being put together?"""
    cdef int g
    for g in range(GROUPS):
        if s.group[g].is_open:
            return True
    return False


cdef void strokes_remember(Strokes *s, double frame, bint is_padded) noexcept nogil:
    """A stroke has been told of: what comes later about it is not told again."""
    s.newest_told = (s.newest_told + 1) % TOLD_KEPT
    s.told[s.newest_told] = frame
    s.padded[s.newest_told] = frame if is_padded else 0


cdef bint was_told(const Strokes *s, double frame) noexcept nogil:
    """Has one of the last strokes told been so near to this frame that a word about it is about that one?"""
    return is_near(s, s.told, frame)


cdef bint was_padded(const Strokes *s, double frame) noexcept nogil:
    """And was it one that a pad told of?"""
    return is_near(s, s.padded, frame)


cdef bint tells_beyond_pads(const Strokes *s, Onset *onset) noexcept nogil:
    """Of a stroke that a pad told of, leave what pads never tell of. False when that is nothing."""
    if s.pads.kinds > 0:
        onset.kick = 0
    if s.pads.kinds > 1:
        onset.snare = 0
    return s.pads.kinds < KINDS and onset.kick + onset.snare + onset.cymbal > UNLIKELY


cdef bint is_near(const Strokes *s, const double *frames, double frame) noexcept nogil:
    cdef int i
    for i in range(TOLD_KEPT):
        if frames[i] > 0 and fabs(frames[i] - frame) < AGAIN_S * s.samplerate_hz:
            return True
    return False


cdef void strokes_hear(Strokes *s, const Onset *onset, int line, long long end, float under) noexcept nogil:
    """One word more about a stroke, or the first about another. line -1: the pads."""
    cdef int g, into = -1, free_ = -1
    cdef Said *said
    for g in range(GROUPS):
        if not s.group[g].is_open:
            free_ = g
        elif s.group[g].is_second == (onset.look == SECOND) and fabs(s.group[g].frame - onset.frame) <= SAME_S * s.samplerate_hz:
            said = &s.group[g].pad if line < 0 else &s.group[g].line[line]
            if not said.is_heard or onset.look != FIRST:
                into = g
    if into < 0:
        if free_ < 0:
            return
        into = free_
        memset(&s.group[into], 0, sizeof(Group))
        s.group[into].is_open, s.group[into].frame, s.group[into].is_second = True, onset.frame, onset.look == SECOND
        s.group[into].due_frame = end + <long long>((WAIT_AGAIN_S if onset.look == SECOND else WAIT_S) * s.samplerate_hz)
        if line < 0:
            s.group[into].due_frame = max(s.group[into].due_frame, <long long>(onset.frame + FINDER_S * s.samplerate_hz))
    said = &s.group[into].pad if line < 0 else &s.group[into].line[line]
    if said.is_heard:                                           # two pads at once, or a second look's next drum
        said.onset.kick = fmaxf(said.onset.kick, onset.kick)
        said.onset.snare = fmaxf(said.onset.snare, onset.snare)
        said.onset.cymbal = fmaxf(said.onset.cymbal, onset.cymbal)
        said.onset.strength = fmaxf(said.onset.strength, onset.strength)
        return
    said.onset, said.is_heard, said.under_db = onset[0], True, under


cdef int strokes_tell(Strokes *s, long long end, Onset *found, int room) noexcept nogil:
    """Tell the strokes that no more words are to be expected about."""
    cdef Onset stroke
    cdef int g, told = 0
    for g in range(GROUPS):
        if s.group[g].is_open and end >= s.group[g].due_frame:
            s.group[g].is_open = False
            if s.group[g].is_second:
                if sum_up(s, &s.group[g], &stroke):
                    told += drum_by_drum(&stroke, found + told, room - told)
            else:
                if told < room and sum_up(s, &s.group[g], found + told):
                    strokes_remember(s, found[told].frame, s.group[g].pad.is_heard)
                    told += 1
                    if s.group[g].pad.is_heard and found[told - 1].look == FIRST and told < room:
                        found[told] = s.group[g].pad.onset
                        found[told].frame, found[told].look = found[told - 1].frame, SECOND
                        told += 1
                weigh_lines(s, &s.group[g])
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


cdef float claim(const Teller *line, const Said *told, int kind, const double *covered, const double *heard) noexcept nogil:
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
        return network * (FAINT + (1 - FAINT) * mine)
    if hears_all(line) and kind == 2:
        return network                                          # a hat's microphone hears no crash
    return network * <float>(1 - covered[kind])


cdef bint sum_up(Strokes *s, const Group *group, Onset *stroke) noexcept nogil:
    """All that was said about a stroke, as one onset. False when nothing is left of it."""
    cdef double[3] covered, heard, not_struck
    cdef double frames = 0, weights = 0, weight, belief
    cdef float most, said
    cdef int i, kind
    cdef bint is_heard_by_line = False
    for kind in range(3):
        covered[kind] = heard[kind] = 0
        not_struck[kind] = 1
        for i in range(s.count):
            if kind_of(s.teller[i].drum) == kind:
                covered[kind] = fmax(covered[kind], trust(&s.teller[i]) if is_at_work(&s.teller[i]) or group.line[i].is_heard else 0)
                heard[kind] = fmax(heard[kind], trust(&s.teller[i]) * own(&group.line[i]) if group.line[i].is_heard else 0)
    stroke.strength = 0
    for i in range(s.count):
        if group.line[i].is_heard:
            is_heard_by_line = True
            belief = trust(&s.teller[i])
            most = 0
            for kind in range(3):
                said = claim(&s.teller[i], &group.line[i], kind, covered, heard)
                most = fmaxf(most, said)
                not_struck[kind] *= 1 - belief * said
            weight = belief * (0.05 + most * group.line[i].onset.strength)
            frames += weight * group.line[i].onset.frame
            weights += weight
            stroke.strength = fmaxf(stroke.strength, <float>(fmin(1, 2 * belief) * most) * group.line[i].onset.strength)
    if group.pad.is_heard:
        weight = 1 / (0.2 + s.pad_jitter / (0.002 * s.samplerate_hz))
        frames += weight * group.pad.onset.frame
        weights += weight
        stroke.strength = group.pad.onset.strength
        for kind in range(s.pads.kinds):
            not_struck[kind] = 1 - likely(&group.pad.onset, kind)
    if not weights > 0:
        return False
    stroke.frame = frames / weights
    stroke.look = SECOND if group.is_second else FIRST if is_heard_by_line else ONLY
    stroke.kick, stroke.snare, stroke.cymbal = <float>(1 - not_struck[0]), <float>(1 - not_struck[1]), <float>(1 - not_struck[2])
    return stroke.kick + stroke.snare + stroke.cymbal > 0.05


cdef void weigh_lines(Strokes *s, const Group *group) noexcept nogil:
    """Whose word was confirmed, whose was denied, and whose was missing? Only loud strokes count."""
    cdef int i, words = group.pad.is_heard
    cdef Teller *line
    cdef const Said *said
    if s.count == 1:
        return
    for i in range(s.count):
        words += group.line[i].is_heard
    for i in range(s.count):
        line = &s.teller[i]
        said = &group.line[i]
        if said.is_heard:
            line.can_hear, line.missed = True, 0
            if not is_loud(line, said):
                continue
            line.belief += CONFIRMED if words > 1 else said_alone(s, group, i)
        elif hears_all(line):
            line.missed += is_loud_elsewhere(s, group)
        elif heard_elsewhere(s, group, kind_of(line.drum)) > SURELY:
            line.belief += MISSED
            line.missed += 1
        line.belief = fmin(fmax(line.belief, -MOST_BELIEF), MOST_BELIEF)


cdef double said_alone(Strokes *s, const Group *group, int i) noexcept nogil:
    """What a stroke that only line `i` heard changes in its belief: another one that ought to have heard it denies it."""
    cdef double usual = START_BELIEF
    cdef int k
    for k in range(s.count):
        if k != i and is_at_work(&s.teller[k]) and trust(&s.teller[k]) > 0.5:
            usual = UNCONFIRMED
            if ought_to_hear(&s.teller[k], &s.teller[i], &group.line[i].onset):
                return DENIED
    return ALONE if s.teller[i].belief > usual else -ALONE


cdef bint is_loud_elsewhere(Strokes *s, const Group *group) noexcept nogil:
    """Did any line hear it loud?"""
    cdef int k
    for k in range(s.count):
        if group.line[k].is_heard and is_loud(&s.teller[k], &group.line[k]):
            return True
    return False


cdef float heard_elsewhere(Strokes *s, const Group *group, int kind) noexcept nogil:
    """How likely the pads, and lines that hear the whole kit, make it that a drum of this kind was struck hard."""
    cdef float most = likely(&group.pad.onset, kind) if group.pad.is_heard else 0
    cdef int k
    for k in range(s.count):
        if group.line[k].is_heard and hears_all(&s.teller[k]) and group.line[k].onset.strength > LOUD:
            most = fmaxf(most, likely(&group.line[k].onset, kind))
    return most


cdef inline bint is_loud(const Teller *line, const Said *said) noexcept nogil:
    return said.onset.strength > LOUD if hears_all(line) else own(said) > 0.5


cdef inline bint hears_all(const Teller *line) noexcept nogil:
    return line.drum == MIX or line.drum == OVERHEAD


cdef inline bint is_at_work(const Teller *line) noexcept nogil:
    """Does its silence say anything? Not that of a line which was never heard, or has missed several strokes in a row: its cable may be out."""
    return line.can_hear and line.missed < DEAF_AFTER


cdef bint ought_to_hear(const Teller *listener, const Teller *teller, const Onset *onset) noexcept nogil:
    """If what `teller` says were true, would `listener` have heard it?"""
    if hears_all(teller):
        return kind_of(listener.drum) >= 0 and likely(onset, kind_of(listener.drum)) > SURELY
    return hears_all(listener)
