"""A plugin's own window, in a real rack on a real display: what is moved in it is heard, is kept, and the sound goes on."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.setting.faulty_plugin import build, can_build_windows
from live_rig.errors import RackError
from live_rig.rack.colour import Colour
from live_rig.rack.preset import Preset
from live_rig.rack.preset_reader import read_preset
from live_rig.rack.supervisor import Rack
from tests.rack.test_supervisor import BLOCK, SAMPLERATE, Stage, strokes, tone, until

MOVED_TO = 0.25
LOOKS = 240  # frames
SIDES = """title = "Sides"
[strips.plain]
inputs = [1]
pan = 1.0
[strips.moved]
inputs = [1]
pan = -1.0
[[strips.moved.effects]]
type = "VST3"
path = "{}"
"""


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin in whose window a hand turns the gain to a quarter."""
    if not can_build_windows():
        pytest.skip("building a VST3 plugin with a window needs g++, Debian's dpf-source, and the headers of X11 and OpenGL")
    return build(tmp_path_factory.mktemp("plugins"), moves=1)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A display of memory."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        pytest.skip("there is no Xvfb (Debian: apt install xvfb)")
    reading, writing = os.pipe()
    with subprocess.Popen([xvfb, "-displayfd", str(writing)], pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as number:
            monkeypatch.setenv("DISPLAY", f":{number.readline().strip()}")
        yield
        server.terminate()


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, and at a quarter it looks ahead."""
    if not can_build_windows():
        pytest.skip("building a VST3 plugin with a window needs g++, Debian's dpf-source, and the headers of X11 and OpenGL")
    return build(tmp_path_factory.mktemp("plugins"), LOOKS, moves=1, looks_when_low=True)


def preset_of(folder: Path, plugin: Path) -> Preset:
    (folder / "mine.toml").write_text(f'title = "Mine"\n[[effects]]\ntype = "VST3"\npath = "{plugin}"\n')
    return read_preset(folder / "mine.toml")


def playing(preset: Preset) -> tuple[Rack, Stage]:
    """A rack that is heard, and a drummer who plays a tone into it."""
    rack = Rack.start(preset, SAMPLERATE, 1, 1024)
    stage = Stage(rack, tone)
    stage.play_until(lambda: rack.status() == "on")
    stage.play(40)
    return rack, stage


def allowed_to_look(preset: Preset, *, is_of_the_set: bool) -> tuple[Rack, Stage]:
    """A rack that is heard, whose effects may look LOOKS frames ahead, and a drummer who strikes into it."""
    rack = Rack.start(None, SAMPLERATE, 1, 1024, LOOKS)
    if is_of_the_set:
        rack.keep([preset])
        until(lambda: rack.kept_ready == 1)
    rack.load_next(preset)
    rack.switch()
    stage = Stage(rack, strokes)
    stage.go_on_until(lambda: rack.status() == "on")
    return rack, stage


def heard_gain(stage: Stage) -> float:
    """Of the last block, against what was played one block before."""
    given = tone[np.arange(stage.frame - 2 * BLOCK, stage.frame - BLOCK) % len(tone)]
    return float(stage.out[-1][0] @ given / (given @ given))


def says(rack: Rack, stage: Stage, words: str) -> None:
    """Play until an alert says so."""
    told: list[str] = []
    stage.go_on_until(lambda: bool(told.extend(rack.alerts()) or any(words in alert for alert in told)))


@pytest.mark.usefixtures("display")
def test_a_knob_that_is_left_at_a_word_or_is_a_switch_costs_no_sound_when_the_window_shuts(tmp_path: Path) -> None:
    if not can_build_windows():
        pytest.skip("building a VST3 plugin with a window needs g++, Debian's dpf-source, and the headers of X11 and OpenGL")
    moving = build(tmp_path / "plugins", moves=1, words=True)
    page = f'title = "Mine"\n[[effects]]\ntype = "VST3"\npath = "{moving}"\n[effects.parameters]\ngain = 1\nfault = false\n'
    (tmp_path / "mine.toml").write_text(page)
    rack, stage = playing(read_preset(tmp_path / "mine.toml"))
    process_id = rack.process_id
    rack.show_window(f"master.{moving.stem}")
    stage.play_until(lambda: heard_gain(stage) == pytest.approx(MOVED_TO))
    rack.show_window("")
    says(rack, stage, "is kept as you left it")
    stage.play(40)
    assert rack.process_id == process_id
    assert heard_gain(stage) == pytest.approx(MOVED_TO)
    rack.close()


@pytest.mark.usefixtures("display")
def test_what_is_moved_in_the_window_is_heard_at_once_and_kept_when_it_shuts(moving: Path, tmp_path: Path) -> None:
    preset = preset_of(tmp_path, moving)
    rack, stage = playing(preset)
    name = f"master.{moving.stem}"
    assert heard_gain(stage) == pytest.approx(1.0)
    rack.show_window(name)
    stage.play_until(lambda: heard_gain(stage) == pytest.approx(MOVED_TO))
    assert rack.drums.blocks_dry == 0  # each block was waited for: none was lost to the window
    rack.show_window("")
    says(rack, stage, f"{name} is kept as you left it")
    assert (tmp_path / f"mine.{name}.state").exists()
    assert rack.process_id is not None
    os.kill(rack.process_id, signal.SIGKILL)  # what comes back stands as it was left
    stage.play_until(lambda: rack.status() != "on")
    stage.play_until(lambda: rack.status() == "on")
    stage.play(40)
    assert heard_gain(stage) == pytest.approx(MOVED_TO)
    rack.close()


@pytest.mark.usefixtures("display")
def test_what_was_moved_is_kept_while_the_window_is_open(moving: Path, tmp_path: Path) -> None:
    rack, stage = playing(preset_of(tmp_path, moving))
    name = f"master.{moving.stem}"
    rack.show_window(name)
    says(rack, stage, f"{name} is kept as you left it")
    assert rack.process_id is not None
    os.kill(rack.process_id, signal.SIGKILL)  # with its window open
    stage.play_until(lambda: rack.status() != "on")
    stage.play_until(lambda: rack.status() == "on")
    stage.play(40)
    assert heard_gain(stage) == pytest.approx(MOVED_TO)
    rack.close()


def last(stage: Stage) -> tuple[Any, Any]:
    """Left and right of the last 20 blocks."""
    left, right = np.concatenate(stage.out[-20:], axis=1)
    return left, right


def moved_by_hand(rack: Rack, stage: Stage, plugin: str) -> None:
    """Its window is opened, the gain turned, and the window shut."""
    rack.show_window(plugin)
    says(rack, stage, f"{plugin} is kept as you left it")
    rack.show_window("")


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("is_of_the_set", [False, True])
def test_a_plugin_that_looks_otherwise_ahead_since_it_was_moved_is_in_time_again(
    looking: Path, tmp_path: Path, is_of_the_set: bool
) -> None:
    (tmp_path / "sides.toml").write_text(SIDES.format(looking))
    preset = read_preset(tmp_path / "sides.toml")
    rack, stage = allowed_to_look(preset, is_of_the_set=is_of_the_set)
    moved_by_hand(rack, stage, f"moved.{looking.stem}")
    says(rack, stage, f"moved.{looking.stem} sounds later or sooner since it was moved, so Sides was loaded again")
    stage.go_on_until(lambda: np.allclose(last(stage)[0], MOVED_TO * last(stage)[1], atol=1e-6) and last(stage)[1].max() > 0.01)
    if is_of_the_set:  # what stands ready of it now is no other
        heard = rack.process_id
        rack.load_next(None)
        rack.switch()
        stage.go_on_until(lambda: rack.status() == "none")
        rack.load_next(preset)
        rack.switch()
        assert rack.process_id == heard
    rack.close()


@pytest.mark.usefixtures("display")
def test_a_plugin_that_looks_otherwise_ahead_while_its_window_is_open_is_said_to_be_in_time_when_that_shuts(
    looking: Path, tmp_path: Path
) -> None:
    (tmp_path / "sides.toml").write_text(SIDES.format(looking))
    rack, stage = allowed_to_look(read_preset(tmp_path / "sides.toml"), is_of_the_set=False)
    with_window, plugin = rack.process_id, f"moved.{looking.stem}"
    rack.show_window(plugin)
    says(rack, stage, f"{plugin} sounds later or sooner since it was moved: it is in time again when its window shuts")
    assert rack.process_id == with_window
    rack.show_window("")
    says(rack, stage, f"{plugin} sounds later or sooner since it was moved, so Sides was loaded again")
    stage.go_on_until(lambda: np.allclose(last(stage)[0], MOVED_TO * last(stage)[1], atol=1e-6) and last(stage)[1].max() > 0.01)
    rack.close()


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("is_shut_first", [True, False])
def test_what_is_moved_in_the_window_of_a_rack_that_took_the_sets_place_is_kept_when_the_preset_is_called_again(
    looking: Path, tmp_path: Path, is_shut_first: bool
) -> None:
    (tmp_path / "sides.toml").write_text(SIDES.format(looking) + "[strips.moved.effects.parameters]\ngain = 1.0\n")
    preset = read_preset(tmp_path / "sides.toml")
    rack, stage = allowed_to_look(preset, is_of_the_set=True)
    assert rack.edits is not None
    rack.turn(rack.edits.turn(f"moved.{looking.stem}.gain", 0.4))
    says(rack, stage, "Sides was loaded again")
    rack.show_window(f"moved.{looking.stem}")
    says(rack, stage, f"moved.{looking.stem} is kept as you left it")
    if is_shut_first:
        rack.show_window("")
    rack.load_next(None)
    rack.switch()
    stage.go_on_until(lambda: rack.status() == "none" and rack.kept_ready == 1)
    rack.load_next(preset)
    rack.switch()
    stage.go_on_until(lambda: rack.status() == "on")
    stage.go_on_until(lambda: np.allclose(last(stage)[0], MOVED_TO * last(stage)[1], atol=1e-6) and last(stage)[1].max() > 0.01)
    rack.close()


@pytest.mark.usefixtures("display")
def test_a_plugin_that_looks_further_ahead_than_the_show_allows_since_it_was_moved_is_left_out_in_words(
    looking: Path, tmp_path: Path
) -> None:
    (tmp_path / "sides.toml").write_text(SIDES.format(looking))
    rack, stage = playing(read_preset(tmp_path / "sides.toml"))
    moved_by_hand(rack, stage, f"moved.{looking.stem}")
    says(rack, stage, f"plays without {looking.stem}: it holds the drums back 5.0 ms, and 0.0 ms are allowed")
    stage.go_on_until(lambda: np.array_equal(*last(stage)) and last(stage)[0].max() > 0.01)
    rack.close()


@pytest.mark.usefixtures("display")
def test_a_plugin_that_looks_as_far_ahead_as_before_it_was_moved_plays_on_where_it_is(moving: Path, tmp_path: Path) -> None:
    rack, stage = playing(preset_of(tmp_path, moving))
    first, before = rack.process_id, rack.process_ids
    moved_by_hand(rack, stage, f"master.{moving.stem}")
    stage.play_until(lambda: len(rack.process_ids - before) == 1)  # what stood by was taken for a look, and has a successor
    assert rack.process_id == first
    assert not any("loaded anew" in words for words in rack.alerts())
    rack.close()


@pytest.mark.usefixtures("display")
def test_strips_whose_names_are_alike_keep_their_plugins_apart(moving: Path, tmp_path: Path) -> None:
    strips = ("Kick 1", "Kick_1", "Kick-1", "Kick/1")
    plugin = f'path = "{moving}"\n'
    page = (f'[strips."{name}"]\ninputs = [1]\n[[strips."{name}".effects]]\ntype = "VST3"\n{plugin}' for name in strips)
    (tmp_path / "mine.toml").write_text('title = "Mine"\n' + "".join(page))
    preset = read_preset(tmp_path / "mine.toml")
    rack, stage = playing(preset)
    rack.show_window(f"Kick 1.{moving.stem}")
    stage.play_until(lambda: heard_gain(stage) == pytest.approx(3.0 + MOVED_TO))
    rack.show_window("")
    says(rack, stage, f"Kick 1.{moving.stem} is kept as you left it")
    rack.close()
    again, stage = playing(preset)
    assert heard_gain(stage) == pytest.approx(3.0 + MOVED_TO)
    again.close()


def test_without_a_display_it_is_said_and_the_sound_goes_on(
    moving: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    rack, stage = playing(preset_of(tmp_path, moving))
    rack.show_window(f"master.{moving.stem}")
    says(rack, stage, "cannot show a window: there is no display")
    assert heard_gain(stage) == pytest.approx(1.0)
    assert list(tmp_path.glob("*.state")) == []
    rack.close()


@pytest.mark.usefixtures("display")
def test_a_plugin_without_a_window_says_so(plugin: Path, tmp_path: Path) -> None:
    rack, stage = playing(preset_of(tmp_path, plugin))
    rack.show_window(f"master.{plugin.stem}")
    says(rack, stage, "cannot show a window: ")
    assert heard_gain(stage) == pytest.approx(1.0)
    rack.close()


def test_the_command_names_what_there_is(plugin: Path, tmp_path: Path) -> None:
    preset_of(tmp_path, plugin)
    (tmp_path / "plain.toml").write_text('title = "Plain"\n[[effects]]\ntype = "Invert"\n')
    rack = Rack.start(None, SAMPLERATE, 1, 1024)
    colour = Colour(rack, {"mine": tmp_path / "mine.toml", "plain": tmp_path / "plain.toml"}, tmp_path)
    with pytest.raises(RackError, match="No preset is heard"):
        colour.do("editor", "")
    colour.do("preset", "plain")
    until(lambda: rack.edits is not None and rack.edits.preset.name == "plain")
    with pytest.raises(RackError, match="No plugin is in it that could have a window"):
        colour.do("editor", "")
    colour.do("preset", "mine")
    until(lambda: rack.edits is not None and rack.edits.preset.name == "mine")
    with pytest.raises(RackError, match=f"Change it to .master.{plugin.stem}."):
        colour.do("editor", "master.Fauly0")
    assert colour.do("editor", "") == f"the window of master.{plugin.stem}"
    assert colour.do("editor", "off") == "no window"
    rack.close()
