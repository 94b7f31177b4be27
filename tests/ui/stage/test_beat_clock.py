"""Between two states the beat goes on; with each state it comes closer to what the engine says."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.control.protocol import StageState
from ui.stage.beat_clock import APPROACH, BELIEVED_FOR_S, BeatClock


def state_at(beat: float, bpm: float, beats_per_bar: int = 4) -> StageState:
    in_bar = beat % beats_per_bar
    return StageState(beat_in_bar=int(in_bar) + 1, phase=in_bar % 1, bpm=bpm, beats_per_bar=beats_per_bar)


def apart(one: float, other: float, beats_per_bar: int) -> float:
    return abs((one - other + beats_per_bar / 2) % beats_per_bar - beats_per_bar / 2)


@given(bpm=st.floats(40, 400), beats_per_bar=st.integers(1, 7), passed_s=st.floats(0, BELIEVED_FOR_S))
def test_between_states_the_beat_goes_on_at_the_tempo(bpm: float, beats_per_bar: int, passed_s: float) -> None:
    clock = BeatClock()
    clock.hear(state_at(0.0, bpm, beats_per_bar), now_s=10.0)
    assert apart(clock.at(10.0 + passed_s), passed_s * bpm / 60, beats_per_bar) < 1e-6


@given(bpm=st.floats(40, 400), late_s=st.lists(st.floats(0, 0.01), min_size=90, max_size=90))
def test_states_that_come_unevenly_do_not_shake_the_line(bpm: float, late_s: list[float]) -> None:
    """The line moves forward from picture to picture, never more than half as fast again as the music."""
    clock = BeatClock()
    places = []
    for number, late in enumerate(late_s):
        sent_s = number / 30
        clock.hear(state_at(sent_s * bpm / 60, bpm), now_s=sent_s + late)
        places += [clock.at(sent_s + 0.012), clock.at(sent_s + 1 / 60 + 0.012)]
    step = bpm / 60 / 60
    moves = [(after - before + 2) % 4 - 2 for before, after in pairwise(places)]
    assert min(moves) > 0
    assert max(moves) < 1.5 * step + APPROACH * 0.011 * bpm / 60


def test_a_jump_is_believed_at_once() -> None:
    clock = BeatClock()
    clock.hear(state_at(1.0, 120), now_s=0.0)
    clock.hear(state_at(3.0, 120), now_s=0.0)
    assert clock.at(0.0) == 3.0


def test_a_small_difference_is_approached_also_across_the_bar_line() -> None:
    clock = BeatClock()
    clock.hear(state_at(3.9, 120), now_s=0.0)
    clock.hear(state_at(4.1, 120), now_s=0.0)
    assert clock.at(0.0) == pytest.approx(3.9 + APPROACH * 0.2)


def test_an_engine_that_went_silent_stops_the_line() -> None:
    clock = BeatClock()
    clock.hear(state_at(0.0, 60), now_s=0.0)
    assert clock.at(99.0) == clock.at(BELIEVED_FOR_S) == BELIEVED_FOR_S


def test_a_held_beat_stands_still() -> None:
    clock = BeatClock()
    clock.hear(state_at(2.5, 120).model_copy(update={"is_holding": True}), now_s=0.0)
    assert clock.at(0.2) == 2.5


@pytest.mark.parametrize("state", [StageState(), StageState(bpm=120.0), StageState(beat_in_bar=1)])
def test_what_is_not_known_is_not_shown(state: StageState) -> None:
    clock = BeatClock()
    clock.hear(state_at(1.0, 120), now_s=0.0)
    clock.hear(state, now_s=0.1)
    assert math.isnan(clock.at(0.1))


def test_after_the_unknown_the_beat_comes_back() -> None:
    clock = BeatClock()
    clock.hear(StageState(), now_s=0.0)
    clock.hear(state_at(2.0, 120), now_s=1.0)
    assert clock.at(1.0) == 2.0
