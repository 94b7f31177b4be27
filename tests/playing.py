"""A drummer made of MIDI notes, a song made of beats, and a rig that plays with him: a plain loop, no clock, no device.

    heard = play(song(120), drummer=rock(beats(130, 64)), says=[(20.0, "take")])
    heard.asynchrony_ms(20.0)

Everything is at the ear, in seconds from the first frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cython_core.authority import Leader, Reason
from cython_core.drums import Drums
from cython_core.entry import Listening
from cython_core.exchange import EventKind, NoticeKind
from cython_core.transport import State
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of
from live_rig.instrument import Instrument
from live_rig.show.beat_map import BeatMap
from live_rig.show.section import Section
from live_rig.show.song import Ending, Song
from live_rig.show.stem import Stem
from live_rig.wiring import each_bus_apart

RATE_HZ = 48_000
TICK = 32  # frames
BLOCK = 512  # frames
KICK, STICKS, SNARE, HAT = 36, 37, 38, 42
LISTENS = {"uninvited": Listening.FOR_THE_BAR, "count-in": Listening.FOR_THE_COUNT, "cue": Listening.FOR_THE_CUE}

Note = tuple[float, int, int]  # time in s, MIDI note, velocity
Times = npt.NDArray[np.float64]


def song(
    bpm: float, form: str = "head:16", *, beats_per_bar: int = 4, ending: Ending = "wait", folder: Path = Path(), **more: Any
) -> Song:
    """A song in one tempo. `form` names sections and their bars: "head:8 solo:4~ hit:2!" (~ vamps, ! is the finale)."""
    sections, bar = [], 1
    for word in form.split():
        name, _, length = word.partition(":")
        bars = int(length.strip("~!"))
        sections.append(Section(name=name, first_bar=bar, length_bars=bars, vamp="~" in length, finale="!" in length))
        bar += bars
    count = np.arange((bar - 1) * beats_per_bar)
    return Song(
        id="tune",
        title="Tune",
        tempo_bpm=bpm,
        meter=f"{beats_per_bar}/4",
        ending=ending,
        stems=(Stem(name="click", file="click.wav"),),
        sections=tuple(sections),
        folder=folder,
        beat_map=BeatMap.of(0.25 + count * 60 / bpm, count % beats_per_bar + 1),
        **more,
    )


def beats(*stretches: tuple[float, int], start_s: float = 0.5) -> Times:
    """Beats in the tempo of each stretch, (bpm, how many) after one another; the first falls at `start_s`."""
    lengths_s = np.concatenate([np.full(count, 60 / bpm) for bpm, count in stretches])
    return start_s + np.concatenate([[0.0], np.cumsum(lengths_s)[:-1]])


def rock(beats_s: Times, *, beats_per_bar: int = 4, jitter_ms: float = 0.0, seed: int = 1) -> list[Note]:
    """Bass drum on the one (and the three), snare on the others, hi-hat in eighths; jitter_ms: the standard deviation."""
    late_s = iter(np.random.default_rng(seed).normal(0.0, jitter_ms / 1e3, 2 * len(beats_s)))
    notes: list[Note] = []
    for count, (now_s, next_s) in enumerate(pairwise([*beats_s, 2 * beats_s[-1] - beats_s[-2]])):
        place = count % beats_per_bar
        on_s, off_s = now_s + next(late_s), (now_s + next_s) / 2 + next(late_s)
        notes += [(on_s, KICK if place in (0, 2) else SNARE, 110 if place == 0 else 95), (on_s, HAT, 80), (off_s, HAT, 60)]
    return sorted(notes)


def clicks(beats_s: Times) -> list[Note]:
    """Sticks, one on each beat."""
    return [(time_s, STICKS, 100) for time_s in beats_s]


@dataclass(frozen=True)
class Heard:
    """What one hears of the band, tick by tick; and what the rig says has happened."""

    time_s: Times
    line: Times  # beats since the band came in
    song_beat: Times
    bpm: Times
    state: npt.NDArray[np.int64]
    is_held: npt.NDArray[np.bool_]
    happened: list[dict[str, Any]]

    @property
    def plays(self) -> npt.NDArray[np.bool_]:
        return np.equal(self.state, State.PLAYING)

    def at(self, time_s: float) -> int:
        """The tick that is heard at `time_s`."""
        return int(np.searchsorted(self.time_s, time_s, side="right")) - 1

    def song_beat_at(self, time_s: float) -> float:
        tick = self.at(time_s)
        assert self.plays[tick], f"the band is silent at {time_s:.2f} s"
        return float(self.song_beat[tick] + (time_s - self.time_s[tick]) * self.bpm[tick] / 60)

    def bpm_at(self, time_s: float) -> float:
        return float(self.bpm[self.at(time_s)])

    def asynchrony_ms(self, beat_s: float) -> float:
        """Band minus drummer, for his beat at `beat_s`."""
        off = self.song_beat_at(beat_s)
        return (round(off) - off) * 60_000 / self.bpm_at(beat_s)

    def times(self, what: NoticeKind) -> list[float]:
        """When that happened, in s."""
        return [each["time_s"] for each in self.happened if each["kind"] == what]

    @property
    def came_in_s(self) -> float:
        times = self.times(NoticeKind.CAME_IN)
        assert times, "the band never came in"
        return times[0]

    @property
    def handovers(self) -> list[tuple[Leader, Reason]]:
        return [(Leader(each["who"]), Reason(each["why"])) for each in self.happened if each["kind"] == NoticeKind.HANDOVER]


def play(
    song: Song,
    drummer: Sequence[Note] = (),
    says: Sequence[tuple[float, str]] = (),
    *,
    start: str = "command",
    leader: Leader = Leader.BAND,
    length_s: float | None = None,
    latencies_s: tuple[float, float] = (0.0, 0.0),
    strokes_late_s: float = 0.0,
    next_song: Song | None = None,
) -> Heard:
    """The song without its sound: the drummer strikes, somebody says commands ("tempo 120"), and the band goes where it goes.

    start: "command" (at 0 s), or what the band waits for: "uninvited", "count-in", "cue". `leader`: once the band plays.
    strokes_late_s: from the sample at which a stroke reaches the rig to the one at which it is known of.
    """
    late_in_s, late_out_s = latencies_s
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    instrument.rig.at(late_in_s, late_out_s)
    instrument.load(chart_of(song, RATE_HZ, None))
    if next_song is not None:
        instrument.load(chart_of(next_song, RATE_HZ, None), is_next=True)
    first = Sent({Leader.BAND: EventKind.GIVE, Leader.DRUMMER: EventKind.TAKE, Leader.CONDUCTOR: EventKind.CONDUCT}[leader])
    events = [(0, first), (0, Sent(EventKind.START) if start == "command" else Sent(EventKind.LISTEN, LISTENS[start], leader))]
    for time_s, words in says:
        word, _, value = words.partition(" ")
        events += [(round(time_s * RATE_HZ), event) for event in events_of(word, value, song)]
    comes = [(frame, frame, event) for frame, event in events]
    for time_s, note, velocity in drummer:
        frame = round((time_s + late_in_s) * RATE_HZ)
        comes.append((frame + round(strokes_late_s * RATE_HZ), frame, Sent(EventKind.NOTE, note, velocity)))
    comes.sort(key=lambda event: event[0])
    if length_s is None:
        length_s = max([t for t, *_ in drummer] + [t for t, _ in says] + [1.0]) + 1.0
    return listen(instrument, comes, round(length_s * RATE_HZ), late_out_s)


def listen(instrument: Instrument, comes: list[tuple[int, int, Sent]], frames: int, late_out_s: float) -> Heard:
    """Step through it block by block, and look at the line of every tick that was played.

    comes: when, of which frame, and what.
    """
    silence, played = np.zeros((1, BLOCK), np.float32), np.empty((instrument.outputs, BLOCK), np.float32)
    sent, rows, happened = 0, [], []
    to_ear_s = late_out_s + instrument.rig.guard_delay_frames / RATE_HZ
    for frame in range(0, frames, BLOCK):
        while sent < len(comes) and comes[sent][0] < frame + BLOCK:
            _, of_frame, event = comes[sent]
            instrument.send([event], of_frame)
            sent += 1
        instrument.rig.step(silence, played)
        for tick in range(frame, frame + BLOCK, TICK):
            m = instrument.rig.moment(tick)
            rows.append((tick / RATE_HZ + to_ear_s, m["line"], m["song_beat"], m["bpm"], m["state"], m["is_held"]))
        happened += [each | {"time_s": each["frame"] / RATE_HZ + to_ear_s} for each in instrument.exchange.notices()]
    time_s, line, song_beat, bpm, state, is_held = np.array(rows).T
    return Heard(time_s, line, song_beat, bpm, state.astype(np.int64), is_held.astype(np.bool_), happened)
