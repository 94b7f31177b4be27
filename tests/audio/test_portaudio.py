"""Through the real PortAudio, on ALSA's device that swallows everything as fast as it comes: for all that is no JACK."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ALSA is Linux's")
CHECKOUT = Path(__file__).parents[2]
NOBODY = "pcm.stagecard { type null }\npcm.!default { type null }\n"
PLAYED = """\
import json, os, sys
import numpy as np
from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio.device import Opening, find_device
from live_rig.audio.stream import RigStream, open_stream
from live_rig.instrument import Instrument
from live_rig.wiring import wired
block, rate = int(sys.argv[1]) or None, 48_000.0
found = find_device("stagecard")
instrument = Instrument(Drums(rate, 2, 4096), rate, wired(2, 2), 4096)
device = Device(instrument.rig, 2, 2, np.full(4_800, 0.25, np.float32), 1 << 17)
stream = open_stream(Opening(found, device, rate, 2, 2, block))
assert isinstance(stream, RigStream)
stream.start()
heard = []
while device.counts["callbacks"] < 300:
    heard.append(device.collect())
    os.sched_yield()
stream.close()
heard.append(device.collect())
drums = np.concatenate(heard)[:, -1]
print(json.dumps({
    "block_frames": device.counts["block_frames"], "latencies_s": stream.latencies_s(), "host": found.host,
    "loudest": float(drums.max()), "begins": int(np.argmax(np.abs(drums) > 0.01)), "delay": instrument.drums.delay_frames,
    "guard": instrument.rig.guard_delay_frames,
}))
"""
ROOM_LEFT = 4 << 20  # bytes: less than a thread's stack
NO_ROOM = """\
import json, resource
from pathlib import Path
from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio.device import Opening, find_device
from live_rig.audio.stream import open_stream
from live_rig.instrument import Instrument
from live_rig.wiring import wired
rate = 48_000.0
found = find_device("stagecard")
instrument = Instrument(Drums(rate, 2, 4096), rate, wired(2, 2), 4096)
stream = open_stream(Opening(found, Device(instrument.rig, 2, 2), rate, 2, 2, 64))
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM_LEFT, resource.RLIM_INFINITY))
try:
    stream.start()
except Exception as error:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(json.dumps([type(error).__name__, str(error)]))
stream.close()
""".replace("ROOM_LEFT", str(ROOM_LEFT))


def says(tmp_path: Path, *words: str) -> Any:
    """The last that a process of its own says there, of these words behind `python -c`."""
    (tmp_path / "alsa.conf").write_text(NOBODY)
    environ = os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf"), "JACK_NO_START_SERVER": "1"}
    python = [sys.executable, "-c", *words]
    done = subprocess.run(python, env=environ, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def played(tmp_path: Path, block: int) -> dict[str, Any]:
    """What a stream there says of itself, and of a tone that was fed."""
    heard: dict[str, Any] = says(tmp_path, PLAYED, str(block))
    return heard


@pytest.mark.parametrize("block", [64, 256])
def test_it_plays_in_the_blocks_that_were_asked_for_and_tells_its_latencies(tmp_path: Path, block: int) -> None:
    heard = played(tmp_path, block)
    assert heard["host"] == "ALSA"
    assert heard["block_frames"] == block
    assert all(latency_s > 0 for latency_s in heard["latencies_s"])


def test_what_is_fed_is_heard_one_block_and_the_guard_later(tmp_path: Path) -> None:
    heard = played(tmp_path, 128)
    assert heard["delay"] == 128
    assert heard["loudest"] == pytest.approx(0.125, rel=0.01)  # left alone, in a house of one output
    assert abs(heard["begins"] - (heard["delay"] + heard["guard"])) <= 1


def test_without_a_block_it_takes_what_the_device_likes(tmp_path: Path) -> None:
    assert played(tmp_path, 0)["block_frames"] > 0


def test_a_card_that_opens_and_does_not_start_is_refused_in_words(tmp_path: Path) -> None:
    kind, words = says(tmp_path, NO_ROOM)  # there is none for PortAudio's thread
    assert kind == "DeviceError"
    assert words.startswith('"stagecard" would not start (Error starting stream')
    assert words.endswith("or choose another device.")
