"""A plugin's own window, on the main thread of its rack, while another thread makes the sound.

pedalboard shows it, and asks every 10 ms whether it is to shut; in between it has let go of the interpreter. What is moved in
the window goes from the plugin's one half to the other, and is heard with the next block. What the plugin is like is kept
beside the preset: when its window shuts, and every few seconds while it is open, so that a crash costs no more than those.
"""

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from time import monotonic

from pedalboard import VST3Plugin

from live_rig.errors import DeviceError
from live_rig.rack.console import Console
from live_rig.rack.plugin_state import headed
from live_rig.rack.preset import Effect
from live_rig.show.write import whole_file

KEEP_EVERY_S = 2.0
MOST_OF_THE_TIME = 0.001  # that reading a state may take, however large it is


@dataclass(frozen=True, slots=True)
class Show:
    """What a rack is told: show the window of a plugin, by its name in the preset; "": none any more."""

    place: int
    plugin: str


Wanted = SimpleQueue[Show]


class WhileOpen:
    """An event for pedalboard: once it is set, the window shuts. Asked on the thread that may ask a plugin for its state."""

    def __init__(self, wanted: Wanted, keep: Callable[[], None]) -> None:
        self._wanted, self._keep = wanted.qsize, keep
        self._due_s = monotonic() + KEEP_EVERY_S

    def is_set(self) -> bool:
        """Whether something else is wanted. Takes next to nothing but when the state is due, since the sound waits so long."""
        if self._wanted():
            return True
        if (now_s := monotonic()) >= self._due_s:
            self._keep()
            self._due_s = monotonic() + max(KEEP_EVERY_S, (monotonic() - now_s) / MOST_OF_THE_TIME)
        return False


class State:
    """What a plugin is like, since its window was opened."""

    def __init__(
        self, effect: Effect, made: VST3Plugin, plugin: str, say: Callable[[str], None], moved: Callable[[], None]
    ) -> None:
        self._effect, self._made, self._plugin, self._say, self._moved = effect, made, plugin, say, moved
        self._as_kept = made.raw_state
        self._said = ""
        self.is_new = False  # whether another state than there was is on the disk

    def keep(self) -> None:
        """Beside the preset, where it is another than before."""
        state = self._made.raw_state
        if state != self._as_kept:
            self._as_kept = state
            says, self.is_new = kept(self._effect, headed(self._made, state), self._plugin)
            if says != self._said:
                self._say(says)
            self._said = says
            if self.is_new:
                self._moved()


def show(console: Console, plugin: str, wanted: Wanted, say: Callable[[str], None], moved: Callable[[], None]) -> bool:
    """Until it is shut, by its own button or because something else is wanted. say: is told what the drummer should know.
    moved: is called whenever something that was moved in it is kept. Whether anything is.
    """
    found = console.plugin(plugin)
    if found is None:
        say(f"{plugin} is not there: it has no window")
        return False
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):  # JUCE would take :0, whosever that is
        say(f"{plugin} cannot show a window: there is no display (DISPLAY is not set)")
        return False
    effect, made = found
    let_x_errors_pass()
    state = State(effect, made, plugin, say, moved)
    try:
        made.show_editor(WhileOpen(wanted, state.keep))
    except RuntimeError as error:
        say(f"{plugin} cannot show a window: {error}")
        return False
    console.look(plugin)
    state.keep()
    return state.is_new


def kept(effect: Effect, state: bytes, plugin: str) -> tuple[str, bool]:
    """Keep a plugin's state beside its preset. Returns what to say, and whether it is kept."""
    if effect.kept is None:
        return f"{plugin} stands as you left it, until the preset is loaded anew", False
    try:
        with whole_file(effect.kept) as file:
            file.write_bytes(state)
    except DeviceError as error:
        return f"{plugin} could not be kept: {error}", False
    return f"{plugin} is kept as you left it", True


@cache
def let_x_errors_pass() -> None:
    """Xlib ends a process over the least slip of a window. JUCE lets them pass in programs of its own, pedalboard does not."""
    name = ctypes.util.find_library("X11") if sys.platform == "linux" else None
    if name:
        ctypes.CDLL(name).XSetErrorHandler(PASS)


PASS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)
