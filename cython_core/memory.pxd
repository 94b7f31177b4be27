# Memory of the audio path: there before the first sound, and kept there.

cdef void *reserve(size_t count, size_t size) noexcept nogil          # zeros, or NULL
cdef void release(void *taken) noexcept nogil                    # NULL too
