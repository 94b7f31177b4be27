"""Is the band where a drummer expects it, through what happens at a gig? A simulated drummer, who has a plan and listens.

    python -m bench.gigs [GIG ...] [--bpm 90 160 290] [--print]

He leads, and plays beat by beat, as MIDI notes, with a timekeeper of 1 % of a beat (2 ms at least) and hands of 3 ms (SD).
While he plays a groove he corrects a quarter of what he hears the band off his beat (Repp 2005). Somebody says commands. His
plan says where in the song he expects the band at each beat. For each gig and tempo: the beats at which it is more than 60 ms
off his, at which it is elsewhere in the song, at which it is silent; and how far off it is at most, where it is in its place.
The table goes into docs/measured.md, if it is whole.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bench.setting.page import add_print_option, publish, table
from cython_core.authority import Leader
from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.transport import State
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of
from live_rig.instrument import Instrument
from live_rig.show.song import Song
from live_rig.wiring import each_bus_apart
from tests.playing import HAT, KICK, LISTENS, RATE_HZ, SNARE, STICKS, TICK, song

if TYPE_CHECKING:
    from bench.setting.sampled_kit import Microphone

Strokes = tuple[tuple[float, int, int], ...]  # in a beat: place in it, note, velocity
Heard = npt.NDArray[np.float64]

BLOCK = 64
TEMPI_BPM = (90.0, 160.0, 290.0)
OFF_S, ELSEWHERE_BEATS, AFTER_S = 0.06, 0.3, 0.02  # so long after a beat it is heard: whoever jumps on it is there by then
CRASH, TOM = 49, 45
CORRECTS, TIMEKEEPER, LEAST_S, HANDS_S = 0.25, 0.01, 0.002, 0.003
HATS = ((0.0, HAT, 80), (0.5, HAT, 60))
SIXTEENTHS = ((0.0, SNARE, 110), (0.25, TOM, 95), (0.5, TOM, 100), (0.75, SNARE, 105))
BARS: dict[str, tuple[Strokes, ...]] = {
    "rock": tuple(((0.0, drum, 100), *HATS) for drum in (KICK, SNARE, KICK, SNARE)),
    "fill": (SIXTEENTHS,) * 4,
    "roll": (tuple((place / 8, CRASH, 110) for place in range(8)),) * 4,
    "count": (((0.0, STICKS, 100),),) * 4,
    "crash": (((0.0, CRASH, 120), (0.0, KICK, 120)), (), (), ()),
    "rest": ((),) * 4,
    "seven": tuple(((0.0, KICK if place in (0, 2, 4) else SNARE, 110 if place == 0 else 95), *HATS) for place in range(7)),
    "count of seven": (((0.0, STICKS, 100),),) * 7,
}
GROOVES = ("rock", "seven")


@dataclass(frozen=True, slots=True)
class Beat:
    """One of his. late_beats: than planned. said: (beats after it, the words)."""

    bpm: float
    plays: str
    place: int
    expects: float | None = None
    late_beats: float = 0.0
    said: tuple[float, str] | None = None


def bars(count: int, bpm: float, plays: str = "rock", expects: float | None = None, *, late_beats: float = 0.0) -> list[Beat]:
    """So many bars. `expects`: the song beat of the first; late_beats: of the first."""
    beats = range(count * len(BARS[plays]))
    planned = [Beat(bpm, plays, n % len(BARS[plays]), None if expects is None else expects + n) for n in beats]
    return [replace(planned[0], late_beats=late_beats), *planned[1:]]


@dataclass(frozen=True, slots=True)
class Gig:
    """A song, his plan for it, and what the band waits for: "count-in" or "cue"."""

    song: Song
    plan: list[Beat]
    start: str = "count-in"

    def saying(self, beat: int, after_beats: float, words: str) -> "Gig":
        """Somebody says so, a little after that beat of the plan."""
        plan = [replace(each, said=(after_beats, words)) if n == beat else each for n, each in enumerate(self.plan)]
        return replace(self, plan=plan)


def a_knock_before_the_count(bpm: float) -> Gig:
    count = bars(1, bpm, "count")
    plan = [count[0], replace(count[0], late_beats=-0.4), *count[1:], *bars(8, bpm, expects=0)]
    return Gig(song(bpm, "a:20"), plan)


def a_click_that_was_not_heard(bpm: float) -> Gig:
    return Gig(song(bpm, "a:20"), [*bars(1, bpm, "count")[1:], *bars(1, bpm), *bars(8, bpm, expects=0)])


def called_in_while_he_fills(bpm: float) -> Gig:
    plan = [*bars(3, bpm), *bars(1, bpm, "fill"), *bars(8, bpm, expects=0)]
    return Gig(song(bpm, "a:20"), plan, "cue").saying(12, 0.3, "band-in")


def a_stick_dropped_and_half_a_beat_late(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(6, bpm, expects=0), *bars(1, bpm, "rest", expects=24)]
    return Gig(song(bpm, "a:20"), [*plan, *bars(8, bpm, expects=28, late_beats=0.5)])


def a_chorus_a_tenth_faster(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(6, bpm, expects=0), *bars(8, bpm * 1.1, expects=24)]
    return Gig(song(bpm, "a:20"), plan)


def a_jump_at_the_next_beat(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(5, bpm, expects=0), *bars(1, bpm, expects=20)[:2], *bars(10, bpm, expects=32)]
    return Gig(song(bpm, "a:8 b:20"), plan).saying(25, 0.3, "section b@beat")


def a_roll_in_a_hold_and_a_new_count(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(5, bpm, expects=0), *bars(1, bpm, "crash"), *bars(1, bpm, "roll")]
    plan += [*bars(1, bpm * 0.95, "count"), *bars(8, bpm * 0.95, expects=24)]
    return Gig(song(bpm, "a:24"), plan).saying(23, 0.4, "hold")


def stopped_and_called_in_again(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(5, bpm, expects=0), *bars(2, bpm, "rest"), *bars(3, bpm), *bars(6, bpm, expects=32)]
    return Gig(song(bpm, "a:8 b:16"), plan).saying(24, 0.2, "stop").saying(26, 0.2, "section b").saying(41, 0.2, "band-in")


def stopped_and_counted_in_again(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count"), *bars(5, bpm, expects=0), *bars(2, bpm, "rest")]
    plan += [*bars(1, bpm, "count"), *bars(6, bpm, expects=0)]
    return Gig(song(bpm, "a:8 b:16"), plan).saying(24, 0.2, "stop")


def counted_in_seven(bpm: float) -> Gig:
    plan = [*bars(1, bpm, "count of seven"), *bars(20, bpm, "seven", expects=0)]
    return Gig(song(bpm, "a:24", beats_per_bar=7), plan)


GIGS: tuple[Callable[[float], Gig], ...] = (
    a_knock_before_the_count, a_click_that_was_not_heard, called_in_while_he_fills, a_stick_dropped_and_half_a_beat_late,
    a_chorus_a_tenth_faster, a_jump_at_the_next_beat, a_roll_in_a_hold_and_a_new_count, stopped_and_called_in_again,
    stopped_and_counted_in_again, counted_in_seven,
)  # fmt: skip


def perform(gig: Gig, seed: int = 1, microphone: "Microphone | None" = None) -> tuple[Heard, Heard]:
    """Play it through, as notes, or into a microphone. At each of his beats: the song beat that he hears (NaN: none), and how
    late the band is, in s.
    """
    random = np.random.default_rng(seed)
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    instrument.load(chart_of(gig.song, RATE_HZ, None))
    instrument.send([Sent(EventKind.TAKE), Sent(EventKind.LISTEN, LISTENS[gig.start], Leader.DRUMMER)])
    due: list[tuple[int, Sent]] = []
    heard = []
    next_s = 1.0
    for beat in gig.plan:
        length_s = 60 / beat.bpm
        next_s += beat.late_beats * length_s
        for place, note, velocity in BARS[beat.plays][beat.place]:
            struck_s = next_s + place * length_s + random.normal(0, HANDS_S)
            if microphone:
                microphone.strike(struck_s, note, velocity)
            else:
                due.append((round(struck_s * RATE_HZ), Sent(EventKind.NOTE, note, velocity)))
        if beat.said:
            word, _, value = beat.said[1].partition(" ")
            said_frame = round((next_s + beat.said[0] * length_s) * RATE_HZ)
            due += [(said_frame, event) for event in events_of(word, value, gig.song)]
        due.sort(key=lambda each: each[0])
        heard.append(hear_beat(instrument, due, next_s, microphone.sound if microphone else None))
        late_s = heard[-1][1] if beat.plays in GROOVES and np.isfinite(heard[-1][1]) else 0.0
        next_s += length_s + CORRECTS * np.clip(late_s, -length_s / 4, length_s / 4)
        next_s += random.normal(0, max(LEAST_S, TIMEKEEPER * length_s))
    places, lates_s = np.array(heard).T
    return places, lates_s


def hear_beat(
    instrument: Instrument, due: list[tuple[int, Sent]], beat_s: float, sound: npt.NDArray[np.float32] | None
) -> tuple[float, float]:
    """Go on until the beat has been heard: the song beat there, and how late the band's nearest is, in s."""
    silence, played = np.zeros((1, BLOCK), np.float32), np.empty((instrument.outputs, BLOCK), np.float32)
    frame = round((beat_s + AFTER_S) * RATE_HZ) - instrument.rig.guard_delay_frames
    while instrument.rig.frame <= frame:
        while due and due[0][0] < instrument.rig.frame + BLOCK:
            at, event = due.pop(0)
            instrument.send([event], max(at, instrument.rig.frame))
        now = instrument.rig.frame
        instrument.rig.step(silence if sound is None else sound[None, now : now + BLOCK], played)
    moment = instrument.rig.moment(frame)
    if moment["state"] != State.PLAYING:
        return np.nan, np.nan
    place = moment["song_beat"] + moment["bpm"] / 60 * (frame % TICK / RATE_HZ - AFTER_S)
    return place, (round(place) - place) * 60 / moment["bpm"]


def judge(gig: Gig, seed: int = 1, microphone: "Microphone | None" = None) -> tuple[int, int, int, float]:
    """Beats off, elsewhere, silent; and how far off the band is at most, in s, where it is in its place."""
    places, lates_s = perform(gig, seed, microphone)
    expected = np.array([np.nan if beat.expects is None else beat.expects for beat in gig.plan])
    silent = np.isfinite(expected) & np.isnan(places)
    elsewhere = np.abs(places - expected) > ELSEWHERE_BEATS
    late_s = np.abs(lates_s[np.isfinite(expected) & ~silent & ~elsewhere])
    return int((late_s > OFF_S).sum()), int(elsewhere.sum()), int(silent.sum()), float(late_s.max(initial=0.0))


def main() -> int:
    """A row for each gig, and the figures of each tempo beside one another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gigs", nargs="*", help="words in their names")
    parser.add_argument("--bpm", type=float, nargs="+", default=TEMPI_BPM)
    add_print_option(parser)
    options = parser.parse_args()
    names = {gig: gig.__name__.replace("_", " ") for gig in GIGS}
    played = [gig for gig in GIGS if not options.gigs or any(word in names[gig] for word in options.gigs)]
    if not played:
        parser.error(f"there is no such gig. There are: {', '.join(names.values())}")
    rows = []
    for gig in played:
        figures = [judge(gig(bpm)) for bpm in options.bpm]
        rows.append([names[gig], *(f"{off}, {away}, {silent}; {1e3 * worst:.0f}" for off, away, silent, worst in figures)])
    text = table(["gig", *(f"{bpm:g} bpm" for bpm in options.bpm)], rows)
    is_whole = played == list(GIGS) and tuple(options.bpm) == TEMPI_BPM
    publish("measured.md", "gigs", text, is_printed=options.is_printed or not is_whole)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
