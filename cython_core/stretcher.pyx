"""One voice of the band: stems mixed, then stretched along a line from output frame to frame of the recording.

Rubber Band's R3 engine takes windows of the recording and lays them down in the output, one hop after another. In real-time
mode its C interface tells exactly where: what it still requires says how far its window has moved in the recording, what is
available says how far it moved in the output. So nothing is estimated and nothing has to be servoed over time: each hop is
given the rate that takes the next window's centre to the line, and the map from output to recording is known to the frame
after an hour as after a second (docs/decisions/40).

The stretcher is fed one window ahead of what it gives; its delay is half a window. Every bus has an instance of its own: R3's short window
would cost a third, and lays attacks down up to 7 ms away (docs/decisions/44).
"""

from libc.math cimport fabs, floor, log10, pow
from libc.stdlib cimport calloc, free

from cython_core.line cimport attacks_forget, attacks_hear, line_at, line_rate, line_target
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
    WARM_UP_HOPS = 24


cdef int voice_set_up(Voice *v, double samplerate_hz, int channels) except -1:
    cdef int bus
    v.parts = channels // SIDES
    for bus in range(v.parts):
        part_set_up(&v.part[bus], samplerate_hz)
    return 0


cdef int part_set_up(Part *p, double samplerate_hz) except -1:
    cdef int c
    p.stretcher = rubberband_new(
        <unsigned int>samplerate_hz, SIDES,
        RubberBandOptionProcessRealTime | RubberBandOptionEngineFiner | RubberBandOptionChannelsTogether, 1.0, 1.0)
    if p.stretcher == NULL:
        raise MemoryError("Rubber Band could not be set up")
    p.window = <int>rubberband_get_samples_required(p.stretcher)
    rubberband_set_max_process_size(p.stretcher, p.window)
    for c in range(SIDES):
        p.fed[c] = <float *>calloc(p.window, sizeof(float))
        p.out[c] = <float *>calloc(STRETCHED, sizeof(float))
        if p.fed[c] == NULL or p.out[c] == NULL:
            raise MemoryError("no memory for a voice of the band")
    warm_up(p)
    return 0


cdef void warm_up(Part *p) noexcept nogil:
    """Rubber Band plans its Fourier transforms when it first meets them, and that allocates: let it happen now."""
    cdef int hop, c, i
    for hop in range(WARM_UP_HOPS):
        for c in range(SIDES):
            for i in range(p.window):
                p.fed[c][i] = 0.1 if i % 97 == 0 else 0.0
        rubberband_set_time_ratio(p.stretcher, 1.0 / (0.5 + 0.1 * hop))
        feed_and_take(p, <int>rubberband_get_samples_required(p.stretcher))
    rubberband_reset(p.stretcher)
    p.out_frame = 0


cdef void voice_free(Voice *v) noexcept nogil:
    cdef int i, c
    for i in range(MAX_BUSES):
        if v.part[i].stretcher != NULL:
            rubberband_delete(v.part[i].stretcher)
        for c in range(SIDES):
            free(v.part[i].fed[c])
            free(v.part[i].out[c])


cdef double hop_at(double rate) noexcept nogil:
    """The frames of output R3 moves on by at a rate, about: it decides that by itself."""
    cdef double ratio = 1.0 / max(rate, SLOWEST)
    if ratio > 1.5:
        return min(512.0, pow(2.0, 8.0 + 2.0 * log10(ratio - 0.5)))
    return max(128.0, 256.0 if ratio >= 1.0 else pow(2.0, 8.0 + 2.0 * log10(ratio)))


cdef void set_rate(Part *p, double rate) noexcept nogil:
    if not (SLOWEST <= rate <= FASTEST):
        rate = FASTEST if rate > FASTEST else SLOWEST
    if rate != p.rate:
        p.rate = rate
        rubberband_set_time_ratio(p.stretcher, 1.0 / rate)


cdef double clamp(double value, double most) noexcept nogil:
    return max(-most, min(most, value))


cdef void feed_and_take(Part *p, int frames) noexcept nogil:
    """Feed fed, and write what comes out to `out`, at out_frame."""
    cdef float *to[SIDES]
    cdef int c, run, given
    rubberband_process(p.stretcher, <const float *const *>p.fed, frames, 0)
    given = rubberband_available(p.stretcher)
    while given > 0:
        run = <int>min(<long long>given, STRETCHED - (p.out_frame & (STRETCHED - 1)))
        for c in range(SIDES):
            to[c] = p.out[c] + (p.out_frame & (STRETCHED - 1))
        rubberband_retrieve(p.stretcher, to, run)
        p.out_frame += run
        given -= run


cdef void voice_prime(Voice *v, const Gains *gain) noexcept nogil:
    cdef int i
    for i in range(v.parts):
        part_prime(&v.part[i], &v.line, gain)
    v.is_primed = 1


cdef void part_prime(Part *p, const Line *line, const Gains *gain) noexcept nogil:
    """Early enough that the window centred on the line's beginning finds everything as if it had always played."""
    cdef int half = p.window // 2
    cdef long long start = <long long>line.knot[0].frame
    p.out_frame = start - 2 * half
    p.source_frame = <long long>floor(line_at(line, <double>(start - half)) + 0.5) - half
    p.rate = 0.0
    set_rate(p, line_rate(line, <double>start))
    rubberband_reset(p.stretcher)
    attacks_forget(&p.attacks)
    p.gain = gain[0]


cdef void part_hop(Part *p, int bus, const Line *line, StemBank *stems, const Gains *gain) noexcept nogil:
    """The window now lying at source_frame is laid down at out_frame; the rate set here says where the next one will lie."""
    cdef double centre = p.out_frame + p.window // 2, here, rate, hop, off
    cdef int needed = <int>rubberband_get_samples_required(p.stretcher), again
    cdef long long fed_from = p.source_frame + p.window - needed
    stems_mix(stems, fed_from, needed, SIDES * bus, SIDES, &p.gain, gain, p.fed)
    attacks_hear(&p.attacks, p.fed, needed, fed_from)
    here = line_target(line, &p.attacks, centre)
    rate = p.rate
    for again in range(2):           # the hop depends on the rate, and the rate on how far the hop goes
        hop = hop_at(rate)
        rate = (line_target(line, &p.attacks, centre + hop) - here) / hop
    off = here - (p.source_frame + p.window // 2)
    if fabs(off) > CLOSE_ENOUGH:
        rate += clamp(off, MAX_CORRECTION) / hop
    p.furthest_off = max(p.furthest_off, fabs(off))
    set_rate(p, rate)
    feed_and_take(p, needed)
    p.source_frame += <long long>rubberband_get_samples_required(p.stretcher)
