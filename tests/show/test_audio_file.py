"""A stem that is not all there is noticed, wherever it was cut."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from live_rig.show.audio_file import TAIL_S, AudioFile, NotPlayable, measure

SAMPLERATE_HZ, LENGTH_S = 16_000, 4.0
FORMATS = {
    "16.wav": "PCM_16",
    "float.wav": "FLOAT",
    "a.aiff": "PCM_16",
    "a.flac": "PCM_16",
    "a.ogg": "VORBIS",
    "a.mp3": "MPEG_LAYER_III",
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    noise = np.random.default_rng(3).uniform(-0.3, 0.3, (int(LENGTH_S * SAMPLERATE_HZ), 2))
    for name, subtype in FORMATS.items():
        soundfile.write(folder / name, noise, SAMPLERATE_HZ, subtype=subtype)
    return folder


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_file_says_how_long_it_is(sounds: Path, name: str) -> None:
    audio = measure(sounds / name)
    assert audio == AudioFile(audio.frames, SAMPLERATE_HZ, 2)
    assert audio.length_s == pytest.approx(LENGTH_S, abs=0.15)


@settings(deadline=None)
@given(name=st.sampled_from(sorted(FORMATS)), part=st.floats(0, 1 - TAIL_S / LENGTH_S))
def test_a_file_cut_anywhere_before_its_last_half_second_is_refused(sounds: Path, name: str, part: float) -> None:
    whole = (sounds / name).read_bytes()
    cut = sounds / f"cut-{name}"
    cut.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(NotPlayable) as caught:
        measure(cut)
    assert caught.value.what
    assert caught.value.do


MAGIC = [b"RIFF", b"RIFF\x10\0\0\0WAVE", b"FORM", b"OggS", b"ID3", b"\xff\xfb", b"fLaC", b"\xffXing", b""]


@settings(deadline=None)
@given(magic=st.sampled_from(MAGIC), rest=st.binary(max_size=80))
def test_any_bytes_are_a_sound_or_refused_in_words(sounds: Path, magic: bytes, rest: bytes) -> None:
    (sounds / "any").write_bytes(magic + rest)
    try:
        is_answered = measure(sounds / "any").frames > 0
    except NotPlayable as fault:
        is_answered = bool(fault.what and fault.do)
    assert is_answered


def test_a_wav_of_a_program_that_never_knew_its_length_is_taken_as_it_is(sounds: Path) -> None:
    content = bytearray((sounds / "16.wav").read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    (sounds / "streamed.wav").write_bytes(content)
    assert measure(sounds / "streamed.wav").length_s == pytest.approx(LENGTH_S, abs=0.01)


def test_an_mp3_with_a_picture_before_its_sound_is_taken_as_it_is(sounds: Path) -> None:
    picture = b"ID3\x04\x00\x00" + bytes([0, 0, 0x10, 0]) + bytes(0x10 << 7)
    (sounds / "tagged.mp3").write_bytes(picture + (sounds / "a.mp3").read_bytes())
    assert measure(sounds / "tagged.mp3").length_s == pytest.approx(LENGTH_S, abs=0.15)


def test_a_folder_is_no_sound(sounds: Path) -> None:
    with pytest.raises(NotPlayable):
        measure(sounds)
