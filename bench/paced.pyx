# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Calls `drums_step` on time, without the GIL: the audio callback of bench/rack.py and bench/recall.py. Compiled by them when they start."""

from libc.stdint cimport int64_t

import numpy as np

from cython_core.clock cimport now_ns, sleep_until_ns
from cython_core.drums cimport Drums, drums_step


def play(Drums drums, const float[::1] kit not None, double samplerate_hz, int block, int blocks):
    """Play `kit`, round and round. Returns int64 (blocks, 4): ns after its due time that a block began, ns it took, whether it was dry, and
    when it ended by the monotonic clock in ns; and float32 (blocks,): the last sample of the left side.
    """
    cdef const float *line[1]
    cdef float[::1] left = np.zeros(block, np.float32)
    cdef float[::1] right = np.zeros(block, np.float32)
    log, last = np.zeros((blocks, 4), np.int64), np.zeros(blocks, np.float32)
    cdef int64_t[:, ::1] seen = log
    cdef float[::1] heard = last
    cdef int64_t start, due, begun, ended, frame = 0
    cdef int64_t dry = drums.state.voices.blocks_dry
    cdef int k
    with nogil:
        start = now_ns()
        for k in range(blocks):
            due = start + <int64_t>(k * block * 1e9 / samplerate_hz)
            sleep_until_ns(due)
            begun = now_ns()
            line[0] = &kit[frame % (kit.shape[0] - block)]
            drums_step(drums.state, line, 1, frame, block, &left[0], &right[0])
            ended = now_ns()
            seen[k, 0], seen[k, 1], seen[k, 2], seen[k, 3] = begun - due, ended - begun, drums.state.voices.blocks_dry - dry, ended
            heard[k] = left[block - 1]
            dry = drums.state.voices.blocks_dry
            frame += block
    return log, last
