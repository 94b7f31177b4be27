# One bus of the band, rendered: orders in, chunks out.

from cython_core.chunk_ring cimport ChunkRing
from cython_core.line cimport Line
from cython_core.orders cimport CHUNK, Orders
from cython_core.stem_bank cimport SIDES, Gains, StemBank
from cython_core.stem_rate cimport TAPS, StemRate
from cython_core.stretcher cimport Stretcher

cdef enum:
    VOICES = 3                       # one plays, one fades out, one is being primed
    MIXED = 2 * CHUNK + TAPS         # frames kept of the mix
    GAINS = 128                      # orders whose gains are remembered

cdef struct Voice:
    Stretcher stretcher
    StemBank *stems                  # NULL: free
    Line line
    long long known_frame            # frame of the order that began it
    long long from_frame             # output frame at which it is all there (the end of its fade in)
    long long until_frame            # output frame at which it is gone (the end of its fade out)
    long long plain_from             # output frame from which the recording itself is heard, or NEVER
    long long plain_until            # output frame from which it is stretched again, or NEVER
    long long plain_offset           # frame of the recording - output frame, between the two
    Gains plain_gain
    int is_primed                    # it has been set up at its starting point
    long long waited                 # chunks spent waiting for pages before that

cdef struct Bus:                     # the renderer's own; frames are the stems' unless they are said to be the session's
    int number                       # fixed at set-up, as all down to `fade`
    StemRate stem_rate
    int window                       # frames a stretcher looks at; half of them are its delay
    long long delay_frames           # of the session: that delay, and the filter's
    long long late_frames            # of the session: how much further back than its chunk a start out of silence may lie
    int fade_frames                  # 10 ms
    float *fade                      # (fade_frames,) 0 .. 1
    Voice voice[VOICES]
    int playing                      # the voice the line goes to, or -1
    Gains gain[GAINS]                # of the newest orders, by `served`
    float plain[SIDES][CHUNK]        # the recording itself, for the chunk being made
    float mixed[SIDES][MIXED]        # all voices; the newest frame is the last
    long long next_frame             # frame of the next order, or -1
    long long served                 # orders; also read by the callback
    long long served_frame           # session frame of the last order served; also read by Python
    long long breaks                 # orders that did not follow from the one before, without saying so
    ChunkRing ring

cdef int bus_set_up(Bus *b, int number, double samplerate_hz, int places) except -1      # places: chunks that may wait
cdef void bus_free(Bus *b) noexcept nogil
cdef int bus_serve(Bus *b, const Orders *orders) noexcept nogil      # renders all that is ordered; returns the chunks done
