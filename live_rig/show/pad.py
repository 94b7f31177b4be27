"""Pads: sounds that a pad, a trigger, an electronic kit or a pedal strikes; and loops that go with the band."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from live_rig.show.audio_file import NotPlayable
from live_rig.show.faults import Fault
from live_rig.show.stem import FileInFolder, measured
from live_rig.show.written import Claim, GainDb, Number, Pan, Text, Whole, Written

LONGEST_S = 120.0  # what is longer is a stem: pads lie in memory
SHORTEST_SLICE_S = 0.001
LOUDEST_VELOCITY = 127

Velocity = Annotated[Whole, Field(ge=1, le=LOUDEST_VELOCITY)]


class Layer(Written):
    """What is heard of strokes up to a velocity."""

    file: FileInFolder  # in the show's folder
    up_to: Velocity = LOUDEST_VELOCITY


class Pad(Written):
    """One sound, in layers from soft to loud; with `loop_beats` a loop."""

    name: Text
    note: Annotated[Whole, Field(ge=0, le=127)] | None = None  # MIDI; None: struck by its name only
    file: FileInFolder | None = None
    layers: Annotated[tuple[Layer, ...], Field(max_length=8)] = ()  # in place of `file`
    gain_db: GainDb = 0.0
    pan: Pan = 0.0
    dynamics_db: Annotated[Number, Field(ge=0, le=60)] = 30.0  # from the softest stroke to the hardest
    choke: Text | None = None  # of the pads with this word one sounds at a time
    input: Annotated[Whole, Field(ge=1, le=32)] | None = None  # heard as a microphone there, effects and all; None: by itself
    drum: Claim = True  # a stroke of it is a stroke of the drummer's, where its note is one of a kit
    loop_beats: Annotated[Number, Field(ge=0.25, le=1024)] | None = None  # how long the loop is
    slices_per_beat: Annotated[Whole, Field(ge=0, le=16)] = 4  # 0: it is never cut
    begins: Literal["at once", "beat", "bar"] = "bar"  # of a loop that is struck while the band counts or plays

    @model_validator(mode="after")
    def _one_way_to_say_what_it_plays(self) -> "Pad":
        if (self.file is None) == (not self.layers):
            raise ValueError("a pad plays either a file or layers")
        if self.loop_beats and self.layers:
            raise ValueError("a loop plays one file, without layers")
        return self

    @property
    def sounds(self) -> tuple[Layer, ...]:
        """What it plays, from soft to loud."""
        return self.layers or (Layer(file=self.file or ""),)

    @property
    def slices(self) -> int:
        """Into how many a loop is cut; 0 for a one-shot."""
        return max(1, round(self.loop_beats * self.slices_per_beat)) if self.loop_beats else 0


class Talkback(Written):
    """A microphone to speak into. It is never heard where it is not sent, nor is it a part of the kit."""

    input: Annotated[Whole, Field(ge=1, le=32)]  # of the device
    to: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None  # names of mixes; None: the drummer's
    gain_db: GainDb = 0.0


def pad_faults(pads: Mapping[int, Pad], folder: Path, pedals: Iterable[str]) -> Iterator[Fault]:
    """Names and notes used twice, layers out of order, files that will not play. `pads` by their place in the list."""
    names: set[str] = set()
    notes: dict[int, str] = {}
    taken = set(pedals)
    for number, pad in pads.items():
        if pad.name in names:
            yield Fault(f'there are two pads "{pad.name}"', "Give each its own name", ("pads", number, "name"))
        names.add(pad.name)
        if pad.note is not None and f"note:{pad.note}" in taken:
            yield Fault(f"note {pad.note} is a pedal already", "Take another note, or free it there", ("pads", number, "note"))
        if pad.note in notes and not pad.choke:
            what = f'note {pad.note} strikes "{notes[pad.note]}" already'
            yield Fault(what, "Take another note, or layer them with one pad's layers", ("pads", number, "note"))
        if pad.note is not None:
            notes[pad.note] = pad.name
        heights = [layer.up_to for layer in pad.sounds]
        if heights != sorted(set(heights)):
            yield Fault(f'the layers of "{pad.name}" do not rise', "Write the softest first", ("pads", number, "layers"))
        yield from _file_faults(pad, folder, number)


def _file_faults(pad: Pad, folder: Path, number: int) -> Iterator[Fault]:
    for place, layer in enumerate(pad.sounds):
        key = ("pads", number, "layers", place, "file") if pad.layers else ("pads", number, "file")
        try:
            length_s = measured(folder, layer.file).length_s
        except NotPlayable as fault:
            yield Fault(f'"{layer.file}": {fault.what}' if fault.what.startswith("it ") else fault.what, fault.do, key)
            continue
        if length_s > LONGEST_S:
            what = f'"{layer.file}" is {length_s:.0f} s long, and a pad plays {LONGEST_S:.0f} s at most'
            yield Fault(what, "Cut it, or make it a stem of a song", key)
        if pad.slices > length_s / SHORTEST_SLICE_S:
            what = f'"{layer.file}" is {length_s:.2g} s long, too short to be cut into {pad.slices} slices'
            yield Fault(what, "Write how many beats it has, or fewer slices_per_beat", ("pads", number, "loop_beats"))


def talkback_faults(talkback: Talkback | None, mixes: Iterable[str], lines: Iterable[int]) -> Iterator[Fault]:
    """Listeners that there are not, and a microphone that stands before a drum."""
    if talkback is None:
        return
    there = list(mixes)
    for place, name in enumerate(talkback.to or ()):
        if name not in there:
            do = f"Say one of: {', '.join(there)}" if there else "Write its [[mixes]]"
            yield Fault(f'there is no mix "{name}"', do, ("talkback", "to", place))
    if talkback.input in set(lines):
        what = f"input {talkback.input} is one of the kit's lines"
        yield Fault(what, "Take another input for one of the two", ("talkback", "input"))
