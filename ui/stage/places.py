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
    "set": (0.00, 0.000, 0.56, 0.075),
    "band": (0.60, 0.000, 1.00, 0.075),
    "leader": (0.00, 0.105, 0.56, 0.285),
    "tempo": (0.00, 0.325, 0.56, 0.625),
    "feel": (0.00, 0.655, 0.56, 0.735),
    "section": (0.60, 0.105, 1.00, 0.425),
    "cue": (0.60, 0.455, 1.00, 0.735),
    "beat": (0.00, 0.765, 1.00, 0.885),
    "alert": (0.00, 0.900, 1.00, 0.948),
    "levels": (0.00, 0.958, 0.40, 1.000),
    "rig": (0.43, 0.958, 1.00, 1.000),
}
TALL: dict[str, Share] = {
    "set": (0.0, 0.000, 1.0, 0.045),
    "leader": (0.0, 0.060, 1.0, 0.170),
    "tempo": (0.0, 0.195, 1.0, 0.385),
    "feel": (0.0, 0.405, 1.0, 0.455),
    "beat": (0.0, 0.475, 1.0, 0.560),
    "band": (0.0, 0.575, 1.0, 0.620),
    "section": (0.0, 0.625, 1.0, 0.760),
    "cue": (0.0, 0.775, 1.0, 0.895),
    "alert": (0.0, 0.903, 1.0, 0.937),
    "levels": (0.0, 0.940, 1.0, 0.968),
    "rig": (0.0, 0.970, 1.0, 1.000),
}
TALL_BELOW = 1.1  # width over height
MARGIN = 0.025  # of the shorter side


def places(width: int, height: int) -> dict[str, Place]:
    """Every tile's place. They never overlap, and none leaves the window."""
    shares = TALL if width < height * TALL_BELOW else WIDE
    margin = MARGIN * min(width, height)
    across, down = width - 2 * margin, height - 2 * margin
    placed = {}
    for name, (left, top, right, bottom) in shares.items():
        x, y = round(margin + left * across), round(margin + top * down)
        placed[name] = Place(x, y, round(margin + right * across) - x, round(margin + bottom * down) - y)
    return placed
