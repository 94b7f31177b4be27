# A number, kept within bounds.

cdef inline double clamped(double x, double low, double high) noexcept nogil:
    return low if x < low else high if x > high else x
