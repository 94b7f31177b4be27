# The smallest numbers taken for zero, while audio is worked on: they cost a processor many times what others do.

cdef extern from *:
    """
    #ifndef LIVE_RIG_DENORMALS
    #define LIVE_RIG_DENORMALS
    #if defined(__SSE2__) || defined(_M_X64)
    #include <xmmintrin.h>
    static unsigned rig_flush_denormals(void) { unsigned was = _mm_getcsr(); _mm_setcsr(was | 0x8040); return was; }
    static void rig_restore_denormals(unsigned was) { _mm_setcsr(was); }
    #elif defined(__aarch64__) && !defined(_MSC_VER)
    static unsigned rig_flush_denormals(void) {
        unsigned long was; __asm__ volatile("mrs %0, fpcr" : "=r"(was));
        __asm__ volatile("msr fpcr, %0" :: "r"(was | (1UL << 24))); return (unsigned)was;
    }
    static void rig_restore_denormals(unsigned was) { __asm__ volatile("msr fpcr, %0" :: "r"((unsigned long)was)); }
    #else
    static unsigned rig_flush_denormals(void) { return 0; }
    static void rig_restore_denormals(unsigned was) { (void)was; }
    #endif
    #endif
    """
    unsigned flush_denormals "rig_flush_denormals"() noexcept nogil            # returns what to restore
    void restore_denormals "rig_restore_denormals"(unsigned was) noexcept nogil
