"""One limb alone, told the tempo 4 % off: the beat holds, in an intro as in a groove."""

import pytest

from bench.feels import Feel, every, followed

THIRD = 1 / 3
QUARTERS, EIGHTHS, SIXTEENTHS = every(1, 4), every(0.5, 4), every(0.25, 4)
RIDE = (0, 1, 1 + 2 * THIRD, 2, 3, 3 + 2 * THIRD)


@pytest.mark.parametrize(
    ("feel", "bpm"),
    [
        pytest.param(Feel(4, (), (), QUARTERS), 100, id="ride-in-quarters-100"),
        pytest.param(Feel(4, (), (), QUARTERS), 240, id="ride-in-quarters-240"),
        pytest.param(Feel(4, (), (), EIGHTHS), 80, id="hats-in-eighths-80"),
        pytest.param(Feel(4, (), (), EIGHTHS), 160, id="hats-in-eighths-160"),
        pytest.param(Feel(4, (), (), SIXTEENTHS), 80, id="hats-in-sixteenths-80"),
        pytest.param(Feel(4, (), (), RIDE), 120, id="ride-swung-120"),
        pytest.param(Feel(4, QUARTERS, (), ()), 140, id="four-on-the-floor-140"),
        pytest.param(Feel(4, (2,), (2,), EIGHTHS), 130, id="one-drop-130"),
        pytest.param(Feel(4, SIXTEENTHS, (2,), QUARTERS), 160, id="both-feet-in-half-time-160"),
        pytest.param(Feel(3, (0,), (), (1, 2)), 90, id="waltz-of-kick-and-hats-90"),
    ],
)
def test_one_limb_alone_is_followed_at_the_tempo_told(feel: Feel, bpm: float) -> None:
    beat, _one = followed(feel, bpm, (1.04 * bpm, feel.beats))
    assert beat > 0.99
