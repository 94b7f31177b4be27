"""How loud what stands between left and right is on either side: the one pan law of stems, inputs, strips and pads.

One side is turned down and the other stays as it is: what is stereo has a picture of its own, and unless it is moved it is to sound as
it was recorded.
"""


def side_gains(double pan):
    return side_gain(pan, 0), side_gain(pan, 1)
