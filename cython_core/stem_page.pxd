# A third of a second of a song's stems in memory: filled by prefetch, read by the renderers, without a lock between them.
#
# A page's version is odd while the page is filled, and a renderer looks at it before and after it reads (a seqlock): a page taken away under the
# renderer is heard as silence and counted, never as something else. Inline, for both sides.

from cython_core.atomics cimport load, store

cdef extern from *:
    """
    #ifndef LIVE_RIG_FENCES
    #define LIVE_RIG_FENCES
    #if defined(_WIN32)
    #include <windows.h>
    static __inline void rig_read_fence(void) { MemoryBarrier(); }
    static __inline void rig_write_fence(void) { MemoryBarrier(); }
    #else
    static inline void rig_read_fence(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
    static inline void rig_write_fence(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }
    #endif
    #endif
    """
    void read_fence "rig_read_fence"() noexcept nogil
    void write_fence "rig_write_fence"() noexcept nogil

cdef enum:
    PAGE = 16384                     # frames in a page: a third of a second at 48 kHz

cdef struct StemPage:                # written by prefetch
    long long number                 # which page of the song it holds
    long long version                # odd while it is being filled
    long long wanted                 # the pass in which prefetch last wanted it; prefetch only
    float *samples                   # (stems, 2, PAGE)


cdef inline void page_shut(StemPage *page) noexcept nogil:
    """Prefetch begins to fill it."""
    store(&page.version, page.version + 1)
    write_fence()


cdef inline void page_open(StemPage *page, long long number) noexcept nogil:
    """Prefetch has filled it with page `number`."""
    store(&page.number, number)
    store(&page.version, page.version + 1)


cdef inline bint page_holds(const StemPage *page, long long number, long long *version) noexcept nogil:
    """For a renderer: whether page `number` is in it, and not being filled. `version`: what it holds."""
    version[0] = load(&page.version)
    return not version[0] & 1 and load(&page.number) == number


cdef inline bint page_is_untouched(const StemPage *page, long long version) noexcept nogil:
    """Whether what was read since then is what the page held then."""
    read_fence()
    return load(&page.version) == version
