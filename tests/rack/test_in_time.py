"""A plugin that looks otherwise ahead once it is turned: its strip is in time with the others all the same."""

from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from bench.setting.faulty_plugin import build, can_build
from live_rig.rack.edits import Knobs
from live_rig.rack.preset import Preset
from live_rig.rack.preset_reader import read_preset
from tests.rack.test_supervisor import BLOCK, SAMPLERATE, Stage, given, spares, strokes
from tests.rack.test_window import LOOKS, SIDES, allowed_to_look, last, says
from tests.waiting import until

LOW = 0.25
MOST_TRIES = 40
MORE = '[strips.moved.effects.parameters]\ngain = 1.0\n[snapshots.low]\n"moved.{}.gain" = 0.25\n'


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin that looks ahead while its gain is low."""
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    return build(tmp_path_factory.mktemp("plugins"), LOOKS, looks_when_low=True)


def sides(folder: Path, plugin: Path, more: str = "") -> Preset:
    """One strip on the right, and one with the plugin on the left."""
    (folder / "sides.toml").write_text(SIDES.format(plugin) + MORE.format(plugin.stem) + more)
    return read_preset(folder / "sides.toml")


def in_time(stage: Stage, gain: float) -> None:
    """Play until left is what right is, so much softer, to the frame."""
    stage.go_on_until(lambda: np.allclose(last(stage)[0], gain * last(stage)[1], atol=1e-6) and last(stage)[1].max() > 0.01)


@pytest.mark.parametrize("is_of_the_set", [False, True])
def test_a_plugin_that_a_knob_or_a_snapshot_makes_look_otherwise_ahead_is_in_time_with_the_other_strips(
    looking: Path, tmp_path: Path, is_of_the_set: bool
) -> None:
    preset = sides(tmp_path, looking)
    rack, stage = allowed_to_look(preset, is_of_the_set=is_of_the_set)
    in_time(stage, 1.0)
    assert rack.edits is not None
    rack.turn(rack.edits.turn(f"moved.{looking.stem}.gain", LOW))
    says(rack, stage, f"moved.{looking.stem} sounds later or sooner since it was moved, so Sides was loaded again")
    in_time(stage, LOW)
    rack.turn(rack.edits.undo())
    in_time(stage, 1.0)
    rack.turn(rack.edits.recall("low"))
    in_time(stage, LOW)
    rack.load_next(None)
    rack.switch()
    stage.go_on_until(lambda: rack.status() == "none")
    rack.load_next(preset)  # called again, it is as it is written
    rack.switch()
    stage.go_on_until(lambda: rack.status() == "on")
    in_time(stage, 1.0)
    rack.close()


@pytest.mark.parametrize("is_of_the_set", [False, True])
def test_a_snapshot_that_was_loaded_for_once_is_in_time_at_each_recall_without_a_gap_or_a_word(
    looking: Path, tmp_path: Path, is_of_the_set: bool
) -> None:
    rack, stage = allowed_to_look(sides(tmp_path, looking), is_of_the_set=is_of_the_set)
    in_time(stage, 1.0)
    assert rack.edits is not None
    rack.turn(rack.edits.recall("low"))
    says(rack, stage, "Sides was loaded again")
    in_time(stage, LOW)
    for gain in (1.0, LOW):  # the first rack comes back from where it was turned to
        rack.turn(rack.edits.part("low" if gain == LOW else ""))
        in_time(stage, gain)
    measured = set[float]()
    for gain in islice(cycle((1.0, LOW)), MOST_TRIES):
        dry = rack.drums.blocks_dry
        left, right = heard_after(stage, rack.edits.part("low" if gain == LOW else ""))
        if rack.drums.blocks_dry > dry:  # the machine was busy elsewhere
            continue
        late = stage.frame - len(right) - BLOCK - LOOKS
        np.testing.assert_allclose(right, given(strokes, late, late + len(right)), atol=1e-6)
        crossfaded = np.clip(left / np.where(right == 0.0, 1.0, right), LOW, 1.0) * right
        np.testing.assert_allclose(left, crossfaded, atol=1e-6)
        np.testing.assert_allclose(left[len(left) // 2 :], gain * right[len(left) // 2 :], atol=1e-6)
        measured.add(gain)
        if len(measured) == 2:
            break
    assert measured == {1.0, LOW}
    assert rack.alerts() == ()
    rack.close()


def heard_after(stage: Stage, moved: Knobs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Left and right of the quarter of a second from when knobs were turned on."""
    stage.out.clear()
    until_frame = stage.frame + SAMPLERATE // 4
    stage.rack.turn(moved)
    stage.go_on_until(lambda: stage.frame >= until_frame)
    left, right = stage.heard
    return left, right


def test_a_plugin_that_its_preset_begins_with_otherwise_than_it_is_written_is_in_time(looking: Path, tmp_path: Path) -> None:
    preset = sides(tmp_path, looking, f'[start]\n"moved.{looking.stem}.gain" = {LOW}\n')
    rack, stage = allowed_to_look(preset, is_of_the_set=False)
    in_time(stage, LOW)
    rack.close()


def test_a_knob_that_leaves_its_plugin_in_time_is_not_looked_at_for_ever(plugin: Path, tmp_path: Path) -> None:
    rack, stage = allowed_to_look(sides(tmp_path, plugin), is_of_the_set=False)
    stage.play_until(lambda: len(rack.process_ids) == 2)  # it, and what stands by
    first = rack.process_id
    assert rack.edits is not None
    for place in range(1, 7):
        before = rack.process_ids
        rack.turn(rack.edits.turn(f"moved.{plugin.stem}.gain", place / 8))
        in_time(stage, place / 8)
        if place < 5:  # what stood by was taken for a look, and has a successor
            stage.play_until(lambda before=before: len(rack.process_ids) == 2 and rack.process_ids != before)  # type: ignore[misc]
    until_frame = stage.frame + SAMPLERATE
    stage.play_until(lambda: stage.frame > until_frame)
    assert rack.process_ids == before
    assert rack.process_id == first
    rack.close()


def test_a_preset_that_is_left_while_a_turned_knob_is_looked_at_leaves_no_process_over(tmp_path: Path) -> None:
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    slow = build(tmp_path, LOOKS, loading=3, looks_when_low=True)  # time to leave while it is loaded once more
    rack, stage = allowed_to_look(sides(tmp_path, slow), is_of_the_set=True)
    assert rack.edits is not None
    rack.turn(rack.edits.turn(f"moved.{slow.stem}.gain", LOW))
    looks: list[psutil.Process] = []
    stage.go_on_until(lambda: bool(looks.extend(beside for beside in spares(rack) if has_loaded(beside, slow)) or looks))
    rack.load_next(None)
    rack.switch()
    until(lambda: not any(look.is_running() for look in looks))
    rack.close()


def has_loaded(process: psutil.Process, plugin: Path) -> bool:
    """Whether a plugin's code is in it. One that ends meanwhile has none."""
    try:
        return any(plugin.name in region.path for region in process.memory_maps())
    except psutil.Error:
        return False
