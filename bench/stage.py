"""What the stage window costs: CPU seconds of its process for each second, told 30 states a second by a real door.

    python bench/stage.py [SECONDS] [WIDTHxHEIGHT ...]          (on Linux without a display, Xvfb is started)

The states are those of a song at 330 bpm: the beat runs, levels and asynchrony change with every state, bars and cues go
by. To reach: under 0.20 of a core.
"""

import argparse
import asyncio
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from PyQt6.QtCore import QEvent, QObject, QTimer
from PyQt6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_rig.control.protocol import STATES_PER_S, Desk, Knob, StageState, StemStrip, read_from_server
from live_rig.control.server import new_token, serve
from ui.link import Link
from ui.stage.window import StageWindow

CHECKOUT = Path(__file__).parents[1]
SETTLE_S = 3.0
BPM = 330.0
TO_REACH = 0.20


def busy_state(now_s: float) -> StageState:
    """The busiest a stage gets: 330 bpm, all meters moving, a vamp of eight bars with its cues."""
    beat = now_s * BPM / 60
    bar = int(beat // 4)
    return StageState(
        time_s=now_s,
        song_id="festival",
        song_title="Festival",
        song_number=1,
        song_count=2,
        setlist=("Festival", "Lantern"),
        chart_bpm=330.0,
        section="solo",
        next_section="finale",
        bar=bar + 1,
        bars=9999,
        bar_in_section=bar % 8 + 1,
        bars_in_section=8,
        beat_in_bar=int(beat % 4) + 1,
        phase=beat % 1,
        bpm=BPM + 3 * math.sin(now_s),
        leader="drummer",
        asynchrony_ms=25 * math.sin(now_s * 3),
        is_playing=True,
        next_cue="watch me",
        bars_to_next_cue=8 - beat / 4 % 8,
        input_db=-30 + 20 * math.sin(now_s * 9),
        drums_db=-20 + 15 * math.sin(now_s * 7),
        band_db=-15 + 10 * math.sin(now_s * 5),
        preset="big-room",
        effects="on",
        device="Scarlett 18i8",
    )


async def cost(seconds: float, size: str) -> float:
    """CPU seconds of a window of `size` pixels, for each second."""
    start_s, desk = time.monotonic(), Desk()
    with tempfile.TemporaryDirectory() as folder:
        door_file = Path(folder) / "door.json"
        door = serve(
            lambda: busy_state(time.monotonic() - start_s),
            lambda *_: "",
            lambda: desk,
            port=0,
            token=new_token(),
            door_file=door_file,
        )
        async with door as address:
            words = [sys.executable, "-m", "ui.stage", "--url", address.url, "--token-file", str(door_file), "--size", size]
            window = await asyncio.create_subprocess_exec(*words, cwd=CHECKOUT)
            try:
                process = psutil.Process(window.pid)
                await asyncio.sleep(SETTLE_S)
                before, before_s = process.cpu_times(), time.monotonic()
                await asyncio.sleep(seconds)
                after, after_s = process.cpu_times(), time.monotonic()
                memory_mb = process.memory_info().rss / 1e6
            finally:
                window.terminate()
                await window.wait()
    used_s = after.user + after.system - before.user - before.system
    share = used_s / (after_s - before_s)
    print(f"{size:>10}: {share:.3f} of a core, {memory_mb:.0f} MB", flush=True)
    return share


def desk_cost(app: QApplication, seconds: float, size: str) -> float:
    """CPU seconds of this process, for each second, with the desk open; one of 300 knobs and a stem turn with each state."""
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    window.resize(*map(int, size.split("x")))
    window.show()
    window.open_desk()

    def tell() -> None:
        now_s = time.monotonic()
        turned = -30 + 20 * math.sin(now_s)
        knobs = tuple(
            Knob(name=f"snare.{n}", value=turned if n == 0 else 0.0, written=0.0, low=-60, high=24) for n in range(300)
        )
        window.desk.show_desk(read_from_server(Desk(preset="kit", knobs=knobs).to_wire()))  # type: ignore[arg-type]
        stem = StemStrip(name="bass", bus="band", level_db=turned, pan=0.0, is_muted=False, is_solo=False)
        window.show_state(busy_state(now_s).model_copy(update={"stems": (stem,)}))

    telling = QTimer()
    telling.timeout.connect(tell)
    telling.start(1000 // STATES_PER_S)
    QTimer.singleShot(round(seconds * 1000), app.quit)
    before_s = time.process_time()
    app.exec()
    window.close()
    share = (time.process_time() - before_s) / seconds
    print(f"{size:>10}: {share:.3f} of a core with the desk open and 300 knobs told 30 times a second", flush=True)
    return share


class PaintCount(QObject):
    """Counts how often the widget it watches is painted."""

    painted = 0

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: ARG002, N802
        self.painted += event is not None and event.type() == QEvent.Type.Paint
        return False


def pictures_per_s(app: QApplication, seconds: float) -> float:
    """How often the beat is really painted, in a window of this process."""
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    window.resize(1280, 800)
    window.show()
    counting = PaintCount()
    window.beat.installEventFilter(counting)
    telling = QTimer()
    telling.timeout.connect(lambda: window.show_state(busy_state(time.monotonic())))
    telling.start(1000 // STATES_PER_S)
    QTimer.singleShot(round(seconds * 1000), app.quit)
    app.exec()
    window.close()
    return counting.painted / seconds


def main() -> int:
    """Measure each size; 0 when all are cheap enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=float, default=20.0, metavar="SECONDS", help="for each size (20)")
    parser.add_argument("sizes", nargs="*", metavar="WIDTHxHEIGHT", default=["1280x800", "1920x1080"], help="of the window")
    args = parser.parse_args()
    with ExitStack() as stack:
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            stack.callback(start_display().terminate)
        shares = [asyncio.run(cost(args.seconds, size)) for size in args.sizes]
        app = QApplication(["bench"])
        shares += [desk_cost(app, args.seconds, size) for size in args.sizes]
        print(f"  the beat: {pictures_per_s(app, args.seconds):.1f} pictures a second", flush=True)
    return 0 if max(shares) < TO_REACH else 1


def start_display() -> subprocess.Popen[bytes]:
    """A display of memory, at the first free number."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        sys.exit("There is no display and no Xvfb. Install it: apt install xvfb")
    reading, writing = os.pipe()
    display = subprocess.Popen(
        [xvfb, "-displayfd", str(writing), "-screen", "0", "3840x2160x24"], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    return display


if __name__ == "__main__":
    sys.exit(main())
