"""What leaves the rig: never over the ceiling, at the samples or between them, never a number that is none, no constant
offset, no howl, and untouched where it is quiet enough."""

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.drums import Drums
from live_rig.instrument import Instrument
from live_rig.wiring import wired

RATE_HZ, BLOCK = 48_000, 64
CEILING = 10 ** (-1.0 / 20)
Sound = npt.NDArray[np.float32]


def through(heard: Sound, block: int = BLOCK, *, limiter: bool = True, rate_hz: int = RATE_HZ) -> Sound:
    """The drums through the rig without effects: its second output, the house."""
    instrument = Instrument(Drums(rate_hz, 1, 1024), rate_hz, wired(1, 2), 1024)
    instrument.rig.set_limiter(1, limiter)
    out = []
    for start in range(0, len(heard), block):
        piece = np.ascontiguousarray(heard[np.newaxis, start : start + block])
        played = np.full((2, piece.shape[1]), np.nan, np.float32)
        instrument.rig.step(piece, played)
        out.append(played[1])
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
    heard = noise(RATE_HZ // 2, 0.48 * CEILING)
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


def true_peak(sound: Sound) -> float:
    """Of the signal between the samples too, at sixteen times the rate; its end, where it is cut off, is no part of it."""
    return float(np.abs(soxr.resample(sound, 1, 16, "VHQ")[: -64 * 16]).max())


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("hz", [997.0, 5_000.0, 11_025.0, 12_000.0, 15_900.0])
def test_between_the_samples_it_is_no_louder_either(rate_hz: int, hz: float) -> None:
    for phase in (0.0, 0.25, 0.5):
        n = np.arange(rate_hz // 10)
        loud = np.asarray(1.6 * np.sin(2 * np.pi * hz * n / rate_hz + phase * np.pi) * np.minimum(1.0, n / 2000), np.float32)
        assert 20 * np.log10(true_peak(through(loud, rate_hz=rate_hz))) <= -0.7


@settings(max_examples=20, deadline=None, derandomize=True)
@given(level_db=st.floats(-6, 40), seed=st.integers(0, 99))
def test_hard_strokes_keep_below_full_scale_between_the_samples(level_db: float, seed: int) -> None:
    n = np.arange(RATE_HZ // 5)
    strokes = noise(len(n), 10 ** (level_db / 20), seed) * np.exp(-(n % 2400) / 400).astype(np.float32)
    assert 20 * np.log10(true_peak(through(np.asarray(strokes, np.float32)))) <= 0.1  # white noise: as much at 24 kHz as at 1


def test_a_peak_between_two_ticks_is_seen() -> None:
    for where in range(RATE_HZ // 100, RATE_HZ // 100 + 32):
        heard = np.zeros(RATE_HZ // 50, np.float32)
        heard[where : where + 8] = [0.9, -0.9, -0.9, 0.9, 0.9, -0.9, -0.9, 0.9]  # a quarter of the rate, 45 degrees off
        assert true_peak(through(heard)) <= CEILING * 1.05


def test_the_look_ahead_is_shorter_than_one_and_a_half_milliseconds_at_every_rate() -> None:
    instrument = Instrument(Drums(44_100, 1, 64), 44_100, wired(1, 2), 64)
    assert instrument.rig.guard_delay_frames / 44_100 < 0.0015


def test_only_an_output_whose_limiter_is_off_by_word_gets_louder_than_the_ceiling() -> None:
    assert np.abs(through(tone(0.2, 100, 3.0), limiter=False)).max() == pytest.approx(3.0, rel=1e-3)


def test_a_constant_offset_is_taken_off_and_what_has_none_keeps_every_bit() -> None:
    music = tone(4.0, 440, 0.2)
    np.testing.assert_array_equal(through(music)[delay_frames() :], music[: -delay_frames()])
    shifted = through(music + np.float32(0.5))
    assert abs(shifted[-RATE_HZ:].mean()) < 0.011
    assert np.abs(np.diff(shifted[RATE_HZ:])).max() < 1.05 * np.abs(np.diff(music)).max()


def test_what_feeds_back_is_turned_down_and_comes_back_when_it_is_calm() -> None:
    howl = tone(3.0, 2_500, 4.0)
    calm = tone(3.0, 300, 0.1)
    out = through(np.concatenate([howl, calm]))
    assert np.abs(out[2 * RATE_HZ : 3 * RATE_HZ]).max() < 0.12
    np.testing.assert_allclose(out[-4800:], calm[-4800 - delay_frames() : -delay_frames()], atol=1e-4)


def test_a_hard_groove_and_a_wall_of_noise_are_no_howl() -> None:
    n = np.arange(4 * RATE_HZ)
    groove = 6 * np.sin(2 * np.pi * 90 * n / RATE_HZ) * np.exp(-(n % 7200) / 2000) + noise(len(n), 1.0)
    for music in (np.asarray(groove, np.float32), noise(4 * RATE_HZ, 1.5)):
        instrument = Instrument(Drums(RATE_HZ, 1, 1024), RATE_HZ, wired(1, 2), 1024)
        for start in range(0, len(music), 1024):
            piece = np.ascontiguousarray(music[np.newaxis, start : start + 1024])
            instrument.rig.step(piece, np.empty((2, piece.shape[1]), np.float32))
        assert instrument.rig.howls == 0
