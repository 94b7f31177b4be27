"""The band falls on what the drummer strikes, whatever groove he plays."""

import numpy as np
import pytest

from bench.duet import Drummer, judge
from cython_core.authority import Leader
from tests.playing import HAT, Note, Times, beats, play, rock, song


def mean_asynchrony_ms(bpm: float, notes: list[Note], beats_s: Times) -> float:
    """Of the band that follows these notes, from the fourth bar after it may come in."""
    heard = play(song(bpm, "head:40"), notes, start="uninvited", leader=Leader.DRUMMER)
    return float(np.mean([heard.asynchrony_ms(float(beat_s)) for beat_s in beats_s[24:-1]]))


@pytest.mark.parametrize("bpm", [60.0, 120.0, 200.0, 330.0])
def test_the_band_falls_on_the_strokes_of_an_even_groove(bpm: float) -> None:
    beats_s = beats((bpm, 80))
    assert abs(mean_asynchrony_ms(bpm, rock(beats_s), beats_s)) < 0.6


def test_a_groove_that_pulls_the_follower_by_six_ms_pulls_the_band_by_half_of_that_at_most() -> None:
    beats_s = beats((120.0, 80))
    without_hat = [note for note in rock(beats_s) if note[1] != HAT]
    assert abs(mean_asynchrony_ms(120.0, without_hat, beats_s)) < 3.0


@pytest.mark.parametrize(("bpm", "beta"), [(120.0, 0.2), (330.0, 0.1)])  # 0.2 at 330: docs/decisions/04
def test_a_drummer_who_gives_way_to_the_band_keeps_his_tempo_with_it(bpm: float, beta: float) -> None:
    take = judge(Drummer(bpm, alpha=0.25, beta=beta, trip_ms=15.0, length_s=40.0))
    assert take.is_steady, take
