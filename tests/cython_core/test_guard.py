"""What leaves the rig: never over the ceiling, never a number that is none, and untouched where it is quiet enough."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.drums import Drums
from live_rig.instrument import Instrument, house_and_ears

RATE_HZ, BLOCK = 48_000, 64
CEILING = 10 ** (-0.3 / 20)
Sound = npt.NDArray[np.float32]


def through(heard: Sound, block: int = BLOCK) -> Sound:
    """The drums through the rig without effects: its left output."""
    instrument = Instrument(Drums(RATE_HZ, 1, 1024), RATE_HZ, house_and_ears(1, 2), 1024)
    out = []
    for start in range(0, len(heard), block):
        piece = np.ascontiguousarray(heard[np.newaxis, start : start + block])
        played = np.full((2, piece.shape[1]), np.nan, np.float32)
        instrument.rig.step(piece, played)
        out.append(played[0])
    return np.concatenate(out)


def tone(length_s: float, hz: float, level: float) -> Sound:
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(round(length_s * RATE_HZ)) / RATE_HZ), np.float32)


def noise(frames: int, level: float, seed: int = 1) -> Sound:
    return np.random.default_rng(seed).uniform(-level, level, frames).astype(np.float32)


def delay_frames(block: int = BLOCK) -> int:
    """One block through the rack, and two ticks in the guard."""
    return block + 64


@pytest.mark.parametrize("block", [32, 64, 256])
def test_below_the_ceiling_the_drums_come_out_bit_for_bit_a_block_and_two_ticks_later(block: int) -> None:
    heard = noise(RATE_HZ // 2, 0.9 * CEILING)
    out, delay = through(heard, block), delay_frames(block)
    assert not out[:delay].any()
    np.testing.assert_array_equal(out[delay:], heard[:-delay])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(level_db=st.floats(-6, 60), seed=st.integers(0, 99))
def test_nothing_is_ever_louder_than_the_ceiling(level_db: float, seed: int) -> None:
    heard = noise(RATE_HZ // 8, 10 ** (level_db / 20), seed)
    heard[1000:2000] = 0.0
    heard[4321] = 1e6
    assert np.abs(through(heard)).max() <= CEILING * (1 + 1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.finfo(np.float32).max, np.float32(1e-40)])
def test_whatever_comes_in_what_goes_out_are_numbers_and_the_drums_come_back(value: float) -> None:
    heard = noise(RATE_HZ, 0.5)
    spoilt = heard.copy()
    spoilt[2000:2100] = value
    out = through(spoilt)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= CEILING * (1 + 1e-6)
    late = RATE_HZ - 4800
    np.testing.assert_allclose(out[late:], heard[late - delay_frames() : -delay_frames()], atol=2e-2)


def test_a_loud_stroke_is_turned_down_without_a_step() -> None:
    heard = tone(1.0, 200, 0.5)
    heard[20_000:24_800] *= 8.0
    out, heard = through(heard)[delay_frames() :], heard[: -delay_frames()]
    clear = np.flatnonzero(np.abs(heard) > 0.1)  # elsewhere nothing can be said of the gain
    gain = out[clear] / heard[clear]
    assert gain.min() < 0.3
    assert gain.max() < 1 + 1e-5
    steps = np.abs(np.diff(gain))[np.diff(clear) == 1]
    assert steps.max() < 0.04  # from full to a quarter it takes a tick, never a sample


def test_after_a_loud_stroke_the_level_comes_back() -> None:
    heard = tone(2.0, 200, 0.5)
    heard[10_000:12_000] *= 8.0
    out, delay = through(heard), delay_frames()
    np.testing.assert_allclose(out[-4800:], heard[-4800 - delay : -delay], rtol=1e-3, atol=1e-4)
