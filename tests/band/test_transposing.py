"""A song in another key: the pitch moves by semitones, nothing else does, and percussion stays as it is."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cython_core.band import Band
from cython_core.stems import Stems
from live_rig.band.stems import open_stems
from live_rig.errors import DeviceError
from live_rig.show.beat_map import BeatMap
from live_rig.show.section import Section
from live_rig.show.song import Song
from live_rig.show.stem import Stem

RATE_HZ, CHUNK, LENGTH_S = 48_000, 256, 6.0
TONE_HZ = 440.0


def tune(folder: Path, semitones: int, *stems: Stem) -> Song:
    beat = np.arange(12)
    return Song(
        id="tune",
        title="Tune",
        tempo_bpm=120,
        folder=folder,
        transpose=semitones,
        stems=stems,
        sections=(Section(name="all", first_bar=1, length_bars=3),),
        beat_map=BeatMap(beat.astype(float), beat * 0.5, beat % 4 + 1),
    )


def heard(stems: Stems, rate: float = 1.0) -> np.ndarray:
    """From the song's frame 0 on."""
    stems.all_in_memory()
    band, sound = Band(RATE_HZ), []
    first = band.ahead_frames
    for number in range(round(LENGTH_S * RATE_HZ / rate) // CHUNK):
        band.order(first + number * CHUNK, number * CHUNK * rate, stems=stems)
        band.serve()
        sound.append(band.read(number * CHUNK, CHUNK))
    return np.concatenate(sound, axis=1)[:, first:]


def pitch_hz(sound: np.ndarray, near_hz: float) -> float:
    """Of a tone near `near_hz`, by the turning of its phase from the first second to the last."""
    wave = sound[0, RATE_HZ // 2 : -RATE_HZ // 2]
    mixed = wave * np.exp(-2j * np.pi * near_hz * np.arange(len(wave)) / RATE_HZ)
    smooth = np.lib.stride_tricks.sliding_window_view(mixed, 4800)[::480] @ np.hanning(4800)
    turns = np.polyfit(np.arange(len(smooth)) * 480 / RATE_HZ, np.unwrap(np.angle(smooth)), 1)[0]
    return near_hz + float(turns) / (2 * np.pi)


@pytest.mark.parametrize("semitones", [-6, -1, 4, 6])
def test_a_transposed_stem_is_in_its_key_to_3_cents_and_as_long(tmp_path: Path, semitones: int) -> None:
    t = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    soundfile.write(tmp_path / "bass.wav", 0.3 * np.sin(2 * np.pi * TONE_HZ * t), RATE_HZ)
    stems = open_stems(tune(tmp_path, semitones, Stem(name="bass", file="bass.wav")), RATE_HZ, tmp_path / "cache")
    assert stems.frames == len(t)
    wanted_hz = TONE_HZ * 2 ** (semitones / 12)
    for rate in (1.0, 1.2):
        cents = 1200 * np.log2(pitch_hz(heard(stems, rate), wanted_hz) / wanted_hz)
        assert abs(cents) < 3, rate


@pytest.mark.parametrize("semitones", [-6, 3])
def test_what_is_struck_stays_in_its_place(tmp_path: Path, semitones: int) -> None:
    places = [round(s * RATE_HZ) for s in (0.0, 1.0, 2.37, 4.5)]
    sound = np.zeros(round(LENGTH_S * RATE_HZ))
    for place in places:
        t = np.arange(2400) / RATE_HZ
        sound[place : place + 2400] = 0.7 * np.exp(-t / 0.01) * np.sin(2 * np.pi * 800 * t)
    soundfile.write(tmp_path / "bass.wav", sound, RATE_HZ)
    stems = open_stems(tune(tmp_path, semitones, Stem(name="bass", file="bass.wav")), RATE_HZ, tmp_path / "cache")
    loud = np.abs(heard(stems)[0])
    for place in places:
        around = loud[max(place - 1200, 0) : place + 1200]
        begins = int(np.flatnonzero(around > 0.3 * around.max())[0]) + max(place - 1200, 0)
        assert abs(begins - place) < 0.005 * RATE_HZ


def test_percussion_and_an_untransposed_song_are_the_recording_to_the_bit(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (round(LENGTH_S * RATE_HZ), 2)).astype(np.float32)
    for name in ("bass", "congas"):
        soundfile.write(tmp_path / f"{name}.wav", noise, RATE_HZ, subtype="FLOAT")
    congas = Stem(name="congas", file="congas.wav", percussion=True)
    bass = Stem(name="bass", file="bass.wav")
    now = slice(2 * RATE_HZ, 5 * RATE_HZ)
    for song in (tune(tmp_path, 5, congas), tune(tmp_path, 0, bass)):
        np.testing.assert_array_equal(heard(open_stems(song, RATE_HZ, tmp_path / "cache"))[:, now], noise.T[:, now])
    moved = heard(open_stems(tune(tmp_path, 5, bass), RATE_HZ, tmp_path / "cache"))[:, now]
    assert np.abs(moved - noise.T[:, now]).max() > 0.1


def test_a_key_is_made_once(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "bass.wav", np.zeros(round(LENGTH_S * RATE_HZ)), RATE_HZ)
    said: list[str] = []
    for semitones in (2, 2, 0, -1):
        song = tune(tmp_path, semitones, Stem(name="bass", file="bass.wav"))
        open_stems(song, RATE_HZ, tmp_path / "cache", said.append)
    assert said == ['Preparing "bass" of "Tune"', 'Transposing "bass" of "Tune" by +2', 'Transposing "bass" of "Tune" by -1']


def test_a_copy_that_goes_while_its_key_is_made_is_an_error_in_words_and_not_the_end_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "bass.wav", np.full(round(LENGTH_S * RATE_HZ), 0.1), RATE_HZ)
    bass, cache = Stem(name="bass", file="bass.wav"), tmp_path / "cache"
    open_stems(tune(tmp_path, 0, bass), RATE_HZ, cache)
    (copy,) = cache.rglob("*.npy")
    monkeypatch.setattr("live_rig.band.stems._need_room", lambda *_: os.truncate(copy, copy.stat().st_size // 2))
    with pytest.raises(DeviceError, match="cannot be prepared"):
        open_stems(tune(tmp_path, 2, bass), RATE_HZ, cache)
    assert list(cache.rglob("*.*")) == [copy]
