# The drums' way through the callback: mixed to stereo, lent to the rack, and back one block later; dry where the effects are missing.

from cython_core.rack_ring cimport RackLink

cdef enum:
    VOICES = 4                       # racks that may sound at once: the one heard, the one that comes, and tails
    MAX_INPUTS = 32

cdef enum VoiceStage:
    EMPTY                            # Python may prepare it
    READY                            # prepared; it waits for its switch, and costs nothing
    PLAYING                          # it gets the drums, or the share of them that its crossfade gives it
    RINGING                          # it gets silence, and its tail is heard
    DONE                             # it is silent: Python may take it away

cdef struct Voice:                   # what one rack makes of its share of the drums
    long long stage                  # Python: EMPTY to READY, DONE to EMPTY; the callback: all between
    long long claimed                # taken by whoever exchanges a 1 into it first: the callback to play it, Python to take it back
    long long hurried                # Python writes: end this tail now
    RackLink link                    # link.ring NULL: no effects, the dry drums
    float *fed[2]                    # the share it was given, `mask` + 1 frames by frame number
    long long first_frame            # before it, the voice had nothing to play
    double share                     # 0..1 of the drums, at the last frame
    double wetness                   # 0 dry .. 1 wet: below 1 while the effects come back
    float step[2]                    # last step between wet and dry, decaying to nothing
    int step_left                    # frames until it has
    float last[2]                    # the last frame that was heard of it
    float last_dry[2]                # and how it would have been dry
    long long missing_frames         # since wet frames were last there
    long long quiet_frames           # since anything was last heard of it
    long long ringing_frames
    bint is_ending                   # its tail would not end by itself, and is faded out
    double tail_gain                 # 1, falling to 0 by then

cdef struct DrumsState:
    double samplerate_hz
    int inputs
    int max_block                    # frames; what is longer comes in pieces
    int fade_frames                  # crossfades: between racks, back to wet, to another delay
    int step_frames                  # the decay of a step to dry
    int allowance                    # frames, for the whole show: for effects that look ahead
    int delay                        # frames from heard to due: the device's block, plus the allowance; 0: no block has come yet
    int old_delay                    # what a crossfade of the delay comes from
    int delay_fade_left
    long long largest_block          # in the current stretch of DELAY_SHRINKS_AFTER_S
    long long stretch_frames
    long long frame                  # of the next block: the drums' own count, without gaps
    long long mask
    long long wanted                 # Python writes: the voice to be heard; -1: none has been chosen
    int playing                      # the voice that is; -1: none yet
    Voice voice[VOICES]
    float gain[MAX_INPUTS][2]        # linear, to left and right
    float wanted_gain[MAX_INPUTS][2]    # Python writes; reached within a block
    float *mixed[2]                  # `max_block` frames each, scratch
    float *given[2]                  # one voice's share of it
    float *wet[2]
    double *leaving                  # per frame, the share that voices on their way out still have
    double tail_slope                # per frame
    long long blocks                 # callback writes the counts
    long long blocks_dry             # without effects although a rack is attached
    long long delay_changes          # blocks that came larger than the delay, and returns to a smaller one

cdef class Drums:
    cdef DrumsState *state
    cdef object memories             # what each voice's rings lie in
    cdef prepare(self, int v, unsigned char[::1] memory, size_t bell)

cdef void drums_step(DrumsState *d, const float *const *heard, int inputs, long long frame, int frames, float *left, float *right) noexcept nogil
