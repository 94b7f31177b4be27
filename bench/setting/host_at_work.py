"""The rig on twelve inputs with forty effects, the band playing, the window open, another preset every two seconds, and a
thread that computes in Python without ever letting go by itself.

    python -c "from bench.setting.host_at_work import main; main()" --seconds 60

Prints "measuring" when it all runs, and at the end what was counted from then on, as JSON.
"""

import argparse
import asyncio
import json
import tempfile
import threading
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import psutil

from bench.rack import busy
from bench.setting.rig_at_work import LOOK_EVERY_S, SETTLES_S, counts
from bench.setting.twelve_strips import INPUTS, write_presets
from live_rig.commands.engine import BUNDLED, played
from live_rig.commands.stage import open_window
from live_rig.control.protocol import DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.show.setlist import Audio
from live_rig.show.store import read_show

SWITCH_EVERY_S = 2.0
AT_A_SWITCH_S = 0.25  # what is dry so soon after one counts as its doing
READY_WITHIN_S = 60.0


async def until_ready(engine: Engine, names: list[str]) -> None:
    """The first preset is heard, and all stand ready."""
    engine.do("preset", names[0])
    until_s = time.monotonic() + READY_WITHIN_S
    while engine.rack.status() != "on" or engine.rack.kept_ready < len(engine.show.presets):
        if time.monotonic() > until_s:
            raise SystemExit(f"The effects did not come on: {engine.rack.status()}, {engine.rack.alerts()}")
        await asyncio.sleep(LOOK_EVERY_S)


async def work(engine: Engine, address: DoorAddress, names: list[str], seconds: float) -> None:
    """All of it at once, and counted."""
    window = open_window(address, fullscreen=False)
    engine.do("song", "salt-road")
    await until_ready(engine, names)
    engine.do("give", "")
    engine.do("start", "")
    await asyncio.sleep(SETTLES_S)
    processes = [psutil.Process(pid) for pid in engine.rack.process_ids]
    before, racks_before_s = counts(engine), sum(sum(process.cpu_times()[:2]) for process in processes)
    print("measuring", flush=True)
    dry_at_switch = switches = 0
    turn = cycle(names)
    next(turn)
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        dry = engine.instrument.drums.blocks_dry
        engine.do("preset", next(turn))
        switches += 1
        await asyncio.sleep(AT_A_SWITCH_S)
        dry_at_switch += engine.instrument.drums.blocks_dry - dry
        await asyncio.sleep(SWITCH_EVERY_S - AT_A_SWITCH_S)
        if not engine.state().is_playing:  # the song has ended: once more
            engine.do("stop", "")
            engine.do("start", "")
    after, racks_s = counts(engine), sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())
    figures = {name: after[name] - before[name] for name in after} | {"longest_ns": after["longest_ns"]}
    figures |= {"switches": switches, "dry_at_switch": dry_at_switch, "racks_cpu_s": racks_s - racks_before_s}
    print(json.dumps(figures | {"window_lives": window.poll() is None}), flush=True)
    window.terminate()
    window.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write_presets(Path(folder))
        show = read_show(examples_dir() / BUNDLED)
        show = replace(show, audio=Audio(inputs=INPUTS, outputs=2), presets={**show.presets, **files})
        engine = Engine(show, Setup("system"))
        threading.Thread(target=busy, args=(threading.Event(),), name="busy", daemon=True).start()
        asyncio.run(played(engine, 0, lambda address: work(engine, address, list(files), args.seconds)))


if __name__ == "__main__":
    main()
