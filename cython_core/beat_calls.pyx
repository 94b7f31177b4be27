"""Beats called before they sound: which one comes next, and when, said once and never taken back.

A beat is called in the last tick that still leaves `lead_frames` before it. Two calls are never closer than 0.6 of a beat:
when the follower changes its mind about the phase, a beat comes early or late, but no beat is said twice.
"""

from libc.math cimport floor, fmax

import numpy as np

from cython_core.follower cimport Follower, follower_tick
from cython_core.follower import Pulse as Said
from cython_core.onsets cimport MAX_ONSETS, Look, Onset
from cython_core.tick cimport TICK

cdef enum:
    MOST_LEADS = 4

cdef double CLOSEST_BEATS = 0.6
cdef double LATEST_BEATS = 0.2       # a beat that a correction has put further behind than this is not called any more


cdef bint call_tick(CallState *c, const Pulse *pulse, long long end_frame, int frames, BeatCall *call) noexcept nogil:
    """True when a beat is called in this tick."""
    cdef double beat_frames, due, at
    if not pulse.found:
        return False
    beat_frames = 60 * c.samplerate_hz / pulse.bpm
    due = floor(pulse.beat + (c.lead_frames + frames) / beat_frames)      # the last beat that can wait no longer
    at = end_frame + (due - pulse.beat) * beat_frames
    if at < end_frame + c.lead_frames - LATEST_BEATS * beat_frames:
        return False
    at = fmax(at, end_frame + c.lead_frames)                              # a correction may have taken the beat nearer than that
    if at < c.last_frame + CLOSEST_BEATS * beat_frames:
        return False
    c.last_frame = call.beat_frame = at
    call.told_frame = end_frame
    call.bpm = pulse.bpm
    call.beat_in_bar = <int>floor(pulse.bar_beat + due - pulse.beat + 0.5) % pulse.beats_per_bar
    call.beat_in_bar = (call.beat_in_bar + pulse.beats_per_bar) % pulse.beats_per_bar + 1
    call.confidence = pulse.confidence
    return True


CALL = np.dtype([("beat_frame", "f8"), ("told_frame", "i8"), ("bpm", "f8"), ("beat_in_bar", "i4"), ("confidence", "f8")])


cdef class BeatCalls:
    """A follower, and the beats it calls `lead_s` ahead. A plain loop over ticks, for files and tests."""

    cdef Follower follower
    cdef CallState[MOST_LEADS] state
    cdef int leads
    cdef Pulse pulse
    cdef long long heard_frames

    def __init__(self, Follower follower, double lead_s, *more_leads_s):
        if len(more_leads_s) >= MOST_LEADS:
            raise ValueError(f"at most {MOST_LEADS} leads, not {1 + len(more_leads_s)}")
        self.follower = follower
        self.leads = 1 + len(more_leads_s)
        for i, ahead_s in enumerate((lead_s, *more_leads_s)):
            self.state[i].samplerate_hz = follower.samplerate_hz
            self.state[i].lead_frames = ahead_s * follower.samplerate_hz
            self.state[i].last_frame = -1e18

    def hear(self, onsets, long long until_frame):
        """Hear on to `until_frame`, with these onsets by their `told_frame`; returns the beats called, as an array of CALL."""
        return self.hear_for_each(onsets, until_frame)[0]

    def hear_for_each(self, onsets, long long until_frame):
        """The same, an array for each lead."""
        cdef Onset[MAX_ONSETS] heard
        cdef BeatCall call
        cdef double[::1] frame = np.ascontiguousarray(onsets["frame"])
        cdef long long[::1] told = np.ascontiguousarray(onsets["told_frame"])
        cdef float[::1] strength = np.ascontiguousarray(onsets["strength"])
        cdef float[::1] kick = np.ascontiguousarray(onsets["kick"])
        cdef float[::1] snare = np.ascontiguousarray(onsets["snare"])
        cdef int[::1] look = np.ascontiguousarray(onsets["look"])
        cdef float[::1] cymbal = np.ascontiguousarray(onsets["cymbal"])
        cdef int at = 0, count, size = frame.shape[0], part, i
        calls = [[] for _ in range(self.leads)]
        while self.heard_frames < until_frame:
            part = <int>min(TICK - self.heard_frames % TICK, until_frame - self.heard_frames)
            self.heard_frames += part
            count = 0
            while at < size and told[at] <= self.heard_frames and count < MAX_ONSETS:
                heard[count].frame = frame[at]
                heard[count].strength = strength[at]
                heard[count].kick = kick[at]
                heard[count].snare = snare[at]
                heard[count].cymbal = cymbal[at]
                heard[count].look = <Look>look[at]
                count += 1
                at += 1
            follower_tick(self.follower.state, heard, count, self.heard_frames, part, &self.pulse)
            for i in range(self.leads):
                if call_tick(&self.state[i], &self.pulse, self.heard_frames, part, &call):
                    calls[i].append((call.beat_frame, call.told_frame, call.bpm, call.beat_in_bar, call.confidence))
        return [np.array(each, dtype=CALL) for each in calls]

    def now(self):
        """The pulse at the last frame heard."""
        return Said(self.pulse.beat, self.pulse.bar_beat, self.pulse.bpm, self.pulse.confidence, self.pulse.bar_confidence,
                    self.pulse.playing, self.pulse.beats_per_bar, bool(self.pulse.found))
