"""A show with as much in it as may be written is opened and played; with one more it is refused, by file, line and key."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from live_rig.audio.device import AudioDevice
from live_rig.conducting.cues import midi_event, pad_event
from live_rig.engine import MAX_BLOCK, Engine, Setup
from live_rig.errors import ShowError
from live_rig.instrument import Block
from live_rig.plugs import plugged
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset_reader import LONGEST_NAME, MOST_CHANNELS, MOST_INPUTS, read_preset
from live_rig.show.faults import ShowFaults
from live_rig.show.meter import MOST_BEATS
from live_rig.show.mix import MOST_BUSES
from live_rig.show.song import MOST_SEMITONES
from live_rig.show.store import read_show
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM
from tests.show.conftest import write_sound

RATE_HZ, BLOCK = 48_000, 64
LINES, INPUTS, OUTPUTS, BUSES, PADS, LAYERS, STEMS = 8, 32, 32, MOST_BUSES, 64, 8, 16
TEXT, SAID, BEATS, SLICES_PER_BEAT, LOOP_BEATS = 200, 60, MOST_BEATS, 16, 1024
LONG_BARS = 300
STRIPS, GROUPS, SENDS = 31, 16, 16


def name(start: str, length: int = TEXT) -> str:
    return start + "é" * (length - len(start))


def bus(number: int) -> str:
    return '"' + name(f"bus {number}") + '"'


def table(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


def show_toml() -> str:
    lines = ", ".join(f'{{ drum = "tom", input = {number + 1} }}' for number in range(LINES))
    hears = ", ".join(f"{bus(number)} = 12" for number in range(BUSES))
    mixes = [
        table("[[mixes]]", f'name = "{name(f"mix {n}")}"', f"outputs = [{n + 1}]", f"hears = {{ drums = -60, {hears} }}")
        for n in range(OUTPUTS)
    ]
    layers = ", ".join(f'{{ file = "pads/shot.wav", up_to = {16 * layer + 15} }}' for layer in range(LAYERS))
    shots = [
        table("[[pads]]", f'name = "{name(f"pad {n}")}"', f"note = {n}", f"layers = [{layers}]", f'choke = "{name(f"{n}")}"')
        for n in range(PADS - 1)
    ]
    return table(
        f'title = "{name("Friday")}"',
        'songs = ["long", "wide"]',
        f"buses = [{', '.join(bus(number) for number in range(BUSES))}]",
        "[audio]",
        f"inputs = {INPUTS}",
        f"outputs = {OUTPUTS}",
        f"lines = [{lines}]",
        *mixes,
        *shots,
        "[[pads]]",
        f'name = "{name("loop")}"',
        f"loop_beats = {LOOP_BEATS}",
        f"slices_per_beat = {SLICES_PER_BEAT}",
        'file = "pads/loop.wav"',
        "gain_db = 12",
        "[talkback]",
        f"input = {INPUTS}",
        "[pedals]",
        *(f'"cc:{number}" = "pad {name("loop")}"' for number in range(120)),
    )


def song_toml(title: str, meter: str, sections: int, bars: int, transpose: int) -> str:
    sends = ", ".join(f"{bus(number)} = 12" for number in range(1, BUSES))
    stems = [
        table("[[stems]]", f'name = "{name(f"stem {n}")}"', 'file = "tone.wav"', f"sends = {{ {sends} }}") for n in range(STEMS)
    ]
    each = bars // sections
    parts = [
        table(
            "[[sections]]",
            f'name = "{name(f"part {n}")}"',
            f"first_bar = {n * each + 1}",
            f"length_bars = {each}",
            "times = 99",
        )
        for n in range(sections)
    ]
    cues = [table("[[cues]]", f"bar = {bar + 1}", f'say = "{name("", SAID)}"', f'to = "{name("all")}"') for bar in range(bars)]
    head = [
        f'title = "{name(title)}"',
        f"tempo_bpm = {FASTEST_BPM}",
        f'meter = "{meter}"',
        f"transpose = {transpose}",
        "phrase_bars = 64",
    ]
    curve = [
        table("[[tempo_curve]]", f"bar = {bar + 1}", f"bpm = {SLOWEST_BPM if bar % 2 else FASTEST_BPM}") for bar in range(bars)
    ]
    return table(*head, *stems, *parts, *cues, *curve)


def write_song(folder: Path, title: str, beats: int, sections: int, bars: int, transpose: int) -> None:
    folder.mkdir(parents=True)
    beat_s = 60 / FASTEST_BPM
    rows = [f"{n * beat_s:.4f},{n % beats + 1}" for n in range(bars * beats)]
    (folder / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]) + "\n")
    (folder / "song.toml").write_text(song_toml(title, f"{beats}/4", sections, bars, transpose))
    write_sound(folder / "tone.wav", bars * beats * beat_s + 1.0, samplerate_hz=2000)


def write_full_show(folder: Path) -> Path:
    (folder / "pads").mkdir(parents=True)
    write_sound(folder / "pads" / "shot.wav", 0.05)
    write_sound(folder / "pads" / "loop.wav", 120.0, samplerate_hz=2000)
    (folder / "show.toml").write_text(show_toml())
    write_song(folder / "songs" / "long", "Long", 1, LONG_BARS, LONG_BARS, 0)
    write_song(folder / "songs" / "wide", "Wide", BEATS, 1, 2, MOST_SEMITONES)
    return folder


@pytest.fixture(scope="module")
def full_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_full_show(tmp_path_factory.mktemp("limits") / "friday")


@pytest.fixture
def engine(full_show: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: full_show.parent / "cache")
    card = AudioDevice(0, "card", "", INPUTS, OUTPUTS, RATE_HZ, 0.0, 0.0, True)  # the virtual device has no inputs
    monkeypatch.setattr("live_rig.engine.channels", lambda *_, **__: (INPUTS, OUTPUTS))
    monkeypatch.setattr("live_rig.engine.plugged", lambda show, _, *plugs: plugged(show, card, *plugs))
    made = Engine(read_show(full_show), Setup(device="virtual"))
    made.order.repertoire.decode(made.order.songs)
    yield made
    made.close()


def plays(engine: Engine, blocks: int, frames: int) -> Block:
    rng, out = np.random.default_rng(1), np.empty((OUTPUTS, frames), np.float32)
    heard = []
    for _ in range(blocks):
        engine.instrument.rig.step(rng.uniform(-0.1, 0.1, (INPUTS, frames)).astype(np.float32), out)
        engine.instrument.band.serve()
        heard.append(out.copy())
        engine.state()
        engine.desk()
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize(("blocks", "frames"), [(160, BLOCK), (8, MAX_BLOCK)])
def test_as_much_as_may_be_written_is_opened_and_plays(engine: Engine, blocks: int, frames: int) -> None:
    for song in engine.show.songs:
        engine.do("song", song.id)
        engine.do("pad", name("loop"))
        engine.instrument.send([pad_event(name(f"pad {number}"), engine.show.pads) for number in range(PADS - 1)])
        engine.instrument.send([midi_event((0x99, number, 127)) for number in range(128)])
        engine.do("curve", "")
        engine.do("section", song.sections[-1].name)
        engine.do("start", "")
        for stem in song.stems:
            engine.do("level", f"{stem.name}=12")
        assert np.isfinite(plays(engine, blocks, frames)).all()
        state = engine.state()
        assert (state.song_id, state.is_playing, len(state.stems)) == (song.id, True, STEMS)


def write_full_preset(file: Path, strips: int = STRIPS, letters: int = LONGEST_NAME, inputs: int = MOST_INPUTS) -> Path:
    sends = ", ".join(f"{name(f'send{number}', letters)!r} = 12.0" for number in range(SENDS))
    effect = 'effects = [{ type = "Gain", gain_db = 6.0 }]'
    every_input = f"inputs = {list(range(1, inputs + 1))}"
    rows = ['title = "Full"', 'says = "as much as may be"']
    for number in range(strips):
        key = name("strip0", letters)
        rows += [
            f"[strips.{name(f'strip{number}', letters)!r}]",
            every_input,
            f"to = '{name(f'group{number % GROUPS}', letters)}'",
        ]
        rows += [f"sends = {{ {sends} }}", f"gate = {{ key = '{key}' }}", "delay_ms = 100.0", effect]
    for number in range(GROUPS):
        rows += [f"[groups.{name(f'group{number}', letters)!r}]", f"sends = {{ {sends} }}", effect]
    for number in range(SENDS):
        rows += [f"[sends.{name(f'send{number}', letters)!r}]", effect]
    file.write_text(table(*rows))
    return file


def test_a_preset_of_as_many_channels_as_may_be_plays(tmp_path: Path) -> None:
    preset = read_preset(write_full_preset(tmp_path / "full.toml"))
    assert len(preset.channels) == MOST_CHANNELS
    rack = InlineRack(preset, RATE_HZ, MOST_INPUTS, MAX_BLOCK)
    for number in range(8):
        heard = rack.drums.step(np.full((MOST_INPUTS, 1024), 0.001, np.float32), number * 1024)
        rack.process()
        assert np.isfinite(heard).all()
    assert rack.says == ()
    assert np.abs(heard).max() > 0.0


@pytest.mark.parametrize(
    "more",
    [{"strips": STRIPS + 1}, {"letters": LONGEST_NAME + 1}, {"inputs": MOST_INPUTS + 1}],
    ids=["channels", "letters", "inputs"],
)
def test_a_preset_of_one_more_is_refused_by_file_line_and_key(tmp_path: Path, more: dict[str, int]) -> None:
    with pytest.raises(ShowError, match=r"full\.toml:\d+ strips"):
        read_preset(write_full_preset(tmp_path / "full.toml", **more))


def one_more(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


SHOW, SONG = "show.toml", "songs/wide/song.toml"
ONE_PAD, ONE_STEM = '[[pads]]\nname = "x"\nfile = "pads/shot.wav"\n', '[[stems]]\nname = "x"\nfile = "tone.wav"\n'
ONE_MORE = {
    "letters of a title": (SHOW, one_more('"Friday', '"Fridayé'), "title"),
    "buses": (SHOW, one_more("buses = [", 'buses = ["x", '), "buses"),
    "inputs": (SHOW, one_more("inputs = 32", "inputs = 33"), "audio.inputs"),
    "outputs": (SHOW, one_more("outputs = 32", "outputs = 33"), "audio.outputs"),
    "lines": (SHOW, one_more("lines = [", 'lines = [{ drum = "kick", input = 9 }, '), "audio.lines"),
    "outputs of a mix": (SHOW, one_more("outputs = [1]", "outputs = [33]"), "mixes.1.outputs.1"),
    "pads": (SHOW, one_more("[[pads]]\n", ONE_PAD + "[[pads]]\n"), "pads"),
    "layers": (SHOW, one_more("layers = [", 'layers = [{ file = "pads/shot.wav", up_to = 1 }, '), "pads.1.layers"),
    "notes": (SHOW, one_more("note = 0", "note = 128"), "pads.1.note"),
    "loop_beats": (SHOW, one_more("loop_beats = 1024", "loop_beats = 1025"), "pads.64.loop_beats"),
    "slices_per_beat": (SHOW, one_more("slices_per_beat = 16", "slices_per_beat = 17"), "pads.64.slices_per_beat"),
    "talkback": (SHOW, one_more("[talkback]\ninput = 32", "[talkback]\ninput = 33"), "talkback.input"),
    "letters of a song's title": (SONG, one_more('"Wide', '"Wideé'), "title"),
    "beats in a bar": (SONG, one_more('meter = "32/4"', 'meter = "33/4"'), "meter"),
    "semitones": (SONG, one_more("transpose = 6", "transpose = 7"), "transpose"),
    "bars of a phrase": (SONG, one_more("phrase_bars = 64", "phrase_bars = 65"), "phrase_bars"),
    "stems": (SONG, one_more("[[stems]]\n", ONE_STEM + "[[stems]]\n"), "stems"),
    "letters of a stem": (SONG, one_more('"stem 0', '"stem 0é'), "stems.1.name"),
    "a send's level": (SONG, one_more('" = 12', '" = 12.5'), "stems.1.sends"),
    "letters of a section": (SONG, one_more('"part 0', '"part 0é'), "sections.1.name"),
    "times": (SONG, one_more("times = 99", "times = 100"), "sections.1.times"),
    "letters of a cue": (SONG, one_more('say = "', 'say = "é'), "cues.1.say"),
}


@pytest.mark.parametrize("what", ONE_MORE)
def test_one_more_is_refused_by_file_line_and_key(full_show: Path, what: str) -> None:
    file, change, key = ONE_MORE[what]
    path = full_show / file
    text = path.read_text()
    path.write_text(change(text))
    try:
        with pytest.raises(ShowFaults, match=rf"\n{re.escape(file)}:\d+ {re.escape(key)}\b"):
            read_show(full_show)
    finally:
        path.write_text(text)
