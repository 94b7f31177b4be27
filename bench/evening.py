"""What does a long evening cost? A set of many songs, walked through from the door: memory, locked memory, threads, files.

    python -m bench.evening [--songs 12] [--commands 400]

Copies of the bundled songs are a set, and the engine plays it on the virtual device. Through the door come songs in all
directions, keys and starts, in an order that is the same each time. Figures are the engine process's own, from /proc: the usual
one (the median) of each quarter of the evening, a moment after a command; the most of all; and at the end, where it began.
To reach: the last quarter takes no more than the first, and there is no alert (as there would be for a single frame that the
band lacked). Needs Linux.
"""

import argparse
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.setting import LIVE_RIG
from bench.stage import CHECKOUT
from live_rig.band.stems import open_stems
from live_rig.control.client import Door, connect
from live_rig.control.door_file import read_door_file
from live_rig.control.protocol import DoorAddress
from live_rig.errors import DoorError
from live_rig.paths import examples_dir
from live_rig.show.store import read_show

QUARTERS = 4
STARTS_WITHIN_S = 120.0
A_MOMENT_S = 2.5  # after which nothing more is let go
LOOK_AFTER = 10  # commands
MAY_GROW = 1.1
FIGURES = ("RSS, MB", "locked, MB", "threads", "files open", "stems mapped")


def write_show(folder: Path, songs: int) -> None:
    """The bundled songs over and over, and an engine's show around them."""
    bundled = examples_dir() / "festival"
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("songs"))
    there = sorted(each for each in (bundled / "songs").iterdir() if each.is_dir())
    ids = [f"song-{number}" for number in range(1, songs + 1)]
    for song_id, source in zip(ids, itertools.cycle(there), strict=False):
        shutil.copytree(source, folder / "songs" / song_id)
    toml = (folder / "show.toml").read_text(encoding="utf-8").splitlines()
    listed = [f"songs = {ids!r}".replace("'", '"') if line.startswith("songs =") else line for line in toml]
    (folder / "show.toml").write_text("\n".join(listed) + "\n", encoding="utf-8")


def figures(pid: int) -> tuple[float, ...]:
    """FIGURES, now."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in said)}
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    rss_mb, locked_mb = (float(status[name][0]) * 1024 / 1e6 for name in ("VmRSS", "VmLck"))
    return rss_mb, locked_mb, float(status["Threads"][0]), float(files), float(sum(line.endswith(".npy") for line in maps))


def commands(songs: int, count: int) -> list[tuple[str, str]]:
    """What a drummer and a conductor do in a hurry."""
    chance = random.Random(1)
    said = []
    for _ in range(count):
        song = f"song-{chance.randint(1, songs)}"
        said.append(
            chance.choices(
                [
                    ("next-song", ""),
                    ("previous-song", ""),
                    ("song", song),
                    ("key", chance.choice(["up", "down", "0", "2"])),
                    ("key", f"{song}={chance.choice([0, 2])}"),
                    ("start", ""),
                    ("next", ""),
                    ("unqueue", ""),
                ],
                weights=[5, 3, 3, 1, 1, 6, 2, 1],
            )[0]
        )
    return said


def address_of_engine(home: Path) -> DoorAddress:
    """Of its door, once it has opened it."""
    until_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until_s:
        if (address := read_door_file(home / "live-rig" / "door.json")) is not None:
            return address
        time.sleep(0.1)
    sys.exit("The engine did not start")


def walk(door: Door, pid: int, said: list[tuple[str, str]]) -> tuple[list[tuple[float, ...]], set[str], list[float]]:
    """Say it all: the figures at every look, the alerts, and how many ms each change of song took."""
    looks, alerts, took_ms = [], set[str](), []
    for number, (command, value) in enumerate(said):
        before_s = time.monotonic()
        try:
            door.do(command, value)
        except DoorError as refused:
            if "out of reach" not in str(refused):
                raise
        if command in ("song", "next-song", "previous-song"):
            took_ms.append(1e3 * (time.monotonic() - before_s))
        time.sleep(0.1)
        alerts.update(door.state().alerts)
        if number % LOOK_AFTER == LOOK_AFTER - 1:
            time.sleep(A_MOMENT_S)
            looks.append(figures(pid))
    return looks, alerts, took_ms


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=12)
    parser.add_argument("--commands", type=int, default=400)
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_show(folder / "show", args.songs)
        for song in read_show(folder / "show").songs:
            open_stems(song, 48_000, folder / "live-rig")  # decoded before, as on any but the first evening
        own = os.environ | {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
        words = [sys.executable, "-c", LIVE_RIG, "engine", str(folder / "show"), "--device", "virtual", "--port", "0"]
        engine = stack.enter_context(subprocess.Popen(words, cwd=CHECKOUT, env=own, stdout=subprocess.DEVNULL))
        stack.callback(engine.terminate)
        door = stack.enter_context(connect(address_of_engine(folder)))
        time.sleep(A_MOMENT_S)
        at_first = figures(engine.pid)
        looks, alerts, took_ms = walk(door, engine.pid, commands(args.songs, args.commands))
        door.do("song", "song-1")
        time.sleep(A_MOMENT_S)
        at_last = figures(engine.pid)
    quarter = max(1, len(looks) // QUARTERS)
    quarters = [
        [median(column) for column in zip(*looks[at : at + quarter], strict=True)]
        for at in range(0, quarter * QUARTERS, quarter)
    ]
    print("at first; usual in each quarter; most; at last".rjust(70))
    most = [max(column) for column in zip(*looks, strict=True)]
    for name, *row in zip(FIGURES, at_first, *quarters, most, at_last, strict=True):
        print(f"{name:>14}: " + " ".join(f"{figure:7.0f}" for figure in row))
    ordered_ms = sorted(took_ms)
    print(f"A change of song took {ordered_ms[len(ordered_ms) // 2]:.0f} ms, at most {ordered_ms[-1]:.0f}")
    print("Alerts:", "; ".join(sorted(alerts)) or "none")
    return int(bool(alerts) or any(last > MAY_GROW * second for second, last in zip(quarters[0], quarters[3], strict=True)))


if __name__ == "__main__":
    sys.exit(main())
