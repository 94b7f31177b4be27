# PortAudio's signature around `step`, and the same block for a timer.

from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.guard cimport MAX_OUTPUTS
from cython_core.pedals cimport PedalsState
from cython_core.rig_state cimport RigState

cdef struct DeviceState:
    RigState *rig
    PedalsState *pedals              # what is a pedal among the MIDI that the callback hears; NULL: nothing
    int inputs                       # of the device; the rig's are fed from them, the rest is silent
    int outputs
    int max_block                    # frames
    float *heard[MAX_INPUTS]         # (rig's inputs, max_block)
    float *played[MAX_OUTPUTS]       # (rig's outputs, max_block)
    const float *feed                # a recording in place of the inputs, mono; NULL: the device's own inputs
    long long feed_frames
    long long feed_at
    float *capture                   # ring of what was played, interleaved by rig output; NULL: none
    long long capture_frames
    long long captured               # frames; written here, read by Python
    long long collected              # frames; written by Python
    long long capture_lost           # frames
    int is_patient                   # the timer's own: the band has been rendered, so it will be
    # counted here, read by Python
    long long callbacks
    long long block_frames           # what the last one was asked for
    long long late                   # callbacks that PortAudio flagged, or that the timer missed
    long long waited                 # blocks of the timer that waited for the band
    long long longest_ns             # in one callback
    long long total_ns
    long long over_budget            # callbacks that took longer than their block lasts
    long long midi_lost              # messages that came too thick

cdef struct Way:                     # in to a device: a stream's, or the timer's. One at a time is open
    DeviceState *device
    long long is_shut                # written by Python
    long long is_inside              # written by whoever plays: this way is in use just now

cdef void run_block(DeviceState *d, const float *heard, float *played, int frames) noexcept nogil
cdef void hear_feed(DeviceState *d, int channel, int frames) noexcept nogil        # into d.heard: the recording, or silence
cdef void play_on(DeviceState *d, int frames) noexcept nogil                       # d.heard to d.played
cdef void count_block(DeviceState *d, long long taken_ns, unsigned long frames) noexcept nogil

cdef class Device:
    cdef DeviceState *state
    cdef Way *open_way
    cdef list ways                   # addresses: none goes before the device does, a lost stream may still call
    cdef readonly object parts
