"""An electronic kit and a pedal board on a real JACK server: heard to the frame, missed when they go, and heard again."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import rtmidi

from bench.midi import measure, wait_until
from bench.round_trip import CHECKOUT, engine_on
from bench.setting import LIVE_RIG
from bench.setting.jack_server import JackServer, NoJack
from bench.setting.midi_kit import MidiKit, on
from bench.setting.rig_with_kit import DeafCard
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.midi_routing import Routing
from live_rig.control.client import Door, connect, running_engine
from tests.audio.started import started
from tests.audio.test_sound_servers import PATIENCE_S, state_where

CLICK_ON, CLICK_OFF, SNARE = b"\xb0\x40\x7f", b"\x99\x3c\x40", b"\x99\x26\x7f"
GONE, THERE = "No MIDI from {}. Plug it in: it is heard by itself", "{} is plugged in"


@pytest.fixture
def server() -> Iterator[JackServer]:
    with started(JackServer(64)) as server:
        yield server


@contextmanager
def door_of(server: JackServer, home: Path, *ports: str) -> Iterator[Door]:
    """Into an engine that hears these ports. It ends without a fault."""
    words = [word for port in ports for word in ("--midi-in", port)]
    with engine_on(server, home, "", *words):
        (door_file,) = home.rglob("door.json")
        with connect(running_engine(door_file)) as door:
            yield door
    assert "Traceback" not in (home / "engine.txt").read_text()


def press(kit: MidiKit, door: Door) -> None:
    """The pedals for the click, on and off; again where the machine was late, and JACK has lost what went with that block."""
    state_where(door, lambda state: sends_until(kit, CLICK_ON, is_done=state.click_on))
    state_where(door, lambda state: sends_until(kit, CLICK_OFF, is_done=not state.click_on))


def sends_until(kit: MidiKit, message: bytes, *, is_done: bool) -> bool:
    """`is_done`; where it is not, the message is sent."""
    if not is_done:
        kit.send(message)
    return is_done


def test_every_stroke_sounds_at_the_frame_at_which_it_was_struck() -> None:
    try:
        strokes = measure(64, 24, "jack")
    except NoJack as why:
        pytest.skip(str(why))
    assert not (strokes.late_frames % 64).any()  # where the server is late, so is all that it plays, by whole blocks
    assert np.count_nonzero(strokes.late_frames == 0) > 12


def test_so_it_does_on_pipewire_also_when_the_kit_has_been_away() -> None:
    if shutil.which("pw-jack") is None:
        pytest.skip("PipeWire's JACK is not installed (Debian: apt install pipewire-jack)")
    words = ["-m", "bench.midi", "--server", "pipewire", "--blocks", "64", "--strokes", "12", "--unplugged", "2"]
    words = ["pw-jack", sys.executable, *words]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of 36 sounded" in done.stdout


def test_pedals_are_commands(server: JackServer, tmp_path: Path) -> None:
    kit = MidiKit(server, "board")
    with door_of(server, tmp_path, "board") as door:
        press(kit, door)
    kit.unplug()


def test_what_goes_is_missed_and_is_heard_again_when_it_is_back(server: JackServer, tmp_path: Path) -> None:
    kit = MidiKit(server, "e-kit")
    with door_of(server, tmp_path, "e-kit") as door:
        for _ in range(2):
            kit.unplug()
            state_where(door, lambda state: GONE.format("e-kit") in state.alerts)
            kit = MidiKit(server, "e-kit")
            back = state_where(door, lambda state: THERE.format("e-kit") in state.alerts)
            assert GONE.format("e-kit") not in back.alerts
            press(kit, door)
    kit.unplug()


def test_a_second_port_is_waited_for_and_both_are_heard(server: JackServer, tmp_path: Path) -> None:
    kit = MidiKit(server, "e-kit")
    with door_of(server, tmp_path, "e-kit", "board") as door:
        state_where(door, lambda state: any(words.startswith(GONE.format("board")) for words in state.alerts))
        press(kit, door)
        board = MidiKit(server, "board")
        state_where(door, lambda state: THERE.format("board") in state.alerts)
        press(board, door)
        press(kit, door)
        board.unplug()
    kit.unplug()
    assert GONE.format("board") in (tmp_path / "engine.txt").read_text()


def test_the_server_dies_and_is_back_and_so_is_the_kit(server: JackServer, tmp_path: Path) -> None:
    kit = MidiKit(server, "e-kit")
    with door_of(server, tmp_path, "e-kit") as door:
        server.die()
        kit.unplug()
        state_where(door, lambda state: GONE.format("e-kit") in state.alerts)
        server.come_back()
        kit = MidiKit(server, "e-kit")
        state_where(door, lambda state: THERE.format("e-kit") in state.alerts)
        press(kit, door)
    kit.unplug()


def test_a_flood_of_notes_junk_and_long_messages_does_no_harm(server: JackServer, tmp_path: Path) -> None:
    kit = MidiKit(server, "e-kit")
    with door_of(server, tmp_path, "e-kit") as door:
        fader = [bytes((0xB0, 7, at % 128)) for at in range(500)]
        kit.send(
            *[SNARE, b"\xf0" + bytes(6_000) + b"\xf7", b"\xf8", b"\x26\x64", b"\x99\x26", b"\x99\x26\x64\x26\x64"] * 200, *fader
        )
        state_where(door, lambda _: kit.is_done)
        press(kit, door)
    kit.unplug()


def test_a_rig_that_is_started_before_its_kit_says_what_there_is_and_hears_it_when_it_comes(
    server: JackServer, tmp_path: Path
) -> None:
    board = MidiKit(server, "board")
    says = f"{GONE.format('e-kit')}. There is: board:pads"
    with door_of(server, tmp_path, "e-kit") as door:
        state_where(door, lambda state: any(words.startswith(says) for words in state.alerts))
        kit = MidiKit(server, "e-kit")
        there = state_where(door, lambda state: THERE.format("e-kit") in state.alerts)
        assert not any(words.startswith(GONE.format("e-kit")) for words in there.alerts)
        press(kit, door)
    assert says in (tmp_path / "engine.txt").read_text()
    for each in (kit, board):
        each.unplug()


def test_devices_lists_the_ports_on_jack(server: JackServer) -> None:
    kit = MidiKit(server, "e-kit")
    words = [sys.executable, "-c", LIVE_RIG, "devices", "--json"]
    said = subprocess.run(
        words, cwd=CHECKOUT, env=server.environ, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    kit.unplug()
    assert "e-kit:pads" in json.loads(said.stdout)["midi_in"]


# The system's own ports, by RtMidi: here its ports are JACK's, since no other MIDI is on every machine.


def test_by_rtmidi_what_goes_is_opened_again_and_what_was_held_is_let_go(server: JackServer) -> None:
    heard: list[int] = []
    let_go: list[bool] = []
    routing = Routing({}, print, lambda note, _: heard.append(note), list)
    kit = MidiKit(server, "e-kit")
    with on(server):
        ports = MidiPorts(["e-kit", "board"], routing, DeafCard(), lambda: let_go.append(True), rtmidi.API_UNIX_JACK)
        assert [*ports.missing] == ["board"]
        kit.unplug()
        let_go.clear()
        ports.look()
        assert [*ports.missing] == ["e-kit", "board"]
        assert let_go
        kit, board = MidiKit(server, "e-kit"), MidiKit(server, "board")
        ports.look()
        assert not ports.missing
        wait_until(lambda: sends_until(kit, SNARE, is_done=38 in heard))
        wait_until(lambda: sends_until(board, CLICK_OFF, is_done=60 in heard))
        ports.close()
        assert not kit.is_heard
    for each in (kit, board):
        each.unplug()
