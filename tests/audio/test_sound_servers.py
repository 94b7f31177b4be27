"""On a real JACK server and a real PipeWire, which the tests start themselves: the engine opens, tells the truth, and plays."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.round_trip import LOUDER_DB, SERVERS, SoundServer, engine_on, measure
from bench.setting.jack_server import JackServer, NoJack, abandoned
from bench.setting.pipewire_server import PipeWireServer
from cython_core.drums import Drums
from live_rig.control.client import Door, connect, running_engine
from live_rig.control.protocol import StageState
from live_rig.instrument import Instrument, spare_for
from live_rig.wiring import wired
from tests.audio.started import started

CHECKOUT = Path(__file__).parents[2]
PATIENCE_S = 30.0
GONE = "No sound: {} has gone, and the song goes on. Plug it in: it comes back by itself"
OPENED = """\
import json, os, subprocess, sys
from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio.device import Opening, find_device
from live_rig.audio.stream import open_stream
from live_rig.instrument import Instrument
from live_rig.wiring import wired
inputs, outputs, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
found = find_device(sys.argv[4])
instrument = Instrument(Drums(rate, max(1, inputs), 4096), rate, wired(max(1, inputs), outputs), 4096)
device = Device(instrument.rig, inputs, outputs)
try:
    stream = open_stream(Opening(found, device, rate, inputs, outputs))
except Exception as error:
    print(json.dumps({"refused": type(error).__name__, "says": str(error)}), flush=True)
    os._exit(0)
stream.start()
while device.counts["callbacks"] < 200:
    os.sched_yield()
ports = subprocess.run(["jack_lsp", "-l", "-c", "live-rig"], capture_output=True, text=True).stdout
print(json.dumps({
    "latencies_s": stream.latencies_s(), "host": found.host, "channels": [found.inputs, found.outputs], "ports": ports,
    "frames_a_block": device.counts["block_frames"],
}))
stream.close()
"""

ENDS = """\
import json, os, sys
from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio.device import Opening, find_device
from live_rig.audio.stream import open_stream
from live_rig.instrument import Instrument
from live_rig.wiring import wired
import jack

def until_it_has_ended():
    print("now", flush=True)
    sys.stdin.readline()

class Client(jack.Client):
    def __init__(self, *words, **others):
        super().__init__(*words, **others)
        if sys.argv[2] == "open":
            until_it_has_ended()

found = find_device(sys.argv[1])
jack.Client = Client
instrument = Instrument(Drums(48_000.0, 2, 4096), 48_000.0, wired(2, 2), 4096)
try:
    stream = open_stream(Opening(found, Device(instrument.rig, 2, 2), 48_000.0, 2, 2))
    until_it_has_ended()
    stream.start()
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]), flush=True)
os._exit(0)
"""

SPEAKS_OTHERWISE = """\
import jack
from live_rig.audio.jack_ports import midi_inputs_on_jack
kit, lib = jack.Client("kit"), jack._lib
for name in b"snare", b"Num\\xe9rique":
    port = lib.jack_port_register(kit._ptr, name, b"8 bit raw midi", lib.JackPortIsOutput, 0)
    lib.jack_port_set_alias(port, b"cl\\xe9")
print(midi_inputs_on_jack())
"""

SPARE = """\
import json, sys
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.show.store import read_show
if __name__ == "__main__":
    engine = Engine(read_show(examples_dir() / "festival"), Setup(sys.argv[1]))
    engine.start()
    while not engine.device.counts["callbacks"]:
        engine.state()
    print(json.dumps([engine.device.counts["block_frames"], engine.instrument.band.ahead_frames]))
    engine.close()
"""

CHANGES_BLOCK = """\
import json, os, subprocess, sys
from queue import SimpleQueue
from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio.device import find_device
from live_rig.audio.sound_card import SoundCard
from live_rig.instrument import Instrument
from live_rig.wiring import wired

instrument, told = Instrument(Drums(48_000.0, 2, 4096), 48_000.0, wired(2, 2), 4096), SimpleQueue()
device = Device(instrument.rig, 2, 2)
card = SoundCard(device, find_device(sys.argv[1]), 48_000.0, (2, 2), None, (), 512, told.put)
card.start()
for block, plays in (256, 256), (2048, 64), (512, 512):
    subprocess.run(["jack_bufsize", str(block)], check=True, capture_output=True)
    made_up_for = told.get(timeout=30)
    while device.counts["block_frames"] != plays or made_up_for != card.latencies_s():
        os.sched_yield()
        made_up_for = made_up_for if told.empty() else told.get()
    frame = instrument.rig.frame
    while instrument.rig.frame < frame + 4_800:  # it plays on
        os.sched_yield()
    ports = subprocess.run(["jack_lsp", "-l", "live-rig"], capture_output=True, text=True).stdout
    print(json.dumps([plays, instrument.drums.delay_frames, made_up_for, ports]), flush=True)
card.close()
"""


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[SoundServer]:
    """A server of the test's own, which may die."""
    yield from a_server(request.param)


@pytest.fixture(params=SERVERS, scope="module")
def steady(request: pytest.FixtureRequest) -> Iterator[SoundServer]:
    """A server that goes on, and on which others have played before."""
    yield from a_server(request.param)


@pytest.fixture(scope="module")
def duplex(steady: SoundServer) -> dict[str, Any]:
    """What a stream with two inputs and two outputs says of itself."""
    return opened(steady, 2, 2)


def a_server(kind: str) -> Iterator[SoundServer]:
    with started(SERVERS[kind](64)) as server:
        yield server


def opened(server: SoundServer, inputs: int, outputs: int, samplerate_hz: int = 48_000) -> dict[str, Any]:
    """What a stream on that server says of itself, from a process of its own."""
    words = [sys.executable, "-c", OPENED, str(inputs), str(outputs), str(samplerate_hz), server.device]
    done = subprocess.run(words, env=server.environ, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    says: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return says


def jacks_latencies_frames(ports: str) -> tuple[int, int]:
    """(capture of our first input, playback of our first output), as jack_lsp tells them."""
    latencies: dict[tuple[str, str], int] = {}
    port = ""
    for line in ports.splitlines():
        if line.startswith("live-rig:"):
            port = line.partition(":")[2].strip()
        elif "latency = [" in line:
            latencies[port, line.split()[1]] = int(line.split("[")[1].split()[0])
    return latencies["in_1", "capture"], latencies["out_1", "playback"]


def test_a_duplex_stream_has_the_servers_blocks_and_the_latencies_that_jack_tells(
    steady: SoundServer, duplex: dict[str, Any]
) -> None:
    assert duplex["host"] == "JACK Audio Connection Kit"
    assert duplex["channels"] == [2, 2]
    assert duplex["frames_a_block"] == 64
    capture_frames, playback_frames = jacks_latencies_frames(duplex["ports"])
    assert capture_frames > 0 or isinstance(steady, PipeWireServer)  # whose card here is none
    assert [round(latency_s * 48_000) for latency_s in duplex["latencies_s"]] == [capture_frames, playback_frames]


def test_a_stream_without_inputs_has_no_input_latency(steady: SoundServer) -> None:
    assert opened(steady, 0, 2)["latencies_s"][0] == 0.0


def test_the_stream_is_joined_to_the_servers_plugs(steady: SoundServer, duplex: dict[str, Any]) -> None:
    assert all(plug in duplex["ports"] for plug in steady.plugs)


@pytest.mark.parametrize(
    ("inputs", "outputs", "rate_hz", "error", "says"),
    [(3, 2, 48_000, "OtherwiseError", "2 inputs"), (2, 2, 44_100, "RateError", "44100 Hz")],
)
def test_what_the_server_does_not_have_is_refused_in_words(
    steady: SoundServer, inputs: int, outputs: int, rate_hz: int, error: str, says: str
) -> None:
    answer = opened(steady, inputs, outputs, rate_hz)
    assert answer.get("refused") == error
    assert says in answer["says"]


@pytest.mark.parametrize("when", ["open", "start"])
def test_a_server_that_ends_while_it_is_opened_or_started_is_said_in_words(when: str) -> None:
    with started(JackServer(64)) as server:
        words = [sys.executable, "-c", ENDS, server.device, when]
        with subprocess.Popen(
            words, env=server.environ, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as rig:
            assert rig.stdout is not None
            while rig.stdout.readline() != "now\n":
                assert rig.poll() is None
            server.die()
            said, _ = rig.communicate("\n", timeout=60)
    kind, says = json.loads(said.splitlines()[-1])
    assert kind == "DeviceError"
    assert says.startswith(f'"{server.device}" would not {when} (')
    assert "Start the server again" in says


@pytest.mark.parametrize(("kind", "plays_at"), [("jack", 1024), ("pipewire", 256)])
def test_where_nobody_has_said_a_servers_large_blocks_find_enough_of_the_band_and_pipewires_are_made_small(
    kind: str, plays_at: int, tmp_path: Path, decoded_festival: Path
) -> None:
    (tmp_path / "spare.py").write_text(SPARE)
    shutil.copytree(decoded_festival, tmp_path / "live-rig", copy_function=os.link)
    with ExitStack() as stack:
        server = stack.enter_context(started(SERVERS[kind](1024)))
        environ = server.environ | {"PYTHONPATH": str(CHECKOUT), "XDG_CACHE_HOME": str(tmp_path)}
        words = [sys.executable, str(tmp_path / "spare.py"), server.device]
        done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60, check=True)
    block_frames, ahead_frames = json.loads(done.stdout)
    assert block_frames == plays_at
    assert (
        ahead_frames
        >= Instrument(
            Drums(48_000, 1, 4096), 48_000, wired(1, 2), 4096, spare_frames=spare_for(plays_at, 48_000)
        ).band.ahead_frames
    )


@pytest.mark.parametrize("block", [64, 32])
def test_the_engine_adds_one_block_and_the_guard_to_a_stroke_and_it_comes_back_with_effects(block: int) -> None:
    try:
        trip = measure(block)
    except NoJack as why:
        pytest.skip(str(why))
    assert trip.added_frames == block + 64
    assert trip.gain == pytest.approx(10 ** (LOUDER_DB / 20), rel=1e-3)


def test_it_adds_no_more_on_pipewire() -> None:
    if shutil.which("pw-jack") is None:
        pytest.skip("PipeWire's JACK is not installed (Debian: apt install pipewire-jack)")
    words = ["pw-jack", sys.executable, "-m", "bench.round_trip", "--server", "pipewire", "--blocks", "64"]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("block   64: 128 frames"), done.stdout + done.stderr


def state_where(door: Door, holds: Callable[[StageState], bool]) -> StageState:
    """The first of the states that come in which it holds."""
    until_s = time.monotonic() + PATIENCE_S
    while not holds(state := door.state()):
        assert time.monotonic() < until_s, state
    return state


def test_when_the_server_dies_the_song_goes_on_and_when_it_is_back_so_is_the_sound(server: SoundServer, tmp_path: Path) -> None:
    gone = GONE.format(server.device)
    with engine_on(server, tmp_path) as engine:
        (door_file,) = tmp_path.rglob("door.json")
        with connect(running_engine(door_file)) as door:
            assert gone not in door.state().alerts
            for _ in range(2):  # a loose cable comes loose again
                server.die()
                lost_s = state_where(door, lambda state: gone in state.alerts).time_s
                state_where(door, later_than(lost_s))
                server.come_back()
                back = state_where(door, lambda state: f"{server.device} is back" in state.alerts)
                assert gone not in back.alerts
                state_where(door, later_than(back.time_s))
                assert ours_are_connected(server)
            server.die()
            state_where(door, lambda state: gone in state.alerts)
        engine.terminate()
        assert engine.wait(20) == 0
    assert "Traceback" not in (tmp_path / "engine.txt").read_text()


def test_a_server_that_is_back_at_another_rate_is_said_until_it_is_right_and_other_blocks_are_played(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(JackServer(64)))
        engine = stack.enter_context(engine_on(server, tmp_path))
        (door_file,) = tmp_path.rglob("door.json")
        with connect(running_engine(door_file)) as door:
            server.die()
            server.samplerate_hz = 44_100
            server.come_back()
            said = "does not run at 48000 Hz (its own rate is 44100 Hz). Set samplerate = 44100 in show.toml, [audio]"
            state = state_where(door, lambda state: any(said in words for words in state.alerts))
            assert GONE.format(server.device) not in state.alerts
            server.die()
            server.samplerate_hz, server.block_frames = 48_000, 256
            server.come_back()
            back = state_where(door, lambda state: f"{server.device} is back" in state.alerts)
            assert not any(said in words for words in back.alerts)
            state_where(door, later_than(back.time_s))
        engine.terminate()
        assert engine.wait(20) == 0
    assert "Traceback" not in (tmp_path / "engine.txt").read_text()


def test_a_server_that_dies_in_a_presets_fade_leaves_the_preset_that_was_called(server: SoundServer, tmp_path: Path) -> None:
    with engine_on(server, tmp_path) as engine:
        (door_file,) = tmp_path.rglob("door.json")
        with connect(running_engine(door_file)) as door:
            for preset in ("dub", "louder", "dub"):
                door.do("preset", preset)  # it is heard from the next block on, and fades in for 10 ms
                server.die()
                state_where(door, lambda state: GONE.format(server.device) in state.alerts)
                server.come_back()
                state_where(door, lambda state: f"{server.device} is back" in state.alerts)
                state_where(door, lambda state, name=preset: (state.preset, state.effects) == (name, "on"))  # type: ignore[misc]
        engine.terminate()
        assert engine.wait(20) == 0
    assert "Traceback" not in (tmp_path / "engine.txt").read_text()


def test_a_card_that_is_unplugged_while_its_server_goes_on_is_missed_and_played_on_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(PipeWireServer(256)))
        stack.enter_context(engine_on(server, tmp_path, "desk"))
        (door_file,) = tmp_path.rglob("door.json")
        door = stack.enter_context(connect(running_engine(door_file)))
        for _ in range(2):
            server.unplug()
            lost_s = state_where(door, lambda state: GONE.format("desk") in state.alerts).time_s
            state_where(door, later_than(lost_s))
            server.plug_in()
            state_where(door, lambda state: "desk is back" in state.alerts)
            assert "live-rig:out_1\n   desk:playback_FL\n" in joined(server)


def test_a_card_that_is_back_before_anybody_has_missed_it_is_joined_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(PipeWireServer(256)))
        stack.enter_context(engine_on(server, tmp_path, "desk"))
        for _ in range(3):
            server.unplug()
            server.plug_in()
            until_s = time.monotonic() + PATIENCE_S
            while "live-rig:out_1\n   desk:playback_FL\n" not in (said := joined(server)):
                assert time.monotonic() < until_s, said


def test_a_server_that_is_back_with_blocks_too_large_for_the_band_is_asked_for_such_as_it_has_room_for(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(JackServer(64)))
        stack.enter_context(engine_on(server, tmp_path))
        (door_file,) = tmp_path.rglob("door.json")
        door = stack.enter_context(connect(running_engine(door_file)))
        server.die()
        server.block_frames = 2048
        server.come_back()
        state_where(door, lambda state: f"{server.device} is back" in state.alerts)
        said = subprocess.run(["jack_bufsize"], env=server.environ, capture_output=True, text=True, check=False).stdout
        assert said.split()[-1] == "512"


def test_a_block_that_is_changed_while_the_server_plays_is_made_up_for_and_one_too_large_for_the_band_is_taken_back() -> None:
    try:
        with JackServer(64) as server:
            words = [sys.executable, "-c", CHANGES_BLOCK, server.device]
            done = subprocess.run(
                words, env=server.environ, cwd=CHECKOUT, capture_output=True, text=True, timeout=2 * PATIENCE_S, check=True
            )
    except NoJack as why:
        pytest.skip(str(why))
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [plays for plays, _, _, _ in said] == [256, 64, 512]
    for plays, drums_late_frames, made_up_for_s, ports in said:
        assert drums_late_frames == plays
        assert tuple(round(latency_s * 48_000) for latency_s in made_up_for_s) == jacks_latencies_frames(ports)


@pytest.mark.parametrize(
    ("fewer", "says"),
    [({"outputs": 1}, "Nothing is heard on output 2"), ({"inputs": 0}, "Nothing comes in on input 1")],
)
def test_a_server_that_is_back_with_fewer_plugs_is_played_on_and_those_that_are_missing_are_named(
    fewer: dict[str, int], says: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(JackServer(64)))
        stack.enter_context(engine_on(server, tmp_path))
        (door_file,) = tmp_path.rglob("door.json")
        door = stack.enter_context(connect(running_engine(door_file)))
        missing = f"{says}: system has fewer than before"
        assert missing not in door.state().alerts
        server.die()
        for plugs, number in fewer.items():
            setattr(server, plugs, number)
        server.come_back()
        back = state_where(door, lambda state: f"{server.device} is back" in state.alerts)
        state_where(door, lambda state: missing in state.alerts)
        state_where(door, later_than(back.time_s))


def test_whoever_changes_a_servers_block_reads_what_it_means_to_the_drummer(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(started(JackServer(64)))
        stack.enter_context(engine_on(server, tmp_path))
        (door_file,) = tmp_path.rglob("door.json")
        door = stack.enter_context(connect(running_engine(door_file)))
        set_block(server, 256)  # which is heard one block after it came in, lies in one, and in two on its way out
        says = "system takes 256 frames at a time now, not 64: a stroke is heard 16.0 ms later, and the band keeps to that"
        state_where(door, lambda state: says in state.alerts)
        set_block(server, 2048)
        says = "system was to take 2048 frames at a time, too many for the band: it is back at 64"
        state_where(door, lambda state: says in state.alerts)


def set_block(server: SoundServer, frames: int) -> None:
    """As somebody does who has another program open."""
    subprocess.run(["jack_bufsize", str(frames)], env=server.environ, check=True, capture_output=True)


def test_ports_whose_names_nobody_can_read_hide_no_others() -> None:
    with started(JackServer(64)) as server:
        words = [sys.executable, "-c", SPEAKS_OTHERWISE]
        said = subprocess.run(words, env=server.environ, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert said.stdout == "['kit:snare']\n"


def later_than(time_s: float) -> Callable[[StageState], bool]:
    """Half a second of the song has gone by."""
    return lambda state: state.time_s > time_s + 0.5


def ours_are_connected(server: SoundServer) -> bool:
    """Whether the server's playback comes from us."""
    return f"live-rig:out_1\n   {server.plugs[-2]}\n" in joined(server)


def joined(server: SoundServer) -> str:
    """Every port, and what is joined to it; or why that cannot be said, as in the moment in which a port goes or comes."""
    words = ["jack_lsp", "-c"]
    return subprocess.run(words, env=server.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def test_a_server_that_dies_here_leaves_no_place_taken_on_the_machines_list() -> None:
    """It has eight, the user's own JACK included."""
    with started(JackServer(64)) as server:
        server.die()
        assert server.name in abandoned()
    assert server.name not in abandoned()
