"""One rack: a process that is told a preset, runs it, and does nothing else.

While it plays, no other Python runs in it: the collector is off, and its one other thread waits, without the GIL, for the
parent to end, so that no rack is ever left over. It ignores Ctrl-C, which is the engine's to answer.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection

from cython_core.rack_ring import RackCounts, RackEnd
from cython_core.signal import end_with_parent
from live_rig.errors import RigError
from live_rig.rack.chain import Chain
from live_rig.rack.effects import effect_types
from live_rig.rack.preset import Preset
from live_rig.rack.shared_block import SharedBlock

SWITCH_INTERVAL_S = 0.0001
REALTIME_PRIORITY = 2  # over the band's renderer, whose work has time; under the sound server's clients
MCL_CURRENT, MCL_ONFAULT = 1, 4  # of <sys/mman.h> on Linux


@dataclass(frozen=True, slots=True)
class Ready:
    """What a rack says once its chain stands."""

    says: tuple[str, ...]  # what it plays without
    latency_frames: int


@dataclass(frozen=True, slots=True)
class Failed:
    """What a rack says when it cannot play its preset at all."""

    why: str


class RackProcess:
    """A rack as its supervisor holds it: begun at once, told what to `play`, ready when it says so."""

    def __init__(self, samplerate: float, ring_frames: int, allowance_frames: int) -> None:
        spawn = get_context("spawn")
        self.block = SharedBlock(ring_frames)
        self.counts = RackCounts(self.block.memory)
        self.line, far = spawn.Pipe()
        self.process = spawn.Process(target=run, args=(samplerate, allowance_frames, self.block, far), name="rack", daemon=True)
        self.process.start()
        far.close()

    def play(self, preset: Preset) -> None:
        """Tell it what to play, once. Raises OSError when it is dead."""
        self.line.send(preset)

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


def run(samplerate: float, allowance_frames: int, block: SharedBlock, line: Connection) -> None:
    """The rack's main thread: wait for a preset, build its chain, say so, and play until killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=end_with_parent, args=(parent.sentinel,), daemon=True).start()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    effect_types()  # warm, so that only the preset's own effects are left to build
    try:
        chain = Chain(line.recv(), samplerate, allowance_frames)
    except RigError as error:
        line.send(Failed(str(error)))
        return
    end = RackEnd(block.memory, block.ring_frames, block.bell)
    ask_for_priority()
    gc.collect()
    gc.freeze()
    gc.disable()
    line.send(Ready(tuple(chain.says), chain.latency_frames))
    while True:
        end.wait()
        chain.work(end)


def ask_for_priority() -> None:
    """Run before all normal threads, behind the sound server's, and keep its memory in memory, where the system allows it."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REALTIME_PRIORITY))
    ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_ONFAULT)
