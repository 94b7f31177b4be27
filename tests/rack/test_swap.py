"""Which rack is heard after a swap: the one that was called, whoever has had its voice meanwhile."""

import numpy as np
from numpy.typing import NDArray

from cython_core.drums import Drums
from live_rig.rack.swap import Swap

SAMPLERATE, BLOCK = 48_000, 64
LONG_ENOUGH = 2 * SAMPLERATE // BLOCK  # blocks, for a tail to be over


class Stage:
    """Drums without rack processes: each "rack" is heard as the dry drums at a gain of its own."""

    def __init__(self) -> None:
        self.drums = Drums(SAMPLERATE, 1, BLOCK)
        self.swap: Swap[float] = Swap(self.drums)
        self.frame, self.heard = 0, np.zeros(0)

    def call(self, gain: float) -> None:
        assert self.swap.stand(gain, None, 0, mix(gain))
        self.swap.to(gain)

    def play(self, blocks: int) -> float:
        """The level at the end."""
        for _ in range(blocks):
            out = self.drums.step(np.ones((1, BLOCK), np.float32), self.frame)
            self.frame += BLOCK
        return float(out[0, -1])


def mix(gain: float) -> NDArray[np.float32]:
    return np.full((1, 2), gain, np.float32)


def test_a_rack_that_rang_out_is_heard_when_it_is_called_though_another_has_its_voice_now() -> None:
    stage = Stage()
    for gain in (0.1, 0.2):
        stage.call(gain)
        assert np.isclose(stage.play(LONG_ENOUGH), gain)
    stage.call(0.3)  # takes the voice in which 0.1 has rung out
    assert np.isclose(stage.play(20), 0.3)
    stage.call(0.1)
    assert np.isclose(stage.play(20), 0.1)


def test_a_rack_that_was_overtaken_is_handed_back_and_its_voice_stays_with_the_next() -> None:
    stage = Stage()
    for gain in (0.1, 0.2):
        stage.call(gain)
        stage.play(LONG_ENOUGH)
    assert stage.swap.stand(0.3, None, 0, mix(0.3))  # stands ready in the voice of 0.1, and is not called yet
    assert stage.swap.rung_out() == [0.1]
    stage.swap.to(0.3)
    assert np.isclose(stage.play(20), 0.3)


def test_any_order_of_calls_ends_with_the_one_that_was_called_last() -> None:
    stage, rng = Stage(), np.random.default_rng(1)
    for _ in range(300):
        gain = float(rng.choice([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))
        stage.call(gain)
        assert np.isclose(stage.play(int(rng.integers(10, 40))), gain)
        if rng.random() < 0.3:
            stage.swap.rung_out()
