"""A count-in: even stick clicks for one bar, and when bar 1 will fall.

One bar of even clicks with nothing between them, and silence or slower clicks before them, is a count: four in 4/4, three in 3/4, four (two bars) in
2/4 and 6/8; or two bars of them, or two bars in half time, where that is agreed. Clicks that come slower before them, as in "1 . 2 . 1 2 3 4", are
taken for what they are, because they are not even with what follows; so is a lone knock. Where the band rests, a count needs no silence: the roll that
goes before it is no groove. Bar 1 is one click after the last, on the straight line through all of them.

A foot and a hand that strike together are no click, whichever is first: so the last one is waited for a little, until the second look at it has been
told, which knows a bass drum under a hi-hat far more often than the first. It may be bar 1 itself, after a count whose first click was not heard;
which bar 1 that was, nobody can know in time. Once the bass drum has begun it, it is known: the places of the others say so.
"""

from libc.math cimport INFINITY, fabs, isfinite, rint
from libc.string cimport memset

from collections import namedtuple

from cython_core.memory cimport release, reserve
from cython_core.onsets cimport MAX_ONSETS, ONLY, SECOND, read_onsets

cdef double UNEVEN = 0.14            # of an interval: how far a click may lie from where the ones before it put it
cdef double DUE = 0.05               # the same for one that is softer than those before it
cdef double HAND_S = 0.015            # and so much more, whatever the tempo
cdef double FAR_FROM_TOLD = 1.35     # a count further than this from a told tempo is none: half or double time, or no count
cdef double SILENCE_BEFORE = 1.5         # intervals: a count comes out of silence, or after slower clicks, never out of the middle of a groove
cdef double TOGETHER_S = 0.03        # a bass drum this soon after a click was struck with it
cdef double SEEN_AGAIN_S = 0.065      # after a stroke that is looked at twice, a bass drum a little after it has been looked at twice, too
cdef double BOUNCE_S = 0.05          # a second onset this soon after a click is the same click, and the stronger says when
cdef double WHISPER = 0.72           # an onset weaker than this part of the clicks before it is the room, no interruption
cdef float SOFTEST = 0.6             # but down to this part it is a click where one is due
cdef float FAR_SOFTER_DB = 9.0       # what was told while nothing had been heard that was nearer than this to the clicks is the crowd
cdef double STICKS_HAVE_NO_KICK = 0.6
cdef double SEEN_AGAIN_THEY_HAVE_LESS = 0.4
cdef double SLOWEST_BPM = 37.0      # two clicks may be further apart than a beat at 40 ...
cdef double FASTEST_BPM = 430.0     # ... and nearer than one at 400


cdef void count_in_forget(CountInState *c) noexcept nogil:
    """Whatever was struck until now belongs to no count."""
    c.clicks = c.strokes = c.since = 0


cdef void count_in_listen(
    CountInState *c, double bpm, int beats_per_bar, int bars, int beats_per_click, double now_frame, bint rests
) noexcept nogil:
    """Wait for a count of so many bars (1 or 2) in this meter; bpm 0 where the tempo is not known. Its first clicks may be among what is remembered;
    and all of them, where its bar 1 is still to come. rests: the band does, so that there is no groove."""
    cdef int i
    c.rests = rests
    c.beats_per_click = max(beats_per_click, 1)
    c.told_bpm = bpm / c.beats_per_click if bpm > 0 and isfinite(bpm) else 0
    c.clicks_wanted = beats_per_bar * (4 if beats_per_bar == 1 else 2 if beats_per_bar == 2 else 1)
    if bars > 1 and c.clicks_wanted == beats_per_bar:
        c.clicks_wanted *= 2
    if c.beats_per_click > 1 and c.clicks_wanted % c.beats_per_click == 0:
        c.clicks_wanted //= c.beats_per_click
    c.clicks_after_slow = beats_per_bar if bars > 1 and c.beats_per_click == 1 and beats_per_bar >= 4 and beats_per_bar % 2 == 0 else 0
    if c.clicks_wanted > MAX_CLICKS:
        c.clicks_wanted = MAX_CLICKS
    if c.clicks_wanted < 3:
        c.clicks_wanted = 4
    c.clicks = c.since = 0
    c.called = False
    for i in range(max(c.strokes - REMEMBERED, 0), c.strokes):
        if not is_crowd(c, i, c.loudest_db):
            take(c, &c.stroke[i % REMEMBERED])
        if is_complete(c):
            if line_at(c, c.clicks) > now_frame:
                return
            c.clicks, c.since = 0, i + 1


cdef void count_in_tick(
    CountInState *c, const Onset *onsets, int count, long long end_frame, float loudest_db, CountInCall *call
) noexcept nogil:
    """Hear one tick's onsets; `call` is ready in the tick that completes the count, and never again until told to listen.

    loudest_db: of what the microphones have heard of late; any number where there are none.
    """
    cdef int i
    cdef float kick = -1                # not looked at again
    cdef bint is_new = False
    call.ready = call.is_late = 0
    c.loudest_db = loudest_db
    for i in range(count):
        if not isfinite(onsets[i].frame):
            continue
        if onsets[i].look == SECOND:
            if c.strokes > 0 and fabs(onsets[i].frame - c.stroke[(c.strokes - 1) % REMEMBERED].frame) < TOGETHER_S * c.samplerate_hz:
                kick = max(kick, onsets[i].kick)
            continue
        c.stroke[c.strokes % REMEMBERED] = onsets[i]
        c.loudest_then_db[c.strokes % REMEMBERED] = loudest_db
        c.strokes += 1
        is_new = True
        if not c.called:
            call_if_late(c, &onsets[i], call)
    if is_new and not c.called:
        count_clicks(c)
    if kick >= 0:
        look_again(c, kick, call)
    call_if_complete(c, end_frame, call)


cdef void look_again(CountInState *c, float kick, CountInCall *call) noexcept nogil:
    """What the second look says of the last stroke's bass drum: one that was taken for a click may be none, and the other way round."""
    cdef Onset *last = &c.stroke[(c.strokes - 1) % REMEMBERED]
    cdef bint was_kick = is_kick(last)
    last.kick, last.look = max(kick, last.kick) if last.look == SECOND else kick, SECOND
    if c.called or is_kick(last) == was_kick:
        return
    count_clicks(c)
    if is_kick(last):
        call_if_late(c, last, call)


cdef void count_clicks(CountInState *c) noexcept nogil:
    """The clicks at the end of what is remembered. What was heard before is seen anew with each stroke: what seemed loud may have been the crowd."""
    cdef int i
    c.clicks = 0
    for i in range(max(c.strokes - REMEMBERED, c.since), c.strokes):
        if not is_crowd(c, i, c.loudest_db):
            take(c, &c.stroke[i % REMEMBERED])


cdef void call_if_complete(CountInState *c, long long end_frame, CountInCall *call) noexcept nogil:
    cdef double wait_s = TOGETHER_S if c.strokes > 0 and c.stroke[(c.strokes - 1) % REMEMBERED].look == ONLY else SEEN_AGAIN_S
    if not c.called and c.clicks > 0 and end_frame >= c.click_frame[c.clicks - 1] + wait_s * c.samplerate_hz and is_complete(c):
        call.bpm = 60 * c.samplerate_hz / interval_frames(c) * c.beats_per_click
        call.bar_one_frame = line_at(c, c.clicks)
        call.ready = 1
        c.called = True


cdef void call_if_late(CountInState *c, const Onset *onset, CountInCall *call) noexcept nogil:
    """A bass drum begins bar 1 after a count that lacks a click: the last one is a click before it, or two where that was the one."""
    cdef double before = onset.frame - TOGETHER_S * c.samplerate_hz, last, interval
    cdef float loudest_db = loudest_before(c, before)
    cdef int back
    if not is_kick(onset):
        return
    last = last_before(c, before, WHISPER * c.strength, loudest_db)
    for back in range(1, 3):
        interval = (onset.frame - last) / back
        if c.told_bpm > 0 and is_told(c, interval) and lacks_one(c, onset.frame, interval, loudest_db):
            call.bpm, call.bar_one_frame = 60 * c.samplerate_hz / interval * c.beats_per_click, onset.frame
            call.ready = call.is_late = 1
            return


cdef bint lacks_one(CountInState *c, double one, double interval, float loudest_db) noexcept nogil:
    """Do all clicks but one lead up to the stroke at `one`, out of silence, with nothing about as loud between them? loudest_db: of them."""
    cdef const Onset *stroke
    cdef double back, place
    cdef int i, missing = c.clicks_wanted
    cdef bint[MAX_CLICKS + 1] is_heard
    memset(is_heard, 0, sizeof(is_heard))
    for i in range(max(c.strokes - REMEMBERED, 0), c.strokes):
        stroke = &c.stroke[i % REMEMBERED]
        back = (one - stroke.frame) / interval
        place = rint(back)
        if stroke.frame > one - TOGETHER_S * c.samplerate_hz or back > c.clicks_wanted + SILENCE_BEFORE or is_faint(c, i, WHISPER * c.strength, loudest_db):
            continue
        if not 1 <= place <= c.clicks_wanted or fabs(back - place) > UNEVEN + HAND_S * c.samplerate_hz / interval or is_kick(stroke):
            return False
        if not is_heard[<int>place]:
            is_heard[<int>place] = True
            missing -= 1
    return missing == 1


cdef inline bint is_kick(const Onset *onset) noexcept nogil:
    """A second look judges each drum by itself, a first one which of them it is."""
    if onset.look == SECOND:
        return onset.kick > SEEN_AGAIN_THEY_HAVE_LESS
    return onset.kick > STICKS_HAVE_NO_KICK and onset.kick > onset.snare and onset.kick > onset.cymbal


cdef bint is_complete(CountInState *c) noexcept nogil:
    """Are these the clicks that were agreed on, in a tempo that can be meant, out of silence or after slower ones? Two bars may begin slowly, as in
    "1 . 2 . 1 2 3 4"."""
    if c.clicks == c.clicks_wanted:
        return is_tempo(c, interval_frames(c)) and (c.rests or is_out_of_silence(c))
    return c.clicks > 1 and c.clicks == c.clicks_after_slow and is_told(c, interval_frames(c)) and has_slow_bar_before(c)


cdef bint has_slow_bar_before(CountInState *c) noexcept nogil:
    """Is there a click on every other beat of the bar before the one that is counted out?"""
    cdef double interval = interval_frames(c)
    cdef int back
    for back in range(2, c.clicks + 1, 2):
        if not was_struck(c, c.click_frame[0] - back * interval, UNEVEN * interval + HAND_S * c.samplerate_hz):
            return False
    return True


cdef bint was_struck(CountInState *c, double frame, double within) noexcept nogil:
    cdef const Onset *stroke
    cdef int i
    for i in range(max(c.strokes - REMEMBERED, 0), c.strokes):
        stroke = &c.stroke[i % REMEMBERED]
        if fabs(stroke.frame - frame) < within and stroke.strength >= WHISPER * c.strength:
            return True
    return False


cdef void take(CountInState *c, const Onset *onset) noexcept nogil:
    """One more onset: a click that goes on evenly, the first of a new count, or the end of one."""
    cdef double gap, expected
    cdef int i
    if c.clicks > 0 and onset.strength < WHISPER * c.strength and not is_due(c, onset):
        return
    if is_kick(onset):
        c.clicks = 0
        return
    if c.clicks > 0:
        gap = onset.frame - c.click_frame[c.clicks - 1]
        if gap < BOUNCE_S * c.samplerate_hz:
            if WHISPER * onset.strength > strength_at(c, c.click_frame[c.clicks - 1]):
                c.click_frame[c.clicks - 1] = onset.frame               # the other was a grace note, or the crowd
            return
        if c.clicks >= 2:
            expected = interval_frames(c)
            if fabs(gap - expected) > UNEVEN * expected + HAND_S * c.samplerate_hz:
                c.click_frame[0] = c.click_frame[c.clicks - 1]          # the last click and this one may begin a count
                c.clicks = 1
        if not is_tempo(c, gap):
            c.clicks = 0
    if c.clicks == c.clicks_wanted:
        for i in range(c.clicks - 1):
            c.click_frame[i] = c.click_frame[i + 1]
        c.clicks -= 1
    c.strength = onset.strength if c.clicks == 0 else c.strength + 0.5 * (onset.strength - c.strength)
    c.click_frame[c.clicks] = onset.frame
    c.clicks += 1


cdef bint is_due(CountInState *c, const Onset *onset) noexcept nogil:
    """Is it a click although it is softer than those before it, because it lies where the next is due?"""
    cdef double interval
    if c.clicks < 2 or onset.strength < SOFTEST * c.strength:
        return False
    interval = interval_frames(c)
    return fabs(onset.frame - c.click_frame[c.clicks - 1] - interval) < DUE * interval + HAND_S * c.samplerate_hz


cdef bint is_out_of_silence(CountInState *c) noexcept nogil:
    """Was there nothing about as loud shortly before the first click; or one knock, not a beat before it, and nothing else, however soft, for as long
    as the count takes?"""
    cdef double interval = interval_frames(c), first = c.click_frame[0], bounce = BOUNCE_S * c.samplerate_hz, knock
    if first - last_before(c, first - bounce, WHISPER * min(strength_at(c, first), c.strength), c.loudest_db) > SILENCE_BEFORE * interval:
        return True
    knock = last_before(c, first - bounce, 0, c.loudest_db)
    if fabs(first - knock - interval) < UNEVEN * interval:
        return False
    return first - last_before(c, knock - bounce, 0, c.loudest_db) > c.clicks_wanted * interval


cdef float strength_at(CountInState *c, double frame) noexcept nogil:
    """Of the stroke there."""
    cdef int i
    for i in range(max(c.strokes - REMEMBERED, 0), c.strokes):
        if c.stroke[i % REMEMBERED].frame == frame:
            return c.stroke[i % REMEMBERED].strength
    return c.strength


cdef float loudest_before(CountInState *c, double frame) noexcept nogil:
    """What had been heard of late when the last stroke before this frame was told: the drums that come after sticks are far louder."""
    cdef int i
    for i in range(c.strokes - 1, max(c.strokes - REMEMBERED, 0) - 1, -1):
        if c.stroke[i % REMEMBERED].frame < frame:
            return c.loudest_then_db[i % REMEMBERED]
    return c.loudest_db


cdef double last_before(CountInState *c, double frame, float least, float loudest_db) noexcept nogil:
    """The last stroke before this frame that is so strong, at least, and no crowd beside what is so loud. Minus infinity: there was none."""
    cdef const Onset *stroke
    cdef double before = -INFINITY
    cdef int i
    for i in range(max(c.strokes - REMEMBERED, 0), c.strokes):
        stroke = &c.stroke[i % REMEMBERED]
        if stroke.frame < frame and not is_faint(c, i, least, loudest_db):
            before = max(before, stroke.frame)
    return before


cdef inline bint is_faint(const CountInState *c, int i, float least, float loudest_db) noexcept nogil:
    return c.stroke[i % REMEMBERED].strength < least or is_crowd(c, i, loudest_db)


cdef inline bint is_crowd(const CountInState *c, int i, float loudest_db) noexcept nogil:
    """Was that sound far from as loud as this? Its strength only says how loud it was for its time."""
    return c.stroke[i % REMEMBERED].look != ONLY and c.loudest_then_db[i % REMEMBERED] < loudest_db - FAR_SOFTER_DB


cdef bint is_tempo(CountInState *c, double interval) noexcept nogil:
    """Can clicks this far apart be beats?"""
    cdef double bpm = 60 * c.samplerate_hz / interval
    if not SLOWEST_BPM / 2 <= bpm * c.beats_per_click <= FASTEST_BPM:
        return False
    if c.clicks + 1 < c.clicks_wanted:                    # slower clicks may come before the bar that counts
        return True
    return is_told(c, interval)


cdef bint is_told(CountInState *c, double interval) noexcept nogil:
    """Can this be the interval of the tempo that the song is told to have?"""
    cdef double bpm = 60 * c.samplerate_hz / interval
    return c.told_bpm == 0 and bpm * c.beats_per_click >= SLOWEST_BPM or c.told_bpm / FAR_FROM_TOLD <= bpm <= c.told_bpm * FAR_FROM_TOLD


cdef double interval_frames(CountInState *c) noexcept nogil:
    """Slope of the straight line through the clicks; at least two."""
    cdef double middle = 0.5 * (c.clicks - 1), rise = 0, run = 0
    cdef int i
    for i in range(c.clicks):
        rise += (i - middle) * c.click_frame[i]
        run += (i - middle) * (i - middle)
    return rise / run


cdef double line_at(CountInState *c, double click) noexcept nogil:
    """Where that line puts a click, counted from 0."""
    cdef double mean = 0
    cdef int i
    for i in range(c.clicks):
        mean += c.click_frame[i] / c.clicks
    return mean + (click - 0.5 * (c.clicks - 1)) * interval_frames(c)


Call = namedtuple("Call", "bpm bar_one_frame is_late")
globals()["CountInCall"] = Call


cdef class CountIn:
    """Listens for a count-in on a clock of `samplerate_hz`."""

    def __cinit__(self, double samplerate_hz, int beats_per_bar=4, bpm=None, int bars=1, int beats_per_click=1, bint rests=False):
        if not 1 <= beats_per_bar <= MAX_CLICKS:
            raise ValueError(f"beats_per_bar must lie in 1..{MAX_CLICKS}, not {beats_per_bar}")
        self.state = <CountInState *>reserve(1, sizeof(CountInState))
        if self.state is NULL:
            raise MemoryError
        self.state.samplerate_hz = samplerate_hz
        count_in_listen(self.state, 0 if bpm is None else bpm, beats_per_bar, bars, beats_per_click, 0.0, rests)

    def __dealloc__(self):
        release(self.state)

    def tick(self, onsets, int frames, float loudest_db=0):
        """Hear one tick with the onsets told in it, and the loudest sound of late; the call in the tick that completes the count, else None."""
        cdef Onset[MAX_ONSETS] heard
        cdef CountInCall call
        cdef int count = read_onsets(onsets, heard)
        self.heard_frames += frames
        count_in_tick(self.state, heard, count, self.heard_frames, loudest_db, &call)
        return Call(call.bpm, call.bar_one_frame, bool(call.is_late)) if call.ready else None
