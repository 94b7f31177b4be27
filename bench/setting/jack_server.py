"""A real JACK server of one's own, with the dummy driver: its clock runs as a sound card's would, and nothing is heard.

with JackServer(block_frames=64) as server:
    subprocess.run([...], env=server.environ)
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

STARTS_WITHIN_S = 15.0
LATE = re.compile(r"JackEngine::XRun|JackTimedDriver::Process XRun")

_numbers = count(1)


class NoJack(Exception):
    """Why there is no server."""


class JackServer:
    """`jackd -d dummy` at 48 kHz under a name nobody else has, for as long as the context lasts. Raises NoJack.

    block_frames: what it asks of its clients at a time. is_realtime: whether its threads run before all others, as they do
    where the system allows it. inputs, outputs: plugs of its card. cables: so many lead from the outputs of a
    device "loopback" to its inputs, and take one block.
    """

    def __init__(
        self, block_frames: int, samplerate_hz: int = 48_000, inputs: int = 2, outputs: int = 2, cables: int = 0
    ) -> None:
        self.cables = cables
        self.block_frames, self.samplerate_hz, self.inputs, self.outputs = block_frames, samplerate_hz, inputs, outputs
        self.name = f"live-rig-{os.getpid()}-{next(_numbers)}"
        own = {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1"}
        self.environ = os.environ | own
        self.is_realtime = True

    def __enter__(self) -> "JackServer":
        jackd = shutil.which("jackd")
        if jackd is None:
            raise NoJack("jackd is not installed (Debian: apt install jackd2)")
        self._folder = tempfile.TemporaryDirectory(prefix="live-rig-jack-")
        self._log = Path(self._folder.name) / "jackd.log"
        return self._started(jackd)

    def come_back(self) -> None:
        """After it has died: the same server once more, as far as clients can tell."""
        self._started(shutil.which("jackd") or "jackd")

    def _started(self, jackd: str) -> "JackServer":
        for self.is_realtime in (True, False):
            with self._log.open("wb") as log:
                words = [jackd, *([] if self.is_realtime else ["--no-realtime"]), "-n", self.name]
                words += ["-L", str(self.cables)] if self.cables else []
                words += ["-d", "dummy", "-r", str(self.samplerate_hz), "-p", str(self.block_frames)]
                words += ["-C", str(self.inputs), "-P", str(self.outputs)]
                self._process = subprocess.Popen(words, env=self.environ, stdout=log, stderr=subprocess.STDOUT)
            if self._answers():
                return self
            self._end()
        raise NoJack(f"jackd does not start here:\n{self.said()}")

    def __exit__(self, *_: object) -> None:
        self._end()
        self._folder.cleanup()

    def die(self) -> None:
        """End at once, as a server does that crashes."""
        self._process.kill()
        self._process.wait()

    def said(self) -> str:
        """All that the server has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def times_late(self) -> int:
        """How many of its lines say that a client, or the server itself, was late."""
        return sum(1 for line in self.said().splitlines() if LATE.search(line))

    def _answers(self) -> bool:
        until_s = time.monotonic() + STARTS_WITHIN_S
        waiting = ["jack_wait", "-s", self.name, "-w", "-t", "1"]
        while time.monotonic() < until_s and self._process.poll() is None:
            if subprocess.run(waiting, env=self.environ, capture_output=True, check=False).returncode == 0:
                return True
        return False

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
