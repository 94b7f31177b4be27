# The hand-over between threads: events in, notices and one snapshot out. Each field says who writes and who reads.

from cython_core.stem_bank cimport MAX_STEMS

cdef struct Event:                   # Python -> step
    long long frame                  # not before this frame; 0: at once
    int kind                         # an EventKind
    double value
    double other
    void *thing                      # a ChartState for LOAD and LOAD_NEXT, the stems for KEY

cpdef enum EventKind:
    LOAD = 1                         # thing: the song to play from now on
    LOAD_NEXT                        # thing: the song that a segue or a count leads to
    START                            # at once, in the leader's tempo; from the section queued, or the top
    STOP
    BAND_IN                          # on the drummer's next bar line
    LISTEN                           # the drummer begins; value: a Listening, other: the Leader once the band is in
    COUNT_IN                         # a bar of clicks in the chart's tempo, then in
    GO_TO                            # value: song beat, other: a Quantum (at once when nothing plays)
    NEXT                             # release the vamp; else on to the next section
    PREVIOUS                         # back to the start of the section, or to the one before
    VAMP                             # loop the section it is in until NEXT
    HOLD                             # come to rest on the next downbeat
    CUT_OFF                          # stop on the next beat
    FINALE                           # the last hit, two beats from now (or on the next bar line when not holding); value 1: on the drummer's stroke
    TAKE                             # the drummer leads
    GIVE                             # the band leads
    CONDUCT                          # the conductor leads; value: bpm, or 0: as it is now
    TEMPO                            # the conductor's tempo, bpm
    TAP                              # the conductor's; other: how many bars it stands for, 0: one beat
    NOTE                             # value: MIDI note, other: velocity 1..127, struck at `frame`
    LEVEL                            # value: linear gain, other: a stem's index
    BUS                              # value: linear gain, other: a Bus
    PANIC                            # the band fades out; drums stay
    SHARE                            # band and drummer share the lead; value: the drummer's part, 0..1
    GIVE_WAY                         # value: a GivesWay, how easily the band lets itself be pushed
    CURVE                            # the conductor leads, by the tempo curve written in the song
    SLOW_DOWN                        # the conductor's ritardando; value: bars, other: the tempo at its end, a part of the one now
    RE_ENTER                         # silence now, and in again on the drummer's downbeat; value: song beat, NaN: the section it was in
    PAN                              # value: -1 to 1, other: a stem's index
    MUTE                             # value: a Switch, other: a stem's index
    SOLO                             # likewise
    UNDO                             # take back what is queued
    ROUTE                            # value: linear gain, other: output * BUSES + a bus: what a listener hears of it
    PAD                              # value: the index of a pad, other: velocity 1..127
    PADS_OFF                         # whatever was struck fades
    CHIME                            # the guide's "look up"
    KEY                              # thing: the song's stems in another key, to sound from the next bar line on
    MIDI                             # value: three bytes, the status in the highest: for the plugins that are instruments
    ONE                              # struck on the drummer's downbeat, where the follower takes another beat for it
    OCTAVE                           # value: 2 or 1/2, how much faster the drummer's beats are than the follower counts them
    AWAIT_SONG                       # value 1: another song is asked for; strokes start this one no more, and count for that one. 0: no longer

cdef struct Notice:                  # step -> Python: something that happened, in order
    long long frame                  # output frame at which it is heard
    int kind                         # a NoticeKind
    int who                          # a Leader
    int why                          # a Reason
    double beat                      # song beat
    double value

cpdef enum NoticeKind:
    HANDOVER = 1                     # who leads from here, and why
    CAME_IN                          # the band's first note
    JUMPED                           # value: the song beat it went to
    STOPPED
    HELD
    LAST_HIT
    ENDED                            # the song is over
    NEXT_SONG                        # the chart that was next is the chart now; value: its address
    BACK_ON_BEAT                     # the drummer's beat was lost and is found

cdef enum:
    MAX_HELD = 6

cdef struct Snapshot:                # step -> Python, the newest only: the end of the last tick
    long long frame
    double song_beat                 # heard now
    double bpm
    int state                        # a State of the transport
    int leader                       # a Leader
    int is_vamping
    int is_holding
    int queued                       # a Turn that waits for its bar line, or 0
    double queued_beat               # where it leads
    double start_beat                # where the band comes in, while it does not play
    double queued_at                 # song beat on which it happens; infinity: at a frame of its own
    int key_waits                    # stems in another key wait for their bar line
    int is_released                  # the vamp ends at its end
    int is_to_be_held                # on the next downbeat
    int section                      # index of the one it is in
    int rounds                       # of it that are done
    double confidence
    double bar_confidence
    double drummer_bpm
    double drummer_bar_beat
    int drummer_found
    int twice_comes_to               # an Outcome: what would come of saying that his beats are twice as fast ...
    int half_comes_to                # ... or half
    int tempo_limit                  # -1: held at the slowest tempo allowed, 1: at the fastest, 0: free
    double limit_bpm                 # that tempo
    double share                     # the drummer's part of the lead, where it is shared
    double asynchrony_ms             # band beat minus drummer beat, as heard; NaN where there is no drummer or no band
    float input_peak                 # linear, since the last second or so
    float drums_peak
    float band_peak
    float limited                    # the least gain the guard has used, linear
    float stem_level[MAX_STEMS]      # linear, as asked for
    float stem_pan[MAX_STEMS]
    int stem_muted[MAX_STEMS]
    int stem_solo[MAX_STEMS]
    int is_click_hushed              # the drummer does not hear it: he leads
    int leads_next                   # a Leader who takes over on a bar line to come, once the drummer has his click back; -1: nobody
    long long blocks
    long long band_frames_missing
    long long events_taken           # of all that were ever sent
    size_t held[MAX_HELD]            # addresses of charts, stems and words: no later tick looks at any that is not here, or in an event not taken

cdef struct ExchangeState            # rings and buffers, all sized at set-up

cdef class Exchange:
    cdef ExchangeState *state

cdef void admit(ExchangeState *x) noexcept nogil                                 # step's side, once a block, before these three
cdef bint next_event(ExchangeState *x, Event *event) noexcept nogil           # step's side: the next one due is copied out and taken
cdef bint peek_event(ExchangeState *x, Event *event) noexcept nogil           # step's side: copied out, left where it is
cdef bint event_at(ExchangeState *x, long long *index, Event *event) noexcept nogil    # step's side: the one of that number, or the next that waits
cdef void tell(ExchangeState *x, const Notice *notice) noexcept nogil         # step's side: lost when nobody reads
cdef Snapshot *draft(ExchangeState *x) noexcept nogil                         # step's side: the snapshot to fill next
cdef void publish(ExchangeState *x) noexcept nogil                            # step's side: the draft is the newest now
