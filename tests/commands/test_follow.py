"""`live-rig follow` from the outside: rows, errors, and that no row depends on what comes after it was told."""

import csv
import io
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from live_rig.cli import main

SAMPLERATE_HZ = 44_100


def drums(seconds: float, bpm: float = 120.0) -> np.ndarray:
    """Kick on 1 and 3, snare on 2 and 4, hi-hat on eighths: made sounds, (frames,) float32."""
    chance = np.random.default_rng(5)
    sound = np.zeros(int(seconds * SAMPLERATE_HZ) + SAMPLERATE_HZ, np.float32)
    t = np.arange(int(0.2 * SAMPLERATE_HZ)) / SAMPLERATE_HZ
    kick = 0.8 * np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-t / 0.02)))) * np.exp(-t / 0.06)
    wires, skin = chance.standard_normal(t.size) * np.exp(-t / 0.05), np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.04)
    snare = 0.35 * wires + 0.28 * skin
    hat = 0.3 * np.diff(chance.standard_normal(t.size + 1)) * np.exp(-t / 0.02)
    for eighth in range(int((seconds - 0.5) * bpm / 30)):
        at = int((0.5 + eighth * 30 / bpm) * SAMPLERATE_HZ)
        for voice, struck in ((hat, True), (kick, eighth % 4 == 0), (snare, eighth % 4 == 2)):
            if struck:
                sound[at : at + t.size] += voice
    return sound[: int(seconds * SAMPLERATE_HZ)]


def write_midi(path: Path) -> None:
    """The same groove as notes, 120 bpm."""
    track = mido.MidiTrack()
    track.append(mido.Message("note_on", channel=9, note=42, velocity=60, time=480))
    for eighth in range(64):
        for note in (42, *((36,) if eighth % 4 == 0 else (38,) if eighth % 4 == 2 else ())):
            track.append(mido.Message("note_on", channel=9, note=note, velocity=90, time=0))
        track.append(mido.Message("note_on", channel=9, note=42, velocity=0, time=240))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)


def rows_of(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, float]]:
    """What `live-rig follow` prints."""
    capsys.readouterr()
    assert main(["follow", *words]) == 0
    text = capsys.readouterr().out
    assert text.startswith("beat_time_s,emit_time_s,tempo_bpm,beat_in_bar,confidence\n")
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize("lead_ms", [20, 70])
@pytest.mark.parametrize("told", [["--tempo", "120", "--meter", "4/4"], []])
def test_every_beat_is_told_at_least_its_lead_before_it_falls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lead_ms: int, told: list[str]
) -> None:
    soundfile.write(tmp_path / "drums.wav", drums(15), SAMPLERATE_HZ)
    rows = rows_of(capsys, str(tmp_path / "drums.wav"), "--lead-ms", str(lead_ms), *told)
    assert len(rows) > 20
    assert all(row["beat_time_s"] - row["emit_time_s"] >= lead_ms / 1000 - 1e-6 for row in rows)
    assert all(later["beat_time_s"] > row["beat_time_s"] for row, later in pairwise(rows))


def test_no_row_depends_on_sound_after_it_was_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = drums(12)
    soundfile.write(tmp_path / "whole.wav", whole, SAMPLERATE_HZ, subtype="FLOAT")
    told = ["--tempo", "118", "--meter", "4/4"]
    truth = rows_of(capsys, str(tmp_path / "whole.wav"), *told)
    chance = np.random.default_rng(1)
    for cut in chance.integers(SAMPLERATE_HZ, len(whole), 6):
        noise = whole.copy()
        noise[cut:] = 0.5 * chance.standard_normal(len(whole) - cut)
        for name, sound in (("noise.wav", noise), ("cut.wav", whole[:cut])):
            soundfile.write(tmp_path / name, sound, SAMPLERATE_HZ, subtype="FLOAT")
            heard = rows_of(capsys, str(tmp_path / name), *told)
            known = [row for row in truth if row["emit_time_s"] <= cut / SAMPLERATE_HZ]
            assert heard[: len(known)] == known


def test_sound_and_notes_of_one_groove_give_its_beats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "drums.flac", drums(16.5), SAMPLERATE_HZ)
    write_midi(tmp_path / "drums.mid")
    for name in ("drums.flac", "drums.mid"):
        rows = rows_of(capsys, str(tmp_path / name), "--tempo", "120", "--meter", "4/4")
        settled = [row for row in rows if 3.75 < row["beat_time_s"] < 16.25]
        assert len(settled) == 25
        assert all(abs((row["beat_time_s"] + 0.25) % 0.5 - 0.25) < 0.03 for row in settled)
        assert all(row["beat_in_bar"] == round((row["beat_time_s"] - 0.5) / 0.5) % 4 + 1 for row in settled)
        assert all(abs(row["tempo_bpm"] - 120) < 3 for row in settled)


def test_in_six_eight_the_beats_are_counted_one_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_midi(tmp_path / "drums.mid")
    rows = rows_of(capsys, str(tmp_path / "drums.mid"), "--tempo", "120", "--meter", "6/8")
    assert {row["beat_in_bar"] for row in rows} == {1, 2}


def test_the_result_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_midi(tmp_path / "drums.mid")
    assert main(["follow", str(tmp_path / "drums.mid"), "--out", str(tmp_path / "beats.csv")]) == 0
    assert (tmp_path / "beats.csv").read_text().startswith("beat_time_s,")
    assert main(["follow", str(tmp_path / "drums.mid"), "--out", str(tmp_path / "nowhere" / "beats.csv")]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"drums.mid", "beats.csv"}


@pytest.mark.parametrize("place", ["--out", "--picture"])
def test_the_recording_that_is_followed_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    write_midi(tmp_path / "drums.mid")
    before = (tmp_path / "drums.mid").read_bytes()
    assert main(["follow", str(tmp_path / "drums.mid"), place, str(tmp_path / "drums.mid")]) == 2
    assert f"drums.mid would be written over, and it is what is played ({tmp_path})" in capsys.readouterr().err
    assert (tmp_path / "drums.mid").read_bytes() == before


def spoil(path: Path) -> None:
    """Recordings that cannot be followed, by name."""
    if path.name == "slow.wav":
        soundfile.write(path, np.zeros(8000), 8000)
    elif path.name == "empty.wav":
        soundfile.write(path, np.zeros(0), 48_000)
    elif path.name == "nan.wav":
        soundfile.write(path, np.full(48_000, np.nan), 48_000, subtype="FLOAT")
    elif path.name == "text.wav":
        path.write_text("this is no sound")
    elif path.name == "short.mid":
        path.write_bytes(b"MThd\0\0")
    elif path.name == "quiet.mid":
        mido.MidiFile().save(path)


NOT_TO_BE_HEARD = ["missing.wav", "missing.mid", "slow.wav", "empty.wav", "nan.wav", "text.wav", "short.mid", "quiet.mid"]


@pytest.mark.parametrize("name", NOT_TO_BE_HEARD)
def test_a_recording_that_cannot_be_followed_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    spoil(tmp_path / name)
    assert main(["follow", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert name in said
    assert said.count("\n") == 1


def test_a_folder_is_said_to_be_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", str(tmp_path)]) == 2
    assert f"This is a folder ({tmp_path}). Give the recording in it." in capsys.readouterr().err


@pytest.mark.parametrize("picture", ["heard.png", "..", "/"])
def test_a_picture_of_another_kind_is_refused_before_anything_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], picture: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_midi(tmp_path / "drums.mid")
    assert main(["follow", "drums.mid", "--picture", picture]) == 2
    assert "The picture is an SVG (--picture). Call it heard.svg." in capsys.readouterr().err
    assert not (tmp_path / "heard.png").exists()


@pytest.mark.parametrize("words", [("--tempo", "20"), ("--tempo", "nan"), ("--meter", "4/7"), ("--lead-ms", "-1")])
def test_what_cannot_be_told_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]) -> None:
    write_midi(tmp_path / "drums.mid")
    assert main(["follow", str(tmp_path / "drums.mid"), *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_silence_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(48_000 * 3), 48_000)
    assert rows_of(capsys, str(tmp_path / "silence.wav")) == []


def write_lines(folder: Path) -> list[str]:
    """The groove of `drums` as the microphone before each drum hears it, and the pads."""
    sound = drums(16.5)
    low = np.convolve(sound, np.ones(200, np.float32) / 200, "same")
    for name, line in (("kick", low + 0.03 * sound), ("overhead", sound)):
        soundfile.write(folder / f"{name}.wav", line / np.abs(line).max() * 0.8, SAMPLERATE_HZ)
    write_midi(folder / "kit.mid")
    return [word for drum in ("kick", "overhead") for word in ("--line", f"{drum}={folder / drum}.wav")]


def test_lines_and_pads_of_one_groove_give_its_beats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write_lines(tmp_path)
    for words in (lines, [*lines, "--line", f"pads={tmp_path / 'kit.mid'}"], ["--line", f"pads={tmp_path / 'kit.mid'}"]):
        rows = rows_of(capsys, *words, "--tempo", "120", "--meter", "4/4")
        settled = [row for row in rows if 3.75 < row["beat_time_s"] < 15.75]
        assert len(settled) == 24
        assert all(abs((row["beat_time_s"] + 0.25) % 0.5 - 0.25) < 0.03 for row in settled)


def test_what_the_band_played_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = drums(15)
    band = 0.5 * np.sin(2 * np.pi * 220 * np.arange(len(sound)) / SAMPLERATE_HZ) * (np.arange(len(sound)) % 20_000 < 9000)
    soundfile.write(tmp_path / "drums.wav", sound * 0.7 + 0.2 * band, SAMPLERATE_HZ)
    soundfile.write(tmp_path / "band.wav", band, SAMPLERATE_HZ)
    rows = rows_of(
        capsys, str(tmp_path / "drums.wav"), "--band", str(tmp_path / "band.wav"), "--tempo", "120", "--meter", "4/4"
    )
    assert all(abs((row["beat_time_s"] + 0.25) % 0.5 - 0.25) < 0.03 for row in rows if row["beat_time_s"] > 4)


@pytest.mark.parametrize(
    "words", [[], ["--line", "cowbell=kick.wav"], ["--line", "kick"], ["x.wav", "--line", "kick=kick.wav"]]
)
def test_what_are_no_lines_is_said_in_one(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["follow", *words]) == 2
    assert "--line" in capsys.readouterr().err


def test_lines_at_two_rates_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write_lines(tmp_path)
    soundfile.write(tmp_path / "snare.wav", np.zeros(96_000), 96_000)
    assert main(["follow", *lines, "--line", f"snare={tmp_path / 'snare.wav'}"]) == 2
    assert "snare.wav" in capsys.readouterr().err
