"""Whatever is written in a show's files, it is a show or it is a list of faults: never anything else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from live_rig.errors import ShowError
from live_rig.show.faults import ShowFaults
from live_rig.show.setlist import Show
from live_rig.show.store import read_show
from tests.show import conftest

SONG = "songs/caravan"
TEXTS = ["show.toml", f"{SONG}/song.toml", f"{SONG}/beats.csv"]
STEMS = [f"{SONG}/bass.wav", f"{SONG}/horns.flac"]

# What people and programs leave behind in such files, and values at the edge of what a number can be.
SNIPPETS = [
    "=",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\0",
    "\ufeff",
    "é",
    "-",
    "nan",
    "inf",
    "0",
]
SNIPPETS += [
    "1e999",
    "9" * 5000,
    "-1",
    "true",
    "1979-05-27",
    "[" * 2000,
    "stems",
    "vamp",
    "cues",
    "title",
    "songs",
    ";",
    "1,1",
    "\t",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One show for all examples; each puts back what it changed."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / SONG).mkdir(parents=True)
    (folder / "show.toml").write_text(conftest.SHOW)
    (folder / SONG / "song.toml").write_text(conftest.SONG.replace("horns.wav", "horns.flac"))
    (folder / SONG / "beats.csv").write_text(conftest.beats_text())
    conftest.write_sound(folder / SONG / "bass.wav", samplerate_hz=1000)
    conftest.write_sound(folder / SONG / "horns.flac", samplerate_hz=1000)
    read_show(folder)
    yield folder
    shutil.rmtree(folder)


def read_with(folder: Path, name: str, content: bytes) -> Show | ShowError:
    """What comes of the show when this file has this content."""
    file = folder / name
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        return read_show(folder)
    except ShowError as error:
        return error
    finally:
        file.write_bytes(before)


def is_an_answer(answer: Show | ShowError) -> bool:
    """A show, or faults of which each says where it is, what it is and what to do."""
    if isinstance(answer, ShowFaults):
        assert answer.faults
        assert all(fault.file and fault.what and fault.do for fault in answer.faults)
        assert len(str(answer).splitlines()) == 1 + len(answer.faults)
        return True
    return isinstance(answer, Show)


@settings(deadline=None)
@given(name=st.sampled_from(TEXTS), text=st.text(max_size=300))
def test_any_text(kept: Path, name: str, text: str) -> None:
    assert is_an_answer(read_with(kept, name, text.encode("utf-8", "surrogatepass")))


@settings(deadline=None)
@given(name=st.sampled_from(TEXTS), content=st.binary(max_size=300))
def test_any_bytes(kept: Path, name: str, content: bytes) -> None:
    assert is_an_answer(read_with(kept, name, content))


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(TEXTS), data=st.data())
def test_any_slip_in_a_file_that_was_right(kept: Path, name: str, data: st.DataObject) -> None:
    text = (kept / name).read_text()
    for _ in range(data.draw(st.integers(1, 3), label="slips")):
        at = data.draw(st.integers(0, len(text)), label="at")
        gone = data.draw(st.integers(0, 40), label="gone")
        text = text[:at] + data.draw(st.sampled_from(SNIPPETS) | st.text(max_size=5), label="new") + text[at + gone :]
    assert is_an_answer(read_with(kept, name, text.encode("utf-8", "surrogatepass")))


@settings(deadline=None)
@given(name=st.sampled_from(STEMS), data=st.data())
def test_any_damage_to_a_stem(kept: Path, name: str, data: st.DataObject) -> None:
    content = bytearray((kept / name).read_bytes())
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=8), label="bytes"):
        content[at] = byte
    assert is_an_answer(read_with(kept, name, bytes(content[: data.draw(st.integers(0, len(content)), label="cut")])))


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["title", "tempo_bpm", "meter", "preset", "beats", "ending", "stems", "sections", "cues", "songs", "pedals", "audio"]


@settings(deadline=None)
@given(name=st.sampled_from(TEXTS[:2]), values=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_value_under_any_key(kept: Path, name: str, values: dict[str, object]) -> None:
    assert is_an_answer(read_with(kept, name, tomlkit.dumps(values).encode("utf-8", "surrogatepass")))
