"""Into a song in minutes: beats found in the drums, or taken from another program; and given back to it."""

import csv
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from live_rig.importers.any_map import read_map
from live_rig.paths import examples_dir
from live_rig.show.store import read_show
from tests.commands.conftest import LiveRig

MAPS = Path(__file__).parents[1] / "data" / "maps"
FROM_S, LENGTH_S = 20.0, 22.0


@pytest.fixture
def show(live_rig: LiveRig, tmp_path: Path) -> Path:
    assert live_rig("new", tmp_path / "show").code == 0
    return tmp_path / "show"


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "keys.wav", np.full(12 * 8000, 0.1), 8000)
    return tmp_path / "keys.wav"


def test_with_no_beats_given_they_are_found_in_the_drums_and_it_says_how_sure(
    live_rig: LiveRig, show: Path, tmp_path: Path
) -> None:
    folder = examples_dir() / "festival" / "drummer"
    drums, rate = soundfile.read(folder / "audio.flac")
    drums = drums[int(FROM_S * rate) : int((FROM_S + LENGTH_S) * rate)]
    soundfile.write(tmp_path / "kit.wav", drums, rate)
    named = ["--id", "found", "--title", "Found", "--stem", f"drums={tmp_path / 'kit.wav'}"]
    added = live_rig("add-song", show, *named, "--tempo", "300", "--find-beats")
    assert (added.code, added.said) == (0, "")
    assert "Beats found" in added.out
    (song,) = read_show(show).songs
    with (folder / "beats.csv").open() as file:
        true = np.array([float(row["time_s"]) for row in csv.DictReader(file)]) - FROM_S
    true = true[(true > 0.5) & (true < LENGTH_S - 0.5)]
    near = [np.abs(song.beat_map.time_s - beat).min() for beat in true]
    assert np.mean(np.array(near) < 0.035) > 0.9


def test_a_sound_without_a_beat_is_said_and_nothing_is_written(live_rig: LiveRig, show: Path, silence: Path) -> None:
    soundfile.write(silence, np.zeros(12 * 48000), 48000)
    asked = live_rig("add-song", show, "--id", "none", "--title", "None", "--stem", f"keys={silence}")
    assert asked.code == 2
    assert "No beat was found" in asked.said
    assert list((show / "songs").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "meter", "sections"), [("set.als", "4/4", ["Verse", "Chorus"]), ("two-tempi.mid", "3/4", ["verse", "chorus"])]
)
def test_a_song_comes_from_another_programs_file(
    live_rig: LiveRig, show: Path, silence: Path, name: str, meter: str, sections: list[str]
) -> None:
    stem = f"keys={silence}"
    added = live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / name)
    assert (added.code, added.said) == (0, "")
    (song,) = read_show(show).songs
    assert (song.meter, [section.name for section in song.sections]) == (meter, sections)


def test_sections_come_from_reapers_regions(live_rig: LiveRig, show: Path, silence: Path) -> None:
    words = ["--id", "song", "--title", "Song", "--stem", f"keys={silence}"]
    assert live_rig("add-song", show, *words, "--beats", MAPS / "glide.rpp", "--marks", MAPS / "regions.csv").code == 0
    assert [section.name for section in read_show(show).songs[0].sections][:2] == ["Intro", "Solo, tenor"]


def test_names_are_no_beats(live_rig: LiveRig, show: Path, silence: Path) -> None:
    stem = f"keys={silence}"
    asked = live_rig("add-song", show, "--id", "a", "--title", "A", "--stem", stem, "--beats", MAPS / "sections.txt")
    assert asked.code == 2
    assert "no beats" in asked.said


def test_what_is_exported_is_what_was_imported(live_rig: LiveRig, show: Path, silence: Path, tmp_path: Path) -> None:
    stem = f"keys={silence}"
    live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / "set.als")
    exported = live_rig("export", show, "--song", "song", "--out", tmp_path / "out")
    assert (exported.code, exported.said) == (0, "")
    beats = read_show(show).songs[0].beat_map.time_s
    assert [beat.time_s for beat in read_map(tmp_path / "out/song.txt", 12.0).beats] == pytest.approx(beats, abs=1e-5)
    assert [beat.time_s for beat in read_map(tmp_path / "out/song.mid", 12.0).beats][: len(beats)] == pytest.approx(
        beats, abs=1e-4
    )
    assert mido.MidiFile(tmp_path / "out/song.mid").length > 0
    assert (tmp_path / "out/song.csv").read_text().startswith("time_s,beat_in_bar\n")


def test_the_beats_that_were_played_come_from_a_trace(live_rig: LiveRig, show: Path, silence: Path, tmp_path: Path) -> None:
    stem = f"keys={silence}"
    live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / "set.als")
    rows = [f"{n / 100:.4f},{'' if n < 100 else (n - 100) / 100 * 2.2:},130" for n in range(600)]
    (tmp_path / "trace.csv").write_text("\n".join(["time_s,song_beat,tempo_bpm", *rows]))
    assert live_rig("export", show, "--song", "song", "--played", tmp_path / "trace.csv", "--out", tmp_path).code == 0
    found = read_map(tmp_path / "song-played.txt", 9.0).beats
    assert np.diff([beat.time_s for beat in found]) == pytest.approx(1 / 2.2, abs=1e-3)
    assert [beat.beat_in_bar for beat in found[:5]] == [1, 2, 3, 4, 1]
