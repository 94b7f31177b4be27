"""Where each tile stands, for a window of any size and shape."""

from typing import NamedTuple


class Place(NamedTuple):
    """A rectangle, in pixels."""

    left: int
    top: int
    width: int
    height: int


Share = tuple[float, float, float, float]  # left, top, right, bottom, each 0 to 1 within the margins

WIDE: dict[str, Share] = {
    "set": (0.00, 0.000, 0.56, 0.070),
    "band": (0.60, 0.000, 1.00, 0.070),
    "leader": (0.00, 0.095, 0.56, 0.275),
    "tempo": (0.00, 0.310, 0.56, 0.600),
    "feel": (0.00, 0.630, 0.56, 0.710),
    "section": (0.60, 0.095, 1.00, 0.410),
    "cue": (0.60, 0.440, 1.00, 0.710),
    "beat": (0.00, 0.735, 1.00, 0.840),
    "form": (0.00, 0.853, 1.00, 0.934),
    "levels": (0.00, 0.946, 0.42, 1.000),
    "rig": (0.45, 0.946, 1.00, 1.000),
}
TALL: dict[str, Share] = {
    "set": (0.0, 0.000, 1.0, 0.042),
    "leader": (0.0, 0.055, 1.0, 0.165),
    "tempo": (0.0, 0.190, 1.0, 0.385),
    "feel": (0.0, 0.405, 1.0, 0.455),
    "beat": (0.0, 0.470, 1.0, 0.548),
    "band": (0.0, 0.562, 1.0, 0.606),
    "section": (0.0, 0.614, 1.0, 0.735),
    "form": (0.0, 0.745, 1.0, 0.805),
    "cue": (0.0, 0.817, 1.0, 0.922),
    "levels": (0.0, 0.932, 1.0, 0.964),
    "rig": (0.0, 0.966, 1.0, 1.000),
}
# With the desk open: what a player must see stays, above it and below.
WIDE_WITH_DESK: dict[str, Share] = {
    "leader": (0.00, 0.000, 0.34, 0.125),
    "tempo": (0.36, 0.000, 0.56, 0.125),
    "cue": (0.58, 0.000, 1.00, 0.125),
    "beat": (0.00, 0.140, 1.00, 0.190),
    "desk": (0.00, 0.205, 1.00, 0.905),
    "form": (0.00, 0.920, 1.00, 1.000),
}
TALL_WITH_DESK: dict[str, Share] = {
    "leader": (0.0, 0.000, 0.62, 0.070),
    "tempo": (0.66, 0.000, 1.0, 0.070),
    "cue": (0.0, 0.080, 1.0, 0.150),
    "beat": (0.0, 0.160, 1.0, 0.195),
    "desk": (0.0, 0.205, 1.0, 0.935),
    "form": (0.0, 0.945, 1.0, 1.000),
}
TALL_BELOW = 1.1  # width over height
MARGIN = 0.025  # of the shorter side


def places(width: int, height: int, *, with_desk: bool = False) -> dict[str, Place]:
    """The place of every tile that is to be seen. They never overlap, and none leaves the window."""
    is_tall = width < height * TALL_BELOW
    shares = (TALL_WITH_DESK if is_tall else WIDE_WITH_DESK) if with_desk else TALL if is_tall else WIDE
    margin = MARGIN * min(width, height)
    across, down = width - 2 * margin, height - 2 * margin
    placed = {}
    for name, (left, top, right, bottom) in shares.items():
        x, y = round(margin + left * across), round(margin + top * down)
        placed[name] = Place(x, y, round(margin + right * across) - x, round(margin + bottom * down) - y)
    return placed
