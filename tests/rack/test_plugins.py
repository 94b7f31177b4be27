"""Plugins looked at, each in a process of its own: what is known of them, and those that crash or hang."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from live_rig.cli import main
from live_rig.rack.desk_state import desk_state, plugin_ranges
from live_rig.rack.edits import Edits
from live_rig.rack.inline import InlineRack
from live_rig.rack.plugin_state import headed, restore
from live_rig.rack.plugins import Seen, find, look_at, remember, remembered, scan, why_blocked
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.vst3 import loaded

Built = Callable[[int, int], Path]


@pytest.fixture
def folder(plugin_built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good plugin, one that crashes while it is loaded, one that takes its time, and one that is none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "vst3"
    for loading in (0, 1, 3):
        shutil.copytree(plugin_built(0, loading), folder / plugin_built(0, loading).name)
    (folder / "Text.vst3").write_text("no plugin")
    return folder


def test_a_scan_survives_crashes_and_hangs_blocks_them_and_looks_only_once(folder: Path, plugin_built: Built) -> None:
    seen = {Path(one.path).stem: one for one, is_new in scan([folder], limit_s=60.0) if is_new}
    shutil.copytree(plugin_built(0, 2), folder / plugin_built(0, 2).name)
    (folder / "None.vst3").touch()
    later = {Path(one.path).stem: one for one, is_new in scan([folder], limit_s=3.0) if is_new}
    assert [*later] == ["Faulty0Hang", "None"]
    assert "did not answer for 3 s" in later["Faulty0Hang"].blocked
    assert "it is empty" in later["None"].blocked
    assert "crashed" in seen["Faulty0Crash"].blocked
    assert "cannot be loaded" in seen["Text"].blocked
    assert seen["Faulty0"].blocked == seen["Faulty0Slow"].blocked == ""
    (plugin,) = seen["Faulty0"].plugins
    assert (plugin["name"], plugin["kind"], plugin["look_ahead_ms"]) == ("Faulty", "effect", 0.0)
    assert plugin["parameters"]["gain"]["high"] == 1.0
    assert seen["Faulty0Slow"].plugins[0]["loads_s"] >= 3.0
    assert not any(is_new for _, is_new in scan([folder]))
    assert why_blocked(folder / "Faulty0Crash.vst3")
    assert not why_blocked(folder / "Faulty0.vst3")


def test_a_blocked_plugin_is_never_loaded_into_a_rack(
    plugin_built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = plugin_built(0, 1)
    assert [bool(seen.blocked) for seen, _ in scan([file.parent])] == [True]
    crash = Preset("p", "P", "", (Effect("VST3", path=file), Effect("Invert")))
    rack = InlineRack(crash, 48_000, 1, 64)  # would end this process
    assert "blocked, because it crashed" in rack.says[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes as POSIX has them")
def test_what_is_no_plugin_is_said_to_be_none_and_the_scan_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "vst3"
    folder.mkdir()
    (folder / "Empty.vst3").touch()
    (folder / "Folder.vst3").mkdir()
    (folder / "Bare.vst3" / "Contents").mkdir(parents=True)
    (folder / "Loop.vst3").symlink_to(folder / "Loop.vst3")
    (folder / "Gone.vst3").symlink_to(folder / "nowhere")
    (folder / "round").symlink_to(folder)
    (folder / "Two\nlines.vst3").touch()
    os.mkfifo(folder / "Pipe.vst3")
    seen = {Path(one.path).stem: one.blocked for one, _ in scan([folder])}
    assert seen == {
        "Empty": "it is empty: 0 bytes",
        "Folder": "it is an empty folder",
        "Bare": "it cannot be loaded: it is no VST3 plugin, or one that is broken",
        "Loop": "it is a link that leads nowhere",
        "Gone": "it is a link that leads nowhere",
        "Two\nlines": "its name, or its folder's, has signs that cannot be read",
        "Pipe": "it is no file",
    }
    assert not any(is_new for _, is_new in scan([folder]))
    assert main(["plugins", "list"]) == main(["plugins", "scan", str(folder)]) == 0


@pytest.mark.parametrize(
    ("loading", "blocked"),
    [(4, ""), (5, ""), (6, "it ended the program that loaded it")],
    ids=["says a lot", "leaves a process behind", "ends its host"],
)
def test_whatever_a_plugin_does_while_it_is_loaded_it_is_looked_at(plugin_built: Built, loading: int, blocked: str) -> None:
    """What it leaves behind, for half a minute here, keeps nobody waiting."""
    seen = look_at(plugin_built(0, loading))
    assert seen.blocked == blocked
    assert [plugin["name"] for plugin in seen.plugins] == ([] if blocked else ["Faulty"])


def test_where_nothing_can_be_remembered_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "Empty.vst3").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert main(["plugins", "scan", str(tmp_path)]) == 2
    assert "What is known of plugins cannot be kept: " in capsys.readouterr().err
    assert remembered() == {}
    assert why_blocked(tmp_path / "Empty.vst3") == ""


def test_a_latency_of_200_ms_is_told(plugin_with_latency: Callable[[int], Path]) -> None:
    assert look_at(plugin_with_latency(9600)).plugins[0]["look_ahead_ms"] == 200.0


def test_the_command_lists_tells_tests_and_saves(
    plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["plugins", "list"]) == 0
    assert "None yet" in capsys.readouterr().out
    assert main(["plugins", "info", str(plugin)]) == 0
    assert "gain" in capsys.readouterr().out
    assert main(["plugins", "test", "Faulty"]) == 0
    assert "state survives: True" in capsys.readouterr().out
    assert main(["plugins", "info", "Fawlty"]) == 2
    assert 'There is no plugin "Fawlty"' in capsys.readouterr().err
    assert list(remembered()) == [str(plugin.resolve())]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gian=0.25",), 'The plugin has no parameter gian (FILE). Change it to "gain", the nearest there is.'),
        (("gain=loud",), "gain must be from 0 to 1, and is 'loud' (FILE). Change it."),
        (("gain=7",), "gain must be from 0 to 1, and is 7.0 (FILE). Change it."),
        (("gain=nan",), "gain must be a number, and is nan (FILE). Change it."),
    ],
)
def test_a_state_with_a_parameter_that_does_not_fit_is_not_written_and_the_plugin_is_not_blamed(
    plugin: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str],
    said: str,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["plugins", "state", str(plugin), str(tmp_path / "quarter.state"), *words]) == 2
    assert capsys.readouterr().err == f"live-rig plugins: {said.replace('FILE', str(plugin.resolve()))}\n"
    assert not list(tmp_path.rglob("*.state"))
    assert remembered() == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scan", "nowhere"), "There is no such folder (nowhere)"),
        (("scan", ".", "--limit", "0.01"), "0.01 s is too short to load a plugin (--limit). Give it a second or more"),
        (("info", "."), 'There is no plugin "."'),
    ],
)
def test_what_cannot_be_looked_at_is_refused_and_nothing_is_blocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", *words]) == 2
    assert said in capsys.readouterr().err
    assert remembered() == {}


def test_a_folder_without_plugins_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["plugins", "scan", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"No VST3 plugin is in {tmp_path}.\n"


def test_a_scan_says_of_a_plugin_for_another_machine_which_one_and_of_another_shape_how_many_channels(
    plugin_of_another_machine: Path, plugin_with_channels: Callable[[int], Path]
) -> None:
    assert "it is made for " in look_at(plugin_of_another_machine).blocked
    assert "it has 1 in and 1 out, and the drums are two" in look_at(plugin_with_channels(1)).blocked


@pytest.mark.parametrize("name", ["quarter.state", "quarter.vstpreset"])
def test_a_state_is_saved_and_comes_back_exactly(plugin: Path, tmp_path: Path, name: str) -> None:
    state = tmp_path / name
    assert main(["plugins", "state", str(plugin), str(state), "gain=0.25"]) == 0
    rack = InlineRack(Preset("p", "P", "", (Effect("VST3", path=plugin, state=state),)), 48_000, 1, 64)
    out = []
    for start in range(0, 640, 64):
        out.append(rack.drums.step(np.full((1, 64), 0.5, np.float32), start))
        rack.process()
    assert rack.says == ()
    assert out[-1][0, -1] == 0.125


def test_the_desk_knows_how_far_a_plugins_knobs_go_once_it_was_looked_at(
    plugin_built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = plugin_built(0, 0).resolve()
    edits = Edits(Preset("p", "P", "", (Effect("VST3", {"gain": 0.25}, path=file),)))
    assert plugin_ranges(edits) == {}
    list(scan([file.parent], limit_s=20.0))
    (knob,) = (knob for knob in desk_state((), edits, plugin_ranges(edits)).knobs if knob.name == "master.Faulty0.gain")
    assert (knob.value, knob.low, knob.high) == (0.25, 0.0, 1.0)


def test_of_several_with_one_name_the_one_is_meant_that_is_there_and_may_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    gone, blocked, good = (tmp_path / folder / "Hall.vst3" for folder in ("gone", "blocked", "good"))
    for there in (blocked, good):
        there.mkdir(parents=True)
    says = {gone: "", blocked: "it crashed while it was loaded", good: ""}
    remember(*(Seen(str(path), 0.0, why) for path, why in says.items()))
    assert find("hall") == (good, None)
    good.rmdir()
    assert find("hall") == (blocked, None)
    blocked.rmdir()
    assert find("hall") == (gone, None)  # it was known: what is said of it is said when it is looked at


def test_of_several_plugins_in_a_file_one_that_does_not_fit_keeps_out_no_other(
    several: Callable[..., Path],
    bell: Path,
    plugin_with_channels: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = several(plugin_with_channels(1), bell)
    ((seen, _),) = scan([file.parent])
    assert (seen.blocked, [plugin["name"] for plugin in seen.plugins]) == ("", ["Bell"])
    assert "it has 1 in and 1 out" in why_blocked(file, "Faulty")
    assert why_blocked(file, "Bell") == ""
    assert main(["plugins", "list"]) == main(["plugins", "info", "Bell"]) == 0
    assert "ok       Several                        Bell (instrument" in capsys.readouterr().out
    assert main(["plugins", "info", "Faulty"]) == 2
    assert "Faulty is blocked: it cannot be loaded: it has 1 in and 1 out" in capsys.readouterr().err
    (known,) = remembered().values()
    assert [plugin["name"] for plugin in known.plugins] == ["Bell"]  # to look at one leaves what is known of the other


def test_of_several_plugins_in_a_file_the_state_is_saved_of_the_one_that_is_named(
    several: Callable[..., Path],
    plugin: Path,
    bell: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file, state = several(plugin, bell), tmp_path / "bell.state"
    assert main(["plugins", "state", str(file), str(state), "gain=0.25"]) == 2
    assert f"It holds several plugins ({file.resolve()}). Say one of: Faulty, Bell." in capsys.readouterr().err
    list(scan([file.parent]))
    assert main(["plugins", "state", "Bell", str(state), "gain=0.25"]) == 0
    made = loaded(file, "Bell")
    assert restore(made, state) == []
    assert headed(made, made.raw_state) == state.read_bytes()


def test_a_plugin_whose_binary_is_replaced_is_looked_at_anew(
    plugin_built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a bundle keeps its time then."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle = tmp_path / "vst3" / "Faulty0.vst3"
    shutil.copytree(plugin_built(0, 0), bundle)
    (binary,) = bundle.rglob("*.so")
    for file in (bundle, *bundle.rglob("*")):
        os.utime(file, (1e9, 1e9))
    assert [seen.blocked for seen, _ in scan([bundle.parent])] == [""]
    binary.write_bytes(next(plugin_built(0, 1).rglob("*.so")).read_bytes())
    assert bundle.stat().st_mtime == 1e9
    assert why_blocked(bundle) == ""  # nobody knows yet
    assert ["crashed" in seen.blocked for seen, is_new in scan([bundle.parent]) if is_new] == [True]


def test_two_scans_at_once_lose_nothing_of_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            (tmp_path / name / f"{name}{number}.vst3").touch()
    for _ in zip(scan([tmp_path / "a"]), scan([tmp_path / "b"]), strict=True):
        pass
    assert sorted(Path(path).stem for path in remembered()) == ["a0", "a1", "b0", "b1"]


def test_a_plugin_that_may_not_be_read_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "Shut.vst3"
    file.write_bytes(b"a plugin")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)
    assert look_at(file).blocked == "it cannot be read: Permission denied"
