"""Stems that are lost while they play: the band goes on, and it is said which."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cython_core.band import Band
from cython_core.stems import Stems
from live_rig.band.lost_stems import StemWatch
from live_rig.band.stems import open_stems
from live_rig.show.beat_map import BeatMap
from live_rig.show.edition import edition_of
from live_rig.show.section import Section
from live_rig.show.song import Song
from live_rig.show.stem import Stem

RATE_HZ, CHUNK, LENGTH_S = 48_000, 256, 30.0


@pytest.fixture
def tune(tmp_path: Path) -> Song:
    """Half a minute of a low tone and a high one."""
    t = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    for name, hz in (("low", 110.0), ("high", 880.0)):
        soundfile.write(tmp_path / f"{name}.wav", 0.3 * np.sin(2 * np.pi * hz * t), RATE_HZ)
    beat = np.arange(60)
    return Song(
        id="tune",
        title="Tune",
        tempo_bpm=120,
        folder=tmp_path,
        stems=(Stem(name="low", file="low.wav"), Stem(name="high", file="high.wav")),
        sections=(Section(name="all", first_bar=1, length_bars=15),),
        beat_map=BeatMap(beat.astype(float), beat * 0.5, beat % 4 + 1),
        edition=edition_of(tmp_path, ["low.wav", "high.wav"]),
    )


def play_on(band: Band, stems: Stems, first: int, seconds: float) -> np.ndarray:
    """What is heard in the next seconds, the prefetch thread having its turn after every chunk."""
    heard = []
    for frame in range(first, first + round(seconds * RATE_HZ), CHUNK):
        ordered = frame + band.ahead_frames
        band.order(ordered, ordered, stems=stems)
        band.serve()
        stems.load()
        heard.append(band.read(frame, CHUNK))
    return np.concatenate(heard, axis=1)


def level(sound: np.ndarray, hz: float) -> float:
    """Of a tone in the last half second."""
    tail = sound[0, -RATE_HZ // 2 :] * np.hanning(RATE_HZ // 2)
    return float(np.abs(np.exp(-2j * np.pi * hz * np.arange(len(tail)) / RATE_HZ) @ tail) * 4 / len(tail))


def both_files(tune: Song, cache: Path, name: str) -> tuple[Path, Path]:
    """The stem's file in the show, and its copy in the cache; `high` is the one decoded last."""
    copies = sorted((cache / "stems").glob("*.npy"), key=lambda path: path.stat().st_mtime_ns)
    return tune.folder / f"{name}.wav", copies[["low", "high"].index(name)]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 10)


GONE = 'Files of "Tune" have gone: high.wav. It plays on; put them back'
WRITTEN_ANEW = '"Tune" was written anew. It plays on as it was; load it again to hear that'


@pytest.mark.parametrize(("lose", "words"), [(Path.unlink, GONE), (cut, WRITTEN_ANEW)])
def test_a_stem_whose_file_is_lost_plays_on_and_is_told_of_once(
    tune: Song, tmp_path: Path, lose: Callable[[Path], None], words: str
) -> None:
    stems, band = open_stems(tune, RATE_HZ, tmp_path / "cache"), Band(RATE_HZ)
    watch = StemWatch(tune, stems)
    stems.load()
    play_on(band, stems, 0, 1.0)
    assert watch.look() == []
    lose(both_files(tune, tmp_path / "cache", "high")[0])
    assert watch.look() == [words]
    assert watch.look() == []
    heard = play_on(band, stems, RATE_HZ // CHUNK * CHUNK, 14.0)
    assert level(heard, 110) == pytest.approx(0.3, rel=0.02)
    assert level(heard, 880) == pytest.approx(0.3, rel=0.02)


def test_a_disk_that_was_pulled_and_is_back_leaves_nothing_to_say(tune: Song, tmp_path: Path) -> None:
    watch = StemWatch(tune, open_stems(tune, RATE_HZ, tmp_path / "cache"))
    moved = tune.model_copy(update={"folder": tmp_path / "elsewhere"})
    watch._song = moved
    assert watch.look() == ['Files of "Tune" have gone: high.wav, low.wav. It plays on; put them back']
    watch._song = tune
    assert watch.look() == []


def test_a_copy_that_is_deleted_while_it_plays_plays_on(tune: Song, tmp_path: Path) -> None:
    stems, band = open_stems(tune, RATE_HZ, tmp_path / "cache"), Band(RATE_HZ)
    stems.load()
    both_files(tune, tmp_path / "cache", "high")[1].unlink()
    assert level(play_on(band, stems, 0, 14.0), 880) == pytest.approx(0.3, rel=0.02)
    assert stems.unreadable == ()


def test_a_copy_that_is_cut_short_while_it_plays_is_a_silent_stem_and_named(tune: Song, tmp_path: Path) -> None:
    stems, band = open_stems(tune, RATE_HZ, tmp_path / "cache"), Band(RATE_HZ)
    watch = StemWatch(tune, stems)
    stems.load()
    play_on(band, stems, 0, 1.0)
    cut(both_files(tune, tmp_path / "cache", "high")[1])
    heard = play_on(band, stems, RATE_HZ // CHUNK * CHUNK, 14.0)
    assert level(heard, 110) == pytest.approx(0.3, rel=0.02)
    assert level(heard, 880) < 0.001
    assert np.isfinite(heard).all()
    assert stems.missed_frames == 0
    assert watch.look() == ['"high" cannot be read any more: the band goes on without it']
