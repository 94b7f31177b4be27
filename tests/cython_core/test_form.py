"""The form as it is being played: vamps, jumps, holds, the last hit, and the way from song to song."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.authority import Leader
from cython_core.exchange import NoticeKind
from cython_core.transport import State
from live_rig.conducting.beat_lengths import beat_lengths
from live_rig.show.beat_map import BeatMap
from live_rig.show.cue import Cue
from live_rig.show.meter import MeterChange, beat_quarters, beats_per_bar
from live_rig.show.song import Song
from tests.playing import HAT, KICK, RATE_HZ, Heard, Note, beats, clicks, play, rock, song

BAR_S, BEAT_S = 2.0, 0.5  # at 120
CRASH = 49
TUNE = "head:4 solo:2~ bridge:4 hit:2!"
A_FRAME_S = 1.01 / RATE_HZ


def jumps(heard: Heard) -> list[tuple[float, float]]:
    """(bars after the band's first note, song beat it goes to) of every jump."""
    return [
        ((each["time_s"] - heard.came_in_s) / BAR_S, each["value"])
        for each in heard.happened
        if each["kind"] in (NoticeKind.JUMPED, NoticeKind.LAST_HIT)
    ]


def songs_place(heard: Heard, bars: float) -> float:
    """The song beat that sounds so many bars after the first note."""
    return heard.song_beat_at(heard.came_in_s + bars * BAR_S)


# Vamps


def test_a_vamp_goes_round_until_it_is_told_to_go_on() -> None:
    heard = play(song(120, TUNE), says=[(17.0, "next")], length_s=24)
    assert [to for _, to in jumps(heard)] == [16, 16]
    assert [round(bars, 4) for bars, _ in jumps(heard)] == [6, 8]
    assert songs_place(heard, 10.5) == pytest.approx(24 + 2, abs=1e-3)


def test_every_jump_is_exact_to_the_frame() -> None:
    heard = play(song(120, TUNE), length_s=40)
    assert len(jumps(heard)) >= 5
    assert all(abs(bars - round(bars)) * BAR_S <= A_FRAME_S for bars, _ in jumps(heard))


@pytest.mark.parametrize("bpm", [60, 75, 90, 100, 120, 150, 200, 240, 300])
def test_no_vamp_is_left_by_rounding(bpm: float) -> None:
    heard = play(song(bpm, "vamp:1~ rest:1"), length_s=9 * 240 / bpm)
    assert len(jumps(heard)) >= 8
    assert heard.song_beat[heard.plays].max() < 4.01


def test_a_section_that_is_no_vamp_can_be_asked_to_go_round() -> None:
    heard = play(song(120, "head:2 bridge:6"), says=[(1.0, "vamp"), (9.0, "next")], length_s=13)
    assert jumps(heard) == [(pytest.approx(2, abs=1e-4), 0), (pytest.approx(4, abs=1e-4), 0)]
    assert songs_place(heard, 6.25) == pytest.approx(9, abs=1e-3)


def test_a_vamp_that_was_left_early_is_left_at_its_end_and_not_before() -> None:
    heard = play(song(120, TUNE), says=[(8.5, "next")], length_s=15)
    assert jumps(heard) == []
    assert songs_place(heard, 6.5) == pytest.approx(26, abs=1e-3)


# To another place


@settings(max_examples=12, deadline=None, derandomize=True)
@given(asked_s=st.floats(0.3, 7.0))
def test_a_section_that_is_asked_for_comes_on_the_next_bar_line(asked_s: float) -> None:
    heard = play(song(120, TUNE), says=[(asked_s, "section bridge")], length_s=9.5)
    ((bars, to),) = jumps(heard)
    assert to == 24
    assert abs(bars - round(bars)) * BAR_S <= A_FRAME_S
    asked_bars = (asked_s - heard.came_in_s) / BAR_S
    assert asked_bars < bars < asked_bars + 1.2


def leaves_in_mid_bar(bpm: float, leaves: int, his_own_bars: bool) -> tuple[Heard, npt.NDArray[np.float64]]:
    """A drummer who leads counts in; before his beat `leaves` section b is asked for at the next beat. He begins a bar there,
    or plays on in his own. What is heard, and his beats from there on."""
    plays = beats((bpm, leaves + 40), start_s=3.0)
    before, after = plays[:leaves], plays[leaves:]
    count = clicks(before[0] - 60 / bpm * np.arange(4, 0, -1))
    notes = sorted([*count, *(rock(plays) if his_own_bars else [*rock(before), *rock(after)])])
    says = [(before[-1] + 0.2 * 60 / bpm, "section b@beat")]
    heard = play(song(bpm, "a:8 b:16"), notes, says, start="count-in", leader=Leader.DRUMMER, length_s=plays[-1] + 0.1)
    return heard, after


@pytest.mark.parametrize("bpm", [90.0, 160.0, 290.0])
def test_where_a_bar_begins_in_the_middle_of_another_the_drummer_is_taken_to_begin_it_too(bpm: float) -> None:
    heard, after = leaves_in_mid_bar(bpm, 22, his_own_bars=False)
    for beat in range(1, 40):
        assert heard.song_beat_at(after[beat]) == pytest.approx(32 + beat, abs=0.06)


def test_a_drummer_who_plays_on_in_his_own_bars_gets_the_band_on_one_of_their_lines() -> None:
    heard, after = leaves_in_mid_bar(160.0, 23, his_own_bars=True)
    assert heard.song_beat_at(after[-1]) % 4 == pytest.approx((23 + 39) % 4, abs=0.06)


def test_next_outside_a_vamp_goes_to_the_next_section_on_the_bar_line() -> None:
    assert jumps(play(song(120, TUNE), says=[(3.0, "next")], length_s=6)) == [(pytest.approx(2, abs=1e-4), 16)]


def test_back_goes_to_the_start_of_the_section_and_at_its_start_to_the_one_before() -> None:
    assert jumps(play(song(120, "a:2 b:6"), says=[(7.0, "previous")], length_s=10))[0][1] == 8
    assert jumps(play(song(120, "a:2 b:6"), says=[(4.3, "previous")], length_s=8))[0][1] == 0


def test_the_newest_wish_counts() -> None:
    heard = play(song(120, TUNE), says=[(2.6, "section bridge"), (3.0, "section solo")], length_s=7)
    assert [to for _, to in jumps(heard)] == [16]


def test_in_silence_a_section_is_where_the_next_start_begins() -> None:
    heard = play(song(120, TUNE), says=[(0.5, "section bridge"), (1.0, "start")], start="cue", length_s=3)
    assert heard.song_beat_at(heard.came_in_s + 0.01) == pytest.approx(24.02, abs=1e-3)


def test_in_silence_that_place_can_be_taken_back() -> None:
    says = [(0.5, "section bridge"), (0.7, "unqueue"), (1.0, "start")]
    heard = play(song(120, TUNE), says=says, start="cue", length_s=3)
    assert heard.song_beat_at(heard.came_in_s + 0.01) == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize("word", ["section bridge@beat", "bar 7@beat"])
@settings(max_examples=6, deadline=None, derandomize=True)
@given(asked_s=st.floats(0.3, 7.0))
def test_a_jump_at_the_next_beat_takes_a_beat_at_most(word: str, asked_s: float) -> None:
    heard = play(song(120, TUNE), says=[(asked_s, word)], length_s=9.5)
    ((bars, to),) = jumps(heard)
    assert to == 24
    assert abs(4 * bars - round(4 * bars)) * BEAT_S <= A_FRAME_S
    assert 0 < bars * BAR_S + heard.came_in_s - asked_s < BEAT_S + 0.07


def test_a_jump_may_lead_back_and_to_any_bar() -> None:
    assert jumps(play(song(120, TUNE), says=[(13.0, "bar 2"), (15.1, "section head@beat")], length_s=17))[-2:] == [
        (pytest.approx(7, abs=1e-4), 4),
        (pytest.approx(7.75, abs=1e-4), 0),
    ]


def phrased(form: str, bars: int) -> Song:
    return song(120, form).model_copy(update={"phrase_bars": bars})


def test_a_jump_at_the_phrase_waits_for_its_end() -> None:
    heard = play(phrased("head:16 solo:4", 4), says=[(9.0, "section solo@phrase")], length_s=20)
    assert jumps(heard) == [(pytest.approx(8, abs=1e-4), 64)]


@pytest.mark.parametrize(("said_s", "left_at_bar"), [(1.0, 2), (5.0, 4), (17.0, 10)])
def test_a_vamp_is_left_at_the_end_of_the_phrase(said_s: float, left_at_bar: int) -> None:
    heard = play(phrased("solo:8~ bridge:8", 2), says=[(said_s, "next")], length_s=24)
    assert jumps(heard)[-1] == (pytest.approx(left_at_bar, abs=1e-4), 32)
    assert songs_place(heard, left_at_bar + 0.5) == pytest.approx(34, abs=1e-3)


def test_every_vamp_of_a_song_goes_round_also_after_one_was_released() -> None:
    heard = play(song(120, "one:1~ two:1 three:1~ four:1"), says=[(3.0, "next")], length_s=13)
    assert [to for _, to in jumps(heard)] == [0, 8, 8, 8]


def test_a_repeated_section_is_played_so_often_and_then_the_song_goes_on() -> None:
    tune = song(120, "head:1 verse:2 end:4")
    head, verse, end = tune.sections
    heard = play(
        tune.model_copy(update={"sections": (head, verse.model_copy(update={"times": 3}), end)}),
        says=[(14.5, "section verse")],
        length_s=30,
    )
    assert jumps(heard) == [(pytest.approx(bars, abs=1e-4), 4) for bars in (3, 5, 8, 10, 12)]
    assert songs_place(heard, 13.75) == pytest.approx(11, abs=1e-3)
    assert songs_place(heard, 14.25) == pytest.approx(13, abs=1e-3)


# Taking back


@pytest.mark.parametrize(
    "words", ["section bridge", "next", "cut-off", "finale", "vamp", "hold", "previous", "bar 9@phrase", "section hit@beat"]
)
def test_what_is_queued_can_be_taken_back(words: str) -> None:
    heard = play(song(120, TUNE), says=[(2.15, words), (2.3, "unqueue")], length_s=7.5)
    assert jumps(heard) == []
    assert not heard.is_held.any()
    assert songs_place(heard, 3.5) == pytest.approx(14, abs=1e-3)


def test_a_release_can_be_taken_back() -> None:
    heard = play(song(120, TUNE), says=[(9.0, "next"), (10.0, "unqueue")], length_s=15)
    assert [to for _, to in jumps(heard)] == [16]


def test_unqueue_where_nothing_waits_does_nothing() -> None:
    assert jumps(play(song(120, TUNE), says=[(1.0, "unqueue"), (2.0, "unqueue")], length_s=7)) == []


# Bars of every kind


def measured(*bars: int, pickup: int = 0) -> Song:
    """A song with so many beats in each bar, at 120, and a section for each bar."""
    counts = [*range(bars[0] - pickup + 1, bars[0] + 1), *(place + 1 for length in bars for place in range(length))]
    pairs = enumerate(pairwise(bars), start=2)
    changes = [MeterChange(bar=bar, meter=f"{now}/4") for bar, (before, now) in pairs if now != before]
    return song(120, " ".join(f"s{n}:1" for n in range(len(bars)))).model_copy(
        update={
            "meter": f"{bars[0]}/4",
            "meters": tuple(changes),
            "beat_map": BeatMap.of(0.25 + np.arange(len(counts)) * BEAT_S, counts),
        }
    )


@pytest.mark.parametrize("bars", [(3, 3, 3), (5, 5, 5), (7, 7, 7), (4, 4, 3, 3, 7, 2, 4), (2, 2, 2), (12, 12)])
def test_in_every_meter_and_where_it_changes_a_jump_is_on_the_bar_line(bars: tuple[int, ...]) -> None:
    for number in range(len(bars) - 1):
        into_s = sum(bars[:number]) * BEAT_S + 0.6 * bars[number] * BEAT_S
        heard = play(measured(*bars), says=[(into_s + 0.05, f"bar {len(bars)}")], length_s=into_s + 4.0)
        ((after_bars, to),) = jumps(heard)
        assert after_bars * BAR_S == pytest.approx(sum(bars[: number + 1]) * BEAT_S, abs=A_FRAME_S)
        assert to == sum(bars[:-1])


def test_where_the_meter_changes_the_band_stays_with_a_drummer_who_leads() -> None:
    bars = (4,) * 4 + (7,) * 3 + (3,) * 4
    plays = beats((126, 16), (129, 21), (126, 13), start_s=2.5)
    notes, first = clicks(beats((126, 4), start_s=2.5 - 4 * 60 / 126)), 0
    for length in bars:
        notes += rock(plays[first : first + length], beats_per_bar=length)
        first += length
    heard = play(measured(*bars), sorted(notes), start="count-in", leader=Leader.DRUMMER)
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    for beat in range(1, 48):
        assert abs(heard.asynchrony_ms(plays[beat])) < 40, beat
        assert heard.song_beat_at(plays[beat]) == pytest.approx(beat, abs=0.1)


# Beats of another length: in 7/8 after 4/4 an eighth stays an eighth


EVENLY = [("4/4", "7/8", "4/4"), ("4/4", "6/8", "4/4"), ("6/8", "4/4", "6/8"), ("4/4", "12/8", "3/4"), ("5/8", "7/8", "5/8")]


def in_meters(*meters: str, bpm: float = 120.0) -> tuple[Song, npt.NDArray[np.float64]]:
    """A song with a section of four bars in each meter, where every eighth is as long; and the times of its beats, from 0 s."""
    bars = [meter for meter in meters for _ in range(4)]
    counts = [count + 1 for meter in bars for count in range(beats_per_bar(meter))]
    quarters = [beat_quarters(meter) for meter in bars for _ in range(beats_per_bar(meter))]
    times_s = np.concatenate([[0.0], np.cumsum(quarters)[:-1]]) * 60 / bpm / beat_quarters(bars[0])
    changes = [MeterChange(bar=bar, meter=now) for bar, (before, now) in enumerate(pairwise(bars), start=2) if now != before]
    sections = song(bpm, " ".join(f"s{n}:4" for n in range(len(meters))))
    return sections.model_copy(
        update={"meter": bars[0], "meters": tuple(changes), "beat_map": BeatMap.of(times_s + 0.25, counts)}
    ), times_s


def played_on(tune: Song, times_s: npt.NDArray[np.float64]) -> list[Note]:
    """A drummer who counts it in, and plays every bar of the song at these times."""
    ones = [*np.flatnonzero(tune.beat_map.beat_in_bar == 1), len(times_s)]
    counted = 4 if tune.beats_per_bar == 2 else tune.beats_per_bar
    notes = clicks(times_s[0] - (times_s[1] - times_s[0]) * np.arange(counted, 0, -1))
    for first, after in pairwise(ones):
        notes += rock(times_s[first:after], beats_per_bar=after - first, jitter_ms=4, seed=first)
    return sorted(notes)


def song_times(tune: Song, heard: Heard) -> npt.NDArray[np.float64]:
    """For every tick that plays: how far the recording has come since the first note, less the time that has gone by, in s."""
    at = heard.plays
    came = np.array([tune.beat_map.time_at(beat) for beat in heard.song_beat[at]]) - tune.beat_map.time_at(0)
    return came - (heard.time_s[at] - heard.came_in_s)


@pytest.mark.parametrize("meters", EVENLY)
def test_the_band_alone_plays_its_recording_where_the_meter_changes(meters: tuple[str, ...]) -> None:
    tune, times_s = in_meters(*meters)
    assert np.abs(song_times(tune, play(tune, length_s=times_s[-1]))).max() < 2 * A_FRAME_S


def test_the_band_alone_takes_up_a_recorded_tempo_at_once() -> None:
    tune = song(120, "head:8")
    times_s = 0.25 + np.cumsum([0.5] * 12 + [0.3] * 12 + [0.8] * 8)
    tune = tune.model_copy(update={"beat_map": BeatMap.of(times_s, tune.beat_map.beat_in_bar)})
    assert np.abs(song_times(tune, play(tune, length_s=12.0))).max() < 2 * A_FRAME_S


@pytest.mark.parametrize("latencies_s", [(0.0, 0.0), (0.01, 0.02)])
@pytest.mark.parametrize("meters", EVENLY)
def test_a_drummer_who_leads_is_followed_over_beats_of_another_length(
    meters: tuple[str, ...], latencies_s: tuple[float, float]
) -> None:
    tune, times_s = in_meters(*meters)
    plays = 4.0 + times_s / 1.04
    heard = play(tune, played_on(tune, plays), start="count-in", leader=Leader.DRUMMER, latencies_s=latencies_s)
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    for beat in range(1, len(plays)):
        off_ms = (heard.song_beat_at(plays[beat]) - beat) * 60_000 / heard.bpm_at(plays[beat])
        assert abs(off_ms) < 20, (beat, off_ms)


def test_where_a_beat_goes_on_as_a_beat_the_recording_says_so() -> None:
    tune, _ = in_meters("4/4", "6/8", "4/4")
    even = tune.model_copy(update={"beat_map": BeatMap.of(0.25 + np.arange(40) * 0.5, tune.beat_map.beat_in_bar)})
    assert not beat_lengths(even)
    assert set(beat_lengths(tune)) == {1.0, 1.5}
    plays = 4.0 + np.arange(40) * 0.48
    heard = play(even, played_on(even, plays), start="count-in", leader=Leader.DRUMMER)
    for beat in range(1, 40):
        assert heard.song_beat_at(plays[beat]) == pytest.approx(beat, abs=0.06)


# A tempo that is another one from a bar line on


def stepping(*tempi: float) -> tuple[Song, npt.NDArray[np.float64]]:
    """A song with a section of four bars in each tempo; and the times of its beats, from 0 s."""
    lengths_s = np.repeat(60 / np.array(tempi), 16)
    times_s = np.concatenate([[0.0], np.cumsum(lengths_s)[:-1]])
    tune = song(tempi[0], " ".join(f"s{n}:4" for n in range(len(tempi))))
    return tune.model_copy(update={"beat_map": BeatMap.of(times_s + 0.25, tune.beat_map.beat_in_bar)}), times_s


@pytest.mark.parametrize("pace", [1.0, 1.05])
@pytest.mark.parametrize(
    "tempi", [(120, 90, 120), (120, 160, 120), (90, 135, 60), (300, 200, 300), (200, 300, 200), (280, 190, 280)]
)
def test_a_drummer_who_leads_takes_up_the_tempo_of_a_section_and_the_band_with_him(
    tempi: tuple[float, ...], pace: float
) -> None:
    tune, times_s = stepping(*tempi)
    plays = 4.0 + times_s / pace
    heard = play(tune, played_on(tune, plays), start="count-in", leader=Leader.DRUMMER)
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    for beat in range(1, len(plays)):
        off_ms = (heard.song_beat_at(plays[beat]) - beat) * 60_000 / heard.bpm_at(plays[beat])
        assert abs(off_ms) < 25, (beat, off_ms)


@pytest.mark.parametrize("tempi", [(120, 90, 90), (120, 80, 80), (120, 150, 150), (100, 140, 140), (240, 160, 160)])
def test_a_drummer_who_stays_in_his_tempo_has_the_band_back_within_two_bars(tempi: tuple[float, ...]) -> None:
    tune, _ = stepping(*tempi)
    plays = 4.0 + np.arange(48) * 60 / tempi[0]
    heard = play(tune, played_on(tune, plays), start="count-in", leader=Leader.DRUMMER)
    for beat in range(24, 48):
        off_ms = (heard.song_beat_at(plays[beat]) - beat) * 60_000 / tempi[0]
        assert abs(off_ms) < 60, (beat, off_ms)


def test_a_recording_that_only_drifts_has_beats_of_one_length() -> None:
    tune = song(120, "head:16")
    drifting = 60 / np.geomspace(100, 150, 64)
    human = 60 / (120 * (1 + 0.02 * np.random.default_rng(1).normal(size=64)))
    for lengths_s in (drifting, human):
        map_ = BeatMap.of(0.25 + np.concatenate([[0.0], np.cumsum(lengths_s)[:-1]]), tune.beat_map.beat_in_bar)
        assert not beat_lengths(tune.model_copy(update={"beat_map": map_}))


def test_a_jump_into_beats_of_another_length_keeps_the_drummer() -> None:
    tune, _ = in_meters("4/4", "3/4", "7/8")
    plays = 4.0 + np.concatenate([np.arange(8) * 0.48, 8 * 0.48 + np.arange(28) * 0.24])
    notes = clicks(4.0 - 0.48 * np.arange(4, 0, -1)) + rock(plays[:8])
    for first in range(8, 36, 7):
        notes += rock(plays[first : first + 7], beats_per_bar=7)
    says = [(plays[6], "section s2")]
    heard = play(tune, sorted(notes), says=says, start="count-in", leader=Leader.DRUMMER)
    begins = tune.bar_start(9)
    for beat in range(28):
        assert heard.song_beat_at(plays[8 + beat]) == pytest.approx(begins + beat, abs=0.06)


@pytest.mark.parametrize("what", ["beat", "bar"])
@pytest.mark.parametrize("meters", EVENLY)
def test_the_conductor_may_tap_over_beats_of_another_length(meters: tuple[str, ...], what: str) -> None:
    tune, times_s = in_meters(*meters)
    places = np.arange(len(times_s)) if what == "beat" else np.flatnonzero(tune.beat_map.beat_in_bar == 1)
    came_in_s = play(tune, length_s=1.0).came_in_s
    taps = [(came_in_s + times_s[place], f"tap {what}") for place in places]
    heard = play(tune, says=taps, length_s=taps[-1][0] + 1)
    for (tap_s, _), place in zip(taps[1:], places[1:], strict=True):
        assert heard.song_beat_at(tap_s + 1e-3) == pytest.approx(place, abs=0.03)


def test_a_section_is_counted_in_its_own_meter_and_tempo() -> None:
    tune, _ = in_meters("4/4", "7/8")
    heard = play(tune, says=[(0.0, "section s1"), (0.01, "count-in")], start="cue", length_s=6.0)
    assert heard.came_in_s == pytest.approx(7 * 0.25, abs=0.1)
    assert heard.song_beat_at(heard.came_in_s + 1.76) == pytest.approx(16 + 7, abs=0.1)


def test_sticks_count_a_section_in_its_own_meter_and_tempo() -> None:
    tune, _ = in_meters("4/4", "3/4")
    plays = 3.0 + np.arange(12) * 0.49
    notes = sorted(clicks(3.0 - 0.49 * np.arange(3, 0, -1)) + rock(plays, beats_per_bar=3))
    heard = play(tune, notes, says=[(0.0, "section s1")], start="count-in", leader=Leader.DRUMMER)
    for beat in range(1, 12):
        assert heard.song_beat_at(plays[beat]) == pytest.approx(16 + beat, abs=0.06)


def test_a_ritardando_of_two_bars_is_as_long_as_two_bars_are_there() -> None:
    tune, _ = in_meters("4/4", "7/4")
    heard = play(tune, says=[(8.5, "rit 1")], length_s=20)
    slows = np.flatnonzero(heard.plays & (heard.bpm < 119.9))
    ends = np.flatnonzero(heard.plays & (heard.bpm < 120 * 0.61))
    assert heard.song_beat[ends[0]] - heard.song_beat[slows[0]] == pytest.approx(7, abs=0.6)


def test_after_a_segue_the_follower_counts_as_the_next_song_does() -> None:
    first = song(120, "head:4", ending="segue")
    plays = 3.0 + np.arange(16 + 24) * 0.5
    notes = clicks(3.0 - 0.5 * np.arange(4, 0, -1)) + rock(plays[:16]) + rock(plays[16:], beats_per_bar=3)
    heard = play(first, sorted(notes), start="count-in", leader=Leader.DRUMMER, next_song=song(120, "waltz:8", beats_per_bar=3))
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    for beat in range(1, 23):
        assert heard.song_beat_at(plays[16 + beat]) == pytest.approx(beat, abs=0.1)


def test_a_pickup_is_played_before_bar_1_and_counted_up_to() -> None:
    tune = measured(4, 4, 4, pickup=1)
    started = play(tune, length_s=3)
    assert started.song_beat_at(started.came_in_s + 0.01) == pytest.approx(-1 + 0.02, abs=1e-3)
    counted = play(tune, says=[(0.0, "count-in")], start="cue", length_s=7)
    assert counted.came_in_s == pytest.approx(7 * BEAT_S, abs=0.1)
    assert counted.song_beat_at(counted.came_in_s + 0.51) == pytest.approx(0.02, abs=1e-3)


# Holds


def test_at_a_fermata_that_is_written_down_the_band_comes_to_rest_until_it_is_told_to_go_on() -> None:
    tune = song(120, "head:8").model_copy(update={"cues": (Cue(bar=3, say="hold", hold=True),)})
    heard = play(tune, says=[(9.0, "next")], length_s=13)
    assert heard.times(NoticeKind.HELD)[0] - heard.came_in_s == pytest.approx(4.0, abs=0.2)
    held = heard.time_s[heard.is_held]
    assert (held.min(), held.max()) == (pytest.approx(4.2, abs=0.2), pytest.approx(9.06, abs=0.1))
    assert heard.song_beat_at(12.0) - heard.song_beat_at(11.0) == pytest.approx(2, abs=1e-3)


def test_a_fermata_that_is_jumped_over_is_not_held() -> None:
    tune = song(120, "head:4 solo:4").model_copy(update={"cues": (Cue(bar=3, say="hold", hold=True),)})
    assert not play(tune, says=[(1.0, "section solo")], length_s=7).is_held.any()


def test_a_hold_comes_to_rest_on_the_downbeat_and_stays() -> None:
    heard = play(song(120, TUNE), says=[(3.0, "hold")], length_s=12)
    rest = heard.is_held & heard.plays
    assert heard.song_beat[rest][0] == pytest.approx(8.25, abs=0.1)
    assert heard.plays[-1]
    assert heard.song_beat[-1] < 9.5
    assert heard.bpm[-1] == pytest.approx(0.04 * 120, rel=0.01)


def test_a_hold_lasts_as_long_as_one_likes_and_never_runs_into_the_next_section() -> None:
    heard = play(song(120, "a:2 b:4"), says=[(0.5, "hold")], length_s=60)
    assert heard.is_held[-1]
    assert 7.5 < heard.song_beat[-1] < 8


@pytest.mark.parametrize(("form", "said_s"), [("a:4~ b:4", 6.5), ("a:1~ b:4", 2.5), ("a:4 b:4~", 14.5)])
def test_a_hold_in_the_last_bar_of_a_vamp_rests_on_its_first_downbeat(form: str, said_s: float) -> None:
    heard = play(song(120, form), says=[(said_s, "hold")], length_s=said_s + 6)
    (held_s,) = heard.times(NoticeKind.HELD)
    assert said_s < held_s < said_s + 2.2


@pytest.mark.parametrize("to", ["a", "b"])
def test_a_hold_before_a_jump_rests_a_little_after_the_downbeat_that_it_leads_to(to: str) -> None:
    heard = play(song(120, "a:8 b:8"), says=[(4.6, "hold"), (4.8, f"section {to}")], length_s=9)
    (jumped_s,), (held_s,) = heard.times(NoticeKind.JUMPED), heard.times(NoticeKind.HELD)
    assert held_s - jumped_s == pytest.approx(0.125, abs=0.01)


@pytest.mark.parametrize(("before", "word"), [(Leader.CONDUCTOR, "give"), (Leader.BAND, "conduct")])
def test_who_takes_the_tempo_in_a_hold_takes_the_one_before_it(before: Leader, word: str) -> None:
    heard = play(song(120, "head:30"), says=[(3.0, "hold"), (7.0, word), (9.0, "next")], leader=before, length_s=20)
    assert heard.bpm_at(19.0) == pytest.approx(120, abs=0.1)


def test_a_section_that_is_asked_for_in_a_count_comes_when_the_count_is_over() -> None:
    heard = play(song(120, "a:8 b:8"), says=[(1.0, "count-in"), (2.0, "section b")], start="cue", length_s=6)
    assert heard.came_in_s == pytest.approx(3.0, abs=0.1)
    assert heard.song_beat_at(4.0) == pytest.approx(34, abs=0.2)


def test_after_a_hold_the_band_goes_on_in_the_tempo_before() -> None:
    heard = play(song(120, TUNE), says=[(3.0, "hold"), (8.0, "next")], length_s=10)
    assert heard.bpm_at(9.0) == pytest.approx(120, abs=0.1)
    assert np.diff(heard.song_beat[heard.plays]).min() >= 0


# Endings


@settings(max_examples=10, deadline=None, derandomize=True)
@given(cued_s=st.floats(6.0, 9.0))
def test_out_of_a_hold_the_last_hit_falls_two_beats_after_its_cue(cued_s: float) -> None:
    heard = play(song(120, TUNE), says=[(3.0, "hold"), (cued_s, "finale")], length_s=12)
    (hit_s,) = heard.times(NoticeKind.LAST_HIT)
    assert hit_s == pytest.approx(cued_s + 1.0, abs=0.002)
    assert jumps(heard)[-1][1] == 40


def held_by_the_drummer(after: npt.NDArray[np.float64], *, counts: bool) -> list[Note]:
    """Four bars in 120, counted in; a crash on the fifth and a roll; and then he plays on, with a count or without."""
    plays = beats((120, 16), start_s=3.0)
    crash = [(11.0, 36, 115), (11.0, 49, 115)]
    roll = [(float(time_s), 49, 55) for time_s in np.arange(11.2, 12.8, 0.05)]
    count = clicks(after[0] - (after[1] - after[0]) * np.arange(4, 0, -1)) if counts else []
    return sorted([*clicks(plays[0] - 0.5 * np.arange(4, 0, -1)), *rock(plays), *crash, *roll, *count, *rock(after)])


def out_of_a_hold(
    after: npt.NDArray[np.float64], says: list[tuple[float, str]], *, counts: bool, form: str = "head:16"
) -> Heard:
    """The drummer leads, somebody holds the band at the start of bar 5, and he plays on from bar 6."""
    notes = held_by_the_drummer(after, counts=counts)
    return play(song(120, form), notes, [(10.6, "hold"), *says], start="count-in", leader=Leader.DRUMMER)


@pytest.mark.parametrize("bpm", [100.0, 120.0, 140.0])
@pytest.mark.parametrize("says", [[], [(13.1, "next")]])
def test_a_drummer_who_leads_counts_the_band_out_of_a_hold(bpm: float, says: list[tuple[float, str]]) -> None:
    after = beats((bpm, 24), start_s=16.3)
    heard = out_of_a_hold(after, says, counts=True)
    for beat in range(1, 24):
        assert heard.song_beat_at(after[beat]) == pytest.approx(20 + beat, abs=0.06)


@pytest.mark.parametrize("said_s", [12.9, 14.2, 14.43])
@pytest.mark.parametrize("bpm", [110.0, 120.0, 130.0])
def test_out_of_a_hold_the_band_goes_on_with_the_stroke_of_a_drummer_who_leads(bpm: float, said_s: float) -> None:
    after = beats((bpm, 24), start_s=14.3)
    heard = out_of_a_hold(after, [(said_s, "next")], counts=False)
    assert heard.bpm_at(min(said_s, after[0]) - 0.01) < 10
    for beat in range(1, 24):
        assert heard.song_beat_at(after[beat]) == pytest.approx(20 + beat, abs=0.12)


@pytest.mark.parametrize("latencies_s", [(0.0, 0.0), (0.006, 0.012)])
@pytest.mark.parametrize("said_after_s", [0.05, 0.22])
def test_a_stroke_that_goes_before_the_word_is_taken_for_when_it_fell(
    said_after_s: float, latencies_s: tuple[float, float]
) -> None:
    after = beats((120, 12), start_s=14.3)
    says = [(10.6, "hold"), (after[0] + said_after_s, "next")]
    notes, listens = held_by_the_drummer(after, counts=False), {"start": "count-in", "leader": Leader.DRUMMER}
    heard = play(song(120), notes, says, **listens, latencies_s=latencies_s, strokes_late_s=0.02)
    assert max(abs(heard.asynchrony_ms(beat_s)) for beat_s in after[1:]) < 8


def test_a_section_that_is_asked_for_in_a_hold_is_where_the_drummer_goes_on() -> None:
    after = beats((112, 24), start_s=16.3)
    heard = out_of_a_hold(after, [(12.0, "section c")], counts=True, form="a:6 b:4 c:8")
    for beat in range(1, 24):
        assert heard.song_beat_at(after[beat]) == pytest.approx(40 + beat, abs=0.06)


def test_asked_twice_the_band_goes_on_out_of_a_hold_at_once() -> None:
    heard = out_of_a_hold(beats((120, 4), start_s=18.0), [(13.0, "next"), (13.5, "next")], counts=False)
    assert heard.bpm_at(13.4) < 10
    assert heard.bpm_at(13.7) == pytest.approx(120, rel=0.02)


def test_the_last_hit_takes_the_output_latency_into_account() -> None:
    heard = play(song(120, TUNE), says=[(3.0, "hold"), (7.0, "finale")], length_s=10, latencies_s=(0.01, 0.02))
    assert heard.times(NoticeKind.LAST_HIT)[0] == pytest.approx(8.0, abs=0.002)


def test_the_conductors_last_hit_comes_in_his_tempo() -> None:
    says = [(3.0, "conduct 60"), (5.0, "hold"), (12.0, "finale")]
    heard = play(song(120, TUNE), says=says, length_s=16)
    assert heard.times(NoticeKind.LAST_HIT)[0] == pytest.approx(14.0, abs=0.002)


def test_without_a_hold_the_last_hit_is_on_the_next_bar_line_and_then_the_song_ends() -> None:
    heard = play(song(120, TUNE), says=[(5.0, "finale")], length_s=13)
    assert jumps(heard) == [(pytest.approx(3, abs=1e-4), 40)]
    (ended_s,) = heard.times(NoticeKind.ENDED)
    assert ended_s == pytest.approx(heard.came_in_s + 5 * BAR_S, abs=A_FRAME_S)
    assert heard.state[-1] == State.ENDED


def test_a_drummer_slows_down_into_a_last_hit_that_is_his_and_it_is_heard_once() -> None:
    slower = 120 * (80 / 120) ** (np.arange(1, 9) / 8)
    plays = beats((120, 16), *((bpm, 1) for bpm in slower), start_s=2.5)
    his_s = float(plays[-1]) + 1.2
    notes = sorted([*clicks(beats((120, 4), start_s=0.5)), *rock(plays), (his_s, CRASH, 120), (his_s, KICK, 120)])
    says = [(float(plays[21]) + 0.1, "finale drummer")]
    heard = play(song(120, "head:6 hit:2!"), notes, says, start="count-in", leader=Leader.DRUMMER, length_s=his_s + 1)
    waits = heard.plays & (heard.time_s < his_s - 0.01)
    assert 23.7 < heard.song_beat[waits].max() < 24
    (hit_s,) = heard.times(NoticeKind.LAST_HIT)
    assert his_s < hit_s < his_s + 0.08


def test_a_hold_before_a_last_hit_on_his_stroke_rests_where_it_was_said() -> None:
    heard = play(song(120, "head:4 hit:2!"), says=[(6.9, "hold"), (7.2, "finale drummer")], length_s=11)
    assert heard.is_held[heard.at(10.5)]
    assert heard.song_beat_at(10.5) == pytest.approx(16.5, abs=0.3)


@pytest.mark.parametrize("rest_beats", [4.4, 8.4])
@pytest.mark.parametrize("bpm", [90.0, 160.0])
def test_the_last_hit_rings_to_its_end_however_long_it_was_waited_for(bpm: float, rest_beats: float) -> None:
    plays, beat_s = beats((bpm, 28), start_s=4.0), 60 / bpm
    held_s = plays[-1] + beat_s
    hit_s = held_s + rest_beats * beat_s
    struck = [(time_s, drum, 120) for time_s in (held_s, hit_s) for drum in (KICK, CRASH)]
    notes = [*clicks(plays[0] - beat_s * np.arange(4, 0, -1)), *rock(plays), *struck]
    says = [(plays[24] + 0.1, "hold"), (hit_s - 2 * beat_s, "finale")]
    heard = play(song(bpm, "a:12 hit:3!"), notes, says, start="count-in", leader=Leader.DRUMMER, length_s=hit_s + 15 * beat_s)
    assert heard.times(NoticeKind.LAST_HIT) == [pytest.approx(hit_s, abs=0.05)]
    assert heard.times(NoticeKind.BACK_ON_BEAT) == []
    assert heard.happened[-1]["kind"] == NoticeKind.ENDED
    assert heard.happened[-1]["value"] == 60


def test_the_cut_off_is_on_the_next_beat() -> None:
    heard = play(song(120), says=[(3.1, "cut-off")], length_s=6)
    (cut_s,) = heard.times(NoticeKind.STOPPED)
    beats_in = (cut_s - heard.came_in_s) / 0.5
    assert abs(beats_in - round(beats_in)) * 0.5 <= A_FRAME_S
    assert 3.1 < cut_s < 3.1 + 0.5 + 0.15
    assert not heard.plays[-1]


@pytest.mark.parametrize("words", ["stop", "panic"])
def test_stop_is_heard_within_a_fifth_of_a_second_and_start_begins_again(words: str) -> None:
    heard = play(song(120), says=[(3.1, words), (5.0, "start")], length_s=7)
    assert heard.times(NoticeKind.STOPPED)[0] == pytest.approx(3.2, abs=0.1)
    assert heard.song_beat[-1] < 6
    assert len(heard.times(NoticeKind.CAME_IN)) == 2


@pytest.mark.parametrize("words", ["stop", "cut-off"])
def test_after_a_stop_four_clicks_begin_again_at_the_top_or_where_somebody_said(words: str) -> None:
    plays = beats((120, 12), start_s=8.0)
    notes = sorted([*clicks(beats((120, 4), start_s=6.0)), *rock(plays)])
    heard = play(song(120, "head:8 solo:8"), notes, says=[(3.1, words)], start="command")
    assert heard.song_beat_at(8.01) == pytest.approx(0.02, abs=0.03)
    heard = play(song(120, "head:8 solo:8"), notes, says=[(3.1, words), (4.5, "section solo")], start="command")
    assert heard.song_beat_at(8.01) == pytest.approx(32.02, abs=0.03)


@pytest.mark.parametrize("unheard", range(4))
@pytest.mark.parametrize(("start", "says"), [("count-in", []), ("cue", [(4.9, "band-in")])])
def test_where_one_click_was_not_heard_the_band_comes_in_on_his_next_bar_line(
    unheard: int, start: str, says: list[tuple[float, str]]
) -> None:
    plays = beats((120, 24), start_s=3.0)
    count = [click for place, click in enumerate(clicks(beats((120, 4), start_s=1.0))) if place != unheard]
    heard = play(song(120), sorted([*count, *rock(plays)]), says, start=start, leader=Leader.DRUMMER)
    assert heard.came_in_s == pytest.approx(plays[4], abs=0.02)


def test_who_stopped_and_rides_on_has_not_counted() -> None:
    ride = [(beat_s, HAT, 90) for beat_s in beats((120, 24), start_s=1.0)]
    heard = play(song(120), ride, says=[(3.1, "stop")], start="command")
    assert not heard.plays[heard.at(4.0) :].any()


def test_after_a_panic_a_count_begins_nothing() -> None:
    heard = play(song(120), clicks(beats((120, 4), start_s=6.0)), says=[(3.1, "panic")], start="command", length_s=10)
    assert not heard.plays[-1]


def test_a_cut_off_in_the_last_bars_ends_the_song_and_a_count_is_for_another() -> None:
    heard = play(
        song(120, "head:8"), clicks(beats((120, 4), start_s=6.0)), says=[(3.1, "cut-off")], start="command", length_s=10
    )
    assert heard.state[-1] == State.ENDED
    assert len(heard.times(NoticeKind.CAME_IN)) == 1


def test_a_song_that_is_over_falls_silent_and_waits() -> None:
    heard = play(song(120, "head:2"), length_s=7)
    (ended_s,) = heard.times(NoticeKind.ENDED)
    assert ended_s == pytest.approx(heard.came_in_s + 2 * BAR_S, abs=A_FRAME_S)
    assert heard.state[-1] == State.ENDED


# Clicks before the band


def test_a_counted_start_gives_a_bar_of_clicks_first() -> None:
    heard = play(song(120), says=[(1.0, "count-in")], start="cue", length_s=6)
    counting = heard.state == State.COUNTING
    assert heard.song_beat[counting][0] == pytest.approx(-4, abs=0.01)
    assert heard.came_in_s - heard.time_s[counting][0] == pytest.approx(BAR_S, abs=0.001)


# From song to song


def test_a_segue_goes_straight_into_the_next_song_in_its_tempo() -> None:
    heard = play(song(120, "head:2", ending="segue"), next_song=song(90, "head:8"), length_s=9)
    (next_s,) = heard.times(NoticeKind.NEXT_SONG)
    assert next_s == pytest.approx(heard.came_in_s + 2 * BAR_S, abs=A_FRAME_S)
    assert heard.plays[heard.at(heard.came_in_s) + 2 :].all()
    assert heard.song_beat_at(next_s + 2.0) == pytest.approx(3.0, abs=1e-3)


@pytest.mark.parametrize("pace", [1.0, 1.05])
@pytest.mark.parametrize(("bpm", "beats_per_bar"), [(120, 4), (150, 4), (90, 4), (80, 4), (160, 3), (300, 5)])
def test_with_a_drummer_who_leads_the_next_song_goes_on_in_its_own_tempo_and_meter(
    bpm: float, beats_per_bar: int, pace: float
) -> None:
    plays = beats((120 * pace, 16), (bpm * pace, 30), start_s=3.0)
    notes = clicks(3.0 - 0.5 / pace * np.arange(4, 0, -1)) + rock(plays[:16]) + rock(plays[16:], beats_per_bar=beats_per_bar)
    next_song = song(bpm, "tune:12", beats_per_bar=beats_per_bar)
    first = song(120, "head:4", ending="segue")
    heard = play(first, sorted(notes), start="count-in", leader=Leader.DRUMMER, next_song=next_song)
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    for beat in range(1, 29):
        assert heard.song_beat_at(plays[16 + beat]) == pytest.approx(beat, abs=0.1)


def test_a_drummer_who_leads_is_counted_into_the_next_song_in_its_tempo() -> None:
    before = beats((120, 16), start_s=3.0)
    plays = beats((90, 24), start_s=11.0 + 4 * 60 / 90)
    notes = clicks(3.0 - 0.5 * np.arange(4, 0, -1)) + rock(before) + rock(plays)
    first = song(120, "head:4", ending="count-in")
    heard = play(first, sorted(notes), start="count-in", leader=Leader.DRUMMER, next_song=song(90, "tune:12"))
    assert heard.times(NoticeKind.CAME_IN)[-1] == pytest.approx(plays[0], abs=0.02)
    for beat in range(1, 24):
        assert heard.song_beat_at(plays[beat]) == pytest.approx(beat, abs=0.06)


def test_a_count_into_the_next_song_takes_one_bar_of_its_tempo() -> None:
    heard = play(song(120, "head:2", ending="count-in"), next_song=song(90, "head:8"), length_s=12)
    first_s, again_s = heard.times(NoticeKind.CAME_IN)
    assert again_s == pytest.approx(first_s + 2 * BAR_S + 4 * 60 / 90, abs=0.001)
    assert heard.song_beat_at(again_s + 1.0) == pytest.approx(1.5, abs=1e-3)


def test_with_a_drummer_who_leads_a_segue_takes_up_the_next_songs_tempo_and_then_follows_him() -> None:
    plays = beats((120, 24), (100, 48))
    tune = song(120, "head:4", ending="segue")
    heard = play(tune, rock(plays, jitter_ms=2), start="uninvited", leader=Leader.DRUMMER, next_song=song(100, "head:20"))
    assert heard.times(NoticeKind.NEXT_SONG)
    assert heard.bpm_at(plays[-8]) == pytest.approx(100, rel=0.01)
    assert abs(heard.asynchrony_ms(plays[-4])) < 15
