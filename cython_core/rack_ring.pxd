# The rings between the callback and a rack: what the drummer played goes one way, what the effects made of it comes back.
#
# Every sample has the place of its frame number, so that a process that dies, skips or comes late never shifts anything. There is no lock, and
# nothing to mend after a SIGKILL: a side believes no more than the frame range the other side has published.

cpdef enum:
    SUB_BLOCK = 64                   # frames: the most that the effects get at a time
    MAX_LINES = 32                   # of the kit
    EDITS = 256                      # that may be on their way
    MIDI_KEPT = 256                  # messages of the kit; of these the oldest may be being written over

cdef struct Edit:                    # one knob, and where it is to stand
    long long knob
    double value

cdef struct Midi:                    # one message of an electronic kit
    long long frame                  # at which it is played
    long long message                # its three bytes, the status in the highest

cdef struct RackRing:                # in shared memory; one cache line per writer; `posted` and `wet` samples follow it
    long long posted_from            # callback writes: since this frame every frame has been posted
    long long delay                  # callback writes: frames from being heard to being due
    long long posted_end             # callback writes, after all else: the frames before it are there
    long long midi_written           # callback writes, after the message itself and before `posted_end`
    long long callback_line[4]
    long long wet_from               # rack writes, before what follows: since this frame every frame has come back
    long long wet_end                # rack writes, after all else: the frames before it are there
    long long taken_end              # rack writes: it has begun to work on the frames before this one
    long long late                   # rack writes: sub-blocks that came back after they were due
    long long skipped                # rack writes: frames left out because they could no longer come in time
    long long unsound                # rack writes: sub-blocks that held NaN, or a level beyond any sound
    long long at_work                # rack writes: the plugin it is calling, from 1; 0: none that could fail
    long long edits_taken            # rack writes
    long long edits_written          # supervisor writes, after the edit itself
    long long supervisor_line[7]
    Edit edit[EDITS]
    Midi midi[MIDI_KEPT]

cdef struct RackLink:                # one side's own view of it
    RackRing *ring
    int lines                        # posted
    float *posted[MAX_LINES]         # `mask` + 1 frames each
    float *wet[2]
    long long mask
    void *bell                       # rung at each post; NULL: the rack is called by hand

cdef long long ring_bytes(int lines, long long capacity) noexcept nogil
cdef void ring_map(RackLink *link, void *memory, int lines, long long capacity, void *bell) noexcept nogil
cdef void ring_post(RackLink *link, const float *const *line, long long frame, int frames, long long delay) noexcept nogil
cdef void ring_play(RackLink *link, long long frame, long long message) noexcept nogil       # before the frames it belongs to are posted
cdef bint ring_read(RackLink *link, long long frame, int frames, float *left, float *right) noexcept nogil   # False: not all there, or not sound
cdef bint is_sound(const float *samples, int frames) noexcept nogil
