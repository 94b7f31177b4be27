"""The sound of the kit as a player steers it: presets by name, and what is turned in the one that is heard.

Commands of the stage, in words; what they do to the racks is the supervisor's.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cython_core.drums import AT_ONCE, ON_THE_BAR, ON_THE_BEAT
from live_rig.control.protocol import Desk
from live_rig.errors import DeviceError, RackError, RigError, ShowError
from live_rig.rack.desk_state import Ranges, desk_state, plugin_ranges
from live_rig.rack.edits import Edits, Knobs
from live_rig.rack.knobs import kept_files, plugins_of
from live_rig.rack.preset import Preset
from live_rig.rack.preset_page import page_of_edits
from live_rig.rack.shelf import Shelf
from live_rig.rack.supervisor import Rack
from live_rig.show.command import AT_BAR, AT_BEAT
from live_rig.show.faults import change_or
from live_rig.show.file_names import why_unfit
from live_rig.show.preset import preset_files
from live_rig.show.write import copy_file, whole_file

LONGEST_NAME = 60  # letters
COMMANDS = ("preset", "knob", "snapshot", "undo", "redo", "compare", "save-preset", "editor")
WAITS = {"bar": "then {name} at the bar", "beat": "then {name} at the beat", "loading": "{name} is loading"}
WHEN = {AT_BEAT: ON_THE_BEAT, AT_BAR: ON_THE_BAR}


class Colour:
    """The presets of a show, on a rack. `name`: of the one that is heard, empty for the dry drums. files: name -> file."""

    def __init__(self, rack: Rack, files: Mapping[str, Path], folder: Path) -> None:
        self.rack, self.folder, self._shelf = rack, folder, Shelf(files, folder / "presets")
        self.name = ""
        self.hushed = ""  # the preset that a panic took off, until something begins again
        self._first: list[str] = []  # to stand ready
        self._shown = ""
        self._entered: tuple[Edits | None, str] = None, ""  # the part of the song, and what was heard when it began
        self._desk: Desk | None = None
        self._ranges: Ranges = {}
        self._desk_of: tuple[Edits | None, Knobs | None, int] = (None, None, 0)

    def keep_ready(self, first: list[str]) -> list[str]:
        """Let every preset of the show stand ready, those of its songs first. Returns what is wrong with any."""
        self._first = first
        presets: list[Preset] = []
        faults: dict[str, str] = {}  # what is wrong with a base is so in all that are based on it
        for name in dict.fromkeys([*first, *self._shelf.files]):
            try:
                self._shelf.read(name)
            except RigError as error:
                faults.setdefault(str(error), name)
            with suppress(RigError):
                presets.append(self._shelf.take(name))
        self.rack.keep(presets)
        there = {preset.name for preset in presets}
        return [f'"{name}" stays as it was: {fault}' if name in there else fault for fault, name in faults.items()]

    def keep_as_written(self) -> list[str] | None:
        """The same, when presets have been written anew, or new ones; else None. To be called now and then."""
        if not self._shelf.was_written():
            return None
        self._find_new()
        return self.keep_ready(self._first)

    def _find_new(self) -> None:
        """Presets that have come since the show was read."""
        with suppress(OSError):  # the disk has gone: those that are known stay
            self._shelf.add({name: file for name, file in preset_files(self.folder).items() if name not in self._shelf.files})

    def do(self, command: str, value: str) -> str:
        """One of COMMANDS, in words. RigError where it cannot be done."""
        if command == "preset":
            return self.switch(value, by_hand=True)
        if command == "save-preset":
            return self.save(value)
        if command == "editor":
            return self.show_window(value)
        edits = self._edits()
        if command == "knob":
            knob, _, number = value.rpartition("=")
            self._refuse_beyond_plugin(knob.strip(), float(number), edits)
            moved = edits.turn(knob.strip(), float(number))
        elif command == "snapshot":
            moved = edits.recall(value)
        else:
            moved = {"undo": edits.undo, "redo": edits.redo, "compare": edits.compare}[command]()
        self.rack.turn(moved)
        return f"{command} {value}".strip() if moved else "nothing changed"

    def switch(self, value: str, *, by_hand: bool = False) -> str:
        """A preset by its name, and when: "dub", "dub at bar", "dub at beat". by_hand: somebody has chosen it, no song."""
        name, when = value, AT_ONCE
        for words, moment in WHEN.items():
            if value.endswith(words):
                name, when = value.removesuffix(words), moment
        if name not in self._shelf.files:
            self._find_new()
        if name not in self._shelf.files:
            do = change_or(name, self._shelf.files, f"Say one of: {', '.join(self._shelf.files)}")
            raise ShowError(f'There is no preset "{name}"', where="command", do=do)
        self._to(self._shelf.take(name), name, when, by_hand=by_hand)
        return value

    def show_window(self, plugin: str) -> str:
        """A plugin's own window, by its name in the preset that is heard; "": the next one's; "off": none."""
        if plugin == "off":
            self.rack.show_window("")
            return "no window"
        preset = self._edits().preset
        plugins = list(plugins_of(preset))
        if not plugins:
            do = "Turn its knobs, or choose another preset"
            raise RackError("No plugin is in it that could have a window", where=preset.title, do=do)
        if plugin and plugin not in plugins:
            do = change_or(plugin, plugins, f"Say one of: {', '.join(plugins)}")
            raise RackError(f"There is no plugin {plugin}", where=preset.title, do=do)
        self._shown = plugin or plugins[(plugins.index(self._shown) + 1) % len(plugins) if self._shown in plugins else 0]
        self.rack.show_window(self._shown)
        return f"the window of {self._shown}"

    def desk(self) -> Desk:
        """What can be turned now, and where it stands; the same object until something has changed."""
        edits, presets = self.rack.edits, len(self._shelf.files)
        now = edits.now if edits else None
        of, stood, there = self._desk_of
        if self._desk is None or edits is not of or now is not stood or presets != there:
            if edits is not of:
                self._ranges = plugin_ranges(edits) if edits else {}
            self._desk, self._desk_of = desk_state(self._shelf.files, edits, self._ranges), (edits, now, presets)
        return self._desk

    @property
    def sounds(self) -> str:
        """The preset that is heard now, by name: while another waits, the one before."""
        if not self.rack.waits_for:
            return self.name
        return sounds.name if (sounds := self.rack.sounds) else ""

    @property
    def coming(self) -> str:
        """The preset that is yet to be heard, and with what it comes, in words; nothing where none waits."""
        if self.hushed:
            return f"{self.hushed} comes with the song"
        return WAITS[waits_for].format(name=self.name) if (waits_for := self.rack.waits_for) else ""

    def hush(self) -> None:
        """A panic: the drums are dry, until `come_back`, or until a preset is called."""
        hushed = self.name or self.hushed
        self._to(None, "", AT_ONCE)
        self.hushed = hushed

    def come_back(self) -> None:
        """What a panic took off is heard again, as it is written. RigError where it cannot be read any more."""
        if self.hushed:
            self._to(self._shelf.take(self.hushed), self.hushed, AT_ONCE)

    def enter(self, section: str) -> None:
        """A part of the song begins: the preset's snapshot of that name, if it has one, is recalled; else as it is written."""
        edits = self.rack.edits
        before = self._entered[1] if edits is self._entered[0] else ""
        if edits is None or section == before:
            return
        if section in edits.preset.snapshots:
            self.rack.turn(edits.part(section))
        elif before in edits.preset.snapshots:
            self.rack.turn(edits.part(""))
        self._entered = edits, section

    def save(self, name: str) -> str:
        """Write what has been turned as a preset of the show, on top of the one that is heard."""
        edits = self._edits()
        if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
            do = f"Take letters, digits, - and _, {LONGEST_NAME} at most"
            raise ShowError(f'"{name}" cannot be a preset\'s name', where="command", do=do)
        if why := why_unfit(name):
            raise ShowError(f'"{name}" cannot be a preset\'s name: {why}', where="command", do="Take another name")
        file = self.folder / "presets" / f"{name}.toml"
        if name == edits.preset.name:
            raise ShowError(f"{name} is the preset that is heard", where=str(file), do="Save it under another name")
        if file.exists() or name.lower() in map(str.lower, self._shelf.files):  # a file system may know no capitals
            raise ShowError(f"There is a preset {name} already", where=str(file), do="Take another name")
        states = {
            file.with_name(f"{name}{kept.name.removeprefix(edits.preset.name)}"): kept for kept in kept_files(edits.preset)
        }
        try:
            for state, kept in states.items():
                with whole_file(state) as copy:
                    copy_file(kept, copy)
            with whole_file(file) as page:
                page.write_text(page_of_edits(name, edits.preset, edits.kept()), encoding="utf-8")
        except DeviceError:
            for state in states:
                state.unlink(missing_ok=True)
            raise
        self._shelf.add({name: file})
        return f"saved as {name}"

    def _refuse_beyond_plugin(self, knob: str, value: float, edits: Edits) -> None:
        """A plugin takes nothing beyond its range, without a word; where that is known it is said."""
        self.desk()  # knows the ranges of the preset that is heard
        low, high = self._ranges.get(knob, (0.0, 0.0))
        if knob in self._ranges and not low <= value <= high:
            raise RackError(f"{knob} goes from {low:g} to {high:g}", where=edits.preset.title, do="Turn it less far")

    def _edits(self) -> Edits:
        if self.rack.edits is None:
            raise RackError("No preset is heard", where="command", do="Choose one first")
        return self.rack.edits

    def _to(self, preset: Preset | None, name: str, when: int, *, by_hand: bool = False) -> None:
        self.rack.load_next(preset)
        self.rack.switch(when, by_hand=by_hand)
        self.rack.show_window("")
        self.name, self.hushed = name, ""
