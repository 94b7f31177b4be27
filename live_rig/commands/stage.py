"""`live-rig stage`: the engine, and the stage window in a process of its own. Closing the window never touches the sound."""

import argparse
import asyncio
import os
import subprocess
import sys

from live_rig.commands.engine import add_show_arguments, opened_show, played, until_asked_to_stop
from live_rig.control.door_file import default_door_file
from live_rig.control.protocol import DEFAULT_PORT, DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.errors import DeviceError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_show_arguments(parser)
    parser.add_argument("--fullscreen", action="store_true")


def has_display() -> bool:
    """Whether a window can be shown."""
    return sys.platform != "linux" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    )


def open_window(address: DoorAddress, *, fullscreen: bool) -> subprocess.Popen[bytes]:
    """The stage window of the engine at `address`."""
    words = [sys.executable, "-m", "ui.stage", "--url", address.url, "--token-file", str(default_door_file())]
    return subprocess.Popen([*words, *(["--fullscreen"] if fullscreen else [])])


def run(args: argparse.Namespace) -> int:
    """Play with a window until Ctrl-C; the window may go and the sound stays."""
    if not has_display():
        raise DeviceError(
            "There is no display for the stage window", where="DISPLAY is not set", do="Use live-rig engine, or start a desktop"
        )
    engine = Engine(opened_show(args.show), Setup(args.device, args.drums, args.midi_in))

    async def show_window(address: DoorAddress) -> None:
        window = open_window(address, fullscreen=args.fullscreen)
        closed = asyncio.create_task(asyncio.to_thread(window.wait))
        asked = asyncio.create_task(until_asked_to_stop())
        await asyncio.wait({closed, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            print("The window is closed, and the sound goes on. Ctrl-C ends it.", flush=True)
            await asked
        window.terminate()
        await closed

    return asyncio.run(played(engine, DEFAULT_PORT, show_window))
