"""A song played against a recording of drums, offline: what `render` does, and how tests hear the rig.

Time 0 is time 0 of the drum file, at the ear: with latencies given, the drums reach the rig that much later, the band is heard
that much later, and the rig makes up for both.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cython_core.authority import Leader, Reason
from cython_core.drums import AT_ONCE, ON_THE_BAR
from cython_core.entry import Listening
from cython_core.exchange import EventKind, NoticeKind
from live_rig.audio.offline import play
from live_rig.audio.voice import Voice
from live_rig.band.stems import open_stems
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import LEADERS, Sent, events_of, giving_way, midi_event
from live_rig.conducting.script import Scripted
from live_rig.conducting.written_presets import WrittenPresets, preset_at
from live_rig.errors import ShowError
from live_rig.instrument import Block, Instrument
from live_rig.paths import cache_dir
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Preset
from live_rig.rehearsal.line import Line
from live_rig.show.command import AT_BAR
from live_rig.show.setlist import GivesWay
from live_rig.show.song import Song
from live_rig.wiring import APART, each_bus_apart

Start = Literal["count-in", "uninvited", "command"]
TAIL_S = 2.0
SENT_AHEAD_S = 0.1
NOTE_ON = 0x99  # on the drums' channel
HELD_S = 0.05  # electronic kits let a note go soon after the stroke
LISTENS_FOR = {"uninvited": Listening.FOR_THE_BAR, "count-in": Listening.FOR_THE_COUNT}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a song is to be played. Latencies in s, samplerate in Hz, block in frames (or several, in turn)."""

    song: Song
    start: Start = "uninvited"
    authority: str = "drummer"
    gives_way: GivesWay = "patient"
    script: Sequence[Scripted] = ()
    notes: Sequence[tuple[float, int, int]] = ()  # (time in s, MIDI note, velocity) of an electronic kit
    preset: Preset | None = None  # at first
    presets: Mapping[str, Preset] = field(default_factory=dict)  # that the song brings on its way, by name
    samplerate_hz: int = 48_000
    blocks: Sequence[int] = (64,)
    input_latency_s: float = 0.0
    output_latency_s: float = 0.0
    look_ahead_ms: float = 0.0  # how far effects may hold the drums back


@dataclass(slots=True)
class Performance:
    """What was played, at the ear: buses as (channels, frames), the line, and what happened."""

    samplerate_hz: int
    buses: dict[str, Block]
    line: Line = field(default_factory=Line)
    happened: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)  # what its presets played without, in words


def perform(plan: Plan, drums: npt.NDArray[np.float32]) -> Performance:
    """Play `plan` against drums, mono float32 at its samplerate. ShowError where the script asks for what there is not."""
    rate = plan.samplerate_hz
    rack = InlineRack(plan.preset, rate, 1, max(plan.blocks), round(plan.look_ahead_ms / 1000 * rate))
    voice = Voice.of_show(plan.song.folder.parent.parent)
    instrument = Instrument(rack.drums, rate, each_bus_apart(1), max(plan.blocks), click_on=True, voice=voice)
    instrument.rig.at(plan.input_latency_s, plan.output_latency_s)
    stems = open_stems(plan.song, rate, cache_dir())
    stems.all_in_memory()
    instrument.load(chart_of(plan.song, rate, stems, voice=voice))
    events = deque(scripted_events(plan))
    send_due(instrument, events)
    heard = arriving(plan, drums)
    performance = Performance(rate, {})
    written = WrittenPresets(lambda call: switch(rack, plan, call))
    written.begin(plan.song, preset_at(plan.song, 1))
    blocks = []
    for played in play(instrument, heard, plan.blocks, rack.process):
        blocks.append(played.block)
        send_due(instrument, events)
        if plan.presets:
            written.follow(plan.song, instrument.exchange.snapshot())
        note_down(plan, instrument, performance)
        performance.lacks += [words for words in rack.says if words not in performance.lacks]
    at_ear = at_the_ear(plan, blocks)
    performance.buses = {name: at_ear[rows] for name, rows in APART.items()}
    performance.counts = {
        "blocks": instrument.drums.blocks,
        "blocks_dry": instrument.drums.blocks_dry,
        "band_frames_missing": instrument.exchange.snapshot()["band_frames_missing"],
    }
    return performance


def switch(rack: InlineRack, plan: Plan, call: str) -> None:
    """A preset by its name, at once; or "NAME at bar"."""
    rack.load_next(plan.presets[call.removesuffix(AT_BAR)])
    rack.switch(ON_THE_BAR if call.endswith(AT_BAR) else AT_ONCE)


def arriving(plan: Plan, drums: npt.NDArray[np.float32]) -> Block:
    """The drums as they reach the rig: later by the input latency, and silent for a while after their end."""
    late = np.zeros(round(plan.input_latency_s * plan.samplerate_hz), np.float32)
    tail = np.zeros(round((TAIL_S + plan.output_latency_s) * plan.samplerate_hz), np.float32)
    return np.concatenate([late, drums, tail])[np.newaxis]


def at_the_ear(plan: Plan, blocks: list[Block]) -> Block:
    """All outputs, later by the output latency."""
    late = np.zeros((len(blocks[0]), round(plan.output_latency_s * plan.samplerate_hz)), np.float32)
    return np.concatenate([late, *blocks], axis=1)


def scripted_events(plan: Plan) -> list[tuple[int, Sent]]:
    """(frame, event) in order: who leads, how the song starts, what the script says, what the kit sent."""
    rate = plan.samplerate_hz
    leader = LEADERS[plan.authority]
    first = {Leader.DRUMMER: EventKind.TAKE, Leader.CONDUCTOR: EventKind.CONDUCT, Leader.BAND: EventKind.GIVE}[leader]
    events = [(0, giving_way(plan.gives_way, plan.song)), (0, Sent(first))]
    cued = [row for row in plan.script if row.command in ("band-in", "start")]
    if plan.start in LISTENS_FOR and not (plan.start == "uninvited" and any(row.command == "band-in" for row in cued)):
        events.append((0, Sent(EventKind.LISTEN, LISTENS_FOR[plan.start], leader)))
    elif plan.start == "command" and not any(row.command == "start" for row in cued):
        events.append((0, Sent(EventKind.START)))
    for row in plan.script:
        try:
            sent = events_of(row.command, row.value, plan.song)
        except ShowError as error:
            raise ShowError(error.what, where=f"script, {row.time_s:g} s", do=error.do) from None
        if not sent:
            raise ShowError(
                f'"{row.command}" is not for one song alone', where=f"script, {row.time_s:g} s", do="Take it out of this script"
            )
        events += [(round(row.time_s * rate), event) for event in sent]
    late = round(plan.input_latency_s * rate)
    for time_s, note, velocity in plan.notes:
        struck, let_go = round(time_s * rate) + late, round((time_s + HELD_S) * rate) + late
        events += [(struck, Sent(EventKind.NOTE, note, velocity)), (struck, midi_event((NOTE_ON, note, velocity)))]
        events.append((let_go, midi_event((NOTE_ON, note, 0))))
    return sorted(events, key=lambda event: event[0])


def send_due(instrument: Instrument, events: deque[tuple[int, Sent]]) -> None:
    """Hand over what is due within SENT_AHEAD_S: more than a block, and never so much that it would not fit."""
    until = instrument.rig.frame + SENT_AHEAD_S * instrument.samplerate_hz
    while events and events[0][0] < until:
        frame, event = events.popleft()
        instrument.send([event], frame)


def note_down(plan: Plan, instrument: Instrument, performance: Performance) -> None:
    """The line up to what is at the ear now, and what has happened since the last block."""
    lag_frames = round(plan.output_latency_s * plan.samplerate_hz) + instrument.rig.guard_delay_frames
    performance.line.look(instrument, -lag_frames)
    for notice in instrument.exchange.notices():
        performance.happened.append(
            {
                "time_s": round((notice["frame"] + lag_frames) / plan.samplerate_hz, 4),
                "what": NoticeKind(notice["kind"]).name.lower().replace("_", "-"),
                "who": Leader(notice["who"]).name.lower(),
                "why": Reason(notice["why"]).name.lower().replace("_", " ") if notice["why"] else "",
                "bar": plan.song.bar_and_beat(notice["beat"])[0],
            }
        )
