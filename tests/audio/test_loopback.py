"""The round trip, on a cable made of JACK whose delay is known; and bursts that are looked for in what was heard."""

import json
import subprocess
import sys

import numpy as np
import pytest

from bench.setting import LIVE_RIG
from bench.setting.jack_server import JackServer
from live_rig.audio.loopback import BURST_FRAMES, way_frames
from tests.audio.started import started

rng = np.random.default_rng(4)
burst = rng.choice([-0.25, 0.25], BURST_FRAMES).astype(np.float32)


def test_the_round_trip_of_a_cable_of_one_block_is_one_block_and_of_no_cable_none() -> None:
    with started(JackServer(64, cables=2)) as server:
        said = [
            subprocess.run(
                [sys.executable, "-c", LIVE_RIG, "devices", "measure", "loopback", "--output", "2", *words],
                env=server.environ,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            for words in (["--input", "2", "--json"], ["--input", "1"])
        ]
    assert said[0].returncode == 0, said[0].stderr
    assert json.loads(said[0].stdout)["round_trip_ms"] == pytest.approx(1000 * 64 / 48_000)
    assert said[1].returncode == 2
    assert "Nothing that was sent came back (loopback). Put a cable from output 2 to input 1" in said[1].stderr


@pytest.mark.parametrize("way", [0, 1, 64, 5_000])
@pytest.mark.parametrize("gain", [1.0, -0.02], ids=["as it is", "faint and the wrong way round"])
def test_a_burst_is_found_where_it_is_in_noise(way: int, gain: float) -> None:
    heard = rng.normal(0.0, 0.002, 12_000).astype(np.float32)
    heard[way : way + BURST_FRAMES] += gain * burst
    assert way_frames(heard, burst) == way


def test_noise_and_silence_are_no_burst() -> None:
    assert way_frames(np.zeros(12_000, np.float32), burst) is None
    assert way_frames(rng.normal(0.0, 0.1, 12_000).astype(np.float32), burst) is None
