# All that the instrument keeps. Its verbs are `step`'s and, one module each, those that `step` calls.

from cython_core.authority cimport AuthorityState
from cython_core.band cimport BandLink
from cython_core.count_in cimport CountInState
from cython_core.drum_voices cimport MAX_INPUTS
from cython_core.drums cimport DrumsState
from cython_core.exchange cimport Event, ExchangeState
from cython_core.follower cimport FollowerState, Pulse
from cython_core.guard cimport GuardState
from cython_core.input_lines cimport InputLines
from cython_core.key_change cimport KeyChange
from cython_core.mix cimport MixState
from cython_core.onsets cimport MAX_ONSETS, Onset
from cython_core.pads cimport PadsState
from cython_core.strokes cimport MAX_LINES
from cython_core.struck_hit cimport StruckHit
from cython_core.takeover cimport Takeover
from cython_core.tick cimport TICK
from cython_core.transport cimport TransportState

cdef enum:
    STROKES = 256                    # of an electronic kit, that may wait for their tick

cdef struct RigState:
    double samplerate_hz
    int inputs
    int outputs
    int max_block                    # frames
    long long frame                  # of the next sample in and out
    double input_latency_s           # from the stroke to the sample
    double output_latency_s          # from the sample to the ear, without the guard's delay
    InputLines *lines
    FollowerState *follower
    CountInState *count_in
    DrumsState *drums
    BandLink *band
    ExchangeState *exchange
    PadsState *pads                  # NULL: none
    long long midi_seen              # events looked at for the racks' instruments
    Event struck[STROKES]            # notes of a kit that the callback itself hears, until their tick comes
    long long struck_in
    long long struck_out
    int talk_input                   # from 0; -1: none
    float *silence                   # (max_block,)
    float *drums_left                # (max_block,) the drums of this block
    float *drums_right
    float line_heard[MAX_LINES][TICK]  # of the tick being heard
    int line_input[MAX_LINES]        # which input a line is; -1: all of them, mixed
    float line_gain[MAX_INPUTS]      # of each input in that mix, linear
    float band_played[TICK]          # by all its buses together, in the tick being heard
    Onset onset[MAX_ONSETS]          # of the tick being heard
    int onsets
    double first_stroke              # frame of the last stroke in a hold that may begin a bar
    Pulse pulse                      # where his strokes are
    double octave_said               # by how much faster his beats were last said to be while the band played; 0: that is settled
    AuthorityState authority
    TransportState transport
    KeyChange key
    MixState mix
    StruckHit struck_hit
    Takeover takeover                # who waits for the drummer to have his click back for a bar
    GuardState guard
    long long blocks
    float input_peak
    float drums_peak
    float band_peak
