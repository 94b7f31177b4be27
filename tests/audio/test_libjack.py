"""Whose JACK: PipeWire's where PipeWire plays, a JACK server's where one does; on real ones, and by a session's looks."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.setting.jack_server import JackServer
from bench.setting.pipewire_server import PipeWireServer
from live_rig.audio.libjack import CHOICE, is_pipewires, pipewires_library
from tests.audio.started import started

LIVE_RIG = [sys.executable, "-c", "from live_rig.cli import main; raise SystemExit(main())"]

WITHOUT_IT = """\
import pathlib
pathlib.Path.glob = lambda *_: iter(())
from live_rig.cli import main
raise SystemExit(main())
"""


@pytest.fixture
def pipewire() -> Iterator[PipeWireServer]:
    with started(PipeWireServer(256)) as server:
        yield server


def devices(environ: dict[str, str]) -> dict[str, dict[str, Any]]:
    """As `live-rig devices` lists those on JACK, in a session with these settings."""
    done = subprocess.run([*LIVE_RIG, "devices", "--json"], env=environ, capture_output=True, text=True, timeout=60, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)["audio"] if row["host"].startswith("JACK")}


def session(server: PipeWireServer) -> dict[str, str]:
    """Of somebody who has never heard of JACK: nothing is said but where PipeWire is."""
    plain = {name: value for name, value in server.environ.items() if name not in ("LD_LIBRARY_PATH", CHOICE)}
    return plain | {"JACK_DEFAULT_SERVER": "nobodys"}


def test_where_pipewire_plays_its_cards_are_there_without_a_word_and_one_of_them_is_taken(pipewire: PipeWireServer) -> None:
    there = devices(session(pipewire))
    assert set(there) == {"stage-card", "desk"}
    assert sum(row["is_default"] for row in there.values()) == 1


def test_a_card_has_the_plugs_that_it_has_and_what_it_plays_is_no_input(pipewire: PipeWireServer) -> None:
    ports = subprocess.run(["jack_lsp"], env=pipewire.environ, capture_output=True, text=True, check=True).stdout
    assert "desk:monitor_FL" in ports
    desk = devices(session(pipewire))["desk"]
    assert (desk["inputs"], desk["outputs"]) == (2, 2)


def test_a_jack_server_beside_it_comes_first(pipewire: PipeWireServer) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(JackServer(256)))
        there = devices(session(pipewire) | {"JACK_DEFAULT_SERVER": server.name})
    assert set(there) == {"system"}


def test_who_has_no_library_of_its_is_told_which_to_install(pipewire: PipeWireServer, tmp_path: Path) -> None:
    (tmp_path / "alsa.conf").write_text("pcm.pipewire { type null }\npcm.!default { type null }\n")
    environ = session(pipewire) | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}
    without = [sys.executable, "-c", WITHOUT_IT, "devices"]
    assert "Install pipewire-jack" in subprocess.run(without, env=environ, capture_output=True, text=True, check=True).stdout
    assert (
        "Install" not in subprocess.run([*LIVE_RIG, "devices"], env=environ, capture_output=True, text=True, check=True).stdout
    )


def listening(place: Path) -> socket.socket:
    """Somebody at this socket."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    ear.bind(str(place))
    ear.listen()
    return ear


def test_a_server_is_one_that_answers_and_not_what_one_that_was_killed_has_left(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    jacks = tmp_path / f"jack_default_{os.getuid()}_0"
    listening(jacks).close()
    assert not is_pipewires(environ, tmp_path)
    with listening(tmp_path / "pipewire-0"):
        assert is_pipewires(environ, tmp_path)
        jacks.unlink()
        with listening(jacks):
            assert not is_pipewires(environ, tmp_path)
            assert is_pipewires(environ | {"JACK_DEFAULT_SERVER": "another"}, tmp_path)
    assert not is_pipewires(environ, tmp_path)


def test_what_somebody_says_comes_before_what_is_there(tmp_path: Path) -> None:
    assert is_pipewires({CHOICE: "pipewire"}, tmp_path)
    with listening(tmp_path / "pipewire-0"):
        assert not is_pipewires({CHOICE: "jack", "XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)


@pytest.mark.parametrize(
    "place", ["lib/x86_64-linux-gnu/pipewire-0.3/jack", "lib64/pipewire-0.3/jack", "lib/pipewire-0.3/jack"]
)
def test_its_library_is_found_wherever_a_system_keeps_it(tmp_path: Path, place: str) -> None:
    assert pipewires_library(tmp_path) is None
    library = tmp_path / place / "libjack.so.0"
    library.parent.mkdir(parents=True)
    library.touch()
    assert pipewires_library(tmp_path) == library
