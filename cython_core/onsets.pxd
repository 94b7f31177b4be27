# Onsets: when a drum was struck, how hard, and which kind of drum.

cdef struct Onset:
    double frame                     # when it was struck, in frames of the input's clock; the detector's own delay is taken off
    float strength                   # 0..1: 1 is about as loud as this player gets
    float kick                       # 0..1 each: how likely it is that kind of drum; several may sound at once
    float snare                      # snare, rim and toms
    float cymbal                     # hi-hat, ride, crash, sticks

cdef enum:
    MAX_ONSETS = 32                  # in one tick, audio and MIDI together
