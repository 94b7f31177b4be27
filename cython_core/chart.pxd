# A song as the transport needs it: where every beat lies in the recording, where the bars and sections are.

from cython_core.faders cimport FaderState
from cython_core.stem_bank cimport MAX_BUSES, MAX_STEMS, StemBank
from cython_core.stems cimport Stems

cdef struct Section:
    double first_beat                # song beats; beat 0 is the first downbeat of the recording
    double end_beat
    int is_vamp                      # loops until released
    int times                        # played so often, 1 or more, before the song goes on
    int is_finale                    # its first beat is the last hit
    double slowest_bpm               # slower and faster than these the band does not go there
    double fastest_bpm

cdef struct Call:
    double beat                      # song beat at which it is said
    double cue_beat                  # of the cue that it leads to: not said where the band will not come by there
    const float *sound               # mono, at the session's rate; NULL: the chime
    int frames

cdef struct ChartState:
    int first_beat                   # of the mapped beats; negative where there is a pickup
    int beats                        # how many are mapped, >= 2
    double *source                   # (beats,) frame of the recording at each mapped beat
    int *beat_in_bar                 # (beats,) 1 on a downbeat
    double *beat_length              # (beats,) as it is written, over that of the song's first meter: 0.5 where 7/8 follows 4/4
    int sections
    Section *section                 # one after the other, without gaps
    int calls
    Call *call                       # (calls,) what the guide says, in the order of time
    int fermatas
    double *fermata                  # (fermatas,) song beats at which the band comes to rest until it is told to go on
    int phrase_bars                  # in a phrase, counted from the start of its section; 0: a section is one phrase
    double bpm                       # the tempo the song is told to have
    int beats_per_bar
    int is_of_one_meter              # every bar has beats_per_bar beats ...
    int has_even_beats               # ... and all are of one length
    double samplerate_hz
    int curve_points                 # of the tempo curve that a conductor wrote; 0: none
    double *curve_beat               # (curve_points,) song beats, rising
    double *curve_bpm
    int count_bars                   # what is counted before bar 1 ...
    int count_beats                  # ... and how many beats there are from click to click
    int ending                       # an Ending
    StemBank *stems                  # NULL: nothing to sound
    FaderState faders                # as it is when the song is loaded

cpdef enum Ending:
    ENDS_WAITING = 0
    ENDS_IN_SEGUE = 1
    ENDS_IN_COUNT = 2

cdef class Chart:
    cdef ChartState state
    cdef readonly object stems
    cdef readonly object spoken
    cdef set_faders(self, gains, pans, mutes, sends)
    cdef set_calls(self, calls)

cdef double chart_source(const ChartState *c, double beat) noexcept nogil      # frame of the recording at a song beat
cdef double chart_bpm(const ChartState *c, double beat) noexcept nogil         # tempo of the recording there
cdef double chart_beat_length(const ChartState *c, double beat) noexcept nogil # of the beat there, over that of the first meter
cdef double chart_next_bar(const ChartState *c, double beat) noexcept nogil    # first downbeat at or after a song beat
cdef double chart_bar_start(const ChartState *c, double beat) noexcept nogil   # last downbeat at or before it
cdef int chart_beats_in_bar(const ChartState *c, double beat) noexcept nogil   # of the bar it lies in
cdef int chart_bar(const ChartState *c, double beat) noexcept nogil            # number of its bar; 1 is the first
cdef double chart_curve_bpm(const ChartState *c, double beat) noexcept nogil   # of the written tempo curve; 0: there is none
cdef int chart_section(const ChartState *c, double beat) noexcept nogil        # index of its section
cdef double chart_next_phrase(const ChartState *c, double beat) noexcept nogil # the end of the phrase a song beat lies in
cdef double chart_top(const ChartState *c) noexcept nogil                      # song beat of the first note, of the pickup where there is one
cdef double chart_end(const ChartState *c) noexcept nogil                      # song beat at which the last section ends
