"""Impulse responses that are none: the strip plays without them, and the stage is told why."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pedalboard
import pytest
import soundfile

from live_rig.rack.impulse import LONGEST_S
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Effect, Preset

SAMPLERATE, BLOCK = 48_000, 64
strokes = np.random.default_rng(5).uniform(-0.5, 0.5, BLOCK * 100).astype(np.float32)


def play(file: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """The left side of what comes out behind the convolution and an inverter, and what is said."""
    rack, out = (
        InlineRack(Preset("hall", "Hall", "", (Effect("Convolution", path=file), Effect("Invert"))), SAMPLERATE, 1, BLOCK),
        [],
    )
    for start in range(0, len(strokes), BLOCK):
        out.append(rack.drums.step(strokes[None, start : start + BLOCK], start)[0])
        rack.process()
    return np.concatenate(out), rack.says


def silence(frames: int, value: float = 0.0, channels: int = 1, samplerate: int = SAMPLERATE) -> Callable[[Path], object]:
    return lambda file: soundfile.write(file, np.full((frames, channels), value), samplerate, subtype="FLOAT")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "is not there (FILE). Put hall.wav there"),
        (lambda file: file.mkdir(), "it is a folder"),
        (lambda file: file.symlink_to("/dev/zero"), "is no file (FILE). Put a sound file in the place of hall.wav"),
        (lambda file: file.write_bytes(b""), "it is empty: 0 bytes"),
        (lambda file: file.write_text("la la la"), "it is not a sound file that can be read"),
        (silence(0), "it has a header, and no sound"),
        (silence(48), "is silent"),
        (silence(48, float("nan")), "samples that are no numbers"),
        (silence(48, 0.1, channels=6), "it has 6 channels"),
        (silence(8_000 * 1800, 0.1, samplerate=8_000), f"it is 1800 s long, and {LONGEST_S:.0f} s are the most"),
    ],
    ids=["missing", "a folder", "no end", "0 bytes", "a text", "0 frames", "silent", "NaN", "six channels", "half an hour"],
)
def test_what_is_no_impulse_response_is_left_out_and_said(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    file = tmp_path / "hall.wav"
    make(file)
    out, says = play(file)
    assert says[0].startswith("Hall plays without Convolution: ")
    assert said.replace("FILE", str(file)) in says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_one_of_another_samplerate_rings_as_long_as_it_did(tmp_path: Path) -> None:
    file = tmp_path / "hall.wav"
    soundfile.write(file, np.full(22_050, 0.1), 44_100, subtype="FLOAT")
    stroke = np.zeros((2, SAMPLERATE), np.float32)
    stroke[:, 0] = 1.0
    assert play(file)[1] == ()
    heard = pedalboard.Pedalboard([pedalboard.Convolution(str(file))])(stroke, SAMPLERATE)
    (rings,) = np.nonzero(np.abs(heard[0]) > 0.5 * np.abs(heard).max())
    assert rings[-1] / SAMPLERATE == pytest.approx(0.5, abs=0.001)
