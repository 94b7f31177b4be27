"""The detector on people's drumming, where the corpus is beside the checkout."""

import os
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from cython_core.drum_notes import note_onset
from cython_core.onsets import Look, Onsets

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not (CORPUS / "index.csv").exists(), reason=f"no drum takes in {CORPUS} (LIVE_RIG_CORPUS)")

LOUD = 0.6  # strength of the strokes that have to be heard
TAKES = ["steady_04_jazz-200-34", "caravan_03_rhumba-280", "drift_01_rock", "jtd_04_betweenthedeviland", "ramp_03_punk-140-200"]


def strokes(path: Path) -> list[tuple[float, np.void]]:
    now_s, heard = 0.0, []
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type == "note_on":
            heard += [(now_s, onset) for onset in note_onset(message.note, message.velocity)]
    return heard


@pytest.mark.parametrize("take", TAKES)
def test_loud_strokes_are_heard_in_time_and_little_else(take: str) -> None:
    sound, rate = soundfile.read(CORPUS / take / "audio.flac", dtype="float32")
    found = Onsets(rate).feed(sound)
    found_s = found["frame"][found["look"] == Look.FIRST] / rate
    struck_s = np.array([time_s for time_s, _ in strokes(CORPUS / take / "perf.mid")])
    loud_s = np.array([time_s for time_s, onset in strokes(CORPUS / take / "perf.mid") if onset["strength"] > LOUD])
    off_s = np.min(np.abs(loud_s[:, None] - found_s), axis=1)
    assert np.mean(off_s < 0.020) > 0.95
    assert np.median(off_s) < 0.003
    assert np.mean(np.min(np.abs(found_s[:, None] - struck_s), axis=1) < 0.020) > 0.9


def test_a_lone_kick_is_told_as_a_kick_and_a_lone_snare_as_a_snare() -> None:
    right: dict[str, list[bool]] = {"kick": [], "snare": []}
    for take in ("ramp_01_rock-90-180", "ramp_03_punk-140-200", "caravan_07_songo-260-330"):
        sound, rate = soundfile.read(CORPUS / take / "audio.flac", dtype="float32")
        found, struck = Onsets(rate).feed(sound), strokes(CORPUS / take / "perf.mid")
        found = found[found["look"] == Look.SECOND]
        for time_s, onset in struck:
            is_alone = sum(abs(other_s - time_s) < 0.030 for other_s, _ in struck) == 1
            near = found[np.abs(found["frame"] / rate - time_s) < 0.020]
            for kind, results in right.items():
                if is_alone and onset[kind] and onset["strength"] > LOUD and len(near):
                    results.append(near[kind].max() > 0.5)
    assert {kind: np.mean(results) > 0.85 for kind, results in right.items()} == {"kick": True, "snare": True}
