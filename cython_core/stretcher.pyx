"""Stems of one bus: mixed, then stretched along a line from output frame to frame of the recording.

Rubber Band's R3 engine takes windows of the recording and lays them down in the output, one hop after another. In real-time
mode its C interface tells exactly where: what it still requires says how far its window has moved in the recording, what is
available says how far it moved in the output. So nothing is estimated and nothing has to be servoed over time: each hop is
given the rate that takes the next window's centre to the line, and the map from output to recording is known to the frame
after an hour as after a second (docs/decisions/40).

It is fed one window ahead of what it gives; its delay is half a window. Every bus has an instance of its own: R3's short window would cost a
third, and lays attacks down up to 7 ms away (docs/decisions/44). While a bus rests its instance rests, too: all it holds is zeros, and zeros come
out wherever they are laid down, so only the places are counted on.
"""

from libc.math cimport fabs, floor, log10, pow

from cython_core.atomics cimport store
from cython_core.line cimport attacks_forget, attacks_hear, line_at, line_rate, line_target
from cython_core.memory cimport release, reserve
from cython_core.stem_bank cimport stems_mix

cdef extern from "rubberband/rubberband-c.h" nogil:
    ctypedef void *RubberBandState
    cdef enum:
        RubberBandOptionProcessRealTime
        RubberBandOptionEngineFiner
        RubberBandOptionChannelsTogether
    RubberBandState rubberband_new(unsigned int sample_rate, unsigned int channels, int options, double ratio, double pitch)
    void rubberband_delete(RubberBandState)
    void rubberband_reset(RubberBandState) noexcept
    void rubberband_set_time_ratio(RubberBandState, double ratio) noexcept
    void rubberband_set_max_process_size(RubberBandState, unsigned int frames)
    unsigned int rubberband_get_samples_required(RubberBandState) noexcept
    void rubberband_process(RubberBandState, const float *const *frames, unsigned int count, int final) noexcept
    int rubberband_available(RubberBandState) noexcept
    unsigned int rubberband_retrieve(RubberBandState, float *const *frames, unsigned int count) noexcept

cdef double FASTEST = 4.0            # frames of the recording per frame of output
cdef double SLOWEST = 1.0 / 256.0    # a hold: the line stands still, the sound goes on
cdef double MAX_CORRECTION = 128.0   # frames in a hop: how hard a voice that is off its line is pulled back to it
cdef double CLOSE_ENOUGH = 0.75      # frames off the line that are left alone, so that a steady rate stays exactly that rate


cdef int stretcher_set_up(Stretcher *s, double samplerate_hz) except -1:
    cdef int c
    s.rubber_band = rubberband_new(
        <unsigned int>samplerate_hz, SIDES,
        RubberBandOptionProcessRealTime | RubberBandOptionEngineFiner | RubberBandOptionChannelsTogether, 1.0, 1.0)
    if s.rubber_band == NULL:
        raise MemoryError("Rubber Band could not be set up")
    s.window = <int>rubberband_get_samples_required(s.rubber_band)
    rubberband_set_max_process_size(s.rubber_band, s.window)
    for c in range(SIDES):
        s.fed[c] = <float *>reserve(s.window, sizeof(float))
        s.out[c] = <float *>reserve(STRETCHED, sizeof(float))
        if s.fed[c] == NULL or s.out[c] == NULL:
            raise MemoryError("no memory for a voice of the band")
    warm_up(s)
    return 0


cdef void warm_up(Stretcher *s) noexcept nogil:
    """Rubber Band plans its Fourier transforms when it first meets them, and that allocates: let it happen now. All three run in every hop."""
    cdef int c, i
    for c in range(SIDES):
        for i in range(s.window):
            s.fed[c][i] = 0.1 if i % 97 == 0 else 0.0
    rubberband_set_time_ratio(s.rubber_band, 2.0)
    feed_and_take(s, <int>rubberband_get_samples_required(s.rubber_band))
    rubberband_reset(s.rubber_band)
    s.out_frame = 0


cdef void stretcher_free(Stretcher *s) noexcept nogil:
    cdef int c
    if s.rubber_band != NULL:
        rubberband_delete(s.rubber_band)
    for c in range(SIDES):
        release(s.fed[c])
        release(s.out[c])


cdef double hop_at(double rate) noexcept nogil:
    """The frames of output R3 moves on by at a rate, about: it decides that by itself."""
    cdef double ratio = 1.0 / max(rate, SLOWEST)
    if ratio > 1.5:
        return min(512.0, pow(2.0, 8.0 + 2.0 * log10(ratio - 0.5)))
    return max(128.0, 256.0 if ratio >= 1.0 else pow(2.0, 8.0 + 2.0 * log10(ratio)))


cdef void set_rate(Stretcher *s, double rate) noexcept nogil:
    if not (SLOWEST <= rate <= FASTEST):
        rate = FASTEST if rate > FASTEST else SLOWEST
    if rate != s.rate:
        s.rate = rate
        rubberband_set_time_ratio(s.rubber_band, 1.0 / rate)


cdef double clamp(double value, double most) noexcept nogil:
    return max(-most, min(most, value))


cdef void feed_and_take(Stretcher *s, int frames) noexcept nogil:
    """Feed fed, and write what comes out to `out`, at out_frame."""
    cdef float *to[SIDES]
    cdef int c, run, given
    rubberband_process(s.rubber_band, <const float *const *>s.fed, frames, 0)
    given = rubberband_available(s.rubber_band)
    while given > 0:
        run = <int>min(<long long>given, STRETCHED - (s.out_frame & (STRETCHED - 1)))
        for c in range(SIDES):
            to[c] = s.out[c] + (s.out_frame & (STRETCHED - 1))
        rubberband_retrieve(s.rubber_band, to, run)
        s.out_frame += run
        given -= run


cdef void stretcher_prime(Stretcher *s, const Line *line, const Gains *gain) noexcept nogil:
    """Early enough that the window centred on the line's beginning finds everything as if it had always played."""
    cdef int half = s.window // 2
    cdef long long start = <long long>line.knot[0].frame
    s.out_frame = start - 2 * half
    s.source_frame = <long long>floor(line_at(line, <double>(start - half)) + 0.5) - half
    s.rate = 0.0
    set_rate(s, line_rate(line, <double>start))
    rubberband_reset(s.rubber_band)
    s.silent_fed = s.silent_out = 0
    attacks_forget(&s.attacks)
    s.gain = gain[0]


cdef bint is_silent(const Stretcher *s, int frames) noexcept nogil:
    cdef int c, i
    for c in range(SIDES):
        for i in range(frames):
            if s.fed[c][i] != 0.0:
                return False
    return True


cdef void count_silence(Stretcher *s, int frames, long long out_frames) noexcept nogil:
    """`frames` were fed, and `out_frames` came out. What was laid down last goes on for a window."""
    s.silent_fed = s.silent_fed + frames if is_silent(s, frames) else 0
    s.silent_out = s.silent_out + out_frames if s.silent_fed >= s.window else 0


cdef bint rest(Stretcher *s, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil:
    """One hop of silence without Rubber Band. False, and nothing changed, where it would bring the first sound after it."""
    cdef int hop = <int>hop_at(s.rate), c, i
    cdef long long to = <long long>floor(line_at(line, <double>(s.out_frame + hop + s.window // 2)) + 0.5) - s.window // 2
    cdef long long frames = to - s.source_frame
    cdef long long fed_from = s.source_frame + s.window - <long long>rubberband_get_samples_required(s.rubber_band)
    cdef Gains before = s.gain
    if not 0 < frames <= s.window:
        return False
    stems_mix(stems, fed_from, <int>frames, bus, &s.gain, gain, s.fed)
    if not is_silent(s, <int>frames):
        s.gain = before
        return False
    attacks_hear(&s.attacks, s.fed, <int>frames, fed_from)
    for c in range(SIDES):
        for i in range(hop):
            s.out[c][(s.out_frame + i) & (STRETCHED - 1)] = 0.0
    s.out_frame += hop
    s.source_frame = to
    store(&s.rested, s.rested + hop)
    return True


cdef void stretcher_hop(Stretcher *s, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil:
    """The window now lying at source_frame is laid down at out_frame; the rate set here says where the next one will lie."""
    if s.silent_out >= s.window and rest(s, bus, line, stems, gain):
        return
    sound_hop(s, bus, line, stems, gain)


cdef void sound_hop(Stretcher *s, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil:
    cdef long long out_from = s.out_frame
    cdef double centre = s.out_frame + s.window // 2, here, rate, hop, off
    cdef int needed = <int>rubberband_get_samples_required(s.rubber_band), again
    cdef long long fed_from = s.source_frame + s.window - needed
    stems_mix(stems, fed_from, needed, bus, &s.gain, gain, s.fed)
    attacks_hear(&s.attacks, s.fed, needed, fed_from)
    here = line_target(line, &s.attacks, centre)
    rate = s.rate
    for again in range(2):           # the hop depends on the rate, and the rate on how far the hop goes
        hop = hop_at(rate)
        rate = (line_target(line, &s.attacks, centre + hop) - here) / hop
    off = here - (s.source_frame + s.window // 2)
    if fabs(off) > CLOSE_ENOUGH:
        rate += clamp(off, MAX_CORRECTION) / hop
    s.furthest_off = max(s.furthest_off, fabs(off))
    set_rate(s, rate)
    feed_and_take(s, needed)
    count_silence(s, needed, s.out_frame - out_from)
    s.source_frame += <long long>rubberband_get_samples_required(s.rubber_band)
