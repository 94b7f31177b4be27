"""Strokes go in as sound or notes; what comes out is when, how hard and which drum."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cython_core.drum_notes import note_onset
from cython_core.onsets import Look, Onsets

RATES = [44_100, 48_000, 88_200, 96_000, 192_000]
Sound = npt.NDArray[np.float32]
Found = npt.NDArray[np.void]


def looks(found: Found, look: Look) -> Found:
    return found[found["look"] == look]


def snare_at(stroke_s: float, length_s: float, rate: int) -> Sound:
    """A struck skin at 190 Hz and its wires, starting at once at `stroke_s`."""
    since_s = np.arange(int(length_s * rate)) / rate - stroke_s
    skin = np.sin(2 * np.pi * 190 * since_s) * np.exp(-since_s.clip(0) / 0.05)
    wires = np.random.default_rng(3).standard_normal(len(since_s)) * np.exp(-since_s.clip(0) / 0.08)
    return np.where(since_s >= 0, 0.3 * skin + 0.2 * wires, 0).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("stroke_s", [0.5, 0.5011, 0.5023])
def test_a_stroke_is_found_once_and_in_time_at_every_rate(rate: int, stroke_s: float) -> None:
    found = looks(Onsets(rate).feed(snare_at(stroke_s, 1.0, rate)), Look.FIRST)
    assert len(found) == 1
    assert found["frame"][0] / rate == pytest.approx(stroke_s, abs=0.002)
    assert found["told_frame"][0] / rate - stroke_s < 0.0155


@pytest.mark.parametrize("rate", RATES)
def test_a_second_look_comes_within_a_twentieth_of_a_second_and_is_surer_what_was_struck(rate: int) -> None:
    found = Onsets(rate).feed(snare_at(0.5, 1.0, rate))
    (first,) = looks(found, Look.FIRST)
    again = looks(found, Look.SECOND)
    assert again["snare"].max() >= max(first["snare"], 0.9)
    assert again["kick"].max() < 0.5
    assert np.all(np.abs(again["frame"] - first["frame"]) / rate < 0.003)
    assert np.all((again["told_frame"] / rate > 0.53) & (again["told_frame"] / rate < 0.55))


@given(cuts=st.lists(st.integers(1, 47_999), max_size=20))
@settings(max_examples=20, deadline=None)
def test_how_the_sound_is_cut_into_blocks_makes_no_difference(cuts: list[int]) -> None:
    sound = snare_at(0.5, 1.0, 48_000)
    whole, in_parts = Onsets(48_000).feed(sound), Onsets(48_000)
    parts = [in_parts.feed(part) for part in np.split(sound, sorted(cuts))]
    found = np.concatenate(parts)
    for field in ("frame", "strength", "kick", "snare", "cymbal", "look"):
        np.testing.assert_array_equal(found[field], whole[field])


def drums(length_s: float, rate: int, seed: int = 5) -> Sound:
    """Kick, snare and hat in eighths at 120 bpm, made of decaying sines and noise."""
    random, sound = np.random.default_rng(seed), np.zeros(int(length_s * rate) + rate)
    since_s = np.arange(rate // 2) / rate
    kick = np.sin(2 * np.pi * (50 * since_s + 1 - np.exp(-since_s / 0.02))) * np.exp(-since_s / 0.09)
    kick += 0.2 * np.sin(2 * np.pi * 2500 * since_s) * np.exp(-since_s / 0.002)
    hat = sum(np.sin(2 * np.pi * hz * since_s + hz) for hz in random.uniform(5000, 14_000, 60)) / 8 * np.exp(-since_s / 0.03)
    for eighth in range(int(length_s * 4)):
        at = int((0.5 + eighth * 0.25) * rate)
        sound[at : at + len(hat)] += 0.08 * hat
        if eighth % 4 == 0:
            sound[at : at + len(kick)] += 0.6 * kick
        if eighth % 4 == 2:
            sound[at : at + len(kick)] += snare_at(0, 0.5, rate)
    return (sound[: int(length_s * rate)] + 1e-4 * random.standard_normal(int(length_s * rate))).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level_db", [0, -30])
def test_a_groove_is_heard_alike_at_every_rate_and_level(rate: int, level_db: float) -> None:
    found = looks(Onsets(rate).feed(drums(8, rate) * np.float32(10 ** (level_db / 20))), Look.FIRST)
    strokes_s = np.arange(0.5, 7.9, 0.25)
    nearest_s = strokes_s[np.argmin(np.abs(found["frame"][:, None] / rate - strokes_s), axis=1)]
    assert len(strokes_s) - 1 <= len(found) <= len(strokes_s) + 1
    error_s = np.abs(found["frame"] / rate - nearest_s)
    assert np.mean(error_s < 0.005) > 0.9
    assert np.median(error_s) < 0.002
    on_the_kick = np.isclose(nearest_s % 1, 0.5)
    on_the_snare = np.isclose(nearest_s % 1, 0)
    assert np.mean((found["kick"] > 0.5) == on_the_kick) > 0.9
    assert np.mean((found["snare"] > 0.5) == on_the_snare) > 0.9
    assert np.mean(found["cymbal"][~on_the_kick & ~on_the_snare] > 0.5) > 0.9


NO_DRUMS = {
    "silence": lambda t: 0 * t,
    "a hiss": lambda t: 0.01 * np.random.default_rng(1).standard_normal(len(t)),
    "loud noise": lambda t: np.random.default_rng(1).uniform(-1, 1, len(t)),
    "the last bit": lambda t: np.round(0.6 * np.random.default_rng(1).standard_normal(len(t))) / 32768,
    "mains hum": lambda t: 0.05 * np.sign(np.sin(2 * np.pi * 50 * t)),
    "feedback": lambda t: 0.5 * np.sin(2 * np.pi * 1000 * t),
    "a direct current": lambda t: 0 * t + 1,
    "full-scale squares": lambda t: np.sign(np.sin(2 * np.pi * 1000 * t)),
    "nothing but not-a-number": lambda t: 0 * t + np.nan,
    "infinity": lambda t: 0 * t + np.inf,
}


@pytest.mark.parametrize("what", NO_DRUMS)
def test_what_goes_on_steadily_is_no_drumming(what: str) -> None:
    found = Onsets(48_000).feed(NO_DRUMS[what](np.arange(20 * 48_000) / 48_000).astype(np.float32))
    assert len(looks(found, Look.FIRST)) <= 2  # it began: that may be one
    assert sum(found[kind][found["look"] == Look.SECOND].sum() for kind in ("kick", "snare", "cymbal")) < 4


def test_the_last_bit_of_a_file_that_begins_in_silence_is_no_stroke() -> None:
    quiet = np.zeros(48_000, np.float32)
    quiet[: int(0.156 * 48_000)] = 1 / 32_768
    detector = Onsets(48_000)
    assert len(detector.feed(quiet)) == 0
    assert len(looks(detector.feed(snare_at(0.5, 1.0, 48_000)), Look.FIRST)) == 1


def test_an_hour_of_silence_costs_no_more_than_sound_and_the_next_stroke_is_found() -> None:
    detector, minute = Onsets(48_000), np.zeros(60 * 48_000, np.float32)
    assert sum(len(detector.feed(minute)) for _ in range(60)) == 0
    (onset,) = looks(detector.feed(snare_at(0.5, 1.0, 48_000)), Look.FIRST)
    assert onset["frame"] == pytest.approx(3600.5 * 48_000, abs=0.005 * 48_000)


def test_clicks_of_one_sample_do_not_flood() -> None:
    sound = np.zeros(10 * 48_000, np.float32)
    sound[::480] = 1  # a hundred a second
    assert_finite_and_bounded(Onsets(48_000).feed(sound), len(sound), 48_000)


def assert_finite_and_bounded(found: npt.NDArray[np.void], frames: int, rate: int) -> None:
    assert len(looks(found, Look.FIRST)) <= frames / rate / 0.010 + 1
    assert len(looks(found, Look.SECOND)) <= 3 * (frames / rate / 0.008 + 1)
    assert np.all(np.isfinite(found["frame"]))
    for field in ("strength", "kick", "snare", "cymbal"):
        assert np.all((found[field] >= 0) & (found[field] <= 1))


@given(sound=arrays(np.float32, st.integers(0, 4000), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)))
@settings(max_examples=100, deadline=None)
def test_whatever_comes_in_what_comes_out_is_finite_and_bounded(sound: Sound) -> None:
    detector = Onsets(48_000)
    assert_finite_and_bounded(detector.feed(sound), len(sound), 48_000)
    assert_finite_and_bounded(detector.feed(snare_at(0.5, 1.0, 48_000)), 48_000, 48_000)


def test_after_broken_sound_strokes_are_found_again() -> None:
    detector = Onsets(48_000)
    detector.feed(np.full(48_000, np.nan, np.float32))
    detector.feed(np.full(48_000, np.inf, np.float32))
    detector.feed(np.zeros(20 * 48_000, np.float32))
    assert len(looks(detector.feed(snare_at(0.5, 1.0, 48_000)), Look.FIRST)) == 1


@pytest.mark.parametrize(
    ("note", "kind"),
    [(35, "kick"), (36, "kick"), (38, "snare"), (40, "snare"), (37, "snare"), (50, "snare"), (58, "snare"), (42, "cymbal"),
     (22, "cymbal"), (26, "cymbal"), (44, "cymbal"), (51, "cymbal"), (59, "cymbal"), (55, "cymbal")],
)  # fmt: skip
def test_a_pad_is_its_drum(note: int, kind: str) -> None:
    (onset,) = note_onset(note, 127, 4800.0)
    assert {name: float(onset[name]) for name in ("kick", "snare", "cymbal")} == {
        name: float(name == kind) for name in ("kick", "snare", "cymbal")
    }
    assert onset["frame"] == 4800
    assert onset["strength"] == 1


@pytest.mark.parametrize(("note", "velocity"), [(60, 100), (0, 100), (38, 0)])
def test_what_is_no_stroke_is_no_onset(note: int, velocity: int) -> None:
    assert len(note_onset(note, velocity)) == 0


@pytest.mark.parametrize("rate", [8000, 0, float("nan"), 384_000])
def test_a_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="44100"):
        Onsets(rate)
