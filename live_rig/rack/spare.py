"""The spare: a process that stands by, warm and without a preset.

To start a process takes a tenth of a second and more, and to bury one takes its time as well. Both are done by a thread of
their own, one after the other, so that a recall never waits for them.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from live_rig.priority import run_this_thread_as_others
from live_rig.rack.process import RackProcess

NO_ROOM_S = 5.0  # wait before the next try, when the system refused a process or its memory
DIED_S = 0.5  # the same, when one died that stood by: where each dies as it starts, starting them is not to take the machine


class Spare:
    """One process on its way, or ready to be taken. All but `bury` belongs to one thread at a time.

    begin: starts one, and may take its time, or raise OSError; is called in the spare's own thread. arrived: is called there,
    once the process is there, or was refused.
    """

    def __init__(self, begin: Callable[[], RackProcess], arrived: Callable[[], None]) -> None:
        self._begin, self._arrived = begin, arrived
        self._thread = ThreadPoolExecutor(1, "rack processes", run_this_thread_as_others)
        self._coming: Future[RackProcess] | None = None
        self._not_before_s = 0.0

    @property
    def process(self) -> RackProcess | None:
        """The one that stands by."""
        coming = self._coming
        return coming.result() if coming and coming.done() and not coming.exception() else None

    def want(self) -> None:
        """See to it that there is one, or on its way. Raises OSError when the system has refused it: it is tried again."""
        if self._coming and self._coming.done():
            refused = self._coming.exception()
            if refused:
                self._coming, self._not_before_s = None, time.monotonic() + NO_ROOM_S
                raise refused
            if self.process:
                self.process.listen()
            if self.process and self.process.has_died:
                self.bury(self.process)
                self._coming, self._not_before_s = None, time.monotonic() + DIED_S
        if self._coming is None and time.monotonic() >= self._not_before_s:
            self._coming = self._thread.submit(self._begin)
            self._coming.add_done_callback(lambda _: self._arrived())

    def take(self) -> RackProcess | None:
        """The one that stands by; from now on it is the caller's."""
        process = self.process
        if process:
            self._coming = None
        return process

    def bury(self, process: RackProcess) -> None:
        """End a process, soon."""
        self._thread.submit(process.close)

    def close(self) -> None:
        """End it, and wait until all that were to be buried have gone."""
        self._thread.shutdown()
        if self.process:
            self.process.close()
