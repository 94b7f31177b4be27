"""The beat map as a file: CSV `time_s,beat_in_bar`, one line a beat, `beat_in_bar` 1 on the downbeat.

More columns may follow; they are not read. Empty lines and lines that start with # are passed over.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import NamedTuple, Protocol, TypeVar

from live_rig.show.beat_map import BeatMap
from live_rig.show.faults import Fault
from live_rig.show.meter import MOST_BEATS, MeterChange, beat_quarters, beats_per_bar, meter_at, meter_of

SEPARATORS = ";\t"  # of spreadsheets in whose country the comma is in the numbers
HEADER = ["time_s", "beat_in_bar"]
CLOSEST_BEATS_S = 0.1  # 600 bpm: anything closer is not a beat but a slip
LONGEST_S = 6 * 3600.0
MOST_FAULTS = 10  # of one kind: a file that is wrong all through is said in a few lines


class Beat(NamedTuple):
    """One line of the file."""

    line: int  # counted from 1
    time_s: float
    beat_in_bar: int


@dataclass(slots=True)
class OddBars:
    """Bars one after another that count alike, and otherwise than their meter does."""

    beats: Sequence[Beat]  # of the first of them
    first: int  # bar 0 is the pickup
    last: int
    meter: str
    wanted: Sequence[int]

    @property
    def counts(self) -> list[int]:
        return [beat.beat_in_bar for beat in self.beats]

    def goes_on_with(self, bar: int, meter: str, counts: Sequence[int]) -> bool:
        """Whether `bar` is one more of them."""
        return self.first > 0 and bar == self.last + 1 and meter == self.meter and counts == self.counts


class InBar(Protocol):
    """A beat that is counted, from 1, in its bar."""

    @property
    def beat_in_bar(self) -> int: ...


Counted = TypeVar("Counted", bound=InBar)


def parse_beats(text: str) -> tuple[list[Beat], list[Fault]]:
    """All beats that can be read, and what is wrong with the others, with their order and with their number."""
    lines = [
        (number, line) for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1) if _says_something(line)
    ]
    if not lines:
        return [], [Fault("the beat map is empty", "Write the line time_s,beat_in_bar, then one line for each beat", line=1)]
    (number, header), *rows = lines
    comma = next((mark for mark in SEPARATORS if mark in header), ",")
    if [cell.strip() for cell in header.split(comma)][:2] != HEADER:
        shown = header.strip()[:40]
        return [], [Fault(f'the first line is "{shown}"', "Make it time_s,beat_in_bar", line=number)]
    read = [_read_row(number, line, comma) for number, line in rows]
    beats = [row for row in read if isinstance(row, Beat)]
    faults = few([row for row in read if isinstance(row, Fault)])
    faults += few(list(_order_faults(beats))) if faults else map_faults(beats, lines[-1][0])
    return beats, faults


def map_faults(beats: Sequence[Beat], last_line: int) -> list[Fault]:
    """What keeps these beats from being a map: too few, no downbeat, or out of order."""
    if len(beats) < 2:
        held = "one beat" if beats else "no beat"
        return [Fault(f"the beat map has {held}", "Write two beats at least, better all of them", line=last_line)]
    faults = few(list(_order_faults(beats)))
    if not any(beat.beat_in_bar == 1 for beat in beats):
        faults.insert(0, Fault("no beat has beat_in_bar 1", "Write a 1 for the first beat of every bar", line=beats[0].line))
    return faults


def meter_faults(beats: Sequence[Beat], meter: str, changes: Sequence[MeterChange] = ()) -> list[Fault]:
    """Bars that do not count as their meter does, neighbours that count alike as one fault. Only the first (a pickup) and the
    last may be cut short."""
    bars = bars_of(beats)
    has_pickup = beats[0].beat_in_bar != 1
    odd: list[OddBars] = []
    for index, bar in enumerate(bars):
        counts = [beat.beat_in_bar for beat in bar]
        number = index + 1 - has_pickup
        its_meter = meter_at(number, meter, changes)
        wanted = whole = list(range(1, beats_per_bar(its_meter) + 1))
        if index == 0 and has_pickup:
            wanted = whole[-len(counts) :]
        elif index == len(bars) - 1:
            wanted = whole[: len(counts)]
        if odd and odd[-1].goes_on_with(number, its_meter, counts):
            odd[-1].last = number
        elif counts != wanted:
            odd.append(OddBars(bar, number, number, its_meter, wanted))
    end = len(bars) + 1 - has_pickup
    spoken_for = {end, *(change.bar for change in changes), *(each.first for each in odd)}
    return few([_odd_fault(each, has_pickup, goes_back=each.last + 1 not in spoken_for) for each in odd])


def bars_of(beats: Sequence[Counted]) -> list[list[Counted]]:
    """The beats, parted before every downbeat; beats before the first downbeat are a bar of their own."""
    bars: list[list[Counted]] = []
    for beat in beats:
        if beat.beat_in_bar == 1 or not bars:
            bars.append([])
        bars[-1].append(beat)
    return bars


def usual_beats_per_bar(beats: Sequence[Beat]) -> int:
    """How many beats most of the bars have: bars between two downbeats, or, where there is none, the highest count."""
    lengths = [len(bar) for bar in bars_of(beats) if bar[0].beat_in_bar == 1][:-1]
    if not lengths:
        return max(beat.beat_in_bar for beat in beats)
    return max(sorted(set(lengths)), key=lengths.count)


def beat_map_of(beats: Sequence[Beat]) -> BeatMap:
    """The map that the lines describe; they have no faults."""
    return BeatMap.of([beat.time_s for beat in beats], [beat.beat_in_bar for beat in beats])


def steady_beats(
    tempo_bpm: float, meter: str, first_beat_s: float, end_s: float, changes: Sequence[MeterChange] = ()
) -> list[Beat]:
    """Beats as even as a click, from `first_beat_s`, a downbeat, to before `end_s`. `tempo_bpm` is that of bar 1; where
    the meter changes an eighth stays an eighth."""
    beats: list[Beat] = []
    bar, quarter, to_s = 1, 0.0, 60 / tempo_bpm / beat_quarters(meter)
    while True:
        now = meter_at(bar, meter, changes)
        for count in range(beats_per_bar(now)):
            time_s = first_beat_s + (quarter + count * beat_quarters(now)) * to_s
            if time_s >= end_s:
                return beats
            beats.append(Beat(len(beats) + 2, time_s, count + 1))
        bar, quarter = bar + 1, quarter + beats_per_bar(now) * beat_quarters(now)


def of_first_meter(beats: Sequence[Beat], changes: Sequence[MeterChange]) -> Sequence[Beat]:
    """The beats up to where the meter first changes: those of the tempo that the song is said to have."""
    if not changes or not beats:
        return beats
    bars = bars_of(beats)
    first = [beat for bar in bars[: changes[0].bar - (bars[0][0].beat_in_bar == 1)] for beat in bar]
    return first if len(first) > 1 else beats


def first_bar_beats(beats: Sequence[Beat]) -> int:
    """How many beats bar 1 has."""
    return next(len(bar) for bar in bars_of(beats) if bar[0].beat_in_bar == 1)


def beats_text(beats: Sequence[Beat]) -> str:
    """The file that says these beats, to the microsecond."""
    rows = [f"{beat.time_s:.6f},{beat.beat_in_bar}" for beat in beats]
    return "\n".join([",".join(HEADER), *rows, ""])


def few(faults: list[Fault]) -> list[Fault]:
    """The first ten, the last of them with a word on how many more there are."""
    if len(faults) <= MOST_FAULTS:
        return faults
    last = faults[MOST_FAULTS - 1]
    more = f"{last.what}, and {len(faults) - MOST_FAULTS} more lines like it"
    return [*faults[: MOST_FAULTS - 1], Fault(more, last.do, last.key, last.file, last.line)]


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _read_row(number: int, line: str, comma: str) -> Beat | Fault:
    cells = [cell.strip() for cell in line.split(comma)]
    if comma != ",":
        cells[0] = cells[0].replace(",", ".")
    if len(cells) < 2:
        return Fault(
            f'"{line.strip()[:40]}" has no beat_in_bar', "Write the time, a comma, and the beat in the bar", line=number
        )
    time_s, count = _number(cells[0]), _number(cells[1])
    if not 0 <= time_s <= LONGEST_S:
        do = "Write seconds from the start of the recording, such as 1.25"
        return Fault(f'"{cells[0][:40]}" is not a time', do, ("time_s",), line=number)
    if not (1 <= count <= MOST_BEATS and count == int(count)):
        do = f"Write a whole number from 1, the first beat of the bar, to {MOST_BEATS}"
        return Fault(f'"{cells[1][:40]}" is not a beat of a bar', do, ("beat_in_bar",), line=number)
    return Beat(number, time_s, int(count))


def _number(cell: str) -> float:
    try:
        return float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return math.nan


def _order_faults(beats: Sequence[Beat]) -> Iterator[Fault]:
    for before, after in pairwise(beats):
        apart_s = after.time_s - before.time_s
        if apart_s == 0:
            yield Fault(f"there are two beats at {after.time_s:g} s", "Take one of the two out", ("time_s",), line=after.line)
        elif apart_s < 0:
            yield Fault(
                f"the beat map goes backwards, from {before.time_s:g} s to {after.time_s:g} s",
                "Put the beats in the order of their time, each once",
                ("time_s",),
                line=after.line,
            )
        elif apart_s < CLOSEST_BEATS_S:
            yield Fault(
                f"this beat is {apart_s * 1000:.0f} ms after the one before, which is {60 / apart_s:.0f} bpm",
                f"Take one of the two out: beats are {CLOSEST_BEATS_S * 1000:.0f} ms apart or more",
                ("time_s",),
                line=after.line,
            )


def _odd_fault(odd: OddBars, has_pickup: bool, goes_back: bool) -> Fault:
    """What is wrong with these bars; goes_back: the bar behind them is in their meter again, and nobody has said that."""
    slip = next(index for index, (count, want) in enumerate(zip_longest(odd.counts, odd.wanted)) if count != want)
    many = odd.last > odd.first
    name = f"bars {odd.first} to {odd.last} count" if many else f"bar {odd.first} counts" if odd.first else "the pickup counts"
    return Fault(
        f"{name} {_counted(odd.counts)}, and the meter is {odd.meter}",
        f"Make {'each' if many else 'it'} count {_counted(odd.wanted)}{_or_change_the_meter(odd, has_pickup, goes_back)}",
        ("beat_in_bar",),
        line=odd.beats[min(slip, len(odd.beats) - 1)].line,
    )


def _or_change_the_meter(odd: OddBars, has_pickup: bool, goes_back: bool) -> str:
    """The other way out, where the bars are whole: a meter of their own, and the one before again behind them. A pickup is
    in the meter of bar 1, so neither has another.
    """
    if odd.first <= has_pickup or odd.counts != list(range(1, len(odd.counts) + 1)):
        return ""
    own, back = meter_of(len(odd.counts), odd.meter), odd.last + 1
    if odd.first == 1:
        change = f"begin in {own} (meter)" + (f", and change to {odd.meter} at bar {back}" if goes_back else "")
        added = f"--meter {own}" + (f" --meters {back}={odd.meter}" if goes_back else "")
    else:
        change = f"change the meter at bar {odd.first}" + (f", and back at bar {back}" if goes_back else "")
        added = f"--meters {odd.first}={own}" + (f" {back}={odd.meter}" if goes_back else "")
    return f", or {change}, in [[meters]] (add the song with {added})"


def _counted(counts: Sequence[int]) -> str:
    shown = ", ".join(str(count) for count in counts[:MOST_BEATS])
    return shown if len(counts) <= MOST_BEATS else f"{shown} …"
