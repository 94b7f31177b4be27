# A bell between two processes: multiprocessing's semaphore, rung and awaited without the GIL.

cdef void ring_bell(void *bell) noexcept nogil       # from a callback: never waits. NULL: nobody listens
cdef void await_bell(void *bell) noexcept nogil      # waits for a ring, and takes all that have piled up
