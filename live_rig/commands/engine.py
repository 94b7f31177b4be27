"""`live-rig engine`: the engine without a window, until Ctrl-C."""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from live_rig.commands.numbers import whole
from live_rig.control.protocol import DEFAULT_PORT, DoorAddress
from live_rig.control.server import new_token, serve
from live_rig.endings import signals_to_end
from live_rig.engine import Engine, Setup
from live_rig.open_files import let_many_be_open
from live_rig.paths import examples_dir, last_show, remember_show
from live_rig.priority import run_this_thread_soon
from live_rig.show.setlist import Show
from live_rig.show.store import read_show

BUNDLED = "festival"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_show_arguments(parser)
    parser.add_argument("--port", type=whole, default=DEFAULT_PORT, metavar="N", help=f"of the control door ({DEFAULT_PORT})")


def add_show_arguments(parser: argparse.ArgumentParser) -> None:
    """What `stage` and `engine` have in common."""
    parser.add_argument("show", type=Path, nargs="?", help="the show's folder; without one, the last show, or the bundled one")
    parser.add_argument("--device", metavar="NAME", help="audio device, or: virtual")
    parser.add_argument("--drums", type=Path, metavar="FILE", help="a recording to hear in place of the inputs")
    parser.add_argument(
        "--midi-in",
        metavar="PORT",
        action="append",
        default=[],
        help="pedals, pads or an electronic kit; may be said several times",
    )


def opened_show(folder: Path | None) -> Show:
    """The show to play: the one asked for, else the last one, else the bundled one. ShowError lists its faults."""
    let_many_be_open()
    show = read_show(folder or last_show() or examples_dir() / BUNDLED)
    remember_show(show.folder)
    return show


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C or the end of the process."""
    show = opened_show(args.show)
    engine = Engine(show, Setup(args.device, args.drums, tuple(args.midi_in)))

    async def wait(address: DoorAddress) -> None:
        say(f'"{show.title}" on {engine.device_name}; the control door is {address.url}. Ctrl-C ends it.')
        say(f"Heard on {engine.hears}.")
        tell_missing(engine)
        await until_asked_to_stop()

    return asyncio.run(played(engine, args.port, wait))


def say(words: str, end: str = "\n") -> None:
    """Print while something plays: it plays on where nobody reads any more, or the disk that keeps it is full."""
    with suppress(OSError):
        print(words, end=end, flush=True)


def tell_missing(engine: Engine) -> None:
    """Why the first song is not loaded, and which of the MIDI ports that were asked for are not there yet."""
    if engine.order.missing:
        say(str(engine.order.missing))
    for words in engine.midi.missing.values():
        say(words)


async def played(engine: Engine, port: int, while_open: Callable[[DoorAddress], Awaitable[None]]) -> int:
    """Start the engine with its door open, for as long as `while_open` lasts."""
    try:
        async with serve(engine.state, engine.do, engine.desk, port=port, token=new_token()) as address:
            engine.start()
            await while_open(address)
    finally:
        engine.close()
    return 0


async def until_asked_to_stop() -> None:
    """Ctrl-C, or whatever else ends a command. Everything has been started: from here on this thread answers, and goes before
    normal ones.
    """
    run_this_thread_soon()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, *signals_to_end()):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            continue
    await stop.wait()
