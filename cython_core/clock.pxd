# The machine's clock, which only goes forward, and waiting by it.

cdef extern from *:
    """
    #ifndef LIVE_RIG_CLOCK
    #define LIVE_RIG_CLOCK
    #if defined(_WIN32)
    #include <windows.h>
    static long long rig_now_ns(void) {
        LARGE_INTEGER count, rate;
        QueryPerformanceCounter(&count); QueryPerformanceFrequency(&rate);
        return (long long)((double)count.QuadPart * 1e9 / (double)rate.QuadPart);
    }
    static void rig_sleep_until_ns(long long when) {
        long long left = when - rig_now_ns();
        if (left > 0) Sleep((DWORD)(left / 1000000));
    }
    static void rig_nap_ms(int ms) { Sleep(ms); }
    #else
    #include <time.h>
    static void rig_nap_ms(int ms) {
        struct timespec t = {0, ms * 1000000L};
        nanosleep(&t, NULL);
    }
    static long long rig_now_ns(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
    }
    static void rig_sleep_until_ns(long long when) {
        long long left = when - rig_now_ns();
        if (left > 0) {
            struct timespec t = {(time_t)(left / 1000000000LL), (long)(left % 1000000000LL)};
            nanosleep(&t, NULL);
        }
    }
    #endif
    #endif
    """
    long long now_ns "rig_now_ns"() noexcept nogil
    void sleep_until_ns "rig_sleep_until_ns"(long long when) noexcept nogil
    void nap_ms "rig_nap_ms"(int ms) noexcept nogil                  # less than a second
