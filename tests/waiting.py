"""Wait for another thread or process to be so far, and fail if it never is."""

import os
import time
from collections.abc import Callable

DEADLINE_S = 20.0


def until(what: Callable[[], bool]) -> None:
    """Look again and again, and leave the processor to those who are to bring it."""
    end_s = time.monotonic() + DEADLINE_S
    while not what():
        assert time.monotonic() < end_s, "it never came"
        os.sched_yield()
