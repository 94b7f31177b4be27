"""A tap too close to the last is told, and left out."""

import pytest

from live_rig.conducting.taps import Taps
from live_rig.errors import ShowError


def test_a_tap_of_2000_bpm_is_refused_in_a_musicians_words() -> None:
    taps = Taps()
    taps.refuse_hasty(10.0)
    with pytest.raises(ShowError, match="30 ms after the last, which would be 2000 bpm"):
        taps.refuse_hasty(10.03)


def test_the_refused_tap_does_not_count_as_the_last() -> None:
    taps = Taps()
    taps.refuse_hasty(10.0)
    with pytest.raises(ShowError):
        taps.refuse_hasty(10.1)
    taps.refuse_hasty(10.15)


@pytest.mark.parametrize("bpm", [40, 120, 330, 400])
def test_every_tempo_of_the_rig_can_be_tapped(bpm: int) -> None:
    taps = Taps()
    for count in range(8):
        taps.refuse_hasty(count * 60 / bpm)
