# Where in the bar, how fast, in which pattern: a probability for each of them, moved on step by step.

from cython_core.onsets cimport Onset
from cython_core.patterns cimport CLASSES, MAX_BEATS, PATTERNS, TEMPO_BANDS, Patterns

cdef enum:
    TEMPI = 98                       # 38 to 430 bpm, 2.5 % apart
    PLACES_PER_BEAT = 24             # resolution at which the answer is read
    PENDING = 64                     # onsets kept until the filter has reached their time

cdef struct BarFilter:
    double samplerate_hz
    double step_frames
    Patterns patterns
    # the tempi
    double bpm[TEMPI]
    double octave[TEMPI]             # log2 of bpm
    int band[TEMPI]
    int cells[TEMPI]                 # steps that a cycle takes at this tempo
    int first_cell[TEMPI]
    int all_cells
    float share[TEMPI][PATTERNS]     # how common a pattern is
    int prepared                     # bins of `silent` made ready so far, tempo by tempo
    int kinds, next_kinds            # of drums whose silence counts, from the kick on: in `silent`, in `next_silent`
    int renewed                      # bins of `next_silent` made ready so far
    int cleared                      # cells of `mass` emptied so far
    # the states
    unsigned short *bin              # (cells,) which bin of the patterns a state passed in the step that brought it to a cell
    float *silent                    # (TEMPI, bins, PATTERNS) probability that nothing is struck during a step in a bin
    float *next_silent               # the same, for when other kinds of drum are missed
    float *mass                      # (cells, PATTERNS) how probable each is
    int turn[TEMPI]                  # cells by which the bar has turned under them: see `states_at`
    float *struck                    # (TEMPO_BANDS, bins, PATTERNS) likelihood of this step's onsets
    float gain[TEMPI]                # what a tempo's states are multiplied by in this step
    bint active[TEMPI]               # tempi that are worked on
    bint woken[TEMPI]                # since the last step: nothing of `mass` is true yet
    bint is_lost                     # then no tempo sleeps
    bint is_doubted                  # a tempo was told, and may be wrong: then only hopeless ones sleep, and those far from it live apart
    double scale                     # brings the sum of `mass` to 1
    double other_octave              # log2 bpm of one that he may have stayed in; -1: none
    double told_octave               # log2 bpm of the tempo told at the beginning; -1: none
    bint told_is_his                 # he was followed in it: no chart told it
    double first_bar_beat, first_sure                  # where in the bar the first stroke lies, and how surely (0..1)
    int laid                         # tempi at which that is laid down so far
    Py_ssize_t warmed                # numbers in memory that have been reached since the first stroke ...
    float warmth                     # ... and their sum, which is of no other use
    double unbegun                   # belief that nothing has begun yet, in the units of `mass`
    double beginning                 # the part of it that begins in this step
    # the work of a step
    bint started
    double origin_frame              # where step 0 begins
    long long step                   # the one being worked on
    bint working
    double begun_frame               # end of the tick in which it was
    int job, jobs
    double work_done, work_all       # in cells
    Onset pending[PENDING]
    int waiting
    Onset due[PENDING]               # those of this step
    int strokes
    # the answer of the last whole step
    double answer_frame              # the time it speaks of
    double reference_octave          # log2 bpm of a slow reference tempo; -1: none
    float *place                     # (TEMPI, beats * PLACES_PER_BEAT) summed over patterns
    float tempo_mass[TEMPI]
    float total

cdef int bar_filter_allot(BarFilter *b, double samplerate_hz) noexcept
cdef void bar_filter_free(BarFilter *b) noexcept
cdef void bar_filter_meter(BarFilter *b, int beats_per_bar) noexcept nogil
cdef bint bar_filter_prepare(BarFilter *b) noexcept nogil
cdef void bar_filter_start(BarFilter *b, const Onset *first, double bpm) noexcept nogil
cdef void bar_filter_start_anywhere(BarFilter *b, double frame, double level) noexcept nogil
cdef void bar_filter_go_on(BarFilter *b, double frame, double bpm, double bar_beat, double other_bpm) noexcept nogil
cdef void bar_filter_hear(BarFilter *b, const Onset *onset) noexcept nogil
cdef bint bar_filter_work(BarFilter *b, long long end_frame) noexcept nogil
cdef void bar_filter_miss(BarFilter *b, int kinds) noexcept nogil
cdef void bar_filter_renew(BarFilter *b, int pattern, int bin_) noexcept nogil
cdef void bar_filter_refer(BarFilter *b, double octave, bint is_lost, bint is_doubted) noexcept nogil
cdef double how_real(double strength) noexcept nogil
cdef float *states_at(BarFilter *b, int tempo, int cell) noexcept nogil
