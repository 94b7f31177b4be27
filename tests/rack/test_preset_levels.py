"""The shipped presets on the corpus's kits: as loud as the dry kit, and never over full scale."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from live_rig.rack.inline import InlineRack
from live_rig.rack.preset_reader import read_preset

TREE = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", TREE.parent / "shared" / "corpus"))
TAKES = ("steady_11_rock-90", "caravan_04_samba-320", "steady_07_afrobeat-110", "jtd_07_allthethingsyouare", "jump_02_funk--12")
SECONDS, SAMPLERATE, BLOCK = 5, 44_100, 64


def level_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound**2)))


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS} (set LIVE_RIG_CORPUS)")
@pytest.mark.parametrize("file", sorted((TREE / "presets").glob("*.toml")), ids=lambda file: file.stem)
def test_a_shipped_preset_is_about_as_loud_as_the_dry_kit_and_does_not_clip(file: Path) -> None:
    louder_db = []
    for take in TAKES:
        heard, samplerate = soundfile.read(CORPUS / take / "audio.flac", frames=SECONDS * SAMPLERATE, dtype="float32")
        rack, out = InlineRack(read_preset(file), samplerate, 1, BLOCK), []
        assert rack.says == ()
        for start in range(0, len(heard) - BLOCK, BLOCK):
            out.append(rack.drums.step(heard[None, start : start + BLOCK], start))
            rack.process()
        drums = np.concatenate(out, axis=1)
        assert np.abs(drums).max() < 1.0
        assert rack.drums.blocks_dry == 0
        louder_db.append(level_db(drums) - level_db(heard))
    assert abs(np.median(louder_db)) < 3.0
