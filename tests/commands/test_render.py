"""`live-rig render`, as a user runs it: what it writes, what it says, and what it does not leave behind."""

import csv
import json
import math
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from live_rig.commands.render import FILES
from tests.commands.conftest import LiveRig
from tests.playing import RATE_HZ, beats, rock
from tests.show.conftest import make_show


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stems are decoded into a cache of the test's own."""
    monkeypatch.setattr("live_rig.performance.cache_dir", lambda: tmp_path / "cache")


@pytest.fixture
def words(tmp_path: Path) -> list[str | Path]:
    """The usual command: Caravan, six seconds of silence for drums."""
    soundfile.write(tmp_path / "drums.wav", np.zeros(6 * RATE_HZ), RATE_HZ)
    show = make_show(tmp_path / "friday")
    return ["render", show, "--song", "caravan", "--drums", tmp_path / "drums.wav", "--out", tmp_path / "out"]


def midi_drums(path: Path) -> None:
    """Ten bars of rock at 120."""
    track, at_s = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)]), 0.0
    for time_s, note, velocity in rock(beats((120, 40), start_s=1.0)):
        track.append(mido.Message("note_on", channel=9, note=note, velocity=velocity, time=round((time_s - at_s) * 960)))
        at_s = time_s
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def test_silence_is_lived_through_and_said(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    ran = live_rig(*words)
    assert ran.code == 0
    assert "The band never came in: no bar line was sure enough" in ran.out
    assert {file.name for file in (tmp_path / "out").iterdir()} == set(FILES)
    assert not soundfile.read(tmp_path / "out" / "mix.wav")[0].any()
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["came_in_s"] is None


def test_a_midi_kit_brings_the_band_in_on_its_bar_line(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    midi_drums(tmp_path / "drums.mid")
    words[words.index("--drums") + 1] = tmp_path / "drums.mid"
    ran = live_rig(*words)
    assert (ran.code, ran.said) == (0, "")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["came_in_s"] - 1.0) / 2.0 == pytest.approx(round((summary["came_in_s"] - 1.0) / 2.0), abs=0.01)
    assert f"The band came in at {summary['came_in_s']:.2f} s" in ran.out
    band, rate_hz = soundfile.read(tmp_path / "out" / "band.wav")
    first_s = np.flatnonzero(np.abs(band).max(axis=1) > 1e-3)[0] / rate_hz
    assert first_s == pytest.approx(summary["came_in_s"], abs=0.06)  # a stem of noise is faded in before its bar line


def test_the_trace_has_fifty_rows_a_second_at_least_and_all_files_are_of_one_length(
    live_rig: LiveRig, words: list[str | Path], tmp_path: Path
) -> None:
    assert live_rig(*words, "--start", "command", "--input-latency-ms", "3", "--output-latency-ms", "5").code == 0
    lengths = {soundfile.info(file).frames for file in (tmp_path / "out").glob("*.wav")}
    assert len(lengths) == 1
    with (tmp_path / "out" / "trace.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 50 * 6
    assert list(rows[0]) == ["time_s", "song_beat", "tempo_bpm", "authority", "confidence", "asynchrony_ms"]
    song_beat = [float(row["song_beat"]) for row in rows if row["song_beat"]]
    assert math.isclose(song_beat[-1] - song_beat[0], (len(song_beat) - 1) * 0.01 * 2, abs_tol=1e-3)


def test_a_folder_that_is_a_file_is_named_at_once_and_left_as_it_was(
    live_rig: LiveRig, words: list[str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.commands.render.perform", None)  # nothing is played for nobody
    (tmp_path / "out").write_text("my notes")
    ran = live_rig(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "The files could not be written" in ran.said
    assert len(ran.said.splitlines()) == 1
    assert (tmp_path / "out").read_text() == "my notes"


def test_a_render_that_is_refused_leaves_the_one_before(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    assert live_rig(*words).code == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    (tmp_path / "script.csv").write_text("time_s,command,value\nnan,take,\n")
    ran = live_rig(*words, "--script", tmp_path / "script.csv")
    assert ran.code == 2
    assert "script.csv:2" in ran.said
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


def test_the_recording_that_is_played_is_not_written_over(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    before = (tmp_path / "drums.wav").read_bytes()
    words[words.index("--out") + 1] = tmp_path
    ran = live_rig(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"drums.wav would be written over, and it is what is played ({tmp_path}). Choose another place." in ran.said
    assert (tmp_path / "drums.wav").read_bytes() == before


def test_a_stem_that_is_played_is_not_written_over(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    song = tmp_path / "friday" / "songs" / "caravan"
    stem = next(song.glob("*.wav"))
    (song / "song.toml").write_text((song / "song.toml").read_text().replace(stem.name, "band.wav"))
    before = stem.rename(song / "band.wav").read_bytes()
    words[words.index("--out") + 1] = song
    ran = live_rig(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"band.wav would be written over, and it is what is played ({song})" in ran.said
    assert (song / "band.wav").read_bytes() == before


def test_a_render_that_is_refused_leaves_no_new_folder(live_rig: LiveRig, words: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "script.csv").write_text("time_s,command,value\n1,next-song,\n")
    ran = live_rig(*words, "--script", tmp_path / "script.csv")
    assert ran.code == 2
    assert "is not for one song alone" in ran.said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("gives_way", "insists"), [("patient", True), ("never", False)])
def test_the_band_gives_way_as_the_show_says(
    live_rig: LiveRig, words: list[str | Path], tmp_path: Path, gives_way: str, insists: bool
) -> None:
    midi_drums(tmp_path / "drums.mid")
    words[words.index("--drums") + 1] = tmp_path / "drums.mid"
    sheet = tmp_path / "friday" / "show.toml"
    sheet.write_text(f'gives_way = "{gives_way}"\n{sheet.read_text()}')
    (tmp_path / "script.csv").write_text("time_s,command,value\n1.25,start,\n")  # half a beat off his own
    script = ("--start", "command", "--authority", "band", "--script", tmp_path / "script.csv")
    assert live_rig(*words, *script).code == 0
    happened = json.loads((tmp_path / "out" / "summary.json").read_text())["happened"]
    assert ("insisted" in [each["why"] for each in happened]) == insists


@pytest.mark.parametrize("look_ahead_ms", [0.0, 5.0])
def test_effects_may_look_ahead_as_far_as_the_show_says_and_what_is_left_out_is_said(
    live_rig: LiveRig, words: list[str | Path], tmp_path: Path, look_ahead_ms: float
) -> None:
    show = tmp_path / "friday"
    (show / "presets").mkdir()
    (show / "presets" / "loud.toml").write_text('title = "Loud"\n[[effects]]\ntype = "BrickwallLimiter"\n')
    (show / "show.toml").write_text(f"{(show / 'show.toml').read_text()}\n[audio]\nlook_ahead_ms = {look_ahead_ms}\n")
    ran = live_rig(*words, "--preset", "loud")
    assert ran.code == 0
    assert ("Loud plays without BrickwallLimiter" in ran.out) == (look_ahead_ms == 0.0)
