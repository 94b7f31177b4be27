"""Tiles stay inside the window and off each other, at any size."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ui.stage.places import places


@given(width=st.integers(480, 7680), height=st.integers(320, 4320))
def test_tiles_never_overlap_nor_leave_the_window(width: int, height: int) -> None:
    placed = places(width, height)
    for place in placed.values():
        assert place.left >= 0
        assert place.top >= 0
        assert place.left + place.width <= width
        assert place.top + place.height <= height
        assert min(place.width, place.height) > 0
    for one, other in combinations(placed.values(), 2):
        beside = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert beside or one.top + one.height <= other.top or other.top + other.height <= one.top


def test_the_same_tiles_stand_in_every_shape() -> None:
    assert places(1280, 800).keys() == places(800, 1280).keys()


def test_in_a_tall_window_the_tempo_is_as_wide_as_the_window() -> None:
    assert places(800, 1280)["tempo"].width > 700
    assert places(1280, 800)["tempo"].width < 800
