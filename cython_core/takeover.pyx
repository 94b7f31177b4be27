"""Taking the tempo by a command: what each one makes of who leads.

Where the drummer leads and has been without a click, such a command waits (`leading.ask_for_tempo`): the click comes back into his ears first, and
a whole bar later, on a bar line, the tempo is handed over. Taps that come meanwhile are heard, and hold from there.
"""

from cython_core.authority cimport ASKED, BAND, CONDUCTED, CONDUCTOR, SHARED, conduct, hand_over, slow_down
from cython_core.exchange cimport CONDUCT, CURVE, GIVE, SHARE, SLOW_DOWN, TAP, TEMPO

cdef enum:
    NOBODY = -1


cdef int takes_over(int kind) noexcept nogil:
    """The Leader that a command of this kind makes; NOBODY where it concerns something else."""
    if kind == GIVE:
        return BAND
    if kind == SHARE:
        return SHARED
    return CONDUCTOR if kind in (CONDUCT, TEMPO, TAP, CURVE, SLOW_DOWN) else NOBODY


cdef void take_over(AuthorityState *a, int kind, double value, double other, const Pulse *pulse, const Place *place) noexcept nogil:
    """Hand over, and begin what the command says: a tempo, the written curve, a ritardando, a share. Taps are `tap`'s."""
    hand_over(a, takes_over(kind), ASKED if kind in (GIVE, SHARE, CONDUCT) else CONDUCTED, pulse, place)
    if kind == SHARE:
        a.share = min(max(value, 0.0), 1.0)
    elif kind in (CONDUCT, TEMPO) and value > 0:
        conduct(a, value)
    elif kind == CURVE:
        conduct(a, place.bpm)
        a.follows_curve = 1
    elif kind == SLOW_DOWN:
        slow_down(a, max(value * place.beats_in_bar, 1.0), min(max(other, 0.1), 1.0), place)
