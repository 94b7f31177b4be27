"""An electronic kit that the callback itself hears: every message at its own frame of the block.

A stroke strikes its pad, the plugins that are instruments get it with this block, and the follower hears of it with the next tick, as of a
NOTE that was sent for that frame. It goes by no ring of Python's, which has a writer already.
"""

from cython_core.drum_voices cimport is_struck
from cython_core.drums cimport drums_play
from cython_core.exchange cimport NOTE, Event
from cython_core.pads cimport pads_have, pads_hear
from cython_core.rig_state cimport STROKES


cdef void kit_play(RigState *r, int at, int message) noexcept nogil:
    """A message of three bytes, the status in the highest. Called by whoever calls `step`, in the order of their frames."""
    cdef Event stroke
    if is_struck(message):
        stroke.frame, stroke.kind, stroke.value, stroke.other = r.frame + at, NOTE, message >> 8 & 0x7F, message & 0x7F
        if r.pads != NULL:
            pads_hear(r.pads, &stroke, stroke.frame, &r.transport)
        if r.struck_in - r.struck_out < STROKES:         # what comes thicker is no drummer
            r.struck[r.struck_in % STROKES] = stroke
            r.struck_in += 1
    if (message >> 16 & 0xF0) != 0xC0:                   # programs: of them only pedals make use
        pass_on(r, at, message)


cdef void pass_on(RigState *r, int at, int message) noexcept nogil:
    """What strikes a pad, or lets go of it, is the pad's."""
    if not ((message >> 16 & 0xF0) in (0x80, 0x90) and r.pads != NULL and pads_have(r.pads, message >> 8 & 0x7F)):
        drums_play(r.drums, at, message)
