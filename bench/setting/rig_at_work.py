"""The rig as on stage, in a process of its own: the engine, the window, a rack of seven effects, and the finale, over and over.

    python -c "from bench.setting.rig_at_work import main; main()" --device system --seconds 60 [--busy] [--switch-presets]

The bundled drummer plays, takes the tempo, and the band follows him. Prints "measuring" when it all runs, and at the end what
was counted from then on, as JSON. --busy: a thread of the engine's process computes in Python without ever letting go by
itself. --switch-presets: every five seconds the next of the bundled presets.
"""

import argparse
import asyncio
import json
import threading
import time
from dataclasses import replace
from itertools import cycle

from bench.rack import SEVEN, busy, stolen_s
from cython_core.transport import State
from live_rig.commands.engine import BUNDLED, played
from live_rig.commands.stage import open_window
from live_rig.control.protocol import DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.rehearsal.arc import Arc, read_arc
from live_rig.rehearsal.script_player import ScriptPlayer
from live_rig.show.store import read_show

SETTLES_S = 4.0  # for the window to stand and the processes' first pages to be there
EFFECTS_WITHIN_S = 30.0
LOOK_EVERY_S = 0.02
PRESET_EVERY_S = 5.0


def counts(engine: Engine) -> dict[str, float]:
    """Everything that is counted, as it stands."""
    rack = engine.rack.counts
    return {
        **{name: float(count) for name, count in engine.device.counts.items()},
        "blocks": engine.instrument.drums.blocks,
        "blocks_dry": engine.instrument.drums.blocks_dry,
        "delay_changes": engine.instrument.drums.delay_changes,
        "band_frames_missing": engine.instrument.exchange.snapshot()["band_frames_missing"],
        "rack_late": rack.late if rack else 0,
        "stolen_ms": 1000 * stolen_s(),
        "clock_s": time.monotonic(),
    }


async def effects_are_on(engine: Engine) -> None:
    """Seven of them, in place of the song's own."""
    engine.rack.load_next(SEVEN)
    engine.rack.switch()
    until_s = time.monotonic() + EFFECTS_WITHIN_S
    while engine.rack.preset != SEVEN or engine.rack.status() != "on":
        if time.monotonic() > until_s:
            raise SystemExit(f"The effects did not come on: {engine.rack.alerts()}")
        await asyncio.sleep(LOOK_EVERY_S)


async def play_finale(engine: Engine, arc: Arc, until_s: float) -> tuple[int, int]:
    """Once, or until `until_s` of the engine's time: (looks at which the band played, looks)."""
    engine.do("stop", "")
    engine.do("song", "salt-road")
    engine.device.rewind()
    begun_s = engine.now_s()
    player = ScriptPlayer(engine, [replace(row, time_s=begun_s + row.time_s) for row in arc.script])
    playing = looks = 0
    while (now_s := engine.now_s()) < min(until_s, begun_s + arc.length_s):
        player.play_until(now_s)
        playing += engine.instrument.exchange.snapshot()["state"] == State.PLAYING
        looks += 1
        await asyncio.sleep(LOOK_EVERY_S)
    return playing, looks


async def switch_presets(engine: Engine) -> None:
    """One after the other, until cancelled."""
    for name in cycle(engine.show.presets):
        await asyncio.sleep(PRESET_EVERY_S)
        engine.do("preset", name)


async def work(engine: Engine, address: DoorAddress, seconds: float, with_switches: bool) -> None:
    """All of it at once, and counted."""
    arc = read_arc(examples_dir() / BUNDLED / "drummer")
    window = open_window(address, fullscreen=False)
    await effects_are_on(engine)
    await asyncio.sleep(SETTLES_S)
    before = counts(engine)
    print("measuring", flush=True)
    playing = looks = 0
    switching = asyncio.create_task(switch_presets(engine)) if with_switches else None
    until_s = engine.now_s() + seconds
    while engine.now_s() < until_s:
        played_now, looked_now = await play_finale(engine, arc, until_s)
        playing, looks = playing + played_now, looks + looked_now
    if switching:
        switching.cancel()
    after = counts(engine)
    figures = {name: after[name] - before[name] for name in after}
    figures["longest_ns"] = after["longest_ns"]  # since the start
    print(json.dumps(figures | {"band_share": playing / looks, "window_lives": window.poll() is None}), flush=True)
    window.terminate()
    window.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="virtual")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--switch-presets", action="store_true")
    args = parser.parse_args()
    folder = examples_dir() / BUNDLED
    engine = Engine(read_show(folder), Setup(args.device, read_arc(folder / "drummer").drums))
    if args.busy:
        threading.Thread(target=busy, args=(threading.Event(),), name="busy", daemon=True).start()
    asyncio.run(played(engine, 0, lambda address: work(engine, address, args.seconds, args.switch_presets)))


if __name__ == "__main__":
    main()
