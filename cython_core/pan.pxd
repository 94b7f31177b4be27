# How loud what stands between left and right is on either side.

cdef inline double side_gain(double pan, int side) noexcept nogil:
    """side: 0 left, 1 right; pan: from -1, left, to 1, right. Linear: the side that it leaves gets quieter, the other stays."""
    return min(1.0, 1.0 + pan if side else 1.0 - pan)
