# Beats called before they sound: which one comes next, and when, said once and never taken back.

from cython_core.follower cimport Pulse

cdef struct BeatCall:
    double beat_frame                # when the beat falls
    long long told_frame             # frames heard when it was said
    double bpm
    int beat_in_bar                  # 1 = downbeat
    double confidence                # 0..1

cdef struct CallState:
    double samplerate_hz
    double lead_frames               # a beat is called at least this long before it falls
    double last_frame                # of the beat called last; -1: none yet

cdef bint call_tick(CallState *c, const Pulse *pulse, long long end_frame, int frames, BeatCall *call) noexcept nogil
