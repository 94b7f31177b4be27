"""Somebody who looks after something, again and again, in a thread of its own, whatever goes wrong in there."""

import logging
from collections.abc import Callable
from threading import Event, Thread

AFTER_A_FAULT_S = 0.1  # at least so long until it looks again

log = logging.getLogger(__name__)


class Watch:
    """Calls `look` from `start` on until it is closed, every so many seconds; 0.0: it does the waiting itself.

    What a look raises is logged, once until one goes well again, and the next one comes. at_first: is called before them, in
    the same thread and as safely.
    """

    def __init__(
        self, name: str, look: Callable[[], object], every_s: float = 0.0, at_first: Callable[[], object] = bool
    ) -> None:
        self._name, self._look, self._every_s, self._at_first = name, look, every_s, at_first
        self._has_stumbled, self._closing = False, Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def is_closing(self) -> bool:
        """Whether it has been told to look no more."""
        return self._closing.is_set()

    def start(self) -> None:
        """Look."""
        self._thread.start()

    def leave_off(self) -> None:
        """Begin no other look."""
        self._closing.set()

    def close(self, within_s: float | None = None) -> None:
        """Begin no other look, and wait for the one that is on its way, for so long."""
        self.leave_off()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        self._safely(self._at_first)
        while not self._closing.wait(self._every_s):
            self._safely(self._look)

    def _safely(self, look: Callable[[], object]) -> None:
        try:
            look()
            self._has_stumbled = False
        except Exception:  # a driver, a disk or a plugin may say anything; what it says now it may not say again
            if not self._has_stumbled:
                log.exception("%s: something went wrong; it is tried again", self._name)
            self._has_stumbled = True
            self._closing.wait(AFTER_A_FAULT_S)
