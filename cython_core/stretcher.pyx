"""One voice of the band: stems mixed, then stretched along a line from output frame to frame of the recording.

Rubber Band's R3 engine takes windows of the recording and lays them down in the output, one hop after another. In real-time
mode its C interface tells exactly where: what it still requires says how far its window has moved in the recording, what is
available says how far it moved in the output. So nothing is estimated and nothing has to be servoed over time: each hop is
given the rate that takes the next window's centre to the line, and the map from output to recording is known to the frame
after an hour as after a second (docs/decisions/40).

The stretcher is fed one window ahead of what it gives; its delay is half a window.
"""

from libc.math cimport fabs, floor, log10, pow
from libc.stdlib cimport calloc, free

from cython_core.line cimport line_at, line_hear, line_rate, line_target
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
cdef enum:
    SIDES = 2
    WARM_UP_HOPS = 24


cdef int voice_set_up(Voice *v, double samplerate_hz) except -1:
    cdef int side, i
    v.stretcher = rubberband_new(
        <unsigned int>samplerate_hz, SIDES,
        RubberBandOptionProcessRealTime | RubberBandOptionEngineFiner | RubberBandOptionChannelsTogether, 1.0, 1.0)
    if v.stretcher == NULL:
        raise MemoryError("Rubber Band could not be set up")
    v.window = <int>rubberband_get_samples_required(v.stretcher)
    rubberband_set_max_process_size(v.stretcher, v.window)
    for side in range(SIDES):
        v.fed[side] = <float *>calloc(v.window, sizeof(float))
        v.side[side] = <float *>calloc(STRETCHED, sizeof(float))
        if v.fed[side] == NULL or v.side[side] == NULL:
            raise MemoryError("no memory for a voice of the band")
    warm_up(v)
    return 0


cdef void warm_up(Voice *v) noexcept nogil:
    """Rubber Band plans its Fourier transforms when it first meets them, and that allocates: let it happen now."""
    cdef int hop, i
    for hop in range(WARM_UP_HOPS):
        for i in range(v.window):
            v.fed[0][i] = v.fed[1][i] = 0.1 if i % 97 == 0 else 0.0
        rubberband_set_time_ratio(v.stretcher, 1.0 / (0.5 + 0.1 * hop))
        feed_and_take(v, <int>rubberband_get_samples_required(v.stretcher))
    rubberband_reset(v.stretcher)
    v.out_frame = 0


cdef void voice_free(Voice *v) noexcept nogil:
    cdef int side
    if v.stretcher != NULL:
        rubberband_delete(v.stretcher)
    for side in range(SIDES):
        free(v.fed[side])
        free(v.side[side])


cdef double hop_at(double rate) noexcept nogil:
    """The frames of output R3 moves on by at a rate, about: it decides that by itself."""
    cdef double ratio = 1.0 / max(rate, SLOWEST)
    if ratio > 1.5:
        return min(512.0, pow(2.0, 8.0 + 2.0 * log10(ratio - 0.5)))
    return max(128.0, 256.0 if ratio >= 1.0 else pow(2.0, 8.0 + 2.0 * log10(ratio)))


cdef void set_rate(Voice *v, double rate) noexcept nogil:
    if not (SLOWEST <= rate <= FASTEST):
        rate = FASTEST if rate > FASTEST else SLOWEST
    if rate != v.rate:
        v.rate = rate
        rubberband_set_time_ratio(v.stretcher, 1.0 / rate)


cdef double clamp(double value, double most) noexcept nogil:
    return max(-most, min(most, value))


cdef void feed_and_take(Voice *v, int frames) noexcept nogil:
    """Feed fed, and write what comes out to `side`, at out_frame."""
    cdef float *to[SIDES]
    cdef int side, run, given
    rubberband_process(v.stretcher, <const float *const *>v.fed, frames, 0)
    given = rubberband_available(v.stretcher)
    while given > 0:
        run = <int>min(<long long>given, STRETCHED - (v.out_frame & (STRETCHED - 1)))
        for side in range(SIDES):
            to[side] = v.side[side] + (v.out_frame & (STRETCHED - 1))
        rubberband_retrieve(v.stretcher, to, run)
        v.out_frame += run
        given -= run


cdef void voice_prime(Voice *v, const float *gain) noexcept nogil:
    """Early enough that the window centred on the line's beginning finds everything as if it had always played."""
    cdef int half = v.window // 2, s
    cdef long long start = <long long>v.line.knot[0].frame
    v.out_frame = start - 2 * half
    v.source_frame = <long long>floor(line_at(&v.line, <double>(start - half)) + 0.5) - half
    v.rate = 0.0
    set_rate(v, line_rate(&v.line, <double>start))
    rubberband_reset(v.stretcher)
    for s in range(MAX_STEMS):
        v.gain[s] = gain[s]
    v.is_primed = 1


cdef void voice_hop(Voice *v, const float *gain) noexcept nogil:
    """The window now lying at source_frame is laid down at out_frame; the rate set here says where the next one will lie."""
    cdef double centre = v.out_frame + v.window // 2, here, rate, hop, off
    cdef int needed = <int>rubberband_get_samples_required(v.stretcher), again
    cdef long long fed_from = v.source_frame + v.window - needed
    stems_mix(v.stems, fed_from, needed, v.gain, gain, v.fed[0], v.fed[1])
    line_hear(&v.line, v.fed[0], v.fed[1], needed, fed_from)
    here = line_target(&v.line, centre)
    rate = v.rate
    for again in range(2):           # the hop depends on the rate, and the rate on how far the hop goes
        hop = hop_at(rate)
        rate = (line_target(&v.line, centre + hop) - here) / hop
    off = here - (v.source_frame + v.window // 2)
    if fabs(off) > CLOSE_ENOUGH:
        rate += clamp(off, MAX_CORRECTION) / hop
    v.furthest_off = max(v.furthest_off, fabs(off))
    set_rate(v, rate)
    feed_and_take(v, needed)
    v.source_frame += <long long>rubberband_get_samples_required(v.stretcher)
