"""The band comes out of loudspeakers beside the drums: the rig goes on with the drummer, not with itself."""

import numpy as np
import pytest

from bench.loudspeakers import judged, off_s, song_in
from bench.setting.corpus import CORPUS


@pytest.mark.skipif(not (CORPUS / "index.csv").exists(), reason=f"no drum takes in {CORPUS} (LIVE_RIG_CORPUS)")
def test_through_a_break_of_the_drummers_the_band_in_his_microphone_is_not_taken_for_him() -> None:
    spread_ms, share_off = judged(off_s(CORPUS / "brk_03_rock-2bars", -20.0))
    assert spread_ms < 45
    assert share_off == 0


@pytest.mark.parametrize("bpm", [50, 120, 330])
def test_the_tune_is_counted_in_the_takes_tempo(bpm: float) -> None:
    song = song_in(bpm)
    assert song.tempo_bpm == bpm
    recorded_bpm = 60 / np.median(np.diff(song.beat_map.time_s))
    assert 0.5 < bpm / recorded_bpm <= 1.01
