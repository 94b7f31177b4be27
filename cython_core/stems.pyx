"""A song's stems in memory, a little ahead of where the band plays.

Ten minutes of sixteen stereo stems are 3.7 GB: too much to hold, and a file may make its reader wait for the disk. So
the renderer never touches the files. `Stems.keep_loaded`, in a thread of its own, copies pages of all stems into memory that
is locked where the system allows it: the next ten seconds from where the renderer reads, and the first two of every place that a jump or a
start may lead to. Files are read, not mapped: one that is cut short or on a disk that was pulled is a silent stem, where a mapped one would be the
end of the program.
"""

import os
from collections.abc import Sequence

import numpy as np

from libc.errno cimport errno
from libc.stdio cimport _IONBF, clearerr, fclose, fopen, fread, setvbuf
from libc.string cimport memset, strerror

from cython_core.atomics cimport exchange, load, store
from cython_core.clock cimport nap_ms
from cython_core.memory cimport release, reserve
from cython_core.stem_bank cimport SIDES, add_mapped
from cython_core.stem_page cimport PAGE, page_open, page_shut

cdef extern from *:
    """
    #if defined(_WIN32)
    #include <windows.h>
    static int rig_seek(FILE *file, long long place) { return _fseeki64(file, place, SEEK_SET); }
    #else
    static int rig_seek(FILE *file, long long place) { return fseeko(file, (off_t)place, SEEK_SET); }
    #endif
    """
    int seek "rig_seek"(FILE *file, long long place) noexcept nogil

cdef double AHEAD_S = 10.0           # of the song, kept in memory from where it plays
cdef double BEHIND_S = 0.5           # and behind it: a jump is decided after the stretcher has read on
cdef double LEAVING_S = 1.0          # kept where a voice fades out
cdef double MARKED_S = 2.0           # kept from every place that may be next
cdef double LEAD_IN_S = 0.15         # and before it, for the stretcher's first windows
cdef enum:
    MAX_MARKS = 256
    SPARE_PAGES = 8                  # pages just left, which a fading voice may still read
    NAP_MS = 5


cdef class Stems:
    """Up to 16 stems of one song, ready to be mixed.

    arrays: float32, shape (2, frames) each, full scale 1.0, any strides (the transpose of an interleaved file will do); kept
    referenced, and read by `keep_loaded` only (or, after `all_in_memory`, by the renderer). starts: the frame of the song at
    which each begins (default 0; negative cuts its beginning off). files: (path, bytes before the first frame) of each, where the same sound lies
    as a file of interleaved float32, to be read in place of the arrays. Beyond its end a stem is silent. Raises OSError for a file that is not there.
    """

    def __cinit__(self, arrays: Sequence[np.ndarray], samplerate_hz: float, starts: Sequence[int] | None = None,
                  files: Sequence[tuple[str, int]] = ()):
        cdef size_t at
        if not 0 < len(arrays) <= MAX_STEMS:
            raise ValueError(f"1 to {MAX_STEMS} stems, not {len(arrays)}")
        self.arrays, self.samplerate_hz = list(arrays), samplerate_hz
        self.bank = <StemBank *>reserve(1, sizeof(StemBank))
        if self.bank == NULL:
            raise MemoryError("no memory for the stems")
        self.bank.stems, self.bank.asked, self.bank.ordered = len(arrays), -1, -1
        for stem, array in enumerate(arrays):
            if array.dtype != np.float32 or array.ndim != 2 or array.shape[0] != 2:
                raise ValueError(f"stem {stem}: float32 of shape (2, frames), not {array.dtype} of {array.shape}")
            at = array.__array_interface__["data"][0]
            self.bank.samples[stem] = <const char *>at
            self.bank.side_bytes[stem], self.bank.frame_bytes[stem] = array.strides
            self.bank.start[stem] = 0 if starts is None else starts[stem]
            self.bank.length[stem] = array.shape[1]
            self.bank.frames = max(self.bank.frames, self.bank.start[stem] + self.bank.length[stem])
        self.bank.pages = self.bank.frames // PAGE + 1
        self.bank.page = <long long *>reserve(self.bank.pages, sizeof(long long))
        self.slots = <int>self.most_pages(MAX_MARKS)
        self.slot = <StemPage *>reserve(self.slots, sizeof(StemPage))
        self.read_frames = <float *>reserve(PAGE * SIDES, sizeof(float))
        if self.bank.page == NULL or self.slot == NULL or self.read_frames == NULL:
            raise MemoryError("no memory for the stems' pages")
        for stem, (path, start) in enumerate(files):
            self.file_start[stem] = start
            self.file[stem] = fopen(os.fsencode(path), "rb")
            if self.file[stem] == NULL:
                raise OSError(errno, strerror(errno).decode(errors="replace"), str(path))
            setvbuf(self.file[stem], NULL, _IONBF, 0)

    def __dealloc__(self):
        cdef int i
        if self.slot != NULL:
            with nogil:
                for i in range(self.slots_made):
                    release(self.slot[i].samples)
            release(self.slot)
        for i in range(MAX_STEMS):
            if self.file[i] != NULL:
                fclose(self.file[i])
        release(self.read_frames)
        if self.bank != NULL:
            release(self.bank.page)
            release(self.bank)

    cdef size_t page_bytes(self) noexcept nogil:
        return 2 * PAGE * sizeof(float) * self.bank.stems

    cdef long long pages_for(self, double seconds) noexcept nogil:
        return <long long>(seconds * self.samplerate_hz) // PAGE + 2

    cdef long long most_pages(self, long long marks) noexcept nogil:
        """How many pages may be in memory at once, with so many places marked."""
        cdef long long most = self.pages_for(BEHIND_S + AHEAD_S) + self.pages_for(LEAVING_S) + SPARE_PAGES
        return most + (marks + 1) * self.pages_for(LEAD_IN_S + MARKED_S)

    @property
    def count(self) -> int:
        return self.bank.stems

    @property
    def song(self) -> int:
        """A number that all keys of a song have, and no other song: one may be exchanged for another while it plays."""
        return self.bank.song

    @song.setter
    def song(self, number: int) -> None:
        self.bank.song = number

    @property
    def address(self) -> int:
        """Of the bank, for the exchange."""
        return <size_t>self.bank

    @property
    def addresses(self) -> set[int]:
        """Of all that the step comes to see of them: the bank."""
        return {self.address}

    @property
    def frames(self) -> int:
        """Where the last stem ends."""
        return self.bank.frames

    @property
    def missed_frames(self) -> int:
        """Frames that were silent because they were not in memory in time."""
        return load(&self.bank.missed)

    @property
    def unreadable(self) -> tuple[int, ...]:
        """The stems, from 0, whose files could not be read as far as they should go: they are silent there."""
        return tuple([s for s in range(self.bank.stems) if load(&self.bank.unread[s])])

    @property
    def held_bytes(self) -> int:
        """Memory taken by pages."""
        return self.slots_made * self.page_bytes()

    def all_in_memory(self) -> None:
        """Read the arrays themselves: offline, where waiting for a disk does no harm. Call it before the first order."""
        self.bank.in_memory = 1

    def mark(self, frames: Sequence[int]) -> None:
        """Keep two seconds from each of these frames of the song in memory: the places a jump may go to. At most 256."""
        if len(frames) > MAX_MARKS:
            raise ValueError(f"at most {MAX_MARKS} marked places, not {len(frames)}")
        for i, frame in enumerate(frames):
            store(&self.marked[i], frame)
        store(&self.marks, len(frames))

    def load(self) -> int:
        """Fetch what is wanted now, all of it. Returns the pages fetched."""
        cdef int fetched = 0
        with nogil:
            while self.fetch_most_urgent():
                fetched += 1
        return fetched

    def keep_loaded(self) -> None:
        """Fetch what is wanted until `stop` is called. Holds no GIL; one thread at a time."""
        with nogil:
            while not load(&self.asked_to_stop):
                if not self.fetch_most_urgent():
                    nap_ms(NAP_MS)
        store(&self.asked_to_stop, 0)

    def stop(self) -> None:
        """Make `keep_loaded` return."""
        store(&self.asked_to_stop, 1)

    cdef bint fetch_most_urgent(self) noexcept nogil:
        """Fetch the one page that is needed first. False: nothing is missing."""
        cdef double hz = self.samplerate_hz
        cdef long long reading = load(&self.bank.reading), asked = exchange(&self.bank.asked, -1)
        cdef int i
        if self.bank.in_memory:
            return False
        self.pass_number += 1
        if asked >= 0 and self.fetch(asked):
            return True
        if self.fetch_run(load(&self.bank.leaving), <long long>(LEAVING_S * hz)):
            return True
        if self.fetch_place(load(&self.bank.expected)):
            return True
        if self.fetch_run(reading - <long long>(BEHIND_S * hz), <long long>((BEHIND_S + AHEAD_S) * hz)):
            return True
        for i in range(<int>load(&self.marks)):
            if self.fetch_place(load(&self.marked[i])):
                return True
        return False

    cdef bint fetch_place(self, long long frame) noexcept nogil:
        """What is needed to play from a frame of the song."""
        cdef double hz = self.samplerate_hz
        return self.fetch_run(frame - <long long>(LEAD_IN_S * hz), <long long>((LEAD_IN_S + MARKED_S) * hz))

    cdef bint fetch_run(self, long long first_frame, long long frames) noexcept nogil:
        cdef long long number
        for number in range(max(first_frame, 0) // PAGE, max(first_frame + frames, 0) // PAGE + 1):
            if self.fetch(number):
                return True
        return False

    cdef bint fetch(self, long long number) noexcept nogil:
        """True if the page had to be fetched, and was."""
        cdef StemPage *slot
        if number >= self.bank.pages:
            return False
        slot = <StemPage *><size_t>load(&self.bank.page[number])
        if slot != NULL:
            slot.wanted = self.pass_number
            return False
        slot = self.free_slot()
        if slot == NULL:
            return False
        self.fill(slot, number)
        return True

    cdef StemPage *free_slot(self) noexcept nogil:
        """A new one while fewer are in use than may be wanted; else the one that has not been wanted for longest."""
        cdef int i, oldest = 0
        if self.slots_made < self.most_pages(load(&self.marks)):
            return self.new_slot()
        for i in range(1, self.slots_made):
            if self.slot[i].wanted < self.slot[oldest].wanted:
                oldest = i
        store(&self.bank.page[self.slot[oldest].number], 0)
        return &self.slot[oldest]

    cdef StemPage *new_slot(self) noexcept nogil:
        cdef StemPage *slot = &self.slot[self.slots_made]
        slot.samples = <float *>reserve(1, self.page_bytes())
        if slot.samples == NULL:
            return NULL
        self.slots_made += 1
        return slot

    cdef void fill(self, StemPage *slot, long long number) noexcept nogil:
        cdef int s, side
        page_shut(slot)
        memset(slot.samples, 0, self.page_bytes())
        for s in range(self.bank.stems):
            if self.file[s] != NULL:
                self.read(s, number * PAGE, slot.samples + SIDES * s * PAGE, slot.samples + (SIDES * s + 1) * PAGE)
                continue
            for side in range(SIDES):
                add_mapped(self.bank, s, side, number * PAGE, PAGE, 1.0, 0.0, slot.samples + (SIDES * s + side) * PAGE)
        slot.wanted = self.pass_number
        page_open(slot, number)
        store(&self.bank.page[number], <long long><size_t>slot)

    cdef void read(self, int s, long long frame, float *left, float *right) noexcept nogil:
        """A page of one stem, out of its file, from a frame of the song on."""
        cdef long long begin = max(frame, self.bank.start[s]), end = min(frame + PAGE, self.bank.start[s] + self.bank.length[s])
        cdef size_t got = 0, i, wanted = <size_t>max(end - begin, 0)
        if wanted == 0:
            return
        if seek(self.file[s], self.file_start[s] + (begin - self.bank.start[s]) * SIDES * <long long>sizeof(float)) == 0:
            got = fread(self.read_frames, SIDES * sizeof(float), wanted, self.file[s])
        for i in range(got):
            left[begin - frame + i], right[begin - frame + i] = self.read_frames[SIDES * i], self.read_frames[SIDES * i + 1]
        if got < wanted:
            clearerr(self.file[s])
            store(&self.bank.unread[s], self.bank.unread[s] + <long long>(wanted - got))
