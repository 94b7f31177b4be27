"""Is the first minute whole? `make run` on the virtual device, with its window, and what kept it from being on time.

A watcher on each processor, before every other thread, is due once a millisecond: what makes it late is none of ours. Late
are the device's drop-outs; missing the frames for which the band fell silent, waited the blocks that would have lacked it.
Needs Linux, real-time priority, and Xvfb or a display. Run: python -m bench.first_minute [--seconds 60] [--block 256]
"""

import argparse
import asyncio
import os
import time
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

from bench.rack import stolen_s
from bench.stage import start_display
from live_rig.audio.sound_card import VIRTUAL_BLOCK
from live_rig.commands.demo import play_through
from live_rig.commands.engine import BUNDLED, played
from live_rig.commands.stage import open_window
from live_rig.control.protocol import DoorAddress
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.rehearsal.arc import read_arc
from live_rig.rehearsal.line import Line
from live_rig.show.store import read_show

BEFORE_ALL = 90
DUE_EVERY_S = 0.001
STALL_S = 0.002


def watch_processor(number: int, seconds: float, said: "SimpleQueue[str]") -> None:
    """How often, and how long, nothing could run on a processor."""
    os.sched_setaffinity(0, {number})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(BEFORE_ALL))
    stalls, end_s = [], time.monotonic() + seconds
    while (begun_s := time.monotonic()) < end_s:
        time.sleep(DUE_EVERY_S)
        stalls.append(time.monotonic() - begun_s - DUE_EVERY_S)
    long = [1e3 * stall for stall in stalls if stall > STALL_S]
    said.put(f"processor {number} stood still {len(long)} times, {sum(long):.0f} ms in all, {1e3 * max(stalls):.0f} at most")


async def play(engine: Engine, address: DoorAddress, seconds: float) -> None:
    """The finale's beginning, as `live-rig demo` plays it."""
    window = open_window(address, fullscreen=False)
    try:
        async with asyncio.timeout(seconds):
            await play_through(engine, read_arc(examples_dir() / BUNDLED / "drummer"), Line(), None)
    except TimeoutError:
        pass
    finally:
        window.terminate()
        window.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--block", type=int, default=VIRTUAL_BLOCK, help="frames")
    args = parser.parse_args()
    display = start_display()
    context = get_context("spawn")
    said: SimpleQueue[str] = context.SimpleQueue()
    watchers = [context.Process(target=watch_processor, args=(cpu, args.seconds, said)) for cpu in os.sched_getaffinity(0)]
    folder = examples_dir() / BUNDLED
    show = read_show(folder)
    show = replace(show, audio=show.audio.model_copy(update={"block": args.block}))
    engine = Engine(show, Setup("virtual", read_arc(folder / "drummer").drums))
    stolen_before_s = stolen_s()
    for watcher in watchers:
        watcher.start()
    asyncio.run(played(engine, 0, lambda address: play(engine, address, args.seconds)))
    counts, band = engine.device.counts, engine.instrument.band
    print(f"\nblocks of {args.block}: {counts['late']} late of {counts['callbacks']}, {counts['waited']} waited for the band")
    print(f"of the band {band.frames_missing} frames missing, fewest ready {band.least_spare_frames}")
    print(f"{engine.instrument.drums.blocks_dry} blocks without effects")
    for _ in watchers:
        print(said.get())
    print(f"the host says that it took {1e3 * (stolen_s() - stolen_before_s):.0f} ms; load {os.getloadavg()[0]:.0f}")
    if display:
        display.terminate()


if __name__ == "__main__":
    main()
