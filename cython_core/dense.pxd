# What the small networks of the core are made of. Inline, for every module that has one.

from libc.math cimport expf


cdef inline float likely(float evidence) noexcept nogil:
    return 1 / (1 + expf(-evidence))


cdef inline void dense(const float *seen, int inputs, const float *weights, const float *biases, float *said, int units) noexcept nogil:
    """One layer; weights: inputs by units, row after row. What is not above zero (most of what a rectifier let through) costs nothing.

    The inner loop runs over units, so that it is a vector operation without reordering a sum.
    """
    cdef int i, unit
    cdef float value
    for unit in range(units):
        said[unit] = biases[unit]
    for i in range(inputs):
        value = seen[i]
        if value > 0:
            for unit in range(units):
                said[unit] += value * weights[i * units + unit]
