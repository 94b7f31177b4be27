"""A show: the songs in their order, what the pedals do, and the sound card.

`ShowSheet` is what stands in show.toml; `Show` is the same with its songs, ready to play.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from live_rig.show.faults import Fault
from live_rig.show.mix import BAND, MOST_BUSES, Mix
from live_rig.show.pad import Pad, Talkback
from live_rig.show.song import Song
from live_rig.show.written import Text, Whole, Written

SONG_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Line(Written):
    """A microphone of its own on the kit."""

    drum: Literal["mix", "kick", "snare", "tom", "hat", "overhead"]  # what stands before it
    input: Annotated[Whole, Field(ge=1, le=32)]  # of the device, from 1


class Audio(Written):
    """The sound card, where the command line says nothing else. What is left out, the engine chooses."""

    device: Text | None = None
    samplerate: Annotated[Whole, Field(ge=44_100, le=192_000)] | None = None  # Hz
    block: Annotated[Whole, Field(ge=16, le=1024)] | None = None  # frames
    inputs: Annotated[Whole, Field(ge=1, le=32)] | None = None  # channels, the first ones of the device
    outputs: Annotated[Whole, Field(ge=1, le=32)] | None = None
    look_ahead_ms: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0  # latency that effects may have, all show long
    lines: Annotated[tuple[Line, ...], Field(max_length=8)] = ()  # none: all inputs are one mix
    limiter: Literal["on", "off"] = "on"  # off: nothing keeps the outputs from hurting


GivesWay = Literal["never", "stubborn", "patient", "easy"]  # how much a drummer must push until the band gives way


class ShowSheet(Written):
    """show.toml."""

    title: Text
    songs: tuple[Annotated[str, StringConstraints(strict=True)], ...] = ()  # ids, in the order of the set
    pedals: dict[str, Annotated[str, StringConstraints(strict=True)]] = Field(default_factory=dict)
    gives_way: GivesWay = "patient"
    audio: Audio = Audio()
    buses: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MOST_BUSES)] = (BAND,)  # of stems
    mixes: tuple[Mix, ...] = ()  # one for each listener; none: the usual ones
    pads: Annotated[tuple[Pad, ...], Field(max_length=64)] = ()
    talkback: Talkback | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """A show without a fault."""

    title: str
    folder: Path
    songs: tuple[Song, ...]
    pedals: Mapping[str, str]  # "cc:64" -> "take"
    audio: Audio
    presets: Mapping[str, Path]  # every preset that can be called, by name
    gives_way: GivesWay = "patient"
    buses: tuple[str, ...] = (BAND,)
    mixes: tuple[Mix, ...] = ()
    pads: tuple[Pad, ...] = ()
    talkback: Talkback | None = None

    def song(self, song_id: str) -> Song | None:
        """The song of this id, None where the set has none."""
        return next((song for song in self.songs if song.id == song_id), None)


def setlist_faults(ids: Sequence[object]) -> Iterator[Fault]:
    """Ids that are no folder's name, and ids that stand there twice."""
    seen: set[object] = set()
    for number, song_id in enumerate(ids):
        if not isinstance(song_id, str):
            continue
        if not SONG_ID.fullmatch(song_id):
            yield Fault(
                f'"{song_id[:60]}" is not a song\'s id', "Take letters, digits, - and _, such as slow-blues", ("songs", number)
            )
        if song_id in seen:
            yield Fault(f'"{song_id[:60]}" is in the set twice', "Take one of the two out", ("songs", number))
        seen.add(song_id)
