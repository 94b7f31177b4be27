"""Memory of the audio path: there before the first sound, and kept there.

A system hands memory out page by page when it is first written, and may put it on the disk later: whoever reaches for it then waits.
So what the callback, the renderers and the stems' pages live in is taken here, in pages of its own, each of them written and, as far as
the system allows it, locked at once. Where there are large pages, they are taken: a processor finds its way in few large pages sooner than
in thousands of small ones. Once the memory is there the system is to leave it so, and not to put pages together while they are played from.
"""

from libc.errno cimport errno
from libc.string cimport memset, strerror

cdef extern from *:
    """
    #if defined(_WIN32)
    #include <windows.h>
    static void *rig_map(size_t n) { return VirtualAlloc(NULL, n, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
    static void rig_unmap(void *p, size_t n) { (void)n; VirtualFree(p, 0, MEM_RELEASE); }
    static int rig_lock(void *p, size_t n) { if (VirtualLock(p, n)) return 0; errno = ENOMEM; return -1; }
    static void rig_leave(void *p, size_t n) { (void)p; (void)n; }
    #else
    #include <sys/mman.h>
    #if defined(MADV_HUGEPAGE)
    #define rig_advise(p, n, large) madvise(p, n, (large) ? MADV_HUGEPAGE : MADV_NOHUGEPAGE)
    #else
    #define rig_advise(p, n, large) 0
    #endif
    static void *rig_map(size_t n) {
        void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        (void)rig_advise(p, n, 1);
        return p;
    }
    static void rig_leave(void *p, size_t n) { (void)rig_advise(p, n, 0); }
    static void rig_unmap(void *p, size_t n) { munmap(p, n); }
    static int rig_lock(void *p, size_t n) { return mlock(p, n); }
    #endif
    """
    void *map_pages "rig_map"(size_t size) noexcept nogil
    void unmap_pages "rig_unmap"(void *place, size_t size) noexcept nogil      # and unlock them
    int lock_pages "rig_lock"(void *place, size_t size) noexcept nogil
    void leave_pages "rig_leave"(void *place, size_t size) noexcept nogil      # as they are: small ones small, and large ones large

cdef enum:
    HEAD = 64                        # bytes before what was asked for, which hold how much was taken: a cache line

cdef int refused = 0                 # errno of the last lock that was not granted


cdef void *reserve(size_t count, size_t size) noexcept nogil:
    """Room for so many things of a size, zeroed; NULL when there is none."""
    cdef size_t all_ = HEAD + count * size
    cdef size_t *head = <size_t *>map_pages(all_)
    if head is NULL:
        return NULL
    if not lock(head, all_):
        memset(head, 0, all_)        # it is there at least
    leave_pages(head, all_)
    head[0] = all_
    return <char *>head + HEAD


cdef void release(void *taken) noexcept nogil:
    """What `reserve` gave."""
    cdef size_t *head = <size_t *>(<char *>taken - HEAD)
    if taken is not NULL:
        unmap_pages(head, head[0])


cdef bint lock(void *place, size_t size) noexcept nogil:
    """Write all pages and keep them, where one may."""
    global refused
    if lock_pages(place, size) == 0:
        return True
    refused = errno
    return False


def lock_buffer(unsigned char[::1] shared not None):
    """Lock memory that was taken elsewhere, such as what is shared with another process. It is unlocked when it is unmapped."""
    lock(&shared[0], shared.shape[0])


def not_locked() -> str:
    """Why the system would not lock some of it, in its words; "" while it has locked all."""
    return strerror(refused).decode(errors="replace") if refused else ""
