# PortAudio's signature around `step`, and the same block for a timer.

from cython_core.step cimport RigState

cdef struct DeviceState:
    RigState *rig
    int inputs                       # of the device; the rig's are fed from them, the rest is silent
    int outputs
    int max_block                    # frames
    float *heard[32]                 # (rig's inputs, max_block)
    float *played[32]                # (rig's outputs, max_block)
    const float *feed                # a recording in place of the inputs, mono; NULL: the device's own inputs
    long long feed_frames
    long long feed_at
    float *capture                   # ring of what was played, interleaved by rig output; NULL: none
    long long capture_frames
    long long captured               # frames; written here, read by Python
    long long collected              # frames; written by Python
    long long capture_lost           # frames
    # counted here, read by Python
    long long callbacks
    long long late                   # callbacks that PortAudio flagged, or that the timer missed
    long long longest_ns             # in one callback
    long long total_ns
    long long over_budget            # callbacks that took longer than their block lasts
    long long asked_to_stop          # written by Python, read by the timer

cdef void run_block(DeviceState *d, const float *heard, float *played, int frames) noexcept nogil

cdef class Device:
    cdef DeviceState *state
    cdef readonly object parts
