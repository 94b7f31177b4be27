# The voices of the drums: what each rack makes of its share of them.

from cython_core.rack_ring cimport MAX_LINES, RackLink

cdef enum:
    VOICES = 12                      # racks that may sound at once: the one heard, the one that comes, and tails
    MAX_INPUTS = MAX_LINES
    MIDI_AT_ONCE = 256               # messages in one block; more are lost

cdef enum VoiceStage:
    EMPTY                            # Python may prepare it
    READY                            # prepared; it waits for its switch, and costs nothing
    PLAYING                          # it gets the drums, or the share of them that its crossfade gives it
    RINGING                          # it gets silence, and its tail is heard
    DONE                             # it is silent: Python may take it away

cdef struct Voice:                   # one rack's
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

cdef struct DrumBlock:               # one block, as all voices are given it: `drums` writes it, the voices read it
    long long frame                  # of its first frame: the drums' own count, without gaps
    int frames
    int delay                        # frames from heard to due
    int old_delay                    # what a crossfade of the delay comes from
    int delay_fade_left              # frames of that crossfade which are still to come; 0: there is none
    bint is_delay_new                # it has just been set: the wet frames due are not there
    float *heard[MAX_INPUTS]         # the inputs, sound
    int midi_count                   # messages that go to the racks with this block
    int midi_at[MIDI_AT_ONCE]        # frame within it
    int midi[MIDI_AT_ONCE]           # three bytes, the status in the highest

cdef struct Voices:
    double samplerate_hz
    int inputs
    int allowance                    # frames that effects may be late by, beside the block
    int longest_delay                # frames: that of the largest block
    int fade_frames                  # crossfades: between racks, back to wet, to another delay
    int step_frames                  # the decay of a step to dry
    double tail_slope                # per frame, where a tail is faded out
    long long mask
    int playing                      # the voice that is; -1: none yet
    Voice voice[VOICES]
    float *line[MAX_INPUTS]          # scratch, a block each: one voice's share of the inputs
    float *given[2]                  # and of their mix
    double *shares                   # per frame, of one voice
    double *leaving                  # per frame, the share that voices on their way out still have
    float *wet[2]
    long long blocks_dry             # callback writes: blocks without effects although a rack was to be heard

# In set-up; a mix is (inputs, 2), linear gains to left and right.
cdef bint voices_allot(Voices *voices, double samplerate_hz, int inputs, int max_block, int allowance) noexcept     # False: no memory
cdef void voices_free(Voices *voices) noexcept
cdef void voice_prepare(Voices *voices, int v, const float *mix, bint takes_lines, unsigned char *memory, void *bell) noexcept
cdef void voice_remix(Voices *voices, int v, const float *mix) noexcept
cdef void voice_hurry(Voices *voices, int v) noexcept
cdef bint voice_withdraw(Voices *voices, int v, bint is_wanted) noexcept      # True when it is away

# In the callback.
cdef void voices_switch(Voices *voices, int v, long long frame) noexcept nogil
cdef void voices_step(Voices *voices, const DrumBlock *block, float *left, float *right) noexcept nogil
cdef bint is_struck(int message) noexcept nogil
