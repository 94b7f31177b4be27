"""A knob's scale: places and values belong together, steps stay within, and values read as a musician reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.desk.scale import LEVEL, PAN, Scale, scale_of

scales = st.sampled_from(
    [
        LEVEL,
        PAN,
        Scale(-60, 24, "db"),
        Scale(10, 20_000, "hz"),
        Scale(0.01, 5_000, "ms"),
        Scale(1, 100),
        Scale(0, 1),
        Scale(0, 30, "s"),
    ]
)


@given(scales, st.floats(0, 1))
def test_a_value_stands_where_it_was_put(scale: Scale, place: float) -> None:
    value = scale.value(place)
    assert scale.low <= value <= scale.high
    assert scale.place(value) == pytest.approx(place, abs=0.003)


@given(scales, st.floats(0, 1), st.floats(-3, 3))
def test_no_hand_turns_it_beyond_its_ends(scale: Scale, place: float, way: float) -> None:
    assert scale.low <= scale.moved(scale.value(place), way) <= scale.high
    assert scale.low <= scale.stepped(scale.value(place), way * 100) <= scale.high


@given(scales, st.floats(0.1, 0.9), st.sampled_from([1.0, 0.1, -1.0, -0.1]))
def test_every_step_is_a_step_in_its_direction(scale: Scale, place: float, steps: float) -> None:
    value = scale.value(place)
    assert (scale.stepped(value, steps) - value) * steps > 0


def test_frequencies_are_divided_as_ears_divide_them() -> None:
    scale = Scale(20, 20_000, "hz")
    assert scale.value(1 / 3) == pytest.approx(200, rel=0.01)
    assert scale.value(2 / 3) == pytest.approx(2_000, rel=0.01)


def test_what_has_no_known_end_can_be_turned_and_has_no_slider() -> None:
    scale = Scale()
    assert not scale.is_known
    assert scale.stepped(0.5, 1) > 0.5
    assert scale.stepped(-4_000.0, 1) > -4_000.0
    assert math.isfinite(scale.stepped(0.0, -1))


@pytest.mark.parametrize(
    ("name", "low", "high", "value", "reads"),
    [
        ("snare.gain_db", -60, 24, -0.04, "+0.0 dB"),
        ("snare.gain_db", -60, 24, -60, "-60.0 dB"),
        ("snare.sends.plate", -60, 12, -60, "off"),
        ("snare.sends.plate", -60, 12, -9, "-9.0 dB"),
        ("snare.pan", -1, 1, 0, "centre"),
        ("snare.pan", -1, 1, -0.25, "25% left"),
        ("master.HighpassFilter.cutoff_frequency_hz", 10, 20_000, 80, "80 Hz"),
        ("master.HighpassFilter.cutoff_frequency_hz", 10, 20_000, 2_600, "2.6 kHz"),
        ("master.Compressor.attack_ms", 0.01, 5_000, 0.5, "0.5 ms"),
        ("master.Compressor.attack_ms", 0.01, 5_000, 1_500, "1.5 s"),
        ("master.Delay.delay_seconds", 0, 30, 0.592, "0.592 s"),
        ("master.Compressor.ratio", 1, 100, 4, "4"),
        ("crush", 0, 1, 0.5, "0.5"),
    ],
)
def test_values_read_with_their_unit(name: str, low: float, high: float, value: float, reads: str) -> None:
    assert scale_of(name, low, high).words(value) == reads
