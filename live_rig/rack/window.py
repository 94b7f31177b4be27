"""A plugin's own window, on the main thread of its rack, while another thread makes the sound.

pedalboard shows it, and asks every 10 ms whether it is to shut; in between it has let go of the interpreter. What is moved in
the window goes from the plugin's one half to the other, and is heard with the next block. What the plugin is like when its
window shuts is kept beside the preset.
"""

import ctypes
import ctypes.util
import sys
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue

from live_rig.errors import DeviceError
from live_rig.rack.console import Console
from live_rig.rack.preset import Effect
from live_rig.show.write import whole_file


@dataclass(frozen=True, slots=True)
class Show:
    """What a rack is told: show the window of a plugin, by its name in the preset; "": none any more."""

    place: int
    plugin: str


Wanted = SimpleQueue[Show]


class SomethingElseIsWanted:
    """An event for pedalboard: then the window shuts. To ask for it takes next to nothing, since the sound waits so long."""

    def __init__(self, wanted: Wanted) -> None:
        self.is_set = wanted.qsize


def show(console: Console, plugin: str, wanted: Wanted) -> str:
    """Until it is shut, by its own button or because something else is wanted. Returns what the drummer should know."""
    found = console.plugin(plugin)
    if found is None:
        return f"{plugin} is not there: it has no window"
    effect, made = found
    let_x_errors_pass()
    before = made.raw_state
    try:
        made.show_editor(SomethingElseIsWanted(wanted))
    except RuntimeError as error:
        return f"{plugin} cannot show a window: {error}"
    console.look(plugin)
    after = made.raw_state
    return kept(effect, after, plugin) if after != before else ""


def kept(effect: Effect, state: bytes, plugin: str) -> str:
    """Keep a plugin's state beside its preset. Returns what to say."""
    if effect.kept is None:
        return f"{plugin} stands as you left it, until the preset is loaded anew"
    try:
        with whole_file(effect.kept) as file:
            file.write_bytes(state)
    except DeviceError as error:
        return f"{plugin} could not be kept: {error}"
    return f"{plugin} is kept as you left it"


@cache
def let_x_errors_pass() -> None:
    """Xlib ends a process over the least slip of a window. JUCE lets them pass in programs of its own, pedalboard does not."""
    name = ctypes.util.find_library("X11") if sys.platform == "linux" else None
    if name:
        ctypes.CDLL(name).XSetErrorHandler(PASS)


PASS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)
