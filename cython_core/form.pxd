# The form of the song as it is being played: what waits for which bar line, and where it leads.

from cython_core.transport cimport TransportState

cdef struct Bend:                    # the next place at which the song does not simply go on
    int turn                         # a Turn
    double at                        # song beat; infinity: none
    double to                        # song beat that sounds from there; NaN: silence

cdef void next_bend(const TransportState *t, double song_beat, Bend *bend) noexcept nogil
cdef bint is_vamping(const TransportState *t, double song_beat) noexcept nogil
cdef bint is_near_end(const TransportState *t) noexcept nogil
cdef void queue_cut(TransportState *t, double at, int after) noexcept nogil
cdef void start(TransportState *t) noexcept nogil
cdef void count_in_then_start(TransportState *t) noexcept nogil
cdef void listen(TransportState *t, int listens_for, int leader_after) noexcept nogil
cdef void stop(TransportState *t, int after) noexcept nogil
cdef void go_to(TransportState *t, double song_beat, int quantum) noexcept nogil
cdef void undo(TransportState *t) noexcept nogil
cdef void enter_section(TransportState *t, double song_beat) noexcept nogil
cdef void go_on(TransportState *t) noexcept nogil
cdef void go_on_with_drummer(TransportState *t) noexcept nogil
cdef void begin_again(TransportState *t, long long frame, double bpm) noexcept nogil
cdef void begin_again_on_stroke(TransportState *t, long long frame) noexcept nogil
cdef void go_back(TransportState *t) noexcept nogil
cdef void vamp(TransportState *t) noexcept nogil
cdef void hold(TransportState *t) noexcept nogil
cdef void cut_off(TransportState *t) noexcept nogil
cdef void last_hit_on_stroke(TransportState *t) noexcept nogil
cdef void strike_last_hit(TransportState *t, long long frame) noexcept nogil
cdef void last_hit(TransportState *t, double bpm, long long now_frame, double output_latency_s) noexcept nogil
