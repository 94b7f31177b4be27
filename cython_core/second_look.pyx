"""Which drums were struck, how hard and when, judged once more when 35 ms of the sound are known.

Half a period of a kick drum is as long as the first look may take, so the first look knows *that* something was struck, and when, but
often not what. A follower can wait a little longer for that: a network twice as large is asked again, once a stroke and not once a hop.
"""

from cython_core.dense cimport add_seen, dense, likely

cdef extern from "second_look_weights.h" nogil:   # written by scripts/learn_onsets; inputs by units, row after row
    enum: AGAIN_INPUTS
    enum: LEARNED_UNITS_1 "AGAIN_UNITS_1"
    enum: AGAIN_UNITS_2
    enum: AGAIN_ANSWERS
    const float AGAIN_WEIGHTS_1[]
    const float AGAIN_BIASES_1[]
    const float AGAIN_WEIGHTS_2[]
    const float AGAIN_BIASES_2[]
    const float AGAIN_WEIGHTS_3[]
    const float AGAIN_BIASES_3[]

if LEARNED_UNITS_1 != AGAIN_UNITS_1:
    raise ImportError(f"second_look.pxd has room for {AGAIN_UNITS_1} units, and {LEARNED_UNITS_1} have been learned")


cdef void begin_second_look(const float *shown, float *first) noexcept nogil:
    """shown: the bands of HOPS_BEFORE + 1 + HOPS_AFTER hops, oldest first, their two means, and what the first look said.

    Half the work, into `first` (AGAIN_UNITS_1,): the weights are many, and seldom near when a stroke comes.
    """
    dense(shown, AGAIN_INPUTS // 2, AGAIN_WEIGHTS_1, AGAIN_BIASES_1, first, AGAIN_UNITS_1)


cdef void end_second_look(const float *shown, float *first, SecondLook *said) noexcept nogil:
    """The other half, from the same that was shown and what came of it."""
    cdef int half = AGAIN_INPUTS // 2
    cdef float[AGAIN_UNITS_2] second
    cdef float[AGAIN_ANSWERS] answers
    cdef int kind
    add_seen(shown + half, AGAIN_INPUTS - half, AGAIN_WEIGHTS_1 + half * AGAIN_UNITS_1, first, AGAIN_UNITS_1)
    dense(first, AGAIN_UNITS_1, AGAIN_WEIGHTS_2, AGAIN_BIASES_2, second, AGAIN_UNITS_2)
    dense(second, AGAIN_UNITS_2, AGAIN_WEIGHTS_3, AGAIN_BIASES_3, answers, AGAIN_ANSWERS)
    for kind in range(DRUM_KINDS):
        said.likely[kind] = likely(answers[kind])
        said.strength[kind] = min(max(answers[DRUM_KINDS + 1 + kind], <float>0.01), 1)
    said.where = min(max(answers[DRUM_KINDS], -2), 3)
