"""A real JACK server of one's own, with the dummy driver: its clock runs as a sound card's would, and nothing is heard.

with JackServer(block_frames=64) as server:
    subprocess.run([...], env=server.environ)

JACK keeps a list of at most eight servers for the whole machine, and one that was killed stays on it until a server of the same
name starts. So names are few and used again, a server that has died here is started once more, to end as it should, and where
the list is full, the name of one that was killed is taken.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO

STARTS_WITHIN_S = 15.0
LATE = re.compile(
    r"JackEngine::XRun: client = (?P<client>\S+) was not finished, state = (?P<state>\w+)|JackTimedDriver::Process XRun"
)

REGISTRY = Path("/dev/shm/jack-shm-registry")
FULL = "Too many servers already active"


class NoJack(Exception):
    """Why there is no server."""


class JackServer:
    """`jackd -d dummy` at 48 kHz under a name that nobody else uses meanwhile, for as long as the context lasts. Raises NoJack.

    block_frames: what it asks of its clients at a time. is_realtime: whether its threads run before all others, as they do
    where the system allows it. inputs, outputs: plugs of its card. cables: so many lead from the outputs of a
    device "loopback" to its inputs, and take one block.
    """

    device = "system"
    plugs = tuple(f"system:{way}_{number}" for way in ("capture", "playback") for number in (1, 2))  # of two and two

    def __init__(
        self, block_frames: int, samplerate_hz: int = 48_000, inputs: int = 2, outputs: int = 2, cables: int = 0
    ) -> None:
        self.cables = cables
        self.block_frames, self.samplerate_hz, self.inputs, self.outputs = block_frames, samplerate_hz, inputs, outputs
        self.name, self._lock = free_name()
        self.is_realtime = True

    @property
    def environ(self) -> dict[str, str]:
        """For its clients."""
        own = {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1"}
        return os.environ | own

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
        if self._starts(jackd):
            return self
        for name in abandoned() if FULL in self.said() else []:
            self.name = name
            if self._starts(jackd):
                return self
        raise NoJack(f"jackd does not start here:\n{self.said()}")

    def _starts(self, jackd: str) -> bool:
        for self.is_realtime in (True, False):
            with self._log.open("wb") as log:
                words = [jackd, *([] if self.is_realtime else ["--no-realtime"]), "-n", self.name]
                words += ["-L", str(self.cables)] if self.cables else []
                words += ["-d", "dummy", "-r", str(self.samplerate_hz), "-p", str(self.block_frames)]
                words += ["-C", str(self.inputs), "-P", str(self.outputs)]
                held = (self._lock.fileno(),)  # by the server too: whoever started it may be killed
                self._process = subprocess.Popen(words, env=self.environ, stdout=log, stderr=subprocess.STDOUT, pass_fds=held)
            if self._answers():
                return True
            self._end()
        return False

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is not None:
            with suppress(NoJack):
                self.come_back()
        self._end()
        self._folder.cleanup()
        self._lock.close()

    def die(self) -> None:
        """End at once, as a server does that crashes."""
        self._process.kill()
        self._process.wait()

    def said(self) -> str:
        """All that the server has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def times_late(self) -> Counter[str]:
        """Who was late how often, by its own lines: "server", or a client's name and its state, which is Triggered until the
        machine lets it go, and then Running."""
        found = [LATE.search(line) for line in self.said().splitlines()]
        return Counter(f"{late['client']} {late['state']}" if late["client"] else "server" for late in found if late)

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


def free_name() -> tuple[str, IO[bytes]]:
    """The first name that no other server of ours has, and the file whose lock keeps it."""
    import fcntl  # not on Windows, which has no server of this kind

    for number in count(1):
        name = f"live-rig-{os.getuid()}-{number}"
        lock = (Path(tempfile.gettempdir()) / f"{name}.lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return name, lock
    raise AssertionError("count() ended")


def abandoned() -> list[str]:
    """Names on JACK's list whose servers were killed."""
    if not REGISTRY.exists():
        return []
    entry = re.compile(rb"(.{4})jack-%d:([^\0]+?):?\0" % os.getuid(), re.DOTALL)  # jack_shm_server_t: pid, name
    listed = [(int.from_bytes(pid, sys.byteorder), name.decode()) for pid, name in entry.findall(REGISTRY.read_bytes())]
    return [name for pid, name in listed if pid and not Path(f"/proc/{pid}").exists()]
