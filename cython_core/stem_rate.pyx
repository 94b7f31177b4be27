"""In sessions above 48 kHz the stems stay at a half or a quarter of the session's rate (docs/decisions/43).

R3's windows grow with the rate and its hops do not, so at 96 kHz it would cost four times as much, for nothing that is heard.
What was mixed at the lower rate is interpolated: a sinc under a Kaiser window, so that frames which the two rates share pass
untouched.
"""

from libc.math cimport sin, sqrt

cdef double HIGHEST_HZ = 50000.0     # above it stems are at a half or a quarter
cdef double KAISER = 9.0             # the window's shape: 90 dB
cdef double PI = 3.141592653589793


cdef int finer(double samplerate_hz) noexcept nogil:
    return 1 if samplerate_hz <= HIGHEST_HZ else 2 if samplerate_hz <= 2 * HIGHEST_HZ else 4


def stem_rate_hz(samplerate_hz: int) -> int:
    """The rate of the stems in a session at samplerate_hz: the same up to 48 kHz, above it a half or a quarter."""
    return samplerate_hz // finer(samplerate_hz)


cdef void stem_rate_set_up(StemRate *r, double samplerate_hz) noexcept nogil:
    cdef int phase, tap
    cdef double at, sinc
    r.finer = finer(samplerate_hz)
    r.hz = samplerate_hz / r.finer
    for phase in range(r.finer):
        for tap in range(2 * TAPS):
            at = tap - TAPS + 1 - phase / <double>r.finer
            sinc = 1.0 if at == 0.0 else sin(PI * at) / (PI * at)
            r.filter[phase][tap] = <float>(sinc * bessel(KAISER * sqrt(max(0.0, 1.0 - (at / TAPS) ** 2))) / bessel(KAISER))


cdef double bessel(double x) noexcept nogil:
    """Modified, first kind, order 0."""
    cdef double term = 1.0, total = 1.0
    cdef int k
    for k in range(1, 40):
        term *= (x / (2 * k)) * (x / (2 * k))
        total += term
    return total


cdef void interpolate(const StemRate *r, const float *stems, int frames, float *session) noexcept nogil:
    cdef int i, phase, tap
    cdef const float *near
    cdef float sample
    for i in range(frames):
        near = stems + i - TAPS + 1
        for phase in range(r.finer):
            sample = 0.0
            for tap in range(2 * TAPS):
                sample += r.filter[phase][tap] * near[tap]
            session[i * r.finer + phase] = sample
