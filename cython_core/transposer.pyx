"""A recording in another key, as long as before: Rubber Band's R3 engine in its offline mode, block by block.

For preparing stems, not for playing. What comes out is as long as what went in, and everything in it where it was.
"""

import numpy as np

from cython_core.stem_bank cimport SIDES

cdef extern from "rubberband/rubberband-c.h" nogil:
    ctypedef void *RubberBandState
    cdef enum:
        RubberBandOptionProcessOffline
        RubberBandOptionEngineFiner
        RubberBandOptionChannelsTogether
        RubberBandOptionPitchHighQuality
    RubberBandState rubberband_new(unsigned int sample_rate, unsigned int channels, int options, double ratio, double pitch)
    void rubberband_delete(RubberBandState)
    void rubberband_set_expected_input_duration(RubberBandState, unsigned int frames)
    void rubberband_set_max_process_size(RubberBandState, unsigned int frames)
    void rubberband_process(RubberBandState, const float *const *frames, unsigned int count, int final)
    int rubberband_available(RubberBandState)
    unsigned int rubberband_retrieve(RubberBandState, float *const *frames, unsigned int count)


cdef class Transposer:
    """Stereo sound of `frames` frames in all, higher by so many semitones; lower, below 0. It is given in blocks of block_frames at most."""
    cdef RubberBandState stretcher
    cdef readonly int block_frames

    def __cinit__(self, int samplerate_hz, double semitones, long long frames, int block_frames = 1 << 14):
        self.block_frames = block_frames
        self.stretcher = rubberband_new(
            samplerate_hz, SIDES,
            RubberBandOptionProcessOffline | RubberBandOptionEngineFiner | RubberBandOptionChannelsTogether | RubberBandOptionPitchHighQuality,
            1.0, 2.0 ** (semitones / 12.0))
        if self.stretcher == NULL:
            raise MemoryError("Rubber Band could not be set up")
        rubberband_set_expected_input_duration(self.stretcher, <unsigned int>frames)
        rubberband_set_max_process_size(self.stretcher, block_frames)

    def __dealloc__(self):
        if self.stretcher != NULL:
            rubberband_delete(self.stretcher)

    def transposed(self, const float[:, ::1] sound, bint is_last):
        """What the next block, (2, n) of float32, lets come out: (2, any). Releases the GIL. is_last: nothing follows it."""
        cdef const float *heard[SIDES]
        cdef float *told[SIDES]
        cdef float[:, ::1] out
        cdef int frames = <int>sound.shape[1], given, side
        if sound.shape[0] != SIDES or not 0 < frames <= self.block_frames:
            raise ValueError(f"blocks of (2, 1 to {self.block_frames}), not ({sound.shape[0]}, {sound.shape[1]})")
        for side in range(SIDES):
            heard[side] = &sound[side, 0]
        with nogil:
            rubberband_process(self.stretcher, heard, frames, is_last)
        given = max(0, rubberband_available(self.stretcher))
        made = np.empty((SIDES, given), np.float32)
        if given:
            out = made
            for side in range(SIDES):
                told[side] = &out[side, 0]
            rubberband_retrieve(self.stretcher, told, given)
        return made
