# Where the drummer is in the beat and the bar, how fast, and how sure that is.

from cython_core.onsets cimport Onset

cdef struct Pulse:                   # at the last frame of the tick just heard, on the input's clock
    double beat                      # beats since the first one found; whole numbers fall on beats. Never NaN; may be corrected either way
    double bar_beat                  # 0 <= bar_beat < beats_per_bar; 0 on the downbeat
    double bpm                       # 40..400
    double confidence                # 0..1: how probable it is that `beat` is right, within 17.5 % of a beat
    double bar_confidence            # 0..1: how probable it is that the downbeat is right too
    double playing                   # 0..1: how probable it is that the drummer has not stopped for good
    int beats_per_bar
    int found                        # 0 until a first beat has been found; all else is then meaningless
