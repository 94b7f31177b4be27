"""What docs/show.md tells a musician to write is what can be read."""

import re
from pathlib import Path

import pytest

from live_rig.show.command import COMMANDS
from live_rig.show.cue import Cue
from live_rig.show.meter import MeterChange
from live_rig.show.mix import Mix
from live_rig.show.pad import Layer, Pad, Talkback
from live_rig.show.section import Section
from live_rig.show.setlist import Audio, ShowSheet
from live_rig.show.song import SongSheet
from live_rig.show.stem import Stem
from live_rig.show.store import read_show
from live_rig.show.written import Written
from tests.show.conftest import beats_text, write_sound

PAGE = (Path(__file__).parents[2] / "docs" / "show.md").read_text(encoding="utf-8")


def test_the_sections_and_cues_of_the_first_song_are_right(show: Path) -> None:
    (example,) = re.findall(r"```toml\n(\[\[sections.*?)```", PAGE, re.DOTALL)
    song = show / "songs" / "caravan"
    text = (song / "song.toml").read_text()
    (song / "song.toml").write_text(text[: text.index("[[sections]]")] + example)
    (song / "beats.csv").write_text(beats_text(bars=41))
    for name in ("bass.wav", "horns.wav"):
        write_sound(song / name, length_s=90, samplerate_hz=1000)
    read = read_show(show).songs[0]
    assert [(section.name, section.is_vamp, section.is_finale) for section in read.sections] == [
        ("head", False, False),
        ("solo", True, False),
        ("last hit", False, True),
    ]


def test_the_mixes_of_the_page_are_right(show: Path) -> None:
    (example,) = re.findall(r"```toml\n(buses.*?)```", PAGE, re.DOTALL)
    sheet = show / "show.toml"
    sheet.write_text(f"{example.partition('[[')[0]}{sheet.read_text()}\n[[{example.partition('[[')[2]}")
    read = read_show(show)
    assert read.buses == ("band", "monitors")
    assert [(mix.name, mix.outputs, mix.is_drummers) for mix in read.mixes] == [
        ("house", (1, 2), False),
        ("drummer", (3, 4), True),
        ("bass", (5,), False),
    ]


def test_the_pads_and_the_talkback_of_the_page_are_right(show: Path) -> None:
    pads, talkback = (re.findall(rf"```toml\n(\[{word}.*?)```", PAGE, re.DOTALL)[0] for word in (r"\[pads", "talkback"))
    for name in re.findall(r"pads/[\w-]+\.wav", pads):
        (show / name).parent.mkdir(exist_ok=True)
        write_sound(show / name, length_s=1, samplerate_hz=8000)
    sheet = show / "show.toml"
    mixes = "".join(f'[[mixes]]\nname = "{name}"\noutputs = [{n}]\n' for n, name in ((1, "drummer"), (2, "bass")))
    sheet.write_text(f"{sheet.read_text()}\n{mixes}\n{pads}\n{talkback}")
    read = read_show(show)
    assert [(pad.name, pad.note, len(pad.sounds), pad.slices) for pad in read.pads] == [
        ("clap", 39, 2, 0),
        ("shaker", 70, 1, 32),
    ]
    assert read.talkback == Talkback(input=8, to=("drummer", "bass"))


@pytest.mark.parametrize(
    "model",
    [ShowSheet, Audio, Mix, Pad, Layer, Talkback, SongSheet, Stem, Section, Cue, MeterChange],
    ids=lambda model: model.__name__,
)
def test_every_key_is_explained(model: type[Written]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if f"`{key}`" not in PAGE and f"[{key}]" not in PAGE] == []


def test_every_command_is_explained_in_the_words_of_the_table() -> None:
    chapter = PAGE.split("## The commands")[1].split("## song.toml")[0]
    rows = re.findall(r"^\| `(\S+?)(?: (\S+))?` \| (.+) \|$", chapter, re.MULTILINE)
    explained = {word: (value.replace("\\|", "|"), says) for word, value, says in rows}
    assert explained == {word: (kind.value, kind.says) for word, kind in COMMANDS.items()}
