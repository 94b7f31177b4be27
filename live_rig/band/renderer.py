"""The threads behind the band: native loops that hold no GIL, started and stopped from Python.

A renderer, one for each bus, has 10 ms for a chunk and needs 0.4 to 4, so it asks the system to be run before others. Where
that is not allowed it plays all the same, and `not_urgent` says why. The prefetch thread has seconds.
"""

import threading
from collections.abc import Callable
from functools import partial

from cython_core.band import Band
from cython_core.stems import Stems
from live_rig.priority import run_this_thread_first

REALTIME_PRIORITY = 1  # over everything normal, under all that is due within a block: racks (2), JACK's clients (5 or more)
STOPS_WITHIN_S = 5.0


class NativeLoop:
    """A thread for a loop that runs without the GIL until it is told to stop."""

    def __init__(self, name: str, loop: Callable[[], None], stop: Callable[[], None], *, is_urgent: bool = False) -> None:
        self.not_urgent = ""  # why the system would not run it first, if it was asked and would not
        self._loop, self._ask_to_stop, self._is_urgent = loop, stop, is_urgent
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._is_ready = threading.Event()

    def start(self) -> None:
        """Start it, and return when it runs."""
        self._thread.start()
        self._is_ready.wait()

    def stop(self) -> None:
        """Stop it, and return when it has ended. Once stopped, or never started, this does nothing."""
        if self._thread.is_alive():
            self._ask_to_stop()
            self._thread.join(STOPS_WITHIN_S)

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not yet ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        if self._is_urgent:
            self.not_urgent = run_this_thread_first(REALTIME_PRIORITY)
        self._is_ready.set()
        self._loop()


def renderers(band: Band) -> list[NativeLoop]:
    """The threads that render what the band is ordered: one for each bus."""
    return [
        NativeLoop(f"band renderer {bus + 1}", partial(band.run, bus), partial(band.stop, bus), is_urgent=True)
        for bus in range(band.buses)
    ]


def prefetch(stems: Stems) -> NativeLoop:
    """The thread that keeps these stems in memory ahead of the renderer."""
    return NativeLoop("stem prefetch", stems.keep_loaded, stems.stop)
