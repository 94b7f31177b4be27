"""The beats that a drummer feels in a meter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.show.meter import beats_per_bar, is_meter, meter_of


@pytest.mark.parametrize(
    ("meter", "beats"),
    [("4/4", 4), ("3/4", 3), ("2/2", 2), ("5/4", 5), ("6/4", 6), ("7/8", 7), ("3/8", 3), ("6/8", 2), ("9/8", 3), ("12/8", 4)],
)
def test_in_eighths_by_three_the_beat_is_the_dotted_quarter(meter: str, beats: int) -> None:
    assert beats_per_bar(meter) == beats


@pytest.mark.parametrize("meter", ["", "4", "4/", "/4", "0/4", "4/3", "04/4", " 4/4", "4/4\n", "99/4", "-4/4", "4/4/4", "٤/٤"])
def test_what_is_no_meter_is_refused(meter: str) -> None:
    assert not is_meter(meter)
    with pytest.raises(ValueError, match=r"meter|beats"):
        beats_per_bar(meter)


@given(st.text())
def test_any_text_is_a_meter_of_1_to_32_beats_or_none(text: str) -> None:
    assert not is_meter(text) or 1 <= beats_per_bar(text) <= 32


@pytest.mark.parametrize(
    ("beats", "like", "meter"),
    [
        (2, "4/4", "2/4"),
        (5, "4/4", "5/4"),
        (2, "9/8", "6/8"),
        (3, "6/8", "9/8"),
        (3, "2/2", "3/2"),
        (4, "7/8", "4/8"),
        (6, "7/8", "6/4"),
    ],
)
def test_a_bar_of_another_length_has_a_meter_like_those_around_it(beats: int, like: str, meter: str) -> None:
    assert meter_of(beats, like) == meter
    assert beats_per_bar(meter) == beats
