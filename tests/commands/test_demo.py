"""`live-rig demo` as a newcomer meets it: how the finale begins, played by the real engine in its own time, and how it ends."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

CHECKOUT = Path(__file__).parents[2]
PATIENCE_S = 90.0
LENGTH_S = 18.0  # of the performance: the drummer is alone, and cues the band in
BEGINNING = f"""
import dataclasses, live_rig.commands.demo as demo
whole = demo.read_arc
demo.read_arc = lambda folder: dataclasses.replace(whole(folder), length_s={LENGTH_S})
"""
TOLD_AGAIN = """
import os, live_rig.engine as engine
close = engine.Engine.close
def told_again(self):
    for _ in range(3):
        os.kill(os.getpid(), {signal})
    close(self)
engine.Engine.close = told_again
"""
MAIN = "from live_rig.cli import main; raise SystemExit(main())"


@pytest.fixture
def place(tmp_path: Path, decoded_festival: Path) -> Path:
    """A home of the test's own, whose user has played the bundled show before."""
    shutil.copytree(decoded_festival, tmp_path / "cache" / "live-rig", copy_function=os.link)
    return tmp_path


@contextmanager
def demo(place: Path, before: str = "", **own: str) -> Iterator[subprocess.Popen[str]]:
    """Without a display unless `own` has one, at home in a folder of its own; killed with the block, if it plays on then."""
    shown_by = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    own |= {name: value for name, value in os.environ.items() if name not in shown_by}
    own |= {
        "PYTHONPATH": str(CHECKOUT),
        "HOME": str(place),
        "XDG_RUNTIME_DIR": str(place),
        "XDG_CACHE_HOME": str(place / "cache"),
    }
    words = [sys.executable, "-c", f"{before}\n{MAIN}", "demo", "--device", "virtual"]
    with subprocess.Popen(words, cwd=place, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_finale_is_played_and_what_was_heard_is_kept_and_told(place: Path) -> None:
    with demo(place, BEGINNING) as process:
        out, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert "the drummer alone" in out
    assert "bar   1 intro" in out or "bar   2 intro" in out
    assert "the drummer has the tempo" in out
    finale = place / "finale"
    part = json.loads((finale / "summary.json").read_text())["parts"]["band in"]
    assert part["beats_with_band"] > 8
    assert part["median_ms"] < 20
    for name in ("band", "drums", "mix"):
        sound, rate = soundfile.read(finale / f"{name}.wav")
        assert len(sound) > LENGTH_S * rate, name
        assert np.isfinite(sound).all()
        assert 0.05 < np.abs(sound).max() <= 1, name
    with (finale / "trace.csv").open(newline="") as file:
        assert {row["authority"] for row in csv.DictReader(file)} >= {"drummer"}


@pytest.mark.parametrize("own", [{}, {"QT_QPA_PLATFORM": "offscreen"}], ids=["in the terminal", "with its window"])
def test_it_ends_when_it_is_told_to_and_leaves_nothing_behind(place: Path, own: dict[str, str]) -> None:
    with demo(place, **own) as process:
        assert process.stdout is not None
        assert "The finale" in process.stdout.readline()
        ours = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 143
    assert said == ""
    assert psutil.wait_procs(ours, timeout=PATIENCE_S)[1] == []


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "Ctrl-C"])
def test_told_to_end_again_while_it_ends_it_ends_as_it_would_have(place: Path, told: signal.Signals, code: int) -> None:
    with demo(place, TOLD_AGAIN.format(signal=int(told))) as process:
        assert process.stdout is not None
        assert "The finale" in process.stdout.readline()
        ours = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(told)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert said == ""
    assert psutil.wait_procs(ours, timeout=PATIENCE_S)[1] == []
