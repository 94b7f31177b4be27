"""`live-rig stage`: the engine, and the stage window in a process of its own. Closing the window never touches the sound."""

import argparse
import asyncio
import os
import subprocess
import sys

from live_rig.commands.engine import add_show_arguments, opened_show, played, say, tell_missing, until_asked_to_stop
from live_rig.control.client import connect
from live_rig.control.door_file import default_door_file, read_door_file
from live_rig.control.protocol import DEFAULT_PORT, TOKEN, DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.errors import DeviceError, DoorError

WINDOW_ENDS_WITHIN_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_show_arguments(parser)
    parser.add_argument("--fullscreen", action="store_true")


def has_display() -> bool:
    """Whether a window can be shown."""
    return sys.platform != "linux" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    )


def open_window(address: DoorAddress, *, fullscreen: bool) -> subprocess.Popen[bytes]:
    """The stage window of the engine at `address`. It is told the token, too, which a full disk may have kept out of the file;
    in its environment, since everybody may read a command line.
    """
    words = [sys.executable, "-m", "ui.stage", "--url", address.url, "--token-file", str(default_door_file())]
    environ = os.environ | {TOKEN: address.token}
    return subprocess.Popen([*words, *(["--fullscreen"] if fullscreen else [])], env=environ)


def end_window(window: subprocess.Popen[bytes]) -> None:
    """The window goes with the engine: when it is asked to, or where it hangs, anyway."""
    window.terminate()
    try:
        window.wait(WINDOW_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        window.kill()
        window.wait()


def answering_engine() -> DoorAddress | None:
    """The engine of this user that runs already and answers; None where there is none."""
    address = read_door_file(default_door_file())
    if address is None:
        return None
    try:
        with connect(address) as door:
            door.state()
    except DoorError:
        return None
    return address


def attach(address: DoorAddress, *, fullscreen: bool) -> int:
    """One more window on an engine that runs: it may go, and nothing else does."""
    window = open_window(address, fullscreen=fullscreen)
    try:
        say(f"An engine runs already, at {address.url}: this is a window on it. Closing it ends nothing.")
        window.wait()
    finally:
        end_window(window)  # whoever ends the command means the window
    return 0


def run(args: argparse.Namespace) -> int:
    """Play with a window until Ctrl-C; the window may go and the sound stays."""
    if not has_display():
        raise DeviceError(
            "There is no display for the stage window", where="DISPLAY is not set", do="Use live-rig engine, or start a desktop"
        )
    if (running := answering_engine()) is not None:
        if args.show or args.device or args.drums or args.midi_in:
            raise DoorError(
                "An engine runs already, with its own show and device",
                where=running.url,
                do="End it first (Ctrl-C where it runs), or say only: live-rig stage",
            )
        return attach(running, fullscreen=args.fullscreen)
    show = opened_show(args.show)
    engine = Engine(show, Setup(args.device, args.drums, tuple(args.midi_in)))

    async def show_window(address: DoorAddress) -> None:
        window = open_window(address, fullscreen=args.fullscreen)
        say(f'"{show.title}" on {engine.device_name}; the control door is {address.url}. Ctrl-C ends it.')
        tell_missing(engine)
        closed = asyncio.create_task(asyncio.to_thread(window.wait))
        asked = asyncio.create_task(until_asked_to_stop())
        await asyncio.wait({closed, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            say("The window is closed, and the sound goes on. Ctrl-C ends it.")
            await asked
        await asyncio.to_thread(end_window, window)
        await closed

    return asyncio.run(played(engine, DEFAULT_PORT, show_window))
