"""VST3 plugins in a preset: real ones, through the same chain as everything else."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from live_rig.rack.inline import InlineRack
from live_rig.rack.plugin_state import restore, saved
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.preset_reader import read_preset
from live_rig.rack.vst3 import loaded

SAMPLERATE, BLOCK = 48_000, 64
strokes = np.random.default_rng(5).uniform(-0.5, 0.5, BLOCK * 200).astype(np.float32)


def play(preset: Preset, signal: np.ndarray = strokes, allowance_frames: int = 0) -> tuple[np.ndarray, InlineRack]:
    """The left side of what comes out."""
    rack, out = InlineRack(preset, SAMPLERATE, 1, BLOCK, allowance_frames), []
    for start in range(0, len(signal), BLOCK):
        out.append(rack.drums.step(signal[None, start : start + BLOCK], start)[0])
        rack.process()
    return np.concatenate(out), rack


def turned(plugin: Path, gain: float) -> Any:
    """The plugin, its gain turned; it has it in its state once it has played."""
    made = loaded(plugin)
    made.gain = gain
    silence = np.zeros((2, BLOCK), np.float32)
    if made.is_effect:
        made.process(silence, SAMPLERATE, buffer_size=BLOCK)
    else:
        made.process([], BLOCK / SAMPLERATE, SAMPLERATE, 2, BLOCK)
    return made


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
        ({"gian": 0.5}, 'no parameter gian (FILE). Change it to "gain", the nearest there is'),
        ({"gain": "loud"}, "gain must be from 0 to 1, and is 'loud' (FILE)"),
        ({"gain": 7.0}, "gain must be from 0 to 1, and is 7.0 (FILE)"),
        ({"gain": float("nan")}, "gain must be a number, and is nan (FILE)"),
    ],
)
def test_a_parameter_that_does_not_fit_leaves_the_plugin_out_and_is_said(
    plugin: Path, values: dict[str, float], said: str
) -> None:
    out, rack = play(Preset("p", "P", "", (Effect("VST3", values, path=plugin), Effect("Invert"))))
    assert rack.says[0].startswith("P plays without Faulty0: ")
    assert said.replace("FILE", str(plugin)) in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_a_name_that_the_file_does_not_hold_is_told_the_nearest(plugin: Path) -> None:
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, plugin="Fauly"), Effect("Invert"))))
    assert f'There is no plugin Fauly in it ({plugin}). Change it to "Faulty", the nearest there is.' in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


@pytest.mark.parametrize(
    ("channels", "said"), [(1, "it has 1 in and 1 out, and the drums are two"), (17, "it has more channels, or other ones")]
)
def test_a_plugin_that_is_not_for_two_channels_is_left_out_and_said(
    plugin_with_channels: Callable[[int], Path], channels: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.rack.plugin_loading.WARM_UP_S", 0.1)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin_with_channels(channels)), Effect("Invert"))))
    assert said in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_a_plugin_for_another_machine_is_left_out_and_the_machine_named(plugin_of_another_machine: Path) -> None:
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin_of_another_machine), Effect("Invert"))))
    assert "it is made for " in rack.says[0]
    assert "and this machine is" in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_of_several_plugins_in_a_file_the_preset_names_one(plugin: Path, bell: Path, several: Callable[..., Path]) -> None:
    file = several(bell, plugin)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", {"gain": 0.5}, path=file, plugin="Faulty"),)))
    assert rack.says == ()
    np.testing.assert_array_equal(out[BLOCK:], 0.5 * strokes[:-BLOCK])
    _, rack = play(Preset("p", "P", "", (Effect("VST3", path=file), Effect("Invert"))))
    assert f'It holds several plugins ({file}). Write plugin = "Bell", or one of Faulty.' in rack.says[0]


def test_a_plugin_that_is_elsewhere_on_this_machine_is_told_where(
    plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.rack.plugins.FOLDERS", {sys.platform: (str(plugin.parent),)})
    _, rack = play(Preset("p", "P", "", (Effect("VST3", path=tmp_path / plugin.name), Effect("Invert"))))
    assert f"It is at {plugin.resolve()}: write that as its path" in rack.says[0]


@pytest.mark.parametrize("name", ["mine.state", "mine.vstpreset"])
def test_a_state_that_is_not_there_leaves_the_plugin_out_and_is_said(plugin: Path, tmp_path: Path, name: str) -> None:
    out, rack = play(
        Preset("p", "P", "", (Effect("VST3", {"gain": 0.5}, path=plugin, state=tmp_path / name), Effect("Invert")))
    )
    assert f"The plugin's state is not there ({tmp_path / name}). Put {name} there" in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


@pytest.mark.parametrize("content", [b"", b"not a state", b"VST3 and no more"])
def test_a_preset_of_another_plugin_or_of_none_leaves_the_plugin_out_and_is_said(
    plugin: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "mine.vstpreset"
    file.write_bytes(content)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", {"gain": 0.5}, path=plugin, state=file), Effect("Invert"))))
    assert f"The plugin does not take its state ({file}). Save it again with this version" in rack.says[0]
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


@pytest.mark.parametrize("content", [b"", b"not a state", bytes(range(256)) * 2])
def test_a_state_that_says_nothing_to_the_plugin_is_said(plugin: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "old.state").write_bytes(content)
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, state=tmp_path / "old.state"), Effect("Invert"))))
    assert rack.says == ("Faulty took nothing from old.state: is it of another version of the plugin?",)
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])  # it plays as it comes


def test_a_vstpreset_of_a_version_with_other_parameters_is_said_and_one_of_this_version_is_not(
    plugin: Path, tmp_path: Path
) -> None:
    made, file = loaded(plugin), tmp_path / "mine.vstpreset"
    file.write_bytes(made.preset_data)
    assert restore(loaded(plugin), file) == []  # it is as the plugin comes
    made.gain = 0.25
    file.write_bytes(made.preset_data)
    assert restore(loaded(plugin), file) == []
    file.write_bytes(made.preset_data.replace(b"gain", b"loud"))
    assert restore(loaded(plugin), file) == ["Faulty took nothing from mine.vstpreset: is it of another version of the plugin?"]


@pytest.mark.parametrize("name", ["bell.state", "bell.vstpreset"])
def test_a_state_of_another_plugin_is_said_and_not_taken_however_alike_their_parameters_are(
    plugin: Path, bell: Path, tmp_path: Path, name: str
) -> None:
    other, file = turned(bell, 0.25), tmp_path / name  # both have a gain
    file.write_bytes(saved(other, file))
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, state=file), Effect("Invert"))))
    assert len(rack.says) == 1
    assert rack.says[0].startswith(f"{name} is the state of another plugin")
    assert rack.says[0].endswith(": Faulty stands as it comes")
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


@pytest.mark.parametrize("name", ["mine.state", "mine.vstpreset"])
def test_a_state_of_its_own_is_taken_as_it_was_saved_and_also_where_no_line_names_the_plugin(
    plugin: Path, tmp_path: Path, name: str
) -> None:
    made, file, bare = turned(plugin, 0.25), tmp_path / name, tmp_path / "bare.state"
    file.write_bytes(saved(made, file))
    bare.write_bytes(made.raw_state)
    for state in (file, bare):
        again = loaded(plugin)
        assert restore(again, state) == []
        assert again.raw_state == made.raw_state
        out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, state=state),)))
        assert rack.says == ()
        np.testing.assert_array_equal(out[BLOCK:], 0.25 * strokes[:-BLOCK])


@pytest.mark.parametrize("name", ["mine.state", "mine.vstpreset"])
def test_a_state_without_an_end_leaves_the_plugin_out_and_is_said(plugin: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/dev/zero")
    out, rack = play(Preset("p", "P", "", (Effect("VST3", path=plugin, state=tmp_path / name), Effect("Invert"))))
    assert f"The plugin's state is no file ({tmp_path / name})" in rack.says[0]
    np.testing.assert_array_equal(out[BLOCK:], -strokes[:-BLOCK])


def test_what_was_kept_of_its_window_and_cannot_be_read_costs_no_more_than_that(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.state").mkdir()
    out, rack = play(Preset("p", "P", "", (Effect("VST3", {"gain": 0.5}, path=plugin, kept=tmp_path / "kept.state"),)))
    assert rack.says[0].startswith("Faulty stands as the preset is written. The plugin's state cannot be read: ")
    np.testing.assert_array_equal(out[BLOCK:], 0.5 * strokes[:-BLOCK])
