"""A song's stems as the renderers read them, mixed: what a bus gets of each.

A renderer reads pages that `stems` has filled, and never a file. What is not there in time is silent, counted, and asked for.
"""

from libc.string cimport memset

from cython_core.atomics cimport add, load, store
from cython_core.stem_page cimport PAGE, StemPage, page_holds, page_is_untouched

cdef float LOUDEST = 64.0            # a sample beyond this is a fault in the file, and would stay in the stretcher for ever


cdef inline void add_run(const char *source, long long step, int frames, float gain, float slope, float *out) noexcept nogil:
    cdef int i
    if step == sizeof(float):
        for i in range(frames):
            out[i] += (gain + slope * i) * (<const float *>source)[i]
    else:
        for i in range(frames):
            out[i] += (gain + slope * i) * (<const float *>(source + i * step))[0]


cdef void add_mapped(StemBank *b, int s, int side, long long frame, int frames, float gain, float slope, float *out) noexcept nogil:
    cdef long long begin = max(frame, b.start[s])
    cdef long long end = min(frame + frames, b.start[s] + b.length[s])
    cdef const char *source = b.samples[s] + (begin - b.start[s]) * b.frame_bytes[s] + side * b.side_bytes[s]
    cdef int at = <int>(begin - frame)
    if begin < end:
        add_run(source, b.frame_bytes[s], <int>(end - begin), gain + slope * at, slope, out + at)


cdef StemPage *page_of(StemBank *b, long long frame) noexcept nogil:
    return <StemPage *><size_t>load(&b.page[frame // PAGE])


cdef void mix_run(StemBank *b, StemPage *page, long long frame, int frames, int side, const float *gain, const float *slope,
                  float *out) noexcept nogil:
    """One run of frames of one channel, within one page, or straight from the arrays when there are no pages."""
    cdef int s, at = <int>(frame % PAGE)
    for s in range(b.stems):
        if gain[s] == 0.0 and slope[s] == 0.0:
            continue
        if page == NULL:
            add_mapped(b, s, side, frame, frames, gain[s], slope[s], out)
        else:
            add_run(<const char *>(page.samples + (SIDES * s + side) * PAGE + at), sizeof(float), frames, gain[s], slope[s], out)


cdef void keep_to_numbers(float *out, int frames) noexcept nogil:
    cdef int i
    for i in range(frames):          # NaN fails every comparison
        if not (-LOUDEST <= out[i] <= LOUDEST):
            out[i] = 0.0


cdef bint mix_sides(StemBank *b, long long frame, int frames, int at, int bus, const Gains *gain, const Gains *slope,
                    float *const *out) noexcept nogil:
    """One run of frames of both sides, `at` frames after the gains began to move. False, and silence, where its page is missing."""
    cdef float now[MAX_STEMS]
    cdef StemPage *page = NULL
    cdef long long version = 0
    cdef int side, s, c
    if not b.in_memory:
        page = page_of(b, frame)
        if page == NULL or not page_holds(page, frame // PAGE, &version):
            return False
    for side in range(SIDES):
        c = SIDES * bus + side
        for s in range(b.stems):
            now[s] = gain.of[c][s] + slope.of[c][s] * at
        mix_run(b, page, frame, frames, side, now, slope.of[c], out[side] + at)
    if page == NULL or page_is_untouched(page, version):
        return True
    for side in range(SIDES):
        memset(out[side] + at, 0, frames * sizeof(float))
    return False


cdef int stems_mix(StemBank *b, long long frame, int frames, int bus, Gains *gain, const Gains *to_gain, float *const *out) noexcept nogil:
    cdef Gains slope
    cdef int s, c, side, run, at = 0, missing = 0
    for side in range(SIDES):
        c = SIDES * bus + side
        memset(out[side], 0, frames * sizeof(float))
        for s in range(b.stems):
            slope.of[c][s] = (to_gain.of[c][s] - gain.of[c][s]) / frames
    while at < frames and frame + at < b.frames:
        if frame + at < 0:
            at = <int>min(<long long>frames, -frame)
            continue
        run = frames - at if b.in_memory else min(frames - at, <int>(PAGE - (frame + at) % PAGE))
        if not mix_sides(b, frame + at, run, at, bus, gain, &slope, out):
            store(&b.asked, (frame + at) // PAGE)
            missing += run
        at += run
    for side in range(SIDES):
        c = SIDES * bus + side
        for s in range(b.stems):
            gain.of[c][s] = to_gain.of[c][s]
        keep_to_numbers(out[side], frames)
    if missing:
        add(&b.missed, missing)
    return missing


cdef bint stems_ready(StemBank *b, long long frame, int frames) noexcept nogil:
    cdef long long number
    if b.in_memory:
        return True
    for number in range(max(frame, 0) // PAGE, min(frame + frames + PAGE - 1, b.frames + PAGE - 1) // PAGE):
        if load(&b.page[number]) == 0:
            store(&b.asked, number)
            return False
    return True
