"""What lies on the desk, page by page: each channel of the preset, its macros and snapshots, the presets, the stems, the mixes.

A cell is one thing to turn or to press, in final words, with the command that a turn or a press of it sends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from live_rig.control.protocol import Desk, Knob, MixLevel, StemStrip
from ui.desk.scale import LEVEL, PAN, Scale, scale_of, unit_of

PRESETS, SNAPSHOTS, MACROS, STEMS = "presets", "snapshots", "macros", "stems"
SWITCHES = {"mute": "mute", "solo": "solo", "invert": "flip"}  # of a channel, as they are called on its level
Command = tuple[str, str]  # a word of the control door and what follows it
Held = Mapping[Command, float]  # what a hand has just turned, as `Dial.knob` calls it, and where to


@dataclass(frozen=True, slots=True)
class Toggle:
    """A small button on a cell: what it says, whether it is on, and what a press sends."""

    says: str
    is_on: bool
    sends: Command


@dataclass(frozen=True, slots=True)
class Dial:
    """What is turned: the command and the name it takes, where it stands, and where it stood as written."""

    command: str
    name: str
    value: float
    written: float | None = None
    scale: Scale = field(default_factory=Scale)

    @property
    def knob(self) -> Command:
        """What is turned, wherever it stands."""
        return self.command, self.name

    def sends(self, value: float) -> Command:
        """The command that turns it there."""
        return self.command, f"{self.name}={value!r}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing on the desk. A button has `sends`, a knob has a `dial`; either may have toggles."""

    name: str
    dial: Dial | None = None
    toggles: tuple[Toggle, ...] = ()
    sends: Command | None = None
    is_lit: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Cells that belong together."""

    name: str
    cells: tuple[Cell, ...]


def pages(desk: Desk, stems: Iterable[StemStrip], held: Held) -> tuple[Page, ...]:
    """All pages, without those that have nothing on them."""
    stems = tuple(stems)
    channels: dict[str, list[Knob]] = {}
    for knob in desk.knobs:
        channels.setdefault(knob.name.partition(".")[0], []).append(knob)
    made = [
        Page(STEMS, (*(_level(stem, held) for stem in stems), *(_place(stem, held) for stem in stems))),
        *(
            Page(f"for {mix}", tuple(_heard(level, held) for level in desk.mixes if level.mix == mix))
            for mix in dict.fromkeys(level.mix for level in desk.mixes)
        ),
        Page(PRESETS, tuple(Cell(name, sends=("preset", name), is_lit=name == desk.preset) for name in desk.presets)),
        Page(SNAPSHOTS, tuple(Cell(name, sends=("snapshot", name)) for name in desk.snapshots)),
        Page(
            MACROS, tuple(Cell(": ".join(filter(None, (macro.name, macro.says))), _dial(macro, held)) for macro in desk.macros)
        ),
        *(Page(name, _channel(name, knobs, desk, held)) for name, knobs in channels.items()),
    ]
    return tuple(page for page in made if page.cells)


def parted(whole: Iterable[Page], capacity: int) -> tuple[Page, ...]:
    """Pages that have room for `capacity` cells: "snare", "snare 2", …"""
    return tuple(
        Page(page.name if first == 0 else f"{page.name} {first // capacity + 1}", page.cells[first : first + capacity])
        for page in whole
        for first in range(0, len(page.cells), capacity)
    )


def _channel(name: str, knobs: list[Knob], desk: Desk, held: Held) -> tuple[Cell, ...]:
    """Its level with its switches first, then all other knobs in the order of the preset, then its plugins' windows."""
    switches = {knob.name: knob for knob in knobs if knob.name.removeprefix(f"{name}.") in SWITCHES}
    toggles = tuple(_toggle(knob, SWITCHES[knob.name.removeprefix(f"{name}.")], held) for knob in switches.values())
    cells = []
    for knob in knobs:
        rest = knob.name.removeprefix(f"{name}.")
        if knob.name in switches:
            continue
        if rest == "gain_db":
            cells.append(Cell("level", _dial(knob, held), toggles))
        elif knob.is_switch:
            cells.append(Cell(label(rest), toggles=(_toggle(knob, "on", held),)))
        else:
            cells.append(Cell(label(rest), _dial(knob, held)))
    plugins = [plugin for plugin in desk.plugins if plugin.startswith(f"{name}.")]
    cells += [Cell(f"{plugin.removeprefix(f'{name}.')}: its window", sends=("editor", plugin)) for plugin in plugins]
    if plugins:
        cells.append(Cell("try the plugins again", sends=("preset", desk.preset)))
    return tuple(cells)


@lru_cache(maxsize=4096)
def label(rest: str) -> str:
    """A knob's name within its channel, in words: "Compressor threshold", "to plate", "gate hold"."""
    if rest.startswith("sends."):
        return f"to {rest.removeprefix('sends.')}"
    effect, _, parameter = rest.rpartition(".")
    return f"{effect} {unit_of(parameter)[0]}".strip()


def _dial(knob: Knob, held: Held) -> Dial:
    return Dial(
        "knob", knob.name, held.get(("knob", knob.name), knob.value), knob.written, scale_of(knob.name, knob.low, knob.high)
    )


def _toggle(knob: Knob, says: str, held: Held) -> Toggle:
    is_on = bool(held.get(("knob", knob.name), knob.value))
    return Toggle(says, is_on, ("knob", f"{knob.name}={int(not is_on)}"))


def _level(stem: StemStrip, held: Held) -> Cell:
    level_db = max(LEVEL.low, held.get(("level", stem.name), stem.level_db))
    toggles = Toggle("mute", stem.is_muted, ("mute", stem.name)), Toggle("solo", stem.is_solo, ("solo", stem.name))
    return Cell(stem.name, Dial("level", stem.name, round(level_db, 2), scale=LEVEL), toggles)


def _heard(level: MixLevel, held: Held) -> Cell:
    name = f"{level.mix}.{level.source}"
    return Cell(level.source, Dial("mix", name, held.get(("mix", name), level.level_db), scale=LEVEL))


def _place(stem: StemStrip, held: Held) -> Cell:
    return Cell(f"{stem.name} pan", Dial("pan", stem.name, held.get(("pan", stem.name), round(stem.pan, 3)), scale=PAN))
