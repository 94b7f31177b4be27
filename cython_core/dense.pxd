# What the small networks of the core are made of. Inline, for every module that has one.

from libc.math cimport expf


cdef inline float likely(float evidence) noexcept nogil:
    return 1 / (1 + expf(-evidence))


cdef inline void dense(const float *seen, int inputs, const float *weights, const float *biases, float *said, int units) noexcept nogil:
    """One layer; weights: inputs by units, row after row."""
    cdef int unit
    for unit in range(units):
        said[unit] = biases[unit]
    add_seen(seen, inputs, weights, said, units)


cdef inline void add_seen(const float *seen, int inputs, const float *weights, float *said, int units) noexcept nogil:
    """What some inputs of a layer add. What is not above zero (most of what a rectifier let through) costs nothing.

    The inner loops run over units, so that they are vector operations without reordering a sum; four inputs at once, so that what is
    summed stays in a register for four rows of weights.
    """
    cdef float[4] value
    cdef const float *row[4]
    cdef int i, unit, waiting = 0
    for i in range(inputs):
        if seen[i] > 0:
            value[waiting], row[waiting] = seen[i], weights + i * units
            waiting += 1
            if waiting == 4:
                waiting = 0
                for unit in range(units):
                    said[unit] = (said[unit] + value[0] * row[0][unit] + value[1] * row[1][unit] + value[2] * row[2][unit]
                                  + value[3] * row[3][unit])
    for i in range(waiting):
        for unit in range(units):
            said[unit] += value[i] * row[i][unit]
