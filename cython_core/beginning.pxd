# What is believed at the first stroke: where in the bar it lies, how fast it goes on, and whether it was a stroke of the song at all.

from cython_core.bar_filter cimport BarFilter

cdef void begin(BarFilter *b, double bpm, bint is_his, double bar_beat, double sure, double other_bpm) noexcept nogil
cdef void begin_anywhere(BarFilter *b, double level) noexcept nogil
cdef void begin_unless_knock(BarFilter *b, double bpm, double strength) noexcept nogil
cdef void wait_on(BarFilter *b) noexcept nogil
cdef void lay_down(BarFilter *b, int tempi) noexcept nogil
cdef void begin_late(BarFilter *b, int tempo) noexcept nogil
