"""The presets that a song is written with: its own, and those that sections and cues bring, each from its bar line on."""

from collections.abc import Callable, Mapping
from typing import Any

from cython_core.transport import State, Turn
from live_rig.conducting.chart import section_at
from live_rig.show.command import AT_BAR
from live_rig.show.song import Song

ON_THE_LINE = 1e-6  # beats
INTO_THE_BAR = 0.25  # beats: only then is its own line behind the drums, which are a little later than the snapshot
DECIDED_S = 0.15  # so long before a bar line it is settled what happens there, and a jump is no longer told as queued


def presets_of(song: Song) -> list[str]:
    """All of them, in the order in which they come."""
    return list(dict.fromkeys(preset for _, preset in _marks(song)))


def preset_at(song: Song, bar: int) -> str:
    """The one that holds in a bar: of the last section or cue before it that names one, else the song's. Empty: none."""
    past = [preset for at, preset in _marks(song) if at <= bar]
    return past[-1] if past else ""


def bar_after(song: Song, now: Mapping[str, Any]) -> int:
    """The bar that comes after the one that sounds, if nobody changes his mind. now: the instrument's snapshot."""
    bar, _ = song.bar_and_beat(now["song_beat"])
    line = song.bar_start(bar + 1)
    if now["queued"] == Turn.JUMP and now["queued_at"] <= line + ON_THE_LINE:
        return song.bar_and_beat(now["queued_beat"])[0]
    section = section_at(song, bar)
    goes_round = (now["is_vamping"] and not now["is_released"]) or now["rounds"] + 1 < section.times
    return section.first_bar if bar == section.last_bar and goes_round else bar + 1


def is_decided(song: Song, now: Mapping[str, Any]) -> bool:
    """Whether the bar line is so near that the snapshot no longer tells what comes after it."""
    bar, _ = song.bar_and_beat(now["song_beat"])
    left_s: float = (song.bar_start(bar + 1) - now["song_beat"]) * 60 / max(1.0, now["bpm"])
    return left_s < DECIDED_S


def section_after(song: Song, now: Mapping[str, Any]) -> str:
    """The name of the section that the next bar lies in, if nobody changes his mind."""
    return section_at(song, bar_after(song, now)).name


class WrittenPresets:
    """Calls them. `call` takes a name, or "NAME at bar". One that the drummer calls himself holds until the next is due."""

    def __init__(self, call: Callable[[str], object]) -> None:
        self._call, self._called = call, ""

    def begin(self, song: Song, heard: str) -> None:
        """A song is loaded, and this preset is heard."""
        self._called = preset_at(song, 1) or heard
        if self._called != heard:
            self._call(self._called)

    def follow(self, song: Song, now: Mapping[str, Any]) -> None:
        """Where the band is now: in the bar before it a preset is called for the bar line, and after a jump at once."""
        if now["state"] != State.PLAYING:
            return
        bar, place_beats = song.bar_and_beat(now["song_beat"])
        if is_decided(song, now):
            return
        here, coming = preset_at(song, bar), preset_at(song, bar_after(song, now))
        if self._called not in (here, coming) and here:
            self._to(here, here)
        elif coming not in (here, self._called, "") and place_beats > INTO_THE_BAR:
            self._to(coming, f"{coming}{AT_BAR}")

    def _to(self, name: str, call: str) -> None:
        self._called = name  # first: one that cannot be had is refused once, not thirty times a second
        self._call(call)


def _marks(song: Song) -> list[tuple[int, str]]:
    """(bar, preset) in the order of the bars; where a cue and a section begin together, the cue's holds."""
    marks = [(1, song.preset), *((s.first_bar, s.preset) for s in song.sections), *((c.bar, c.preset) for c in song.cues)]
    return sorted(((bar, preset) for bar, preset in marks if preset), key=lambda mark: mark[0])
