"""A show's cues, spoken into files."""

import shutil
from pathlib import Path

import pytest

from live_rig.audio.voice import Voice
from live_rig.paths import examples_dir
from tests.commands.conftest import LiveRig

needs_a_synthesizer = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here")


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """The bundled show, without what was spoken for it."""
    folder = tmp_path / "show"
    shutil.copytree(examples_dir() / "festival", folder, ignore=shutil.ignore_patterns("voice", "drummer"))
    return folder


@needs_a_synthesizer
def test_every_cue_of_a_show_is_spoken_once_and_kept(show: Path, live_rig: LiveRig) -> None:
    ran = live_rig("voice", show)
    assert ran.code == 0, ran.said
    assert "Spoke" in ran.out
    files = {path.name: path.read_bytes() for path in (show / "voice").iterdir()}
    assert "last-time.ogg" in files
    (show / "voice" / "last-time.ogg").write_bytes(b"my own")
    assert "Spoke 0 words" in live_rig("voice", show).out
    assert (show / "voice" / "last-time.ogg").read_bytes() == b"my own"


@needs_a_synthesizer
def test_a_show_may_be_given_by_its_page(show: Path, live_rig: LiveRig) -> None:
    assert live_rig("voice", show / "show.toml").code == 0
    assert (show / "voice" / "last-time.ogg").is_file()


@needs_a_synthesizer
def test_a_word_may_be_spoken_otherwise(show: Path, live_rig: LiveRig) -> None:
    english = Voice().says("last time", 48_000)
    assert live_rig("voice", show, "--language", "de", "--word", "last time=letztes Mal").code == 0
    german = Voice.of_show(show).says("last time", 48_000)
    assert english is not None
    assert german is not None
    assert len(english) != len(german)


@needs_a_synthesizer
def test_a_language_that_there_is_not_is_named_and_nothing_is_half_written(show: Path, live_rig: LiveRig) -> None:
    ran = live_rig("voice", show, "--language", "klingonish")
    assert ran.code == 2
    assert 'no voice for "klingonish"' in ran.said
    assert not list((show / "voice").iterdir())


def test_without_a_synthesizer_it_says_what_to_install(
    show: Path, live_rig: LiveRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = live_rig("voice", show)
    assert ran.code == 2
    assert "espeak-ng" in ran.said


@pytest.mark.parametrize("word", ["last time", "=x", "last time="])
def test_a_word_that_says_nothing_is_refused(word: str, show: Path, live_rig: LiveRig) -> None:
    ran = live_rig("voice", show, "--word", word)
    assert ran.code == 2
    assert "is not a word and how it is spoken" in ran.said
