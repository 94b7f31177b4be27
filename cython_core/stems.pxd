# A song's stems in memory, a little ahead of where the band plays.

from libc.stdio cimport FILE

from cython_core.stem_bank cimport MAX_STEMS, StemBank
from cython_core.stem_page cimport StemPage

cdef class Stems:
    cdef StemBank *bank
    cdef readonly double samplerate_hz
    cdef object arrays               # keeps the samples alive
    cdef FILE *file[MAX_STEMS]       # NULL: the array is read. Prefetch only, as the next two
    cdef long long file_start[MAX_STEMS]     # bytes before the first frame
    cdef float *read_frames          # (PAGE, 2)
    cdef StemPage *slot              # (slots,)
    cdef int slots, slots_made
    cdef long long pass_number
    cdef long long marked[256]       # frames of the song; written by Python, read by prefetch
    cdef long long marks
    cdef long long asked_to_stop
    cdef size_t page_bytes(self) noexcept nogil
    cdef long long pages_for(self, double seconds) noexcept nogil
    cdef long long most_pages(self, long long marks) noexcept nogil
    cdef bint fetch_most_urgent(self) noexcept nogil
    cdef bint fetch_place(self, long long frame) noexcept nogil
    cdef bint fetch_run(self, long long first_frame, long long frames) noexcept nogil
    cdef bint fetch(self, long long number) noexcept nogil
    cdef StemPage *free_slot(self) noexcept nogil
    cdef StemPage *new_slot(self) noexcept nogil
    cdef void fill(self, StemPage *slot, long long number) noexcept nogil
    cdef void read(self, int s, long long frame, float *left, float *right) noexcept nogil
