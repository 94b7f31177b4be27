# Which drum a note is.

from cython_core.onsets cimport Onset

cdef bint onset_of_note(int note, int velocity, double frame, Onset *onset) noexcept nogil
