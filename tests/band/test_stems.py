"""Files of the show -> stems that play, and what is said when one cannot."""

import errno
import os
import shutil
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from cython_core.band import Band
from live_rig.band.stems import LeftOff, open_stems
from live_rig.errors import DeviceError, RigError, ShowError
from live_rig.show.beat_map import BeatMap
from live_rig.show.edition import edition_of
from live_rig.show.section import Section
from live_rig.show.song import Song
from live_rig.show.stem import Stem

SAMPLERATE_HZ, CHUNK, LENGTH_S = 48_000, 256, 3.0


def song(folder: Path, *files: str, offset_s: float = 0.0) -> Song:
    beat = np.arange(12)
    return Song(
        id="caravan",
        title="Caravan",
        tempo_bpm=240,
        folder=folder,
        stems=tuple(Stem(name=Path(file).stem, file=file, offset_s=offset_s) for file in files),
        sections=(Section(name="head", first_bar=1, length_bars=2), Section(name="solo", first_bar=3, length_bars=1)),
        beat_map=BeatMap(beat.astype(float), beat * 0.25, beat % 4 + 1),
        edition=edition_of(folder, files),
    )


def write_click(path: Path, at_s: float, samplerate_hz: int = SAMPLERATE_HZ, channels: int = 2) -> None:
    """A soft pulse, 2 ms wide, centred on `at_s`."""
    t = np.arange(int(LENGTH_S * samplerate_hz)) / samplerate_hz - at_s
    pulse = 0.5 * np.exp(-((t / 0.002) ** 2))
    soundfile.write(path, np.repeat(pulse[:, None], channels, axis=1), samplerate_hz)


def heard(stems, frames: int) -> np.ndarray:
    """The stems at their own tempo; frame 0 of the song is frame 0 here."""
    stems.all_in_memory()
    band, sound = Band(SAMPLERATE_HZ), []
    first = band.ahead_frames
    for number in range((frames + first) // CHUNK + 1):
        band.order(first + number * CHUNK, number * CHUNK, stems=stems)
        band.serve()
        sound.append(band.read(number * CHUNK, CHUNK))
    return np.concatenate(sound, axis=1)[:, first : first + frames]


@pytest.mark.parametrize("file", ["bass.wav", "bass.flac", "bass.ogg", "bass.mp3"])
@pytest.mark.parametrize("samplerate_hz", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_rate_and_mono_is_heard_at_its_time_on_both_sides(
    tmp_path: Path, file: str, samplerate_hz: int, channels: int
) -> None:
    write_click(tmp_path / file, 1.0, samplerate_hz, channels)
    sound = heard(open_stems(song(tmp_path, file), SAMPLERATE_HZ, tmp_path / "cache"), 2 * SAMPLERATE_HZ)
    for side in sound:
        assert abs(int(side.argmax()) - SAMPLERATE_HZ) < 0.0015 * SAMPLERATE_HZ
        assert 0.4 < side.max() < 0.6


def test_an_offset_moves_a_stem_along_the_song(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 0.5)
    stems = open_stems(song(tmp_path, "bass.wav", offset_s=0.75), SAMPLERATE_HZ, tmp_path / "cache")
    assert abs(int(heard(stems, 2 * SAMPLERATE_HZ)[0].argmax()) - 1.25 * SAMPLERATE_HZ) < 48


def test_a_song_of_more_sections_than_are_kept_in_memory_is_opened_all_the_same(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    bars = 300
    beat = np.arange(4 * bars)
    sections = tuple(Section(name=f"bar {bar}", first_bar=bar, length_bars=1) for bar in range(1, bars + 1))
    beat_map = BeatMap(beat.astype(float), beat * 0.25, beat % 4 + 1)
    written = song(tmp_path, "bass.wav").model_copy(update={"sections": sections, "beat_map": beat_map})
    assert heard(open_stems(written, SAMPLERATE_HZ, tmp_path / "cache"), 2 * SAMPLERATE_HZ).max() > 0.4


def test_a_stem_that_ends_early_is_silent_from_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "bass.wav", np.full(SAMPLERATE_HZ, 0.2), SAMPLERATE_HZ)
    write_click(tmp_path / "horns.wav", 2.0)
    stems = open_stems(song(tmp_path, "bass.wav", "horns.wav"), SAMPLERATE_HZ, tmp_path / "cache")
    sound = heard(stems, 3 * SAMPLERATE_HZ)
    assert abs(sound[0, SAMPLERATE_HZ // 2] - 0.2) < 0.02
    assert np.abs(sound[0, int(1.2 * SAMPLERATE_HZ) : int(1.9 * SAMPLERATE_HZ)]).max() < 0.01
    assert sound[0].argmax() > 1.9 * SAMPLERATE_HZ


def test_a_stem_is_decoded_once_and_anew_when_its_content_changes(tmp_path: Path) -> None:
    said: list[str] = []
    for at_s in (1.0, 1.0, 1.5):
        write_click(tmp_path / "bass.wav", at_s)
        stems = open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache", said.append)
        assert abs(int(heard(stems, 2 * SAMPLERATE_HZ)[0].argmax()) - at_s * SAMPLERATE_HZ) < 48
    assert said == ['Preparing "bass" of "Caravan"'] * 2


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache")
    (cached,) = (tmp_path / "cache").rglob("*.npy")
    os.truncate(cached, 1000)
    stems = open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache")
    assert heard(stems, 2 * SAMPLERATE_HZ)[0].max() > 0.4


def missing(_: Path) -> None:
    return


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def undecodable(path: Path) -> None:
    path.write_bytes(b"This is a shopping list, and no recording of a bass." * 100)


def unreadable(path: Path) -> None:
    path.unlink()
    path.mkdir()


def surround(path: Path) -> None:
    write_click(path, 1.0, channels=6)


def damaged(path: Path) -> None:
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, (SAMPLERATE_HZ, 2)), SAMPLERATE_HZ)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3 : len(whole) // 3 + 4000] = bytes(4000)
    path.write_bytes(whole)


@pytest.mark.parametrize(
    ("file", "spoil", "said"),
    [
        ("bass.wav", Path.unlink, "is not there"),
        ("bass.wav", empty, "it is empty"),
        ("bass.wav", truncated, "cut short"),
        ("bass.flac", truncated, "cut short"),
        ("bass.ogg", truncated, "cut short"),
        ("bass.wav", undecodable, "not a sound file"),
        ("bass.wav", unreadable, "cannot be read: Is a directory"),
        ("bass.wav", surround, "6 channels"),
        ("bass.flac", damaged, "damaged"),
    ],
)
def test_a_stem_that_cannot_be_played_is_named_and_leaves_nothing_behind(tmp_path: Path, file: str, spoil, said: str) -> None:
    write_click(tmp_path / file, 1.0)
    spoil(tmp_path / file)
    with pytest.raises(ShowError, match=said) as refused:
        open_stems(song(tmp_path, file), SAMPLERATE_HZ, tmp_path / "cache")
    assert '"bass"' in str(refused.value)
    assert file in refused.value.where
    assert not list((tmp_path / "cache").rglob("*.*"))


def full(*_: object) -> SimpleNamespace:
    return SimpleNamespace(free=1000)


def fills_up(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("module", "name", "instead"), [(shutil, "disk_usage", full), (os, "fsync", fills_up)])
def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, instead: object
) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    monkeypatch.setattr(module, name, instead)
    with pytest.raises(DeviceError, match="disk is full"):
        open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.*"))


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(RigError, match="cannot be prepared"):
        open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache")


def test_what_a_killed_rig_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    left = tmp_path / "cache" / "stems" / "0123-48000-1-99.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, tmp_path / "cache")
    assert not left.exists()


def test_what_is_being_written_stays_when_the_clock_is_set_to_another_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    write_click(tmp_path / "horns.wav", 1.5)
    cache, fsync = tmp_path / "cache", os.fsync

    def meanwhile(_: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        (part,) = cache.rglob("*.part")
        os.utime(part, (0, 0))
        open_stems(song(tmp_path, "horns.wav"), SAMPLERATE_HZ, cache)

    monkeypatch.setattr(os, "fsync", meanwhile)
    assert open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, cache).count == 1


def test_a_song_whose_file_has_gone_since_it_was_opened_is_opened_again_out_of_the_cache(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    as_read = song(tmp_path, "bass.wav")
    first = heard(open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache"), SAMPLERATE_HZ)
    (tmp_path / "bass.wav").unlink()
    again = heard(open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache"), SAMPLERATE_HZ)
    np.testing.assert_array_equal(again, first)
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(ShowError, match="is not there"):
        open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache")


def test_a_song_whose_file_was_written_anew_since_it_was_read_is_played_as_it_was_or_not_at_all(tmp_path: Path) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    as_read = song(tmp_path, "bass.wav")
    first = heard(open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache"), SAMPLERATE_HZ)
    write_click(tmp_path / "bass.wav", 1.5)
    again = heard(open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache"), SAMPLERATE_HZ)
    np.testing.assert_array_equal(again, first)
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(ShowError, match="written anew"):
        open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache")


def test_what_is_written_while_it_is_decoded_is_refused_and_never_taken_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    as_read = song(tmp_path, "bass.wav")
    monkeypatch.setattr("live_rig.band.stems._need_room", lambda *_: write_click(tmp_path / "bass.wav", 1.5))
    with pytest.raises(ShowError, match="written anew"):
        open_stems(as_read, SAMPLERATE_HZ, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.*"))


def test_what_is_not_wanted_any_more_is_left_off_before_the_next_file_is_read(tmp_path: Path) -> None:
    for name in ("bass.wav", "horns.wav"):
        write_click(tmp_path / name, 1.0)
    both, answers = song(tmp_path, "bass.wav", "horns.wav"), [True]
    open_stems(both, SAMPLERATE_HZ, tmp_path / "cache")
    with pytest.raises(LeftOff):
        open_stems(both, SAMPLERATE_HZ, tmp_path / "cache", is_wanted=lambda: bool(answers and answers.pop()))


def test_two_who_prepare_the_same_file_at_once_both_have_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_click(tmp_path / "bass.wav", 1.0)
    cache, frames, writes = tmp_path / "cache", [], []
    second = Thread(target=lambda: prepare())

    def need_room(*_: object) -> None:
        writes.append(1)
        second.start()

    def prepare() -> None:
        frames.append(open_stems(song(tmp_path, "bass.wav"), SAMPLERATE_HZ, cache).frames)

    monkeypatch.setattr("live_rig.band.stems._need_room", need_room)
    prepare()
    second.join()
    assert writes == [1]
    assert frames == [round(LENGTH_S * SAMPLERATE_HZ)] * 2
    assert [path.suffix for path in (cache / "stems").iterdir()] == [".npy"]
