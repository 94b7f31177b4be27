"""The human takes of the corpus: their beats are maps, whatever the tempo did. Needs the corpus beside the checkout."""

import os
from pathlib import Path

import pytest

from live_rig.show.beats_csv import beat_map_of, meter_faults, parse_beats, usual_beats_per_bar

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
TAKES = sorted(CORPUS.glob("*/beats.csv"))


@pytest.mark.skipif(not TAKES, reason=f"no corpus in {CORPUS}; LIVE_RIG_CORPUS says where it is")
def test_every_take_is_a_beat_map() -> None:
    for take in TAKES:
        beats, faults = parse_beats(take.read_text())
        assert faults == [], take
        assert meter_faults(beats, f"{usual_beats_per_bar(beats)}/4") == [], take
        beat_map = beat_map_of(beats)
        assert beat_map.time_at(beat_map.last_beat) == beats[-1].time_s
