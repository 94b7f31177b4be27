"""The real server and the real client, over a real socket."""

import json
import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as dial

from live_rig.control import client, server
from live_rig.control.client import connect, running_engine
from live_rig.control.door_file import default_door_file, read_door_file, write_door_file
from live_rig.control.protocol import (
    Command,
    Desk,
    Done,
    DoorAddress,
    Hello,
    MessageError,
    Refused,
    StageState,
    read_from_client,
    read_from_server,
)
from live_rig.control.server import new_token
from live_rig.errors import DoorError
from tests.control.open_door import TOKEN, OpenDoor
from tests.waiting import until

PATIENCE_S = 10.0


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    with OpenDoor(tmp_path_factory.mktemp("run") / "door.json") as door:
        yield door


def test_states_come_by_themselves_and_are_the_engines(door: OpenDoor) -> None:
    with connect(door.address) as client:
        assert client.state() == door.state
        assert client.state() == door.state or pytest.fail("only one state came")


def test_a_new_state_is_soon_told(door: OpenDoor) -> None:
    with connect(door.address) as client:
        client.state()
        door.state = StageState(bpm=330.0, song_title="Caravan", leader="drummer")
        assert any(client.state().bpm == 330.0 for _ in range(30))


def test_a_state_is_of_now_however_long_nobody_has_asked(tmp_path: Path) -> None:
    with OpenDoor(tmp_path / "door.json") as door, connect(door.address) as client, connect(door.address) as other:
        assert [other.state().bpm for _ in range(30)] == [120.0] * 30
        door.state = StageState(bpm=330.0)
        while other.state().bpm != 330.0:
            continue
        assert client.state().bpm == 330.0


def test_the_desk_is_told_when_it_has_changed_to_those_who_want_it(door: OpenDoor) -> None:
    with dial(door.address.url, proxy=None) as socket:
        socket.send(Hello(token=TOKEN, wants_desk=True).to_wire())
        for desk in (Desk(preset="dub"), Desk(preset="lo-fi")):
            door.desk = desk
            while read_from_server(str(socket.recv())) != desk:
                continue
            assert not any(isinstance(read_from_server(str(socket.recv())), Desk) for _ in range(10))


def test_who_does_not_want_the_desk_is_not_told(door: OpenDoor) -> None:
    with dial(door.address.url, proxy=None) as socket:
        socket.send(Hello(token=TOKEN).to_wire())
        assert not any(isinstance(read_from_server(str(socket.recv())), Desk) for _ in range(10))


def test_a_command_is_carried_out_and_answered(door: OpenDoor) -> None:
    with connect(door.address) as client:
        assert client.do("song", "caravan") == "song caravan"
    assert door.commands[-1] == ("song", "caravan")


def test_a_command_that_cannot_be_done_says_why(door: OpenDoor) -> None:
    with connect(door.address) as client:
        with pytest.raises(DoorError) as refused:
            client.do("song", "nowhere")
        assert str(refused.value) == 'The set has no song "nowhere" (show.toml). Say one of: caravan.'
        assert client.do("take") == "take"


def test_a_fault_inside_the_engine_is_answered_too(door: OpenDoor) -> None:
    with connect(door.address) as client:
        with pytest.raises(DoorError, match=r"^break failed inside the engine; its log says more$"):
            client.do("break")
        assert client.do("take") == "take"


def test_commands_go_through_while_the_engine_cannot_say_its_state(tmp_path: Path) -> None:
    with OpenDoor(tmp_path / "door.json", StageState(song_id="broken")) as door, connect(door.address) as client:
        assert client.do("panic") == "panic"
        door.state = StageState(bpm=100.0)
        assert client.state().bpm == 100.0


@pytest.mark.parametrize("first", [Hello(token="guessed"), Command(id=1, command="panic"), Hello(token="ü" * 99)])
def test_without_the_token_nothing_is_done(door: OpenDoor, first: Hello | Command) -> None:
    before = list(door.commands)
    with dial(door.address.url, proxy=None) as stranger:
        stranger.send(first.to_wire())
        assert isinstance(read_from_server(str(stranger.recv(5))), Refused)
        with pytest.raises(ConnectionClosed):
            stranger.recv(5)
    assert door.commands == before


def test_a_wrong_token_is_told_in_words(door: OpenDoor) -> None:
    wrong = door.address.model_copy(update={"token": "guessed"})
    with pytest.raises(DoorError, match=r"^Wrong token: take it from the door\.json of the engine that runs$"), connect(wrong):
        pass


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nothing_said_ends_the_server(door: OpenDoor, said: str | bytes) -> None:
    try:
        read_from_client(said if isinstance(said, str) else "")
        return  # a real message is no nonsense
    except MessageError:
        pass
    said = said if isinstance(said, bytes) else said.encode("utf-8", "replace").decode()
    for is_known in (True, False):
        with dial(door.address.url, proxy=None) as stranger:
            if is_known:
                stranger.send(Hello(token=TOKEN).to_wire())
            stranger.send(said)
            while not isinstance(read_from_server(str(stranger.recv(5))), Refused):
                pass
    with connect(door.address) as client:
        assert client.do("take") == "take"


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("say", "watch me " * 23, "it is longer than 200 letters (value)"),
        ("take" * 11, "", "it is longer than 40 letters (command)"),
        ("say", "watch \udcff", "it has letters that cannot be sent (value)"),
    ],
)
def test_a_command_that_the_door_would_not_take_is_answered_in_words_on_one_line(
    door: OpenDoor, word: str, value: str, why: str
) -> None:
    before = list(door.commands)
    with connect(door.address) as client:
        with pytest.raises(DoorError) as refused:
            client.do(word, value)
        assert client.do("take") == "take"
    assert why in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
    assert door.commands == [*before, ("take", "")]


def test_a_tablet_that_says_too_much_is_told_so_and_heard_again(door: OpenDoor) -> None:
    with dial(door.address.url, proxy=None) as tablet:
        tablet.send(Hello(token=TOKEN).to_wire())
        tablet.send(json.dumps({"type": "command", "id": 7, "command": "say", "value": "x" * 201}))
        tablet.send(Command(id=8, command="take").to_wire())
        heard = [read_from_server(str(tablet.recv(5))) for _ in range(12)]
    assert Refused(says="Not a message: it is longer than 200 letters (command.value)") in heard
    assert Done(id=8, ok=True, says="take") in heard


def test_a_port_in_use_is_told_with_what_to_do(door: OpenDoor, tmp_path: Path) -> None:
    with pytest.raises(DoorError, match=rf"Port {door.port} is in use .* another port with --port"):
        OpenDoor(tmp_path / "door.json", port=door.port).__enter__()
    assert not (tmp_path / "door.json").exists()


def test_a_port_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DoorError, match="There is no port 99999"):
        OpenDoor(tmp_path / "door.json", port=99_999).__enter__()


def test_the_door_file_is_its_owners_alone_and_goes_with_the_door(tmp_path: Path) -> None:
    path = tmp_path / "run" / "door.json"
    with OpenDoor(path) as door:
        assert read_door_file(path) == door.address == running_engine(path)
        assert door.address.pid == os.getpid()
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]
    assert list(path.parent.iterdir()) == []


def test_an_older_engine_leaves_the_file_of_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "door.json"
    with OpenDoor(tmp_path / "elsewhere.json") as newer:
        with OpenDoor(path):
            write_door_file(path, newer.address)
        assert read_door_file(path) == newer.address


def test_when_a_newer_engine_has_ended_the_older_one_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_written = threading.Event()

    def write(path: Path, address: DoorAddress) -> None:
        write_door_file(path, address)
        is_written.set()

    monkeypatch.setattr(server, "KEPT_EVERY_S", 0.01)
    monkeypatch.setattr(server, "write_door_file", write)
    path = tmp_path / "door.json"
    with OpenDoor(path) as older:
        with OpenDoor(path) as newer:
            assert read_door_file(path) == newer.address
            is_written.clear()
        assert is_written.wait(PATIENCE_S)
        assert read_door_file(path) == older.address


@pytest.mark.parametrize("nonsense", ["", "{}", "ws://127.0.0.1", "ws://127.0.0.1:99999", "ws://127.0.0.1:door"])
def test_a_file_that_leads_nowhere_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nonsense: str) -> None:
    monkeypatch.setattr(server, "KEPT_EVERY_S", 0.01)
    path = tmp_path / "door.json"
    with OpenDoor(path) as door:
        is_url = nonsense.startswith("ws")
        path.write_text(DoorAddress(url=nonsense, token=TOKEN, pid=1).to_wire() if is_url else nonsense)
        until(lambda: read_door_file(path) == door.address)


def test_where_the_file_cannot_be_written_it_is_said_and_the_door_is_found_as_soon_as_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "KEPT_EVERY_S", 0.01)
    (tmp_path / "run").write_text("a file, no folder")
    path = tmp_path / "run" / "door.json"
    with OpenDoor(path) as door:
        assert "address could not be written" in caplog.text
        assert "Until then it plays" in caplog.text
        (tmp_path / "run").unlink()
        until(path.exists)
        assert read_door_file(path) == door.address
    assert not path.exists()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set it, and there is room on the disk for the door's file."""
    room = threading.Event()

    def write(path: Path, address: DoorAddress) -> None:
        if not room.is_set():
            raise DoorError("No space left on device", where=str(path), do="Make room there")
        write_door_file(path, address)

    monkeypatch.setattr(server, "KEPT_EVERY_S", 0.01)
    monkeypatch.setattr(server, "write_door_file", write)
    return room


def test_a_file_that_cannot_be_written_anew_leads_nobody_to_a_door_that_is_shut(tmp_path: Path, room: threading.Event) -> None:
    path = tmp_path / "door.json"
    with OpenDoor(tmp_path / "elsewhere.json") as ended:
        port = ended.port
    write_door_file(path, ended.address)  # as one leaves it that was killed
    with OpenDoor(path, port=port) as door:
        assert not path.exists()
        room.set()
        until(path.exists)
        assert read_door_file(path) == door.address


def test_a_newer_engine_whose_file_cannot_be_written_leaves_that_of_an_older_one_until_it_can(
    tmp_path: Path, room: threading.Event
) -> None:
    path = tmp_path / "door.json"
    room.set()
    with OpenDoor(path) as older:
        room.clear()
        with OpenDoor(path) as newer:
            assert read_door_file(path) == older.address
            room.set()
            until(lambda: read_door_file(path) == newer.address)
        until(lambda: read_door_file(path) == older.address)


def test_no_engine_is_told(tmp_path: Path) -> None:
    with pytest.raises(DoorError, match=r"No engine is running .* live-rig engine"):
        running_engine(tmp_path / "door.json")
    (tmp_path / "door.json").write_text("{}")
    with pytest.raises(DoorError, match="No engine is running"):
        running_engine(tmp_path / "door.json")


def test_an_engine_that_was_killed_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = DoorAddress(url=f"ws://127.0.0.1:{free.getsockname()[1]}", token="x", pid=1)
    with pytest.raises(DoorError, match="No engine answers"), connect(address):
        pass


def test_a_door_that_closes_is_told(tmp_path: Path) -> None:
    with OpenDoor(tmp_path / "door.json") as door, connect(door.address) as client:
        client.state()
        door.close()
        with pytest.raises(DoorError, match="The engine has closed its door"):
            client.do("take")


def test_an_engine_that_says_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_WITHIN_S", 0.3)
    mute = StageState(song_id="broken")
    with OpenDoor(tmp_path / "door.json", mute) as door, connect(door.address) as waiting, pytest.raises(DoorError) as told:
        waiting.state()
    assert "did not answer within" in str(told.value)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = DoorAddress(url=f"ws://127.0.0.1:{deaf.getsockname()[1]}", token="x", pid=1)
        with pytest.raises(DoorError, match="No engine answers"), connect(address):
            pass


def test_a_proxy_for_the_net_is_not_asked_about_this_machine(door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with connect(door.address) as client:
        assert client.do("take") == "take"


def test_tokens_are_new_each_time() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 40


def test_without_a_runtime_folder_of_the_system_the_door_file_is_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux has systems without a runtime folder")
    (tmp_path / "file").touch()
    (tmp_path / "open to all").mkdir()
    (tmp_path / "open to all").chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for none in ("", "not there", "file", "open to all"):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / none) if none else "")
        assert default_door_file() == tmp_path / "live-rig" / "run" / "door.json"
    monkeypatch.setenv("XDG_RUNTIME_DIR", "live_rig")  # what does not begin at the root counts as none
    assert default_door_file() == tmp_path / "live-rig" / "run" / "door.json"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert default_door_file() == tmp_path / "live-rig" / "run" / "door.json"
    write_door_file(default_door_file(), DoorAddress(url="ws://127.0.0.1:1", token=TOKEN, pid=1))
    assert stat.S_IMODE(default_door_file().parent.stat().st_mode) == 0o700
    assert not recwarn.list


def test_the_systems_runtime_folder_is_taken_where_it_is_the_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("other systems have no such variable")
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_door_file() == tmp_path / "live-rig" / "door.json"


def test_the_address_is_plain_json(door: OpenDoor) -> None:
    assert json.loads(door.door_file.read_text())["url"].startswith("ws://127.0.0.1:")
