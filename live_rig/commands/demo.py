"""`live-rig demo`: the festival finale, played through the real instrument by the bundled drummer, and measured as it plays."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from live_rig.commands.engine import BUNDLED, played, say
from live_rig.commands.stage import end_window, has_display, open_window
from live_rig.control.protocol import DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.rehearsal.arc import Arc, read_arc
from live_rig.rehearsal.bus_files import BusFiles
from live_rig.rehearsal.line import Line
from live_rig.rehearsal.script_player import ScriptPlayer
from live_rig.show.store import read_show
from live_rig.show.write import whole_file, write_file
from live_rig.wiring import each_bus_apart

CAPTURE_S = 4.0
LOOK_EVERY_S = 0.02
AFTERGLOW_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep what was played there (without a display: finale/)")
    parser.add_argument("--no-window", action="store_true", help="a live line in the terminal instead")
    parser.add_argument("--device", metavar="NAME", help="audio device, or: virtual")


def run(args: argparse.Namespace) -> int:
    """Play the finale once, then say how close the band was, part by part."""
    folder = examples_dir() / BUNDLED
    arc = read_arc(folder / "drummer")
    with_window = has_display() and not args.no_window
    out = args.out or (None if with_window else Path("finale"))
    engine = Engine(read_show(folder), Setup(args.device, arc.drums, (), each_bus_apart(1), CAPTURE_S))
    line, files = Line(), None

    async def play(address: DoorAddress) -> None:
        nonlocal files
        files = BusFiles(engine, out) if out else None
        window = open_window(address, fullscreen=False) if with_window else None
        try:
            shown = "The window shows it." if window else ""
            if engine.order.missing:
                raise engine.order.missing
            say(f"The finale, on {engine.device_name}: {arc.length_s:.0f} s. {shown}".rstrip())
            await play_through(engine, arc, line, files)
        finally:
            if window:
                end_window(window)

    code = asyncio.run(played(engine, 0, play))
    print()
    print(arc.report(line))
    if files and files.fault:
        raise files.fault
    if out:
        with whole_file(out / "trace.csv") as trace:
            line.write(trace)
        write_file(out / "summary.json", json.dumps(arc.summary(line), indent=1) + "\n")
        print(f"What was played is in {out}")
    return code


async def play_through(engine: Engine, arc: Arc, line: Line, files: BusFiles | None) -> None:
    """From the first stroke to a little after the last."""
    player = ScriptPlayer(engine, arc.script)
    is_terminal = sys.stdout.isatty()
    shown_s = -1.0
    try:
        while (now_s := engine.now_s()) < arc.length_s + AFTERGLOW_S:
            player.play_until(now_s)
            line.look(engine.instrument, engine.drums_to_line_frames())
            if files:
                files.collect()
            if now_s - shown_s >= (0.1 if is_terminal else 2.0):
                shown_s = now_s
                now = live_line(engine, arc, now_s)
                say(f"\r{now}" if is_terminal else now, end="" if is_terminal else "\n")
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        if files:
            files.close()


def live_line(engine: Engine, arc: Arc, now_s: float) -> str:
    """One line: the part of the arc, who leads, the tempo, how far apart they are."""
    state = engine.state()
    apart = "" if state.asynchrony_ms is None else f"{state.asynchrony_ms:+5.0f} ms"
    place = f"bar {state.bar:3d} {state.section}" if state.is_playing else "the drummer alone" if state.is_listening else ""
    return f"{now_s:5.1f} s  {arc.part_at(now_s):<10} {state.leader:<9} {state.bpm:5.0f} bpm  {apart:>8}  {place:<24}"
