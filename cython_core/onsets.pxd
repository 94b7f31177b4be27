# Onsets: when a drum was struck, how hard, and which kind of drum.

from cython_core.second_look cimport AGAIN_UNITS_1

cpdef enum Look:
    ONLY                             # all there is to say of a stroke was said at once (a note)
    FIRST                            # told as soon as can be; a SECOND look at the same stroke follows
    SECOND                           # surer which drum it was, but 25 ms later; one for each drum

cdef struct Onset:
    double frame                     # when it was struck, in frames of the input's clock; the detector's own delay is taken off
    float strength                   # 0..1: 1 is about as loud as this player gets
    float kick                       # 0..1 each: how likely it is that kind of drum; several may sound at once
    float snare                      # snare, rim and toms
    float cymbal                     # hi-hat, ride, crash, sticks
    Look look

cdef enum:
    MAX_ONSETS = 32                  # in one tick, audio and MIDI together
    BANDS = 24                       # resonators, 45 Hz .. 15.5 kHz
    HOPS_KEPT = 12                   # of 3 ms each: what the first look is shown of every band, beside its two means
    HOPS_RING = 24                   # and what is kept for the second
    SEEN_AFTER = 3                   # hops heard after the hop of an onset when the network is asked about it
    FIRST_ANSWERS = 6                # onset, kick, snare, cymbal (0..1), where in the hop, how hard
    SHOWN_AGAIN = 534                # numbers that the second look is shown

cdef struct OnsetState:
    double samplerate_hz
    int hop_frames                   # 3 ms at this rate
    float dc_pole, last_heard, dc_free                              # the high-pass before the bank
    float[BANDS] pole_re, pole_im, gain                             # of each resonator, the same in both of its stages
    float[BANDS] first_re, first_im, second_re, second_im           # what rings in it now
    float[BANDS] hop_power                                          # summed over the hop now being heard
    int hop_heard                                                   # frames of it
    float[BANDS] kept_power                                         # mean, in the hop that has just ended
    float[HOPS_RING][BANDS] level                                   # ring, log2 of mean power in each whole hop
    float[HOPS_RING][FIRST_ANSWERS] said                            # ring, what the first look said of each hop
    int newest                                                      # index in the rings
    float[BANDS] lately, usually                                    # means of `level` more than HOPS_KEPT hops ago, short and long
    float loudness, loudest                                         # log2 power of the newest hop, and of the loudest, sinking slowly
    float unspent                                                   # the last hop's likelihood of an onset, if none was told
    int hops_since_onset
    long long hop_end                                               # the frame after the last of that hop
    bint is_asked_again                                             # a second look is due: what it is shown, ...
    float[SHOWN_AGAIN] shown_again
    float[AGAIN_UNITS_1] half_seen                                  # and what the first half of it came to, if it has begun
    bint has_begun
    long long begun_tick
    long long asked_end                                             # ... and `hop_end` when it was asked for

cdef void onsets_reset(OnsetState *o, double samplerate_hz) noexcept nogil
cdef int onsets_tick(OnsetState *o, const float *heard, int frames, long long first_frame, Onset *found, int room) noexcept nogil
# In turn these are a tick, for those who do something in between, or leave the second look, which is dear, for later ticks: a half in each.
cdef bint bank_tick(OnsetState *o, const float *heard, int frames, long long first_frame) noexcept nogil
cdef void keep_hop(OnsetState *o) noexcept nogil
cdef int judge_hop(OnsetState *o, Onset *found, int room) noexcept nogil
cdef void begin_again(OnsetState *o, long long tick) noexcept nogil
cdef int judge_again(OnsetState *o, Onset *found, int room) noexcept nogil

cdef int read_onsets(rows, Onset *onsets) except -1

cdef class Onsets:
    cdef OnsetState *state
    cdef long long frame             # of the next sample fed from Python
