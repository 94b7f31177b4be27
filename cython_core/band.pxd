# The band: stems mixed, stretched and placed, a fixed distance ahead of the ear.

from cython_core.stem_bank cimport MAX_BUSES, MAX_CHANNELS, MAX_STEMS, SIDES, Gains, StemBank, Stems
from cython_core.stem_rate cimport TAPS, StemRate
from cython_core.stretcher cimport NEVER, STRETCHED, Part, Voice

cdef enum:
    CHUNK = 256                      # frames rendered at a time
    VOICES = 3                       # one plays, one fades out, one is being primed
    ORDERS = 64                      # orders that may wait
    CHUNKS = 64                      # chunks that may wait
    MIXED = 2 * CHUNK + TAPS         # frames kept of the mix
    GAINS = 128                      # orders whose gains are remembered

cdef struct BandOrder:               # the song's line, made known up to `frame`
    long long frame                  # an output frame, a multiple of CHUNK; orders come one CHUNK apart, without gaps
    double source                    # the frame of the recording that sounds at `frame`; NaN: silence
    long long jump_frame             # -1, or the output frame, in (frame - CHUNK, frame], from which another place sounds
    double jump_from                 # where the line would have been at jump_frame (what fades out); NaN: silence
    double jump_to                   # what sounds at jump_frame; NaN: silence. From there to `frame` the line is straight
    StemBank *stems                  # the song at `frame` (after the jump, if there is one); NULL: none
    Gains gain                       # of every stem on every channel; heard from about `frame` on (see docs/band.md)

cdef struct BandChunk:
    long long frame                  # output frame of its first frame
    float side[MAX_CHANNELS][CHUNK]

cdef struct BandLink:
    double samplerate_hz             # the session's; fixed at set-up, as all down to `fade`
    int channels                     # of all buses: 2, 4, 6 or 8
    StemRate stem_rate               # of stems and stretcher
    long long ahead_frames           # what is ordered now for `frame` is heard at `frame`, if now <= frame - ahead_frames
    long long delay_frames           # the share of it that stretcher and filter have
    float dies_away                  # from frame to frame: what was heard before a gap
    float comes_back                 # by frame: what is heard after it
    int fade_frames                  # 10 ms of the stems
    float *fade                      # (fade_frames,) 0 .. 1
    BandOrder order[ORDERS]
    long long orders_in              # written by the callback
    long long orders_out             # written by the renderer
    BandChunk chunk[CHUNKS]
    long long chunks_in              # written by the renderer
    long long chunks_out             # written by the callback
    # the callback's own
    long long first_frame            # output frame of the first chunk there will be, or -1
    int is_gap                       # the last frame read was missing
    float last[MAX_CHANNELS]             # the last frame heard
    float residue[MAX_CHANNELS]          # what was heard before a gap, dying away
    float back                       # 0 .. 1, coming back after a gap
    long long heard_frame            # the next frame to be read; also read by the renderer
    long long least_spare            # the fewest frames that were ready beyond the last one read
    long long orders_lost            # orders refused because ORDERS waited
    long long frames_missing         # frames that were silent because their chunk was not there
    # the renderer's own: frames of the stems from here on
    Voice voice[VOICES]
    int playing                      # the voice the line goes to, or -1
    Gains gain[GAINS]                # of the newest orders, by orders_out
    float plain[MAX_CHANNELS][CHUNK] # the recording itself, for the chunk being made
    float mixed[MAX_CHANNELS][MIXED] # all voices; the newest frame is the last
    long long next_frame             # frame of the next order, or -1
    long long served_frame           # session frame of the last order served; also read by Python
    long long chunks_late            # chunks rendered after they should have begun to sound
    long long chunks_lost            # chunks thrown away because CHUNKS waited
    long long breaks                 # orders that did not follow from the one before, without saying so
    long long voices_short           # jumps so close together that one of them was left out

cdef int band_order(BandLink *b, const BandOrder *order) noexcept nogil
    # the callback's: 1, or 0 when the ring is full (counted)
cdef int band_read(BandLink *b, long long frame, int frames, float *const *out) noexcept nogil
    # the callback's: fills out[channel]; frames must go on from the last call. Returns how many were missing, and silent
cdef int band_serve(BandLink *b) noexcept nogil
    # the renderer's: renders what is ordered; returns the chunks done

cdef class Band:
    cdef BandLink *link
    cdef long long asked_to_stop
