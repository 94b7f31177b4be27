"""How loud what stands between left and right is on either side: the one pan law of stems, inputs, strips and pads."""

def side_gains(pan: float) -> tuple[float, float]:
    """(left, right), linear; pan: from -1, left, to 1, right. The side that it leaves gets quieter, the other stays."""
