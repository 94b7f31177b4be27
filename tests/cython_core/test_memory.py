"""What the audio path works on is there before the first sound, and kept there."""

import gc
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cython_core.drums import Drums
from cython_core.follower import Follower
from live_rig.conducting.chart import chart_of
from live_rig.instrument import Instrument
from live_rig.wiring import each_bus_apart
from tests.playing import RATE_HZ, song

BLOCK = 64
STROKES_S = np.arange(0.5, 1.5, 0.25)

# In a process of its own, since a right that was given up is gone: no right to lock, and none to take one.
WITHOUT_THE_RIGHT = """
import json, os, resource
from cython_core.follower import Follower
from cython_core.memory import not_locked
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
if os.geteuid() == 0:
    os.setuid(65534)
before, follower = not_locked(), Follower(48_000, 120, 4)
print(json.dumps([before, not_locked(), follower.tick([], 32).bpm]))
"""


def noises() -> np.ndarray:
    """Blocks of a noise that dies away, at each of the strokes: float32 (blocks, 1, BLOCK)."""
    sound = np.full(2 * RATE_HZ, 1e-9, np.float32)
    for at_s in STROKES_S:
        at = round(at_s * RATE_HZ)
        sound[at : at + 4800] += np.random.default_rng(1).standard_normal(4800) * np.exp(-np.arange(4800) / 900) * 0.5
    return sound.reshape(-1, 1, BLOCK)


def pages_waited_for(rig: Instrument) -> int:
    """How often the thread had to wait for a page while the strokes came in."""
    import resource

    rig.load(chart_of(song(120), RATE_HZ, None))
    sound, played = noises(), np.ones((rig.outputs, BLOCK), np.float32)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for block in sound:
        rig.rig.step(block, played)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


@pytest.mark.skipif(sys.platform != "linux", reason="counts what Linux calls minor faults")
def test_no_stroke_waits_for_a_page_of_memory() -> None:
    first, second = (Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK) for _ in range(2))
    pages_waited_for(first)  # which reaches the code
    assert pages_waited_for(second) == 0
    assert second.exchange.snapshot()["confidence"] > 0  # the strokes were heard


def left_as_it_is_kb() -> int:
    """Memory of this process of which the system is to make no other pages."""
    parts = re.findall(r"^Size: +(\d+) kB$.*?^VmFlags:([^\n]*)", Path("/proc/self/smaps").read_text(), re.MULTILINE | re.DOTALL)
    return sum(int(size_kb) for size_kb, flags in parts if "nh" in flags.split())


@pytest.mark.skipif(not Path("/sys/kernel/mm/transparent_hugepage").exists(), reason="large pages as Linux has them")
def test_no_pages_are_put_together_while_a_stroke_is_followed() -> None:
    gc.collect()  # or what other tests have left goes meanwhile
    before_kb, follower = left_as_it_is_kb(), Follower(RATE_HZ, 120, 4)
    assert left_as_it_is_kb() - before_kb > 20_000
    assert follower.samplerate_hz == RATE_HZ


@pytest.mark.skipif(sys.platform == "win32", reason="limits are set as POSIX does")
def test_what_the_system_will_not_lock_is_there_all_the_same_and_said() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_THE_RIGHT], capture_output=True, text=True, check=True)
    before, after, bpm = json.loads(ran.stdout)
    assert (before, bpm) == ("", 120)
    assert after in ("Cannot allocate memory", "Operation not permitted", "Resource temporarily unavailable")
