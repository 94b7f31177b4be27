# Loads and stores that order what stands around them, for one writer and one reader; `add` for several writers.

cdef extern from *:
    """
    #ifndef LIVE_RIG_ATOMICS
    #define LIVE_RIG_ATOMICS
    #if defined(_MSC_VER)
    #include <intrin.h>
    static __inline long long rig_load(const volatile long long *p) { return _InterlockedOr64((volatile long long *)p, 0); }
    static __inline void rig_store(volatile long long *p, long long v) { _InterlockedExchange64(p, v); }
    static __inline long long rig_exchange(volatile long long *p, long long v) { return _InterlockedExchange64(p, v); }
    static __inline void rig_add(volatile long long *p, long long v) { _InterlockedExchangeAdd64(p, v); }
    #else
    static inline long long rig_load(const volatile long long *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
    static inline void rig_store(volatile long long *p, long long v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
    static inline long long rig_exchange(volatile long long *p, long long v) { return __atomic_exchange_n(p, v, __ATOMIC_ACQ_REL); }
    static inline void rig_add(volatile long long *p, long long v) { __atomic_fetch_add(p, v, __ATOMIC_ACQ_REL); }
    #endif
    #endif
    """
    long long load "rig_load"(const long long *place) noexcept nogil
    void store "rig_store"(long long *place, long long value) noexcept nogil
    long long exchange "rig_exchange"(long long *place, long long value) noexcept nogil
    void add "rig_add"(long long *place, long long value) noexcept nogil
