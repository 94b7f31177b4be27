"""A command's word and value -> the event it becomes.

What concerns the set (next-song, song, preset) is the engine's; all else goes straight to the instrument.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from cython_core import mix
from cython_core.authority import FASTEST_BPM, SLOWEST_BPM, GivesWay, Leader
from cython_core.exchange import EventKind
from cython_core.faders import Switch
from cython_core.transport import Quantum
from live_rig.conducting.octaves import FASTER
from live_rig.decibels import linear
from live_rig.errors import ShowError
from live_rig.show.mix import OWN_SOURCES
from live_rig.show.pad import LOUDEST_VELOCITY, Pad
from live_rig.show.song import Song
from live_rig.show.written import HIGHEST_DB, LOWEST_DB
from live_rig.wiring import Wiring, gains

PLAIN = {
    "start": EventKind.START,
    "stop": EventKind.STOP,
    "next": EventKind.NEXT,
    "previous": EventKind.PREVIOUS,
    "band-in": EventKind.BAND_IN,
    "vamp": EventKind.VAMP,
    "hold": EventKind.HOLD,
    "cut-off": EventKind.CUT_OFF,
    "take": EventKind.TAKE,
    "give": EventKind.GIVE,
    "curve": EventKind.CURVE,
    "count-in": EventKind.COUNT_IN,
    "one": EventKind.ONE,
    "panic": EventKind.PANIC,
    "unqueue": EventKind.UNDO,
    "pads-off": EventKind.PADS_OFF,
}
QUANTA = {"bar": Quantum.AT_BAR, "beat": Quantum.AT_BEAT, "phrase": Quantum.AT_PHRASE}
LEADERS = {"band": Leader.BAND, "drummer": Leader.DRUMMER, "conductor": Leader.CONDUCTOR}
GIVES_WAY = {"never": GivesWay.NEVER, "stubborn": GivesWay.STUBBORN, "patient": GivesWay.PATIENT, "easy": GivesWay.EASY}
RIT_BARS, RIT_TO = 2.0, 0.6  # how long a ritardando is unless said, and the part of the tempo it ends in


@dataclass(frozen=True, slots=True)
class Sent:
    """An event without its frame: `kind` an EventKind, `value` and `other` as the kind wants them."""

    kind: int
    value: float = 0.0
    other: float = 0.0


def events_of(command: str, value: str, song: Song) -> list[Sent]:
    """The events of a command while `song` is loaded; [] where the command is not the instrument's.

    ShowError for a value that will not do.
    """
    if command == "curve" and not song.tempo_curve:
        do = "Write a tempo_curve into its song.toml, or say tempo or rit"
        raise ShowError(f'"{song.title}" has no tempo curve', where="command", do=do)
    if command in PLAIN:
        return [Sent(PLAIN[command])]
    if command in FASTER:
        return [Sent(EventKind.OCTAVE, FASTER[command])]
    if command in ("tempo", "conduct"):
        bpm = bpm_of(command, value) if value else 0.0
        return [Sent(EventKind.TEMPO if command == "tempo" else EventKind.CONDUCT, bpm)]
    if command in WITH_NUMBER:
        return [WITH_NUMBER[command](value, song)]
    if command == "re-enter":
        return [Sent(EventKind.RE_ENTER, song.bar_start(section_named(song, value)) if value else math.nan)]
    if command == "section":
        name, quantum = quantized(song, value)
        return [Sent(EventKind.GO_TO, song.bar_start(section_named(song, name)), quantum)]
    if command == "bar":
        number, quantum = quantized(song, value)
        return [Sent(EventKind.GO_TO, song.bar_start(bar_of(song, number)), quantum)]
    if command == "finale":
        return [Sent(EventKind.FINALE, float(value == "drummer"))]
    if command in ("mute", "solo"):
        return [Sent(EventKind.MUTE if command == "mute" else EventKind.SOLO, Switch.OTHER, stem_named(song, value))]
    if command == "pan":
        name, _, place = value.rpartition("=")
        return [Sent(EventKind.PAN, place_of(command, place), stem_named(song, name.strip()))]
    if command == "level":
        name, _, level_db = value.rpartition("=")
        return [Sent(EventKind.LEVEL, linear(level_of(command, level_db)), stem_named(song, name.strip()))]
    return events_of_no_song(command, value)


def events_of_no_song(command: str, value: str) -> list[Sent]:
    """The same of a command that is about no song, and may come where there is none."""
    if command in ("panic", "pads-off"):
        return [Sent(PLAIN[command])]
    if command == "say":
        return [Sent(EventKind.CHIME)]
    if command == "click":
        if value not in ("on", "off"):
            raise ShowError(f'"click {value}" is neither on nor off', where="command", do='Say "click on" or "click off"')
        return [Sent(EventKind.BUS, float(value == "on"), mix.CLICK)]
    return []


def tapped(value: str, _song: Song) -> Sent:
    """A tap of a beat, half a bar or a bar."""
    return Sent(EventKind.TAP, 0.0, {"half-bar": 0.5, "bar": 1.0}.get(value, 0.0))


def slowing_down(value: str, _song: Song) -> Sent:
    """A ritardando over so many bars."""
    return Sent(EventKind.SLOW_DOWN, float(value) if value else RIT_BARS, RIT_TO)


def shared(value: str, _song: Song) -> Sent:
    """The lead, shared: the drummer's part in percent."""
    return Sent(EventKind.SHARE, float(value) / 100)


def giving_way(value: str, _song: Song) -> Sent:
    """How easily the band lets itself be pushed."""
    return Sent(EventKind.GIVE_WAY, GIVES_WAY[value])


WITH_NUMBER = {"tap": tapped, "rit": slowing_down, "share": shared, "gives-way": giving_way}


def number(command: str, text: str, range_: str) -> float:
    """A number in a command's value. ShowError where it is none."""
    try:
        return float(text)
    except ValueError:
        raise ShowError(f'"{command} {text}" has no number in it', where="command", do=f"Say a number, {range_}") from None


def bpm_of(command: str, text: str) -> float:
    """A tempo in a command's value, 20 to 400 bpm. ShowError otherwise."""
    bpm = number(command, text, f"{SLOWEST_BPM:g} to {FASTEST_BPM:g}")
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise ShowError(f"{bpm:g} bpm is out of reach", where="command", do=f"Say {SLOWEST_BPM:g} to {FASTEST_BPM:g}")
    return bpm


def level_of(command: str, text: str) -> float:
    """A level in a command's value, -60 to 12 dB. ShowError otherwise."""
    level_db = number(command, text, f"{LOWEST_DB:g} to {HIGHEST_DB:g}, such as bass=-6")
    if not LOWEST_DB <= level_db <= HIGHEST_DB:
        raise ShowError(f"{level_db:g} dB is out of reach", where="command", do=f"Say {LOWEST_DB:g} to {HIGHEST_DB:g}")
    return level_db


def place_of(command: str, text: str) -> float:
    """A place between -1 (left) and 1 (right) in a command's value. ShowError otherwise."""
    place = number(command, text, "-1 (left) to 1 (right), such as bass=-0.5")
    if not -1 <= place <= 1:
        raise ShowError(f"{place:g} is beyond the last seat", where="command", do="Say -1 (left) to 1 (right)")
    return place


def pad_event(value: str, pads: Sequence[Pad]) -> Sent:
    """A pad by its name, and how hard it is struck. ShowError where there is none, or no such strength."""
    names = [pad.name for pad in pads]
    name, equals, velocity = (value, "", "") if value in names or "=" not in value else value.rpartition("=")
    if name not in names:
        do = f"Say one of: {', '.join(names)}" if names else "Write [[pads]] into show.toml"
        raise ShowError(f'There is no pad "{name}"', where="command", do=do)
    hard = number("pad", velocity, f"1 to {LOUDEST_VELOCITY}, such as {name}=64") if equals else LOUDEST_VELOCITY
    if not 1 <= hard <= LOUDEST_VELOCITY:
        raise ShowError(f"A pad is not struck with {hard:g}", where="command", do=f"Say 1 to {LOUDEST_VELOCITY}")
    return Sent(EventKind.PAD, names.index(name), hard)


def midi_event(message: Sequence[int]) -> Sent:
    """A message of an electronic kit, two or three bytes, for the plugins that are instruments."""
    status, first, *more = message
    return Sent(EventKind.MIDI, float(status << 16 | first << 8 | (more[0] if more else 0)))


def mix_events(value: str, wiring: Wiring) -> list[Sent]:
    """What `mix drummer.click=-6` turns: -60 dB is silence. ShowError where there is no such mix or source."""
    knob, _, text = value.rpartition("=")
    mix_name, _, source = (part.strip() for part in knob.rpartition("."))
    level_db = number("mix", text, f"{LOWEST_DB:g} to {HIGHEST_DB:g}, such as drummer.click=-6")
    if not level_db <= HIGHEST_DB:
        raise ShowError(f"{level_db:g} dB is out of reach", where="command", do=f"Say {LOWEST_DB:g} to {HIGHEST_DB:g}")
    mixes = {mix.name: mix for mix in wiring.mixes}
    sources = [*OWN_SOURCES, *wiring.buses]
    for word, there, kind in ((mix_name, list(mixes), "mix"), (source, sources, "source")):
        if word not in there:
            raise ShowError(f'There is no {kind} "{word}"', where="command", do=f"Say one of: {', '.join(there)}")
    turned = gains(mixes[mix_name], source, level_db, wiring.buses)
    return [Sent(EventKind.ROUTE, gain, output * mix.BUSES + bus) for output, bus, gain in turned]


def quantized(song: Song, value: str) -> tuple[str, int]:
    """("solo", where it is jumped) of "solo@phrase"; a section may have an @ in its name."""
    name, _, where = value.rpartition("@")
    if not name or value in (section.name for section in song.sections):
        return value, Quantum.AT_BAR
    if where not in QUANTA:
        raise ShowError(f'"{value}" is no place to jump', where="command", do=f"Say {name}@beat, {name}@bar or {name}@phrase")
    return name, QUANTA[where]


def bar_of(song: Song, text: str) -> int:
    """The number of a bar that the song has. ShowError otherwise."""
    if not text.isdecimal() or not 1 <= int(text) <= song.bars:
        raise ShowError(f'"{song.title}" has no bar {text}', where="command", do=f"Say 1 to {song.bars}")
    return int(text)


def section_named(song: Song, name: str) -> int:
    """The first bar of a section. ShowError names the nearest where there is none of that name."""
    bars = {section.name: section.first_bar for section in song.sections}
    return bars[known(song, name, list(bars), "section")]


def stem_named(song: Song, name: str) -> int:
    """The number of a stem, from 0. ShowError names the nearest where there is none of that name."""
    names = [stem.name for stem in song.stems]
    return names.index(known(song, name, names, "stem"))


def known(song: Song, name: str, names: list[str], kind: str) -> str:
    """`name`, if it is one of `names`; else a ShowError that names the nearest."""
    if name in names:
        return name
    close = get_close_matches(name, names, n=1)
    do = f'Say "{close[0]}", the nearest there is' if close else f"Say one of: {', '.join(names)}"
    raise ShowError(f'"{song.title}" has no {kind} "{name}"', where="command", do=do)
