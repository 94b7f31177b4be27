"""How long does a stroke take through the rig? An impulse on a real sound server, not what any driver reports.

    python -m bench.round_trip [--blocks 128 64 32]
    pw-jack python -m bench.round_trip --server pipewire

An impulse goes into the engine's input and into a plain wire, and what comes out of both is recorded. The wire takes what the
server itself takes, so the difference is what the rig adds. A preset makes the drums louder, so that what is heard has been
through the effects. To reach: one block, and the guard's look-ahead of 64 frames, which the rig counts as output latency.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.setting import LIVE_RIG
from bench.setting.jack_server import JackServer, NoJack
from bench.setting.midi_kit import on
from bench.setting.pipewire_server import PipeWireServer
from live_rig.control.client import connect, running_engine

GUARD_FRAMES = 64  # Rig.guard_delay_frames
CHECKOUT = Path(__file__).parents[1]
SERVERS = {"jack": JackServer, "pipewire": PipeWireServer}
SoundServer = JackServer | PipeWireServer
STROKE = 0.25  # quiet enough for the guard to leave it alone
LOUDER_DB = 6.0
RECORDS_FRAMES = 4096
ENGINE_WITHIN_S = 30.0
TRIES = 100


@dataclass(frozen=True, slots=True)
class Trip:
    """block_frames: what JACK asks for; added_frames: from input to output, what the rig adds; gain: the impulse's, linear."""

    block_frames: int
    added_frames: int
    gain: float


class Stroke:
    """A client that sends an impulse, and another with two ears: one at the end of a plain wire, one at the rig's output.

    Two, since a client that hears itself is a ring, and where servers cut a ring, and at what cost, is theirs to say.
    """

    def __init__(self, server: SoundServer) -> None:
        import jack  # here: without libjack it cannot even be imported

        self._stick = jack.Client("stick", servername=server.name, no_start_server=True)
        self._listener = jack.Client("listener", servername=server.name, no_start_server=True)
        self._out = self._stick.outports.register("out")
        self._ears = [self._listener.inports.register(name) for name in ("wire", "rig")]
        self._heard = np.zeros((2, RECORDS_FRAMES), np.float32)
        self._at, self._lates, self._is_due = RECORDS_FRAMES, 0, False
        self._is_done = threading.Event()
        self._stick.set_process_callback(self._send)
        self._listener.set_process_callback(self._hear)
        self._listener.set_xrun_callback(self._late)

    def __enter__(self) -> "Stroke":
        self._stick.activate()
        self._listener.activate()
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._stick, self._listener):
            client.deactivate()
            client.close()

    def connect(self) -> None:
        """Out to the wire's ear, and through the rig to the other: the rig's first input and its last output."""
        rig_in = self._stick.get_ports("live-rig:", is_audio=True, is_input=True)[0]
        # of two outputs, the first is the drummer's click
        rig_out = self._stick.get_ports("live-rig:", is_audio=True, is_output=True)[-1]
        self._stick.connect(self._out, self._ears[0])
        self._stick.connect(self._out, rig_in)
        self._listener.connect(rig_out, self._ears[1])

    def strike(self) -> tuple[np.ndarray, bool]:
        """One impulse: what both ears heard, (2, frames), from before it on; and whether the server was in time all along."""
        lates_before = self._lates
        self._is_done.clear()
        self._at = 0
        self._is_due = True
        self._is_done.wait(10.0)
        return self._heard.copy(), self._lates == lates_before

    def _send(self, _frames: int) -> None:
        out = self._out.get_array()
        out[:] = 0.0
        if self._is_due:
            self._is_due = False
            out[0] = STROKE

    def _hear(self, frames: int) -> None:
        if self._at + frames <= RECORDS_FRAMES:
            for ear, row in zip(self._ears, self._heard, strict=True):
                row[self._at : self._at + frames] = ear.get_array()
            self._at += frames
            if self._at + frames > RECORDS_FRAMES:
                self._is_done.set()

    def _late(self, delayed_us: float) -> None:  # noqa: ARG002
        self._lates += 1


def write_show(folder: Path) -> None:
    """A show of one song, two seconds of silence, a preset that makes the drums louder and does nothing else, and a pad."""
    (folder / "songs" / "silence").mkdir(parents=True)
    (folder / "presets").mkdir()
    (folder / "show.toml").write_text(
        'title = "Round trip"\nsongs = ["silence"]\n\n[audio]\ninputs = 1\noutputs = 2\n\n'
        '[pedals]\n"cc:64" = "click on"\n"note:60" = "click off"\n\n[[pads]]\nname = "click"\nnote = 38\nfile = "click.wav"\n'
    )
    soundfile.write(folder / "click.wav", np.concatenate([[STROKE], np.zeros(99)]), 48_000, subtype="FLOAT")
    (folder / "presets" / "louder.toml").write_text(
        f'title = "Louder"\nsays = "to be told from dry"\n\n[[effects]]\ntype = "Gain"\ngain_db = {LOUDER_DB}\n'
    )
    song = folder / "songs" / "silence"
    soundfile.write(song / "silence.wav", np.zeros(96_000), 48_000)
    (song / "beats.csv").write_text("time_s,beat_in_bar\n" + "".join(f"{beat / 4},{beat % 4 + 1}\n" for beat in range(8)))
    (song / "song.toml").write_text(
        'title = "Silence"\ntempo_bpm = 240.0\nmeter = "4/4"\npreset = "louder"\nbeats = "beats.csv"\n\n'
        '[[stems]]\nname = "silence"\nfile = "silence.wav"\n'
    )


@contextmanager
def engine_on(server: SoundServer, home: Path, device: str = "", *more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`live-rig engine` in a process of its own, its effects on, on a server or a device of it. All its files go to `home`;
    more: what else the command is told.
    """
    write_show(home / "show")
    own = {name: str(home) for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    words = [
        sys.executable,
        "-c",
        LIVE_RIG,
        "engine",
        str(home / "show"),
        "--device",
        device or server.device,
        "--port",
        "0",
        *more,
    ]
    with (home / "engine.txt").open("w") as said:
        engine = subprocess.Popen(words, cwd=CHECKOUT, env=server.environ | own, stdout=said, stderr=said)
    try:
        wait_for_effects(engine, home)
        yield engine
    finally:
        engine.terminate()
        engine.wait()


def wait_for_effects(engine: "subprocess.Popen[bytes]", home: Path) -> None:
    """Return when the door says so. RuntimeError with the engine's own words when it does not come to that."""
    until_s = time.monotonic() + ENGINE_WITHIN_S
    while engine.poll() is None and time.monotonic() < until_s:
        for door_file in home.rglob("*.json"):
            with connect(running_engine(door_file)) as door:
                while time.monotonic() < until_s:
                    if door.state().effects == "on":
                        return
        time.sleep(0.05)
    raise RuntimeError(f"The engine did not come up: {(home / 'engine.txt').read_text()}")


def measure(block_frames: int, server_name: str = "jack") -> Trip:
    """The trip at one block size, on one of SERVERS. Raises NoJack; RuntimeError where engine or machine will not."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(SERVERS[server_name](block_frames))
        stack.enter_context(engine_on(server, home))
        with on(server):
            stroke = stack.enter_context(Stroke(server))
        stroke.connect()
        stroke.strike()  # what was on its way while all was being connected
        before = None  # two strokes alike: who was late, server or effects, may be told only after what it spoilt was heard
        for _ in range(TRIES):
            heard, is_in_time = stroke.strike()
            wire, rig = np.abs(heard).argmax(axis=1)
            gain = float(heard[1, rig] / STROKE)
            if is_in_time and gain > 1.0:
                trip = Trip(block_frames, int(rig - wire), gain)
                if before and trip.added_frames == before.added_frames and math.isclose(trip.gain, before.gain, rel_tol=1e-3):
                    return trip
                before = trip
    raise RuntimeError(f"In {TRIES} tries this machine was never in time for {RECORDS_FRAMES} frames twice running")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, nargs="+", default=[128, 64, 32])
    parser.add_argument("--server", choices=SERVERS, default="jack")
    options = parser.parse_args()
    longer = False
    for block in options.blocks:
        try:
            trip = measure(block, options.server)
        except NoJack as why:
            print(f"This bench needs a sound server: {why}", file=sys.stderr)
            return 1
        beyond = trip.added_frames - block
        print(
            f"block {block:>4}: {trip.added_frames} frames, {trip.added_frames / 48:.2f} ms: a block and {beyond}", flush=True
        )
        longer |= trip.added_frames != block + GUARD_FRAMES
    return int(longer)


if __name__ == "__main__":
    sys.exit(main())
