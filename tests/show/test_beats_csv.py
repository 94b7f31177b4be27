"""A beat map is read as it was written, or told where it is wrong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.show.beats_csv import beat_map_of, meter_faults, parse_beats, usual_beats_per_bar
from live_rig.show.meter import MeterChange

HEADER = "time_s,beat_in_bar\n"


def written(counts: list[int], beat_s: float = 0.5) -> str:
    return HEADER + "".join(f"{number * beat_s},{count}\n" for number, count in enumerate(counts))


def said_of(text: str) -> list[str]:
    return [f"{fault.line} {fault.what}" for fault in parse_beats(text)[1]]


def said_of_bars(counts: list[int], meter: str, *changes: MeterChange) -> list[str]:
    beats, faults = parse_beats(written(counts))
    assert not faults
    return [f"{fault.line} {fault.what}. {fault.do}" for fault in meter_faults(beats, meter, changes)]


@given(
    lengths_s=st.lists(st.floats(0.11, 3.0), min_size=1, max_size=100),
    beats_per_bar=st.integers(2, 12),
    pickup=st.integers(0, 1),
    ending=st.sampled_from(["\n", "\r\n"]),
    start=st.sampled_from(["", "\ufeff"]),
)
def test_what_is_written_is_read(lengths_s: list[float], beats_per_bar: int, pickup: int, ending: str, start: str) -> None:
    times_s = [1.0 + sum(lengths_s[:number]) for number in range(len(lengths_s) + 1)]
    counts = [(number - pickup) % beats_per_bar + 1 for number in range(len(times_s))]
    rows = [f"{time_s!r},{count}" for time_s, count in zip(times_s, counts, strict=True)]
    beats, faults = parse_beats(start + ending.join(["time_s,beat_in_bar", *rows]))
    assert faults == []
    assert meter_faults(beats, f"{beats_per_bar}/4") == []
    beat_map = beat_map_of(beats)
    assert list(beat_map.time_s) == times_s
    assert list(beat_map.beat_in_bar) == counts
    assert beat_map.beat[0] == -pickup


@given(st.text(alphabet="0123456789.,-e \n#naif", max_size=200))
def test_any_rows_are_beats_or_faults(rows: str) -> None:
    beats, faults = parse_beats(HEADER + rows)
    assert faults or len(beats) >= 2
    if not faults:
        beat_map_of(beats)


def test_more_columns_empty_lines_and_remarks_are_passed_over() -> None:
    text = "time_s, beat_in_bar, drummer_s\n# by ear\n1.0, 1, 0.99\n\n1.5, 2, 1.52\n"
    beats, faults = parse_beats(text)
    assert ([tuple(beat) for beat in beats], faults) == ([(3, 1.0, 1), (5, 1.5, 2)], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1 the beat map is empty"),
        (HEADER, "1 the beat map has no beat"),
        (HEADER + "1.0,1\n", "2 the beat map has one beat"),
        ("1.0,1\n2.0,2\n", '1 the first line is "1.0,1"'),
        ("time;beat\n", '1 the first line is "time;beat"'),
        (HEADER + "1.0,1\n2.0\n3.0,2\n", '3 "2.0" has no beat_in_bar'),
        (HEADER + "1.0,1\nlater,2\n3.0,3\n", '3 "later" is not a time'),
        (HEADER + "-1.0,1\n2.0,2\n3.0,3\n", '2 "-1.0" is not a time'),
        (HEADER + "1.0,1\nnan,2\n3.0,3\n", '3 "nan" is not a time'),
        (HEADER + "1.0,1\n2.0,0\n3.0,3\n", '3 "0" is not a beat of a bar'),
        (HEADER + "1.0,1\n2.0,1.5\n3.0,3\n", '3 "1.5" is not a beat of a bar'),
        (HEADER + "1.0,1\n2.0,2\n1.5,3\n", "4 the beat map goes backwards, from 2 s to 1.5 s"),
        (HEADER + "1.0,1\n2.0,2\n2.0,3\n", "4 there are two beats at 2 s"),
        (HEADER + "1.0,1\n1.05,2\n2.0,3\n", "3 this beat is 50 ms after the one before, which is 1200 bpm"),
        (HEADER + "1.0,2\n2.0,3\n", "2 no beat has beat_in_bar 1"),
    ],
)
def test_what_is_no_beat_map_is_told_so_with_the_line(text: str, said: str) -> None:
    assert said_of(text) == [said]


def test_a_file_that_is_wrong_all_through_is_told_so_in_ten_lines() -> None:
    faults = said_of(HEADER + "x,1\n" * 500)
    assert len(faults) == 10
    assert faults[-1].endswith("and 490 more lines like it")


def test_a_bar_that_disagrees_with_the_meter_is_named() -> None:
    (fault,) = said_of_bars([1, 2, 3, 4, 1, 2, 3, 1, 2, 3, 4], "4/4")
    said = "8 bar 2 counts 1, 2, 3, and the meter is 4/4. Make it count 1, 2, 3, 4, or change the meter at bar 2"
    assert fault == f"{said}, and back at bar 3, in [[meters]] (add the song with --meters 2=3/4 3=4/4)"


@pytest.mark.parametrize(
    ("counts", "meter", "changes"),
    [
        ([4, 4, 2, 4, 4, 4], "4/4", []),
        ([4, 4, 2, 4, 3, 3, 4, 4], "4/4", []),
        ([4, 3, 3, 3], "4/4", []),
        ([4, 3, 5, 4, 4], "4/4", []),
        ([3, 3, 2, 3], "9/8", []),
        ([4, 2, 4, 4, 4, 4], "4/4", [MeterChange(bar=2, meter="2/4")]),
        ([4, 2, 3, 3, 4, 4], "4/4", [MeterChange(bar=3, meter="3/4"), MeterChange(bar=5, meter="4/4")]),
    ],
)
def test_what_is_said_of_bars_in_another_meter_sets_them_all_right_at_once(
    counts: list[int], meter: str, changes: list[MeterChange]
) -> None:
    bars = [count + 1 for bar in counts for count in range(bar)]
    faults = said_of_bars(bars, meter, *changes)
    assert faults
    told = {int(bar): each for fault in faults for bar, each in re.findall(r"([0-9]+)=([0-9]+/[0-9]+)", fault)}
    told = {change.bar: change.meter for change in changes} | told
    assert said_of_bars(bars, meter, *(MeterChange(bar=bar, meter=each) for bar, each in sorted(told.items()))) == []


def test_bars_that_disagree_alike_are_named_together() -> None:
    (fault,) = said_of_bars([1, 2, 3, 4, *[1, 2, 3] * 5, 1, 2, 3, 4, 1, 2, 3, 4], "4/4")
    said = "8 bars 2 to 6 count 1, 2, 3, and the meter is 4/4. Make each count 1, 2, 3, 4, or change the meter at bar 2"
    assert fault == f"{said}, and back at bar 7, in [[meters]] (add the song with --meters 2=3/4 7=4/4)"


def test_a_song_may_begin_in_another_meter() -> None:
    (fault,) = said_of_bars([1, 2, *[1, 2, 3, 4] * 3], "4/4")
    said = "3 bar 1 counts 1, 2, and the meter is 4/4. Make it count 1, 2, 3, 4, or begin in 2/4 (meter), and change to 4/4"
    assert fault == f"{said} at bar 2, in [[meters]] (add the song with --meter 2/4 --meters 2=4/4)"
    assert said_of_bars([1, 2, *[1, 2, 3, 4] * 3], "2/4", MeterChange(bar=2, meter="4/4")) == []


def test_behind_a_pickup_bar_1_has_no_meter_of_its_own() -> None:
    said = "5 bar 1 counts 1, 2, 3, and the meter is 4/4. Make it count 1, 2, 3, 4"
    assert said_of_bars([4, 1, 2, 3, *[1, 2, 3, 4] * 3], "4/4") == [said]


def test_a_slip_in_the_counting_is_no_other_meter() -> None:
    said = "4 bar 2 counts 1, 2, 2, 4, and the meter is 4/4. Make it count 1, 2, 3, 4"
    assert said_of_bars([1, 1, 2, 2, 4, 1, 2, 3, 4, 1], "4/4")[1:] == [said.replace("4 bar", "5 bar")]


def test_the_bars_are_counted_from_the_first_downbeat_and_the_pickup_has_its_name() -> None:
    assert said_of_bars([3, 4, 1, 2, 3, 4, 1, 2, 2, 4, 1, 2], "4/4")[0].startswith("10 bar 2 counts 1, 2, 2, 4,")
    assert said_of_bars([2, 4, 1, 2, 3, 4], "4/4")[0].startswith("2 the pickup counts 2, 4,")


def test_the_first_bar_may_be_a_pickup_and_the_last_may_be_cut_short() -> None:
    assert said_of_bars([4, 1, 2, 3, 4, 1, 2], "4/4") == []
    assert said_of_bars([1, 2, 3], "4/4") == []


@pytest.mark.parametrize(
    ("counts", "usual"), [([1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 1, 2], 3), ([4, 1, 2, 3, 4, 1], 4), ([1, 2, 3], 3), ([2, 1], 2)]
)
def test_the_usual_bar_is_the_one_that_most_bars_are(counts: list[int], usual: int) -> None:
    beats, _ = parse_beats(written(counts))
    assert usual_beats_per_bar(beats) == usual


def test_where_the_meter_changes_every_bar_counts_as_its_own_does() -> None:
    changes = [MeterChange(bar=2, meter="3/4"), MeterChange(bar=4, meter="6/8")]
    counts = [1, 2, 3, 4, 1, 2, 3, 1, 2, 3, 1, 2, 1, 2]
    assert said_of_bars(counts, "4/4", *changes) == []
    assert said_of_bars([*counts[:7], 1, 2, *counts[10:]], "4/4", *changes) == [
        "10 bar 3 counts 1, 2, and the meter is 3/4. Make it count 1, 2, 3, or change the meter at bar 3, in [[meters]] "
        "(add the song with --meters 3=2/4)"
    ]
