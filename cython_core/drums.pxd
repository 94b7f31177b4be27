# The drums' way through the callback: mixed to stereo, lent to the rack, and back one block later; dry where the effects are missing.

from cython_core.rack_ring cimport MAX_LINES, RackLink

cdef enum:
    VOICES = 12                      # racks that may sound at once: the one heard, the one that comes, and tails
    MAX_INPUTS = MAX_LINES
    MIDI_AT_ONCE = 64                # messages in one block; more are lost

cpdef enum:                          # when a switch is to be heard
    AT_ONCE = 0
    ON_THE_BEAT
    ON_THE_BAR

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
    bint takes_lines                 # it is posted each input by itself, else their mix
    float gain[MAX_INPUTS][2]        # of each input in the dry mix, to left and right, linear
    float wanted_gain[MAX_INPUTS][2]    # Python writes; reached within a block
    float *fed[2]                    # its share of the dry mix, `mask` + 1 frames by frame number
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
    double tail_gain                 # 1, falling to 0 by then; and back to 1 where it gets the drums again meanwhile

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
    long long wanted_when            # Python writes, before `wanted`: AT_ONCE, ON_THE_BEAT, ON_THE_BAR
    int passing                      # what goes by in this block: AT_ONCE, ON_THE_BEAT or ON_THE_BAR; where there is no beat, ON_THE_BAR
    int playing                      # the voice that is; -1: none yet
    Voice voice[VOICES]
    float placed[MAX_INPUTS][2]      # the show's own gains, for voices that have none
    int midi_count                   # messages that go to the racks with the next block
    int midi_at[MIDI_AT_ONCE]        # frame within that block
    int midi[MIDI_AT_ONCE]           # three bytes, the status in the highest
    float *heard[MAX_INPUTS]         # `max_block` frames each, scratch: the inputs, sound
    float *line[MAX_INPUTS]          # one voice's share of them
    float *given[2]                  # and of their mix
    double *shares                   # per frame, of one voice
    float *wet[2]
    double *leaving                  # per frame, the share that voices on their way out still have
    double tail_slope                # per frame
    long long blocks                 # callback writes the counts
    long long blocks_dry             # without effects although a rack is attached
    long long delay_changes          # blocks that came larger than the delay, and returns to a smaller one

cdef class Drums:
    cdef DrumsState *state
    cdef object memories             # what each voice's rings lie in
    cdef list has_own_mix
    cdef prepare(self, int v, unsigned char[::1] memory, size_t bell, const float[:, ::1] mix)

cdef void drums_play(DrumsState *d, int at, int message) noexcept nogil      # a message of the kit's MIDI, in the block that `drums_step` does next
cdef void drums_step(DrumsState *d, const float *const *heard, int inputs, long long frame, int frames, float *left, float *right) noexcept nogil
