"""Which thread of ours goes before others, as far as the system lets us say so."""

import os
import sys
import threading
from contextlib import suppress

NICENESS = -11  # before everything normal, after everything of real time


def run_this_thread_first(priority: int) -> str:
    """Ask the system to run the calling thread before others. "" if it agreed, else why not, in its words.

    priority: Linux's of real time, 1..99; the higher goes first.
    """
    if sys.platform == "linux":
        return _realtime_on_linux(priority)
    if sys.platform == "win32":
        return _time_critical_on_windows()
    return "this system is not asked"


def _realtime_on_linux(priority: int) -> str:
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))
    except OSError as refused:
        return "" if run_this_thread_soon() else refused.strerror or "not permitted"
    return ""


def _time_critical_on_windows() -> str:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    time_critical = 15
    return "" if kernel.SetThreadPriority(kernel.GetCurrentThread(), time_critical) else "not permitted"


def run_this_thread_soon() -> bool:
    """Let the calling thread go before normal ones, for whom a command may not wait. Whether the system agreed.

    Threads and processes that it begins later are given the same, unless they ask to `run_this_thread_as_others`.
    """
    return _set_niceness(NICENESS)


def run_this_thread_as_others() -> None:
    """Back among the normal ones."""
    _set_niceness(0)


def _set_niceness(niceness: int) -> bool:
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
        return True
    return False
