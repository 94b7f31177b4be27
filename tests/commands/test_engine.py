"""`live-rig engine` and `live-rig stage` as real processes, spoken to through their real door; and what they refuse."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from live_rig.control.client import Door, connect, running_engine
from live_rig.control.door_file import read_door_file
from live_rig.control.protocol import TOKEN, DoorAddress, StageState
from live_rig.paths import examples_dir
from tests.show.conftest import make_show

CHECKOUT = Path(__file__).parents[2]
LIVE_RIG = [sys.executable, "-c", "from live_rig.cli import main; raise SystemExit(main())"]
FESTIVAL = examples_dir() / "festival"
DRUMS = FESTIVAL / "drummer" / "audio.flac"
PATIENCE_S = 60.0


@pytest.fixture
def home(tmp_path: Path, decoded_festival: Path) -> dict[str, str]:
    """The environment of a user of the test's own, without a display, who has played the bundled show before."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    places = ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    for place in places:
        (tmp_path / place).mkdir(mode=0o700)
    shutil.copytree(decoded_festival, tmp_path / "XDG_CACHE_HOME" / "live-rig", copy_function=os.link)
    return kept | {"PYTHONPATH": str(CHECKOUT), "HOME": str(tmp_path)} | {place: str(tmp_path / place) for place in places}


def refused(home: dict[str, str], *words: str | Path) -> str:
    """What a command says that ends with exit code 2, and nothing else."""
    ended = subprocess.run([*LIVE_RIG, *map(str, words)], env=home, capture_output=True, text=True, timeout=PATIENCE_S)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"live-rig {words[0]}: ")
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) <= 2, ended.stderr  # a show's faults have a heading
    return ended.stderr


@contextlib.contextmanager
def running(home: dict[str, str], *words: str | Path) -> Iterator[tuple[subprocess.Popen[str], DoorAddress]]:
    """A command that plays, once its door is open; it ends politely with the block."""
    with subprocess.Popen([*LIVE_RIG, *map(str, words)], env=home, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "the control door is" in process.stdout.readline()
            address = read_door_file(Path(home["XDG_RUNTIME_DIR"]) / "live-rig" / "door.json")
            assert address is not None
            with connect(address):  # once it answers, it also hears that it is to stop
                pass
            yield process, address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def window_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The stage window that a command has opened. A process that has just begun has no command line yet."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        for child in psutil.Process(process.pid).children():
            if "ui.stage" in child.cmdline():
                return child
    pytest.fail("no window has been opened")


def state_where(door: Door, holds: Callable[[StageState], object], what: str) -> StageState:
    """The first of the states that come in which it holds."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if holds(state := door.state()):
            return state
    raise AssertionError(f"in vain: {what}")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's")
def test_a_terminal_that_is_closed_ends_it_and_leaves_nothing_behind(home: dict[str, str]) -> None:
    words = [*LIVE_RIG, "engine", str(FESTIVAL), "--device", "virtual", "--port", "0"]
    with subprocess.Popen(words, env=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as engine:
        assert engine.stdout is not None
        assert b"the control door is" in engine.stdout.readline()
        address = read_door_file(door_file := Path(home["XDG_RUNTIME_DIR"]) / "live-rig" / "door.json")
        assert address is not None
        with connect(address) as door:
            state_where(door, lambda state: state.effects == "on", "the song's preset is heard")
        mapped = (line.split()[-1] for line in Path(f"/proc/{engine.pid}/maps").read_text().splitlines() if "/dev/shm/" in line)
        shared = [Path(file) for file in set(mapped) if Path(file).exists()]
        os.killpg(engine.pid, signal.SIGHUP)  # to all of its processes, as a terminal does
        assert engine.wait(PATIENCE_S) in (0, 129)
    assert [file for file in [door_file, *shared] if file.exists()] == []


def test_when_a_newer_engine_was_killed_the_older_one_is_found_again(home: dict[str, str]) -> None:
    door_file = Path(home["XDG_RUNTIME_DIR"]) / "live-rig" / "door.json"
    words = ("engine", FESTIVAL, "--device", "virtual", "--port", "0")
    with running(home, *words) as (_, older):
        with running(home, *words) as (engine, newer):
            assert newer != older
            engine.kill()
        end_s = time.monotonic() + PATIENCE_S
        while read_door_file(door_file) == newer:
            assert time.monotonic() < end_s, "the file leads to nobody"
        with connect(running_engine(door_file)) as door:
            assert door.do("start") == "start"
        assert running_engine(door_file) == older


@pytest.mark.skipif(sys.platform == "win32", reason="there it is called otherwise")
def test_what_was_started_to_outlive_its_terminal_does(home: dict[str, str]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (engine, address):
            engine.send_signal(signal.SIGHUP)
            with connect(address) as door:
                assert door.do("start") == "start"
    finally:
        signal.signal(signal.SIGHUP, before)


# What is refused


def test_a_device_that_is_not_there_is_named(home: dict[str, str]) -> None:
    said = refused(home, "engine", FESTIVAL, "--device", "Harpsichord", "--port", "0")
    assert 'There is no audio device "Harpsichord"' in said
    assert "virtual" in said


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.unlink(missing_ok=True), "There is no drum recording"),
        (lambda file: soundfile.write(file, np.zeros(0), 48_000), "is empty"),
        (lambda file: soundfile.write(file, np.zeros(8000), 8000), "8000 Hz"),
    ],
)
def test_drums_that_cannot_be_fed_to_it_are_named(
    home: dict[str, str], tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(tmp_path / "drums.wav")
    line = refused(home, "engine", FESTIVAL, "--device", "virtual", "--drums", tmp_path / "drums.wav", "--port", "0")
    assert said in line
    assert "drums.wav" in line


def test_a_port_in_use_is_named(home: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is in use" in refused(home, "engine", FESTIVAL, "--device", "virtual", "--port", str(port))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux may be without a display")
def test_without_a_display_there_is_no_stage(home: dict[str, str]) -> None:
    assert "There is no display for the stage window" in refused(home, "stage", FESTIVAL, "--device", "virtual")


def test_a_show_that_is_not_there_is_named(home: dict[str, str], tmp_path: Path) -> None:
    assert "saturday" in refused(home, "engine", tmp_path / "saturday", "--device", "virtual")


def test_a_word_that_is_no_command_is_told_with_those_there_are(home: dict[str, str]) -> None:
    ended = subprocess.run([*LIVE_RIG, "enigne"], env=home, capture_output=True, text=True, timeout=PATIENCE_S)
    assert ended.returncode == 2
    assert "there is no command enigne" in ended.stderr
    assert "engine" in ended.stderr


# What is lived through


def test_a_midi_port_that_is_not_there_is_named_in_the_terminal_and_on_the_stage(home: dict[str, str], tmp_path: Path) -> None:
    words = ("engine", make_show(tmp_path / "friday"), "--device", "virtual", "--midi-in", "Mellotron", "--port", "0")
    with running(home, *words) as (engine, address), connect(address) as door:
        assert engine.stdout is not None
        assert engine.stdout.readline().startswith("Heard on ")
        said = engine.stdout.readline().rstrip("\n")
        assert said.startswith("No MIDI from Mellotron. Plug it in: it is heard by itself")
        state_where(door, lambda state: said in state.alerts, "the stage says the same")


def test_panic_stops_the_band_and_takes_the_effects_off_until_the_song_or_a_preset_is_there(
    home: dict[str, str],
) -> None:
    with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (_, address), connect(address) as door:
        own = state_where(door, lambda state: state.effects == "on", "the song's preset is heard").preset
        for begins in ("start", "count-in", "band-in"):
            door.do("panic")
            dry = state_where(door, lambda state: state.effects == "none" and not state.preset, "the drums are dry")
            assert dry.coming == f"{own} comes with the song"
            door.do(begins)
            state_where(door, lambda state: state.effects == "on" and state.preset == own, "it is back with the song")
        door.do("panic")
        door.do("preset", "dub")
        state_where(door, lambda state: state.effects == "on" and state.preset == "dub", "the preset is heard")


@pytest.mark.parametrize("command", ["", "key"])
def test_who_ends_it_while_stems_are_being_made_waits_for_nothing_and_leaves_nothing_half_made(
    home: dict[str, str], tmp_path: Path, command: str
) -> None:
    show = tmp_path / "festival"
    shutil.copytree(FESTIVAL, show)
    written = (show / "show.toml").read_text()
    (show / "show.toml").write_text(f"{written}\n[audio]\nsamplerate = 44100\n")  # which is not the stems' own
    with running(home, "engine", show, "--device", "virtual", "--port", "0") as (engine, address):
        if command:
            with connect(address) as door:
                door.do(command, "up")
        wait_for_file(tmp_path, "*+1-*.part" if command else "*.part")
    assert engine.returncode == 0
    assert not list(tmp_path.rglob("*.part"))


def wait_for_file(folder: Path, pattern: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not list(folder.rglob(pattern)):
        assert time.monotonic() < end_s, f"there was never a {pattern}"


def test_a_second_engine_on_the_same_port_is_refused_and_the_first_plays_on(home: dict[str, str]) -> None:
    with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (_, address):
        port = address.url.rpartition(":")[2]
        assert f"Port {port} is in use" in refused(home, "engine", FESTIVAL, "--device", "virtual", "--port", port)
        with connect(address) as door:
            assert door.do("start") == "start"
            state_where(door, lambda state: state.is_playing, "the first engine plays")


def test_a_rack_that_is_killed_in_the_middle_of_the_tune_is_back_soon_and_the_tempo_never_knew(home: dict[str, str]) -> None:
    with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (engine, address), connect(address) as door:
        state_where(door, lambda state: state.effects == "on", "the effects are on")
        door.do("start")
        before = state_where(door, lambda state: state.is_playing and state.bar >= 2, "the tune is under way")
        racks = psutil.Process(engine.pid).children(recursive=True)
        for rack in racks:
            rack.kill()  # all of them: the one that is heard, the one that stands by, and whatever starts them
        states = [door.state()]
        while not any("effects" in alert and "died" in alert for alert in states[-1].alerts):
            states.append(door.state())
            assert len(states) < 300, "nobody noticed"
        assert any(state.effects != "on" for state in states)
        back = state_where(door, lambda state: state.effects == "on", "the effects are back")
        assert (
            max(abs(state.bpm - before.bpm) for state in (*states, back)) < 0.01
        )  # the beat map is written to the microsecond
        assert all(state.is_playing for state in states)
        assert back.blocks > before.blocks


def test_a_window_that_is_killed_leaves_the_engine_playing(home: dict[str, str]) -> None:
    with running(home | {"QT_QPA_PLATFORM": "offscreen"}, "stage", FESTIVAL, "--device", "virtual") as (engine, address):
        window = window_of(engine)
        with connect(address) as door:
            door.do("start")
            state_where(door, lambda state: state.is_playing, "it plays")
            window.kill()
            assert engine.stdout is not None
            assert "The window is closed" in engine.stdout.readline()
            after = door.state()
            later = state_where(door, lambda state: state.bar > after.bar, "the tune goes on")
            assert later.is_playing
            assert engine.poll() is None


def test_where_nothing_can_be_written_at_home_the_stage_has_its_window_all_the_same(
    home: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    bare = home | {"QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(tmp_path / "file")}
    del bare["XDG_RUNTIME_DIR"]
    words = [*LIVE_RIG, "stage", str(FESTIVAL), "--device", "virtual"]
    with subprocess.Popen(words, env=bare, stdout=subprocess.PIPE, text=True) as engine:
        try:
            assert engine.stdout is not None
            assert "the control door is" in engine.stdout.readline()
            window = window_of(engine)
            told = window.cmdline()
            url, token = told[told.index("--url") + 1], window.environ()[TOKEN]
            with connect(DoorAddress(url=url, token=token, pid=engine.pid)) as door:
                assert door.do("take") == "take"
        finally:
            engine.send_signal(signal.SIGINT)
            assert engine.wait(PATIENCE_S) == 0


def test_a_window_that_hangs_does_not_keep_the_engine_from_ending(home: dict[str, str]) -> None:
    with running(home | {"QT_QPA_PLATFORM": "offscreen"}, "stage", FESTIVAL, "--device", "virtual") as (engine, _):
        window = window_of(engine)
        window.suspend()
    assert engine.returncode == 0
    assert not window.is_running()


def test_asked_to_stop_it_leaves_nothing_behind(home: dict[str, str], tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    with running(home, "engine", show, "--device", "virtual", "--port", "0") as (engine, _):
        racks = psutil.Process(engine.pid).children(recursive=True)
    assert engine.returncode == 0
    _, left = psutil.wait_procs(racks, timeout=10)
    assert left == []
    assert not list(Path(home["XDG_RUNTIME_DIR"]).rglob("door.json"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_stage_that_is_ended_leaves_no_window(home: dict[str, str], number: signal.Signals) -> None:
    shown = home | {"QT_QPA_PLATFORM": "offscreen"}
    with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (engine, _):
        with subprocess.Popen([*LIVE_RIG, "stage"], env=shown, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as stage:
            window = window_of(stage)
            assert stage.stdout is not None
            assert stage.stdout.readline().startswith(b"An engine runs already")
            stage.send_signal(number)
            assert stage.wait(PATIENCE_S) == 128 + number
        _, left = psutil.wait_procs([window], timeout=PATIENCE_S)
        for each in left:
            each.kill()
        assert left == []
        assert engine.poll() is None


def test_a_second_stage_is_a_window_on_the_engine_that_runs(home: dict[str, str]) -> None:
    shown = home | {"QT_QPA_PLATFORM": "offscreen"}
    with running(home, "engine", FESTIVAL, "--device", "virtual", "--port", "0") as (engine, address):
        stage = subprocess.Popen([*LIVE_RIG, "stage"], env=shown, stdout=subprocess.PIPE, text=True)
        assert stage.stdout is not None
        assert "An engine runs already" in stage.stdout.readline()
        window_of(stage).kill()
        assert stage.wait(20) == 0
        assert "An engine runs already" in refused(shown, "stage", FESTIVAL)
        with connect(address) as door:
            assert door.do("take") == "take"
        assert engine.poll() is None
