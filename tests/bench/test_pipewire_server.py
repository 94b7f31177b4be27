"""A kit whose callback is Python leaves PipeWire while its process is busy, and the process goes on."""

import shutil
import subprocess
import sys

import pytest

from bench.round_trip import CHECKOUT

TIMES = 10
COMES_AND_GOES = f"""
import threading
from bench.midi import wait_until
from bench.rack import busy
from bench.setting.midi_kit import MidiKit
from bench.setting.pipewire_server import PipeWireServer

with PipeWireServer(64) as server:
    threading.Thread(target=busy, args=(threading.Event(),), daemon=True).start()
    for _ in range({TIMES}):
        kit = MidiKit(server, "kit")
        kit.send(bytes((0x99, 38, 127)))
        wait_until(lambda: kit.is_done)
        kit.unplug()
        print("gone")
"""


@pytest.mark.skipif(
    shutil.which("pw-jack") is None, reason="PipeWire's JACK is not installed (Debian: apt install pipewire-jack)"
)
def test_who_leaves_pipewire_takes_no_lock_along() -> None:
    words = ["pw-jack", sys.executable, "-c", COMES_AND_GOES]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["gone"] * TIMES, done.stderr
