"""A bell between two processes: multiprocessing's semaphore, rung and awaited without the GIL.

`SemLock.handle` is a `sem_t *` on POSIX and a `HANDLE` on Windows. To post one is a plain store, and a wake-up only where
somebody waits, so a callback may do it.
"""

cdef extern from *:
    """
    #ifdef _WIN32
    #ifndef WIN32_LEAN_AND_MEAN
    #define WIN32_LEAN_AND_MEAN
    #endif
    #include <windows.h>
    static void rig_ring(void *bell) { ReleaseSemaphore((HANDLE)bell, 1, NULL); }
    static void rig_await(void *bell) {
        WaitForSingleObject((HANDLE)bell, INFINITE);
        while (WaitForSingleObject((HANDLE)bell, 0) == WAIT_OBJECT_0) {}
    }
    static void rig_end_with(long long parent) {
        WaitForSingleObject((HANDLE)(size_t)parent, INFINITE);
        TerminateProcess(GetCurrentProcess(), 0);
    }
    #else
    #include <errno.h>
    #include <semaphore.h>
    #include <unistd.h>
    static void rig_ring(void *bell) { sem_post((sem_t *)bell); }
    static void rig_await(void *bell) {
        while (sem_wait((sem_t *)bell) != 0 && errno == EINTR) {}
        while (sem_trywait((sem_t *)bell) == 0) {}
    }
    static void rig_end_with(long long parent) {
        char byte;
        ssize_t got;
        do { got = read((int)parent, &byte, 1); } while (got > 0 || (got < 0 && errno == EINTR));
        _exit(0);
    }
    #endif
    """
    void rig_ring(void *bell) noexcept nogil
    void rig_await(void *bell) noexcept nogil
    void rig_end_with(long long parent) noexcept nogil


cdef void ring_bell(void *bell) noexcept nogil:
    if bell != NULL:
        rig_ring(bell)


cdef void await_bell(void *bell) noexcept nogil:
    rig_await(bell)


def ring(bell: int) -> None:
    """Ring the bell whose `SemLock.handle` is given: whoever waits for it wakes up."""
    ring_bell(<void *><size_t>bell)


def end_with_parent(sentinel: int) -> None:
    """Wait, without the GIL, until `multiprocessing.parent_process().sentinel` says that the parent is gone; then end this process at once.

    To be called in a daemon thread. It works even while another thread hangs inside a plugin with the GIL in its hands.
    """
    cdef long long parent = sentinel
    with nogil:
        rig_end_with(parent)
