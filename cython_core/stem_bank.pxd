# A song's stems as the renderers read them: pages of memory, which `stems` fills ahead of the reading.

cdef enum:
    MAX_STEMS = 16
    MAX_BUSES = 4                    # stereo buses that stems are mixed onto
    SIDES = 2
    MAX_CHANNELS = 8                 # of all buses: left and right of the first, left and right of the second ...

cdef struct Gains:                   # linear
    float of[MAX_CHANNELS][MAX_STEMS]    # how much of a stem's left side gets to a left channel, and of its right to a right one

cdef struct StemBank:
    int stems
    long long song                   # which they are of: all keys of a song have the same number
    long long frames                 # where the last stem ends, in frames of the song
    const char *samples[MAX_STEMS]   # each stem's first sample, as mapped
    long long side_bytes[MAX_STEMS]  # from left to right
    long long frame_bytes[MAX_STEMS] # from a frame to the next
    long long start[MAX_STEMS]       # frame of the song at which the stem begins; may be negative
    long long length[MAX_STEMS]      # frames
    int in_memory                    # 1: the arrays are read themselves, no page is ever missing. Set before the first order
    long long pages
    long long *page                  # (pages,) StemPage *, or 0: not there. Written by prefetch, read by the renderer
    long long reading                # frame of the song the newest voice reads at; written by the renderer, read by prefetch
    long long leaving                # frame of the song at which the voice before it is being left; likewise
    long long expected               # frame of the song that a start, or a jump that waits, will lead to; written by the callback, likewise
    long long asked                  # page that was missing, or -1; written by both
    long long missed                 # frames that were silent because their page was not there; written by the renderers
    long long ordered                # output frame of the newest order for these stems; written by the callback
    long long voices                 # voices that play them; written by the renderers
    long long unread[MAX_STEMS]      # frames that could not be read from a stem's file, and are silent; written by prefetch

cdef int stems_mix(StemBank *b, long long frame, int frames, int bus, Gains *gain, const Gains *to_gain, float *const *out) noexcept nogil
    # out[side] = the stems from `frame` on, as a bus gets them, each gain going from gain to to_gain; then gain = to_gain.
    # Silence outside the song. Returns the frames that were missing.
cdef bint stems_ready(StemBank *b, long long frame, int frames) noexcept nogil
    # Whether all is there; if not, the first missing page is asked for.
cdef void add_mapped(StemBank *b, int s, int side, long long frame, int frames, float gain, float slope, float *out) noexcept nogil
    # Adds frames of one side of a stem to `out`, out of its array; the gain moves by `slope` a frame. Nothing where the stem is not.
