# What is pressed on a pedal board that the callback hears: known by a table, and handed to Python.

cdef enum:
    PRESSES = 1024                   # that may wait for Python

cdef struct PedalsState:
    unsigned char least[3][128]      # of notes, controllers, programs: from which value on one is a pedal; 128: never. Written by Python
    int press[PRESSES]               # three bytes, the status in the highest
    long long pressed                # written by the callback, after the press itself
    long long taken                  # written by Python
    long long lost                   # presses for which there was no room; written by the callback
    void *bell                       # rung at each press

cdef bint pedals_take(PedalsState *p, int message) noexcept nogil    # True: it is a pedal, and nothing else

cdef class Pedals:
    cdef PedalsState *state
    cdef object parts
