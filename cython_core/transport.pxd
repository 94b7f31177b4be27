# Where the song is, in beats: the only owner of the song position.

from cython_core.authority cimport AuthorityState, Lead, Place
from cython_core.orders cimport BandOrder
from cython_core.steering cimport Steering
from cython_core.chart cimport ChartState
from cython_core.faders cimport FaderState
from cython_core.entry cimport Entry
from cython_core.follower cimport Pulse
from cython_core.tick cimport TICK

cdef enum:
    MOMENTS = 4096                   # ticks of the line that are remembered
    ON_HIS_STROKE = -2               # in place of the frame of a last hit that waits for the drummer's

cpdef enum State:
    SILENT = 0
    LISTENING = 1                    # the drummer plays alone; the band waits for a bar line of his
    COUNTING = 2                     # clicks before the band
    PLAYING = 3
    ENDED = 4

cpdef enum Turn:                      # what waits for its place in the song
    NO_TURN = 0
    LOOP                             # the vamp's end
    JUMP                             # to another place
    ENTER                            # the count is over
    END                              # the song's end
    CUT                              # the cut-off
    LAST                             # the last hit
    GO_ON                            # out of a hold, with the drummer

cpdef enum Quantum:                  # where a jump is taken: on the next
    AT_BAR = 0
    AT_BEAT = 1
    AT_PHRASE = 2

cpdef enum Hold:
    NOT_HELD = 0
    TO_BE_HELD = 1                   # on the next downbeat
    HELD = 2

cdef struct Moment:                  # the line at the first frame of a tick
    double line                      # beats since the band came in, never folded by a jump
    double song_beat
    double bpm
    int state                        # a State
    int is_held
    int beat_at                      # frame within the tick at which a beat falls; -1: none does
    int beat_in_bar                  # of that beat
    int is_count                     # it comes before the band
    int call                         # 1 + index of what the guide says at that beat; 0: nothing

cdef struct TransportState:
    double samplerate_hz
    const ChartState *chart          # NULL: no song
    const ChartState *next_chart
    int state                        # a State
    double line
    double fold                      # song beat = line + fold
    double bpm
    double recorded_bpm              # the recording's, and the beat's length, where `bpm` was last said: ...
    double beat_length               # ... at the beat that the head is in
    double length_scale              # of the chart's beat lengths, after a segue: over those of the song before
    double length_changed            # the line, where beats came to be of another length
    long long heard_from             # output frame from which `chart` is heard
    long long bar_from               # output frame from which the song is elsewhere in the bar than it would have been; -1
    Steering steering
    long long last_stroke            # output frame of the drummer's last stroke; -1: he has not played yet
    long long follows_from           # output frame since which the band plays and the drummer leads
    int after_cut                    # the State that the cut-off leads to: SILENT, LISTENING, or ENDED
    long long head                   # output frame that the line is known up to; in silence nearer than while it plays
    double start_beat                # where the next start begins
    Entry entry                      # LISTENING: what for, and how near it is
    bint awaits_song                 # another song is asked for, and is not there yet: nothing comes in
    int vamps                        # index + 1 of the section asked to loop though it is no vamp; 0
    int is_released                  # the vamp it is in ends at its end
    int section                      # it is in
    int rounds                       # of it that are done, where it is played several times
    int queued                       # a Turn that waits
    double queued_at                 # song beat where it happens
    double queued_to
    int hold                         # a Hold
    double hold_at                   # song beat
    double hold_bpm                  # the tempo before it
    long long last_hit               # output frame of the last hit; -1; ON_HIS_STROKE
    long long struck_frame           # output frame at which the drummer's stroke has sounded it already; -1
    FaderState faders
    BandOrder order                  # the one being written
    Moment moment[MOMENTS]           # by tick: moment[frame / TICK % MOMENTS]
    int notice                       # a NoticeKind that happened in this tick; 0: none
    double notice_value

cdef void transport_reset(TransportState *t, double samplerate_hz, long long head) noexcept nogil
cdef void load_chart(TransportState *t, const ChartState *chart) noexcept nogil
cdef void reenter(TransportState *t, double song_beat) noexcept nogil
cdef void transport_tick(TransportState *t, const Lead *lead, AuthorityState *a, const Pulse *pulse, const Place *place) noexcept nogil
cdef void transport_order(TransportState *t, long long frame, int finer) noexcept nogil        # fills in t.order, for the line up to `frame`
cdef void keep_beats(TransportState *t, double length) noexcept nogil
cdef double beat_length_at(const TransportState *t, double song_beat) noexcept nogil
cdef void go_faster(TransportState *t, double faster) noexcept nogil
cdef void look(const TransportState *t, Place *place) noexcept nogil
cdef const Moment *moment_at(const TransportState *t, long long frame) noexcept nogil
