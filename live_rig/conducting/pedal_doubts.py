"""Pedals and keys that nothing in the show can answer.

Which sections, stems, snapshots and knobs there are depends on the song that is loaded and the preset that is heard, so a pedal
that is for one of them is no fault. One that is for none of them was mistyped, and would say so only on stage.
"""

from collections.abc import Callable, Iterable
from functools import partial

from live_rig.conducting.cues import events_of, mix_events
from live_rig.errors import RigError
from live_rig.rack.edits import Edits
from live_rig.rack.preset import Preset
from live_rig.show.command import parse_command
from live_rig.show.faults import Fault, change_or
from live_rig.show.setlist import Show
from live_rig.show.store import MOST_USUAL_OUTPUTS, SHOW_FILE
from live_rig.show.toml_page import Page, read_page
from live_rig.wiring import wired


def pedal_doubts(show: Show, presets: Iterable[Preset]) -> list[Fault]:
    """Each with file, line and key. presets: all that can be called."""
    edits = [Edits(preset) for preset in presets]
    doubts = []
    for pedal, text in show.pedals.items():
        if not pedal.startswith("fader:") and (do := _what_to_do(show, edits, text)):
            doubts.append(Fault(f'nothing in the show can answer "{text}"', do, ("pedals", pedal)))
    page = read_page(show.folder / SHOW_FILE, SHOW_FILE)
    return page.all_placed(doubts) if isinstance(page, Page) else doubts


def _what_to_do(show: Show, edits: list[Edits], text: str) -> str:
    """Where a command would be refused whatever song is loaded and whatever preset is heard; empty where it would not."""
    word, value = parse_command(text)
    if word == "talkback" and show.talkback is None:
        return "Write [talkback] with its input"
    if word == "key" and (name := value.rpartition("=")[0]):
        songs = [song.id for song in show.songs]
        return "" if name in songs else change_or(name, songs, f"Say one of: {', '.join(songs)}")
    refusals = [_refusal(attempt) for attempt in _attempts(show, edits, word, value)]
    if not refusals or not all(refusals):
        return ""
    return next((do for do in refusals if "nearest" in do), refusals[0])


def _attempts(show: Show, edits: list[Edits], word: str, value: str) -> list[Callable[[], object]]:
    """The command, tried on each that might answer it."""
    if word == "snapshot":
        return [partial(each.recall, value) for each in edits]
    if word == "knob":
        knob, _, number = value.rpartition("=")
        having = [each for each in edits if knob.strip() in each.knobs]
        return [partial(each.turn, knob.strip(), float(number)) for each in having or edits]
    if word == "mix":
        outputs = max([show.audio.outputs or MOST_USUAL_OUTPUTS, *(output for mix in show.mixes for output in mix.outputs)])
        return [partial(mix_events, value, wired(1, outputs, show.mixes, show.buses))]
    return [partial(events_of, word, value, song) for song in show.songs]


def _refusal(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except RigError as error:
        return error.do
    return ""
