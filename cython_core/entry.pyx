"""When a band that listens comes in: on the bar line that the sticks have counted, or on one of a drummer who plays alone.

Uncued it dares to once the follower has been sure for some beats; the bar line it then comes in on is the one that is believed in when it
is there, so a drummer who is understood late is still met on his own bar.
"""

from libc.math cimport INFINITY, fmod

cdef double SURE = 0.5                   # follower's confidence at which the band dares to come in by itself
cdef double UNSURE = 0.3                 # below this, all that it was sure of is forgotten
cdef double SURE_OF_THE_BAR = 0.5
cdef double SURE_FOR_BEATS = 4.0         # beats, each counted by how sure it was
cdef double PATIENCE_BEATS = 7.0         # after so many, the bar line it believes in must do
cdef double SURE_AGAIN_BEATS = 2.0       # the same, where he is only to be found again
cdef double UNCOUNTED_BEATS = 8.0        # after so many, there was no count to wait for
cdef double JUST_PASSED_BEATS = 0.25     # a bar line that belief has moved this little way behind is met at once


cdef void entry_listen(Entry *e, int listens_for, int leader_after) noexcept nogil:
    """Begin to listen; nothing has been heard yet."""
    e.listens_for, e.leader_after = listens_for, leader_after
    e.is_cued, e.count_frame, e.sure_beats, e.waited_in_bar = False, -1, 0.0, INFINITY


cdef void entry_find_again(Entry *e) noexcept nogil:
    """He was followed until now, so less will do."""
    e.sure_beats = SURE_FOR_BEATS - SURE_AGAIN_BEATS


cdef bint entry_is_counted(const Entry *e) noexcept nogil:
    """Is it the sticks' bar 1 that the band comes in on? A cue goes before a count."""
    return e.count_frame >= 0 and not e.is_cued


cdef double entry_bpm(const Entry *e, const Pulse *pulse) noexcept nogil:
    """The tempo to come in with."""
    return e.count_bpm if entry_is_counted(e) else pulse.bpm


cdef double beats_to_entry(Entry *e, const Pulse *pulse, double counted_in_s, double heard_to_head_s, double lead_in_beats, double tick_s) noexcept nogil:
    """From the head to the band's first note, in its tempo; infinity while nothing calls it. To be asked once a tick.

    counted_in_s: from the head to what the sticks have counted as bar 1, if they have. heard_to_head_s: from what the drummer was last
    heard to play to the head. lead_in_beats: from a bar line to the first note.
    """
    cdef bint is_counted = entry_is_counted(e)
    cdef bint is_called = is_counted or e.is_cued or dares(e, pulse, tick_s)
    cdef double to_entry = counted_in_s * e.count_bpm / 60.0 if is_counted else beats_to_bar(pulse, heard_to_head_s, lead_in_beats)
    cdef bint is_passed = not is_counted and e.waited_in_bar < JUST_PASSED_BEATS and to_entry > pulse.beats_per_bar - JUST_PASSED_BEATS
    e.waited_in_bar = to_entry
    if not is_called or to_entry == INFINITY:
        return INFINITY
    return 0.0 if is_passed or to_entry < 0 else to_entry


cdef bint dares(Entry *e, const Pulse *pulse, double tick_s) noexcept nogil:
    """Has the follower been sure for long enough for the band to come in uncued?"""
    if e.listens_for == FOR_THE_CUE:
        return False
    if not pulse.found or pulse.confidence < UNSURE:
        e.sure_beats = 0.0
        return False
    e.sure_beats += pulse.confidence * pulse.bpm / 60.0 * tick_s
    if e.listens_for == FOR_THE_COUNT and e.sure_beats < UNCOUNTED_BEATS:
        return False
    if pulse.confidence < SURE or e.sure_beats < SURE_FOR_BEATS:
        return False
    return pulse.bar_confidence >= SURE_OF_THE_BAR or e.sure_beats >= PATIENCE_BEATS


cdef double beats_to_bar(const Pulse *pulse, double heard_to_head_s, double lead_in_beats) noexcept nogil:
    """From the head to the drummer's bar line that the band comes in on; infinity while it is not known."""
    cdef double ahead
    if not pulse.found:
        return INFINITY
    ahead = fmod(lead_in_beats - pulse.bar_beat - pulse.bpm / 60.0 * heard_to_head_s, <double>pulse.beats_per_bar)
    return ahead + pulse.beats_per_bar if ahead < 0 else ahead
