# Where the drummer is in the beat and the bar, how fast, and how sure that is.

from cython_core.onsets cimport Onset

cdef struct Pulse:                   # at the last frame of the tick just heard, on the input's clock
    double beat                      # beats since the first one found; whole numbers fall on beats. Never NaN; may be corrected either way
    double bar_beat                  # 0 <= bar_beat < beats_per_bar; 0 on the downbeat
    double bpm                       # 40..400
    double confidence                # 0..1: how probable it is that `beat` is right, within 17.5 % of a beat
    double bar_confidence            # 0..1: how probable it is that the downbeat is right too
    double playing                   # 0..1: how probable it is that the drummer has not stopped for good
    int beats_per_bar
    int found                        # 0 until a first beat has been found; all else is then meaningless

cdef enum:
    PATTERNS = 24                    # typical bars, the last one is rest
    CLASSES = 6                      # kick, snare, cymbal soft; kick, snare, cymbal loud
    BINS_PER_BEAT = 48               # resolution of the patterns
    PLACES_PER_BEAT = 24             # resolution at which the filter's answer is read
    MAX_BEATS = 12                   # in a bar
    TEMPI = 98                       # 38 to 430 bpm, 2.5 % apart
    TEMPO_BANDS = 4                    # of tempo: the same hand is less even, in parts of a beat, the faster it plays
    GAITS = 3                        # how a drummer may move: steady, drifting, leaping
    PENDING = 128                    # onsets kept until the filter has reached their time

cdef struct Gait:                    # one Kalman filter over (beat, tempo)
    double beat
    double tempo                     # natural logarithm of beats a frame
    double beat_var, cross_var, tempo_var
    double share                     # how probable this gait is

cdef struct FollowerState:
    double samplerate_hz
    double step_frames               # frames between two steps of the filter
    # what it was told
    double told_bpm                  # 0: nothing
    int beats_per_bar                # what is shown
    int cycle_beats                  # what the filter turns round: the bar, or two short ones
    # the patterns of this meter
    int bins
    float *rate                      # (bins, PATTERNS, CLASSES) strokes a beat, as learned
    float *likely                    # (TEMPO_BANDS, CLASSES, bins, PATTERNS) strokes a beat, blurred by the band, tempered
    float *silent                    # (cells, PATTERNS) probability that nothing is struck in this cell
    float share[TEMPI][PATTERNS]     # how common a pattern is at a tempo
    int prepared                     # cells of `silent` that are ready
    # the filter
    double bpm[TEMPI]
    int band[TEMPI]
    int cells[TEMPI]                 # steps a cycle takes at this tempo
    int first_cell[TEMPI]
    int all_cells
    float *mass                      # now: (cells, PATTERNS)
    float *next                      # one step later
    float *struck                    # (TEMPO_BANDS, bins, PATTERNS) likelihood of this step's onsets
    float *place                     # (TEMPI, cycle_beats * PLACES_PER_BEAT) the answer, summed over patterns
    float pattern_mass[PATTERNS]
    float tempo_gain[TEMPI]
    bint active[TEMPI]
    double gate_log2                 # log2 of the tempo around which states are kept
    double gate_octaves              # and how far from it
    double scale                     # keeps the sum of `mass` at 1
    bint started
    double origin_frame              # where step 0 begins
    long long step                   # the one being worked on
    bint working
    int job, jobs
    double work_done, work_all
    int strokes                      # onsets in this step
    double weight                    # how many strokes they stand for
    Onset due[PENDING]
    Onset pending[PENDING]
    int waiting
    # the answer
    Gait gait[GAITS]
    double gait_frame                # the moment at which the gaits stand
    double bar_offset                # bar_beat = (beat + bar_offset) mod beats_per_bar
    float expected[CLASSES][12 * 48] # strokes a beat of the patterns now believed in
    double confidence, bar_confidence
    double last_onset_frame
    long long steps_since_start

cdef class Follower:
    cdef FollowerState *state
    cdef readonly double samplerate_hz
    cdef long long heard_frames

cdef void follower_tick(FollowerState *f, const Onset *onsets, int count, long long end_frame, int frames, Pulse *pulse) noexcept nogil
cdef void follower_tell(FollowerState *f, double bpm, int beats_per_bar) noexcept nogil
