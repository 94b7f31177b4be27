"""VST3 plugins in a preset: real ones, through the same chain as everything else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.preset_reader import read_preset

SAMPLERATE, BLOCK = 48_000, 64
strokes = np.random.default_rng(5).uniform(-0.5, 0.5, BLOCK * 200).astype(np.float32)


def play(preset: Preset, signal: np.ndarray = strokes, allowance_frames: int = 0) -> tuple[np.ndarray, InlineRack]:
    """The left side of what comes out."""
    rack, out = InlineRack(preset, SAMPLERATE, 1, BLOCK, allowance_frames), []
    for start in range(0, len(signal), BLOCK):
        out.append(rack.drums.step(signal[None, start : start + BLOCK], start)[0])
        rack.process()
    return np.concatenate(out), rack


def test_a_plugin_named_in_a_file_plays_with_its_parameters(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / plugin.name).symlink_to(plugin)
    (tmp_path / "mine.toml").write_text(
        f'title = "Mine"\n[[effects]]\ntype = "VST3"\npath = "{plugin.name}"\n[effects.parameters]\ngain = 0.5\n'
        '[[effects]]\ntype = "Invert"\n'
    )
    out, rack = play(read_preset(tmp_path / "mine.toml"))
    assert rack.says == ()
    np.testing.assert_array_equal(out[BLOCK:], -0.5 * strokes[:-BLOCK])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"gian": 0.5}, "no parameter gian"),
        ({"gain": "loud"}, "gain cannot be 'loud'"),
        ({"gain": 7.0}, "gain cannot be 7.0: it goes from 0 to 1"),
    ],
)
def test_a_parameter_that_does_not_fit_leaves_the_plugin_out_and_is_said(
    plugin: Path, values: dict[str, float], said: str
) -> None:
    out, rack = play(Preset("p", "P", "", (Effect("VST3", values, path=plugin), Effect("Invert"))))
    assert said in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


@pytest.mark.parametrize("content", [b"", b"not a plugin"])
def test_a_file_that_is_no_plugin_is_left_out_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "Broken.vst3"
    file.write_bytes(content)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=file), Effect("Invert"))))
    assert "Broken.vst3" in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_a_plugin_that_looks_ahead_is_aligned_where_the_show_allows_it(plugin_with_latency: Callable[[int], Path]) -> None:
    preset = Preset("ahead", "Ahead", "", (Effect("VST3", path=plugin_with_latency(48)), Effect("Invert")))
    out, rack = play(preset, allowance_frames=100)
    assert rack.says == ()
    assert rack.drums.delay_frames == BLOCK + 100
    np.testing.assert_array_equal(out[BLOCK + 100 :], -strokes[: -BLOCK - 100])
    assert rack.drums.blocks_dry == 0


def test_a_plugin_that_looks_further_ahead_than_allowed_is_left_out_and_said(
    plugin_with_latency: Callable[[int], Path],
) -> None:
    preset = Preset("ahead", "Ahead", "", (Effect("VST3", path=plugin_with_latency(9600)), Effect("Invert")))
    out, rack = play(preset, allowance_frames=240)
    assert "it holds the drums back" in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK + 240 :], -strokes[: -BLOCK - 240])


def test_a_plugin_that_gives_nan_for_a_block_is_dry_for_that_block(plugin: Path) -> None:
    signal = strokes.copy()
    signal[BLOCK * 50 + 10] = 0.95
    out, rack = play(Preset("nan", "NaN", "", (Effect("VST3", {"gain": 0.5, "fault": 3.0}, path=plugin),)), signal)
    assert np.all(np.isfinite(out))
    assert rack.drums.blocks_dry == 1
    np.testing.assert_array_equal(out[BLOCK : BLOCK * 51], 0.5 * signal[: BLOCK * 50])
    np.testing.assert_array_equal(out[BLOCK * 60 :], 0.5 * signal[BLOCK * 59 : -BLOCK])


def test_a_state_that_says_nothing_to_the_plugin_is_said(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "old.state").write_bytes(bytes(range(256)) * 2)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, state=tmp_path / "old.state"), Effect("Invert"))))
    assert rack.says == ("Faulty took nothing from old.state: is it of another version of the plugin?",)
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])  # it plays as it comes
