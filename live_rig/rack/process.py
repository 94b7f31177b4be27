"""One rack: a process that is told its presets, runs them, and does nothing else.

It holds several presets ready, each in a place of its own with its own rings; those that are posted nothing cost nothing.
The sound is made in a thread of its own, and no other Python runs beside it: the collector is off, others wait,
without the GIL, for the parent to end, so that no rack is ever left over, and for a word from it. Plugins are made on the main
thread, and their windows shown, as they want it. It ignores Ctrl-C and a terminal that is closed, which are the engine's to
answer.
"""

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from queue import SimpleQueue

from cython_core.rack_ring import RackCounts, RackEnd
from cython_core.signal import end_with_parent
from live_rig.errors import RigError
from live_rig.rack.console import Console
from live_rig.rack.effects import effect_types
from live_rig.rack.preset import Preset
from live_rig.rack.shared_block import SharedBlock
from live_rig.rack.window import Show, Wanted, show

log = logging.getLogger(__name__)

PLACES = 8  # presets that share a process: see docs/decisions/33
SWITCH_INTERVAL_S = 0.0001
REALTIME_PRIORITY = 2  # over the band's renderer, whose work has time; under the sound server's clients
MCL_CURRENT, MCL_ONFAULT = 1, 4  # of <sys/mman.h> on Linux


Consoles = dict[int, tuple[Console, RackEnd]]  # by place


@dataclass(frozen=True, slots=True)
class Asked:
    """One preset to stand ready. `bypassed`: numbers of its plugins that are to be left out. `turned`: knobs that are to stand
    otherwise in it than it is written.
    """

    preset: Preset
    bypassed: frozenset[int] = frozenset()
    turned: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ready:
    """What a rack says once a preset stands."""

    place: int
    says: tuple[str, ...]  # what it plays without
    looks: tuple[int, ...]  # frames that each of its effects looks ahead


@dataclass(frozen=True, slots=True)
class Told:
    """What a rack says while it plays."""

    place: int
    says: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What a rack says while the window of a plugin is open: something was moved in it, and stands beside the preset."""

    place: int
    plugin: str


@dataclass(frozen=True, slots=True)
class Shut:
    """What a rack says when the window of a plugin has shut."""

    place: int
    plugin: str
    is_moved: bool  # and what was moved in it stands beside the preset


@dataclass(frozen=True, slots=True)
class Failed:
    """What a rack says when it cannot play a preset at all."""

    place: int
    why: str


Said = Ready | Told | Moves | Shut | Failed


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a rack says first: it has the memory that it shares with the callback, which needs its name no longer."""


class RackProcess:
    """A rack as its supervisor holds it: begun at once, told what to `play`, ready when it says so.

    Raises OSError where the system has no room for it: nothing of it stays.
    """

    def __init__(self, samplerate_hz: float, inputs: int, lines: int, ring_frames: int, allowance_frames: int) -> None:
        spawn = get_context("spawn")
        self.block = SharedBlock(lines, ring_frames, PLACES)
        self.counts = [RackCounts(self.block.memory(place)) for place in range(PLACES)]
        self.users = 0  # presets in it that somebody wants
        self.windows = 0  # that it was told to show, and has not said to be shut
        self.has_died = False
        self._at_work, self._since_s = [0] * PLACES, time.monotonic()
        self._heard: list[Said] = []
        self.line, far = spawn.Pipe()
        args = (samplerate_hz, inputs, allowance_frames, self.block, far)
        self.process = spawn.Process(target=run, args=args, name="rack", daemon=True)
        try:
            self.process.start()
        except OSError:
            self.block.forget_name()
            raise
        far.close()

    def play(self, asked: Sequence[Asked]) -> None:
        """Tell it what to hold ready, once, at most PLACES. Raises OSError when it is dead."""
        self.users, self._since_s = len(asked), time.monotonic()
        self.line.send(tuple(asked))

    def listen(self) -> None:
        """Take what it has said since the last call, and see whether it lives."""
        try:
            while self.line.poll():
                message = self.line.recv()
                if isinstance(message, Mapped):
                    self.block.forget_name()
                else:
                    self._heard.append(message)
        except (EOFError, OSError):
            self.has_died = True
        self.has_died = self.has_died or not self.process.is_alive()

    def hear(self, place: int) -> list[Said]:
        """What it has said of one place; each word is heard once."""
        ours = [message for message in self._heard if message.place == place]
        self._heard = [message for message in self._heard if message.place != place]
        return ours

    def stands_still_s(self) -> float:
        """For how long it has been at the same plugin, or at none, since it was told to `play`. To be called now and then."""
        at_work = [counts.at_work for counts in self.counts]
        if at_work != self._at_work:
            self._at_work, self._since_s = at_work, time.monotonic()
        return time.monotonic() - self._since_s

    def show(self, place: int, plugin: str) -> None:
        """Show the window of a plugin, in place of any that is open; "": none."""
        with suppress(OSError):  # it is dead, and its window gone
            self.line.send(Show(place, plugin))
            self.windows += bool(plugin)

    def wake(self) -> None:
        """Let it take what edits have come."""
        self.block.semaphore.release()

    def kill(self) -> None:
        """End the process, however deep it hangs."""
        self.process.kill()

    def close(self) -> None:
        """End the process. Its memory goes when no voice looks at it any more."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.line.close()
        self.block.forget_name()


def run(samplerate_hz: float, inputs: int, allowance_frames: int, block: SharedBlock, line: Connection) -> None:
    """The rack's main thread: wait for presets, build them, say so, let them play, and show windows until killed."""
    line.send(Mapped())
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        signal.signal(number, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=end_with_parent, args=(parent.sentinel,), daemon=True).start()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    effect_types()  # warm, so that only the presets' own effects are left to build
    consoles: Consoles = {}
    ready = []
    for place, asked in enumerate(line.recv()):
        lines = inputs if asked.preset.channels else 2
        end = RackEnd(block.memory(place), lines, block.ring_frames, block.bell)
        try:
            console = Console(asked.preset, samplerate_hz, inputs, allowance_frames, end, asked.bypassed, asked.turned)
        except Exception as error:  # the other presets in here are not to die of this one
            if not isinstance(error, RigError):
                log.exception("A preset could not be built")
            line.send(Failed(place, str(error)))
            continue
        consoles[place] = console, end
        ready.append(Ready(place, tuple(console.says), console.looks))
    if not consoles:
        return
    gc.collect()
    gc.freeze()
    gc.disable()
    for message in ready:
        line.send(message)
    speaks = threading.Lock()
    threading.Thread(target=play, args=(consoles, line, speaks), daemon=True).start()
    wanted: Wanted = SimpleQueue()
    threading.Thread(target=listen, args=(line, wanted), daemon=True).start()
    while True:
        asked_for = wanted.get()
        if asked_for.plugin:
            place, plugin = asked_for.place, asked_for.plugin
            moved = partial(say, line, speaks, Moves(place, plugin))
            is_moved = show(consoles[place][0], plugin, wanted, partial(tell, line, speaks, place), moved)
            say(line, speaks, Shut(place, plugin, is_moved))


def tell(line: Connection, speaks: threading.Lock, place: int, says: str) -> None:
    """Tell the drummer something of one preset."""
    say(line, speaks, Told(place, says))


def say(line: Connection, speaks: threading.Lock, message: Told | Moves | Shut) -> None:
    """Say something while it plays. Two threads do."""
    with speaks:
        line.send(message)


def listen(line: Connection, wanted: Wanted) -> None:
    """Pass on what the parent says, until it has gone."""
    with suppress(EOFError, OSError):
        while True:
            wanted.put(line.recv())


def play(consoles: Consoles, line: Connection, speaks: threading.Lock) -> None:
    """Make sound of what is posted. Whatever goes wrong in here ends the process, so that another takes its place."""
    try:
        ask_for_priority()
        bell = next(iter(consoles.values()))[1]
        while True:
            bell.wait()
            for place, (console, end) in consoles.items():
                told = len(console.says)
                console.work(end)
                for says in console.says[told:]:
                    tell(line, speaks, place, says)
    finally:
        os._exit(1)


def ask_for_priority() -> None:
    """Run this thread before all normal ones, behind the sound server's, and keep the process in memory, where one may."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REALTIME_PRIORITY))
    ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_ONFAULT)
