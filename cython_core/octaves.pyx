"""The drummer says that his beats are twice, or half, as fast as they are counted.

While the band is silent he is taken at his word. While it plays, a foot may have slipped: what leads away from the recording's tempo is refused,
unless somebody else has the tempo and it leads to his. What was said last may be taken back.
"""

from libc.math cimport fabs, log2

from cython_core.authority cimport DRUMMER, SHARED, Place
from cython_core.chart cimport Section, chart_section
from cython_core.follower cimport follower_hear_octave, is_playable
from cython_core.steering cimport steering_hear_octave
from cython_core.transport cimport PLAYING, TransportState, go_faster, look

cdef double BESIDE = 1.1             # whoever plays so near to a limit means that: the band is held there as ever


cdef int octave_comes_to(const RigState *r, double faster) noexcept nogil:
    """What would come of beats that are so many times as fast: an Outcome."""
    cdef const TransportState *t = &r.transport
    cdef const Section *section
    cdef double bpm = r.pulse.bpm
    cdef Place place
    if not r.pulse.found:
        return NOT_KNOWN
    if not is_playable(bpm * faster):
        return UNPLAYABLE
    if t.state != PLAYING:
        return TAKEN
    look(t, &place)
    if goes_by_him(r):
        section = &t.chart.section[chart_section(t.chart, t.line + t.fold)]
        if not section.slowest_bpm / BESIDE <= bpm * faster <= section.fastest_bpm * BESIDE:
            return BEYOND_LIMIT
    if r.octave_said * faster == 1.0 or leads_to(place.recorded_bpm, bpm, faster) or leads_to(place.bpm, bpm, faster):
        return TAKEN
    return OFF_THE_SONG


cdef bint leads_to(double wanted_bpm, double bpm, double faster) noexcept nogil:
    """Is it nearer when it is so many times as fast?"""
    return fabs(log2(bpm * faster / wanted_bpm)) < fabs(log2(bpm / wanted_bpm))


cdef bint goes_by_him(const RigState *r) noexcept nogil:
    return r.transport.state == PLAYING and r.authority.leader in (DRUMMER, SHARED)


cdef double as_far(double wanted_bpm, double bpm, double faster) noexcept nogil:
    return faster if leads_to(wanted_bpm, bpm, faster) else 1.0


cdef void hear_octave(RigState *r, double faster) noexcept nogil:
    """Count the drummer so from now on. A band that goes by him does, too, at once, and goes over to his next bar line. One that a limit, or its own
    part of the lead, has kept from the tempo that he was counted in may be near his own already."""
    cdef bint is_taken_back = r.octave_said * faster == 1.0
    cdef double bpm = r.pulse.bpm * faster
    cdef Place place
    if octave_comes_to(r, faster) != TAKEN or not follower_hear_octave(r.follower, faster):
        return
    r.authority.is_aligned = 0
    r.octave_said = faster if r.transport.state == PLAYING and not is_taken_back else 0.0
    if goes_by_him(r):
        look(&r.transport, &place)
        r.authority.ratio *= as_far(bpm, r.authority.ratio * place.recorded_bpm, faster)
        go_faster(&r.transport, as_far(bpm, place.bpm, faster))
        steering_hear_octave(&r.transport.steering, as_far(bpm, place.bpm, faster))
