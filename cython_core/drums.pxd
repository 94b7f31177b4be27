# The drums' way through the callback: mixed to stereo, lent to the rack, and back one block later; dry where the effects are missing.

from cython_core.drum_voices cimport MAX_INPUTS, DrumBlock, Voices

cpdef enum:                          # when a switch is to be heard
    AT_ONCE = 0
    ON_THE_BEAT
    ON_THE_BAR

cdef struct DrumsState:
    double samplerate_hz
    int inputs
    int max_block                    # frames; what is longer comes in pieces
    int allowance                    # frames, for the whole show: for effects that look ahead
    Voices voices
    DrumBlock block                  # the next one
    long long largest_block          # in the current stretch of DELAY_SHRINKS_AFTER_S
    long long stretch_frames
    long long steady_block           # Python writes: what the device asks for every time now, frames; 0: it does not say
    long long wanted                 # Python writes: the voice to be heard; -1: none has been chosen
    long long wanted_when            # Python writes, before `wanted`: AT_ONCE, ON_THE_BEAT, ON_THE_BAR
    int passing                      # what goes by in this block: AT_ONCE, ON_THE_BEAT or ON_THE_BAR; where there is no beat, ON_THE_BAR
    float placed[MAX_INPUTS][2]      # the show's own gains, for voices that have none
    long long blocks                 # callback writes the counts
    long long delay_changes          # blocks that came larger than the delay, and returns to a smaller one

cdef class Drums:
    cdef DrumsState *state
    cdef object memories             # what each voice's rings lie in
    cdef list has_own_mix
    cdef prepare(self, int v, unsigned char[::1] memory, size_t bell, const float[:, ::1] mix)

cdef void drums_play(DrumsState *d, int at, int message) noexcept nogil      # a message of the kit's MIDI, in the block that `drums_step` does next
cdef void drums_step(DrumsState *d, const float *const *heard, int inputs, long long frame, int frames, float *left, float *right) noexcept nogil
