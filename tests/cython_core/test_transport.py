"""Where the song is: the band's line beside a drummer, a conductor, and by itself."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.authority import Leader, Reason
from cython_core.exchange import NoticeKind
from tests.playing import HAT, KICK, RATE_HZ, SNARE, TICK, Heard, beats, clicks, play, rock, song

FEW = settings(max_examples=8, deadline=None, derandomize=True)


def steps(heard: Heard) -> npt.NDArray[np.float64]:
    """How far the song goes from tick to tick while it plays, in beats."""
    both = heard.plays[1:] & heard.plays[:-1]
    return np.diff(heard.song_beat)[both]


def lurches(heard: Heard) -> float:
    """The largest change of tempo within a hundredth of a second, as a fraction of it."""
    plays = heard.bpm[heard.plays]
    span = round(0.01 * RATE_HZ / TICK)
    return float(np.max(np.abs(plays[span:] / plays[:-span] - 1)))


# By itself


def test_the_band_alone_plays_in_the_tempo_of_its_recording() -> None:
    heard = play(song(132), length_s=10)
    assert heard.song_beat_at(9.0) - heard.song_beat_at(1.0) == pytest.approx(8 * 132 / 60, abs=1e-6)


def test_started_it_is_heard_within_a_fifth_of_a_second() -> None:
    assert play(song(120), length_s=1).came_in_s < 0.2


# Beside a drummer


@FEW
@given(bpm=st.floats(45, 390), ratio=st.floats(0.93, 1.07), seed=st.integers(0, 99))
def test_the_song_never_jumps_and_never_goes_back(bpm: float, ratio: float, seed: int) -> None:
    drummer = rock(beats((bpm * ratio, 32)), jitter_ms=400 / bpm, seed=seed)
    heard = play(song(bpm, "head:24"), drummer, start="uninvited", leader=Leader.DRUMMER)
    moved = steps(heard)
    assert moved.size
    assert moved.min() > 0
    assert moved.max() <= 1.2 * bpm * ratio / 60 * TICK / RATE_HZ


@FEW
@given(bpm=st.floats(60, 340), jitter_ms=st.floats(0, 8))
def test_the_band_comes_in_on_the_drummers_bar_line(bpm: float, jitter_ms: float) -> None:
    plays = beats((bpm, 40))
    heard = play(song(bpm), rock(plays, jitter_ms=min(jitter_ms, 800 / bpm)), start="uninvited", leader=Leader.DRUMMER)
    bar_lines = plays[::4]
    assert np.abs(bar_lines - heard.came_in_s).min() < 0.02
    assert heard.came_in_s < plays[20]


@FEW
@given(bpm=st.floats(60, 330), ratio=st.floats(0.92, 1.08))
def test_within_eight_beats_of_its_entry_the_band_is_with_him(bpm: float, ratio: float) -> None:
    plays = beats((bpm * ratio, 48))
    heard = play(song(bpm), rock(plays, jitter_ms=2), start="uninvited", leader=Leader.DRUMMER)
    after = [heard.asynchrony_ms(beat) for beat in plays if heard.came_in_s + 8 * 60 / bpm < beat < plays[-1]]
    assert len(after) > 8
    assert max(map(abs, after)) < 10


def test_it_stays_with_him_from_250_to_330() -> None:
    rising = beats(*[(bpm, 8) for bpm in range(250, 331, 5)], (330, 48))
    heard = play(song(330, "head:80"), rock(rising, jitter_ms=3), start="uninvited", leader=Leader.DRUMMER)
    felt = [abs(heard.asynchrony_ms(beat)) for beat in rising if heard.came_in_s + 1.5 < beat < rising[-1]]
    assert np.percentile(felt, 95) < 20
    assert heard.bpm_at(rising[-1]) == pytest.approx(330, rel=0.01)


@pytest.mark.parametrize(("bpm", "to_bpm"), [(160.0, 104.0), (90.0, 140.0)])
def test_a_drummer_who_slows_down_by_a_third_or_gets_faster_by_half_in_two_bars_keeps_it(bpm: float, to_bpm: float) -> None:
    changing = [(bpm * (to_bpm / bpm) ** (beat / 8), 1) for beat in range(1, 9)]
    plays = beats((bpm, 32), *changing, (to_bpm, 16), start_s=4.0)
    drummer = clicks(plays[0] - 60 / bpm * np.arange(4, 0, -1)) + rock(plays, jitter_ms=4)
    heard = play(song(bpm, "a:40"), drummer, start="count-in", leader=Leader.DRUMMER)
    for beat in range(1, len(plays)):
        assert abs(heard.song_beat_at(plays[beat]) - beat) * 60 / heard.bpm_at(plays[beat]) < 0.09


def test_an_error_of_phase_shrinks_and_the_tempo_does_not_lurch() -> None:
    plays = beats((120, 24), start_s=0.15)  # about a sixth of a beat beside the band, which starts at once
    heard = play(song(120), rock(plays), [(2.0, "take")])
    errors = [abs(heard.asynchrony_ms(beat)) for beat in plays[4:]]
    assert errors[0] > 50
    assert errors[12] < 0.1 * errors[0]
    assert lurches(heard) < 0.015
    assert steps(heard).min() > 0
    assert np.abs(heard.bpm[heard.at(2.0 + 4 * 0.5) :] / 120 - 1).max() < 0.035  # 2.5 % off the drummer, and he is heard to 1 %
    assert heard.times(NoticeKind.BACK_ON_BEAT) == []


@FEW
@given(bpm=st.floats(80, 330), off_beats=st.floats(0.3, 0.7))
def test_from_further_than_a_quarter_of_a_beat_it_goes_to_him_on_a_bar_line(bpm: float, off_beats: float) -> None:
    plays = beats((bpm, 40), start_s=play(song(bpm), length_s=1).came_in_s + off_beats * 60 / bpm)
    heard = play(song(bpm), rock(plays), [(6 * 60 / bpm, "take")])
    (back_s,) = heard.times(NoticeKind.BACK_ON_BEAT)
    assert back_s < plays[14]
    assert min(abs(back_s - plays)) < 0.012
    assert heard.song_beat_at(back_s + 0.001) % 4 < 0.1
    assert max(abs(heard.asynchrony_ms(beat)) for beat in plays[16:-1]) < 10


def test_where_he_is_surely_in_another_bar_the_bands_bar_line_meets_his() -> None:
    plays = beats((120, 64), start_s=play(song(120), length_s=1).came_in_s + 0.5)  # his one is the band's two
    heard = play(song(120, "head:40"), rock(plays), [(2.0, "take")])
    (back_s,) = heard.times(NoticeKind.BACK_ON_BEAT)
    assert min(abs(back_s - plays[::4])) < 0.012
    assert plays[12] < back_s < plays[40]
    assert heard.song_beat_at(float(plays[60]) + 0.01) % 4 == pytest.approx(0.02, abs=0.03)


@pytest.mark.parametrize("latencies_s", [(0.003, 0.005), (0.010, 0.020)])
def test_latencies_are_made_up_for(latencies_s: tuple[float, float]) -> None:
    plays = beats((140, 40))
    drummer = rock(plays, jitter_ms=3)
    without = play(song(140), drummer, start="uninvited", leader=Leader.DRUMMER)
    late = play(song(140), drummer, start="uninvited", leader=Leader.DRUMMER, latencies_s=latencies_s)
    assert late.came_in_s == pytest.approx(without.came_in_s, abs=0.003)
    for beat in plays[16:]:
        assert late.asynchrony_ms(beat) == pytest.approx(without.asynchrony_ms(beat), abs=2)


def test_when_the_drummer_stops_the_band_goes_on_in_his_last_tempo() -> None:
    plays = beats((126, 40))
    heard = play(
        song(120, "head:40"), rock(plays, jitter_ms=3), start="uninvited", leader=Leader.DRUMMER, length_s=plays[-1] + 15
    )
    after = heard.bpm[heard.at(plays[-1] + 1.0) :]
    assert heard.plays[-1]
    assert np.abs(after / 126 - 1).max() < 0.015
    assert steps(heard).min() > 0


FEELS = {"half-time": ((0.0, 1.5), (2.0,)), "double-time": ((0.0, 1.0, 2.0, 3.0), (0.5, 1.5, 2.5, 3.5))}


@pytest.mark.parametrize("feel", FEELS)
def test_a_half_time_or_double_time_feel_is_no_other_tempo(feel: str) -> None:
    """The drummer changes feel, not tempo, under a band that follows him: it neither halves nor doubles."""
    plays = beats((195, 40))
    notes, (kick, snare) = rock(plays[:16]), FEELS[feel]
    for bar_s in plays[16::4]:
        struck = [*((at, KICK) for at in kick), *((at, SNARE) for at in snare), *((half / 2, HAT) for half in range(8))]
        notes += [(bar_s + at * 60 / 195, note, 70 if note == HAT else 105) for at, note in struck]
    heard = play(song(190), sorted(notes), start="uninvited", leader=Leader.DRUMMER)
    assert not heard.times(NoticeKind.BACK_ON_BEAT)
    assert heard.bpm_at(plays[-2]) == pytest.approx(195, rel=0.01)
    assert max(abs(heard.asynchrony_ms(float(beat_s))) for beat_s in plays[12:]) < 15


# Count-ins


@pytest.mark.parametrize("bpm", [80, 126, 200, 320])
def test_four_clicks_of_the_sticks_bring_the_band_in_on_the_one(bpm: float) -> None:
    counted, plays = beats((bpm, 4)), beats((bpm, 24), start_s=0.5 + 4 * 60 / bpm)
    heard = play(song(0.9 * bpm), clicks(counted) + rock(plays), start="count-in", leader=Leader.DRUMMER)
    assert heard.came_in_s == pytest.approx(plays[0], abs=0.02)
    assert heard.handovers[-1] == (Leader.DRUMMER, Reason.COUNTED_IN)
    assert heard.bpm_at(plays[0] + 0.02) == pytest.approx(bpm, rel=0.03)


@pytest.mark.parametrize("bpm", [80, 126, 200])
def test_counted_in_the_band_is_not_led_off_by_what_is_played_first(bpm: float) -> None:
    counted, plays = beats((bpm, 4)), beats((bpm, 16), start_s=0.5 + 4 * 60 / bpm)
    one_drop = [(beat_s, drum, 100) for beat_s in plays[2::4] for drum in (KICK, SNARE)]
    off_beats = [(beat_s + 30 / bpm, HAT, 70) for beat_s in plays]
    heard = play(song(0.9 * bpm), sorted(clicks(counted) + one_drop + off_beats), start="count-in", leader=Leader.DRUMMER)
    for count, beat_s in enumerate(plays[1:], start=1):
        assert heard.song_beat_at(beat_s) == pytest.approx(count, abs=0.15)


def test_three_clicks_count_in_a_waltz() -> None:
    counted, plays = beats((150, 3)), beats((150, 24), start_s=0.5 + 3 * 0.4)
    waltz = song(150, beats_per_bar=3)
    heard = play(waltz, clicks(counted) + rock(plays, beats_per_bar=3), start="count-in", leader=Leader.DRUMMER)
    assert heard.came_in_s == pytest.approx(plays[0], abs=0.02)


def test_counted_in_the_band_may_keep_the_tempo_for_itself() -> None:
    counted = beats((100, 4))
    heard = play(song(100), clicks(counted), start="count-in", leader=Leader.BAND, length_s=12)
    assert heard.handovers[-1] == (Leader.BAND, Reason.COUNTED_IN)
    assert heard.bpm_at(11.0) == pytest.approx(100, rel=0.01)


# Who has the tempo


def test_a_drummer_who_insists_gets_the_tempo() -> None:
    plays = beats((120 * 1.04, 64), start_s=0.1)
    heard = play(song(120, "head:40"), rock(plays, jitter_ms=3))
    (insisted,) = [each for each in heard.happened if each["kind"] == NoticeKind.HANDOVER]
    assert (insisted["who"], insisted["why"]) == (Leader.DRUMMER, Reason.INSISTED)
    assert 8 * 0.48 < insisted["time_s"] < 24 * 0.48
    assert abs(heard.asynchrony_ms(plays[-2])) < 15


def test_a_drummer_who_plays_with_the_band_does_not_get_it() -> None:
    heard = play(song(120, "head:40"), rock(beats((120, 64), start_s=play(song(120), length_s=1).came_in_s), jitter_ms=8))
    assert heard.handovers == []


@pytest.mark.parametrize("words", ["take", "conduct", "tap"])
def test_the_tempo_itself_does_not_change_by_a_handover(words: str) -> None:
    heard = play(song(120), says=[(3.0, words)], length_s=8)
    assert len(heard.handovers) == 1
    assert np.abs(heard.bpm[heard.at(2.5) :] - 120).max() < 0.01


def test_given_back_the_band_keeps_the_tempo_that_it_had_then() -> None:
    plays = beats((128, 24))
    heard = play(song(120, "head:30"), rock(plays), [(10.0, "give")], start="uninvited", leader=Leader.DRUMMER, length_s=18)
    assert heard.handovers[-1] == (Leader.BAND, Reason.ASKED)
    assert heard.bpm_at(17.0) == pytest.approx(heard.bpm_at(10.0), rel=0.002)


def test_the_conductor_says_a_tempo_and_the_band_goes_there_smoothly() -> None:
    heard = play(song(120), says=[(3.0, "conduct 90")], length_s=8)
    assert heard.handovers == [(Leader.CONDUCTOR, Reason.ASKED)]
    assert heard.bpm_at(7.0) == pytest.approx(90, abs=0.5)
    assert steps(heard).min() > 0
    assert lurches(heard) < 0.02


def test_the_conductor_taps_and_the_band_meets_his_taps() -> None:
    taps = beats((110, 16), start_s=3.0)
    heard = play(song(120), says=[(float(time_s), "tap") for time_s in taps])
    assert heard.handovers == [(Leader.CONDUCTOR, Reason.CONDUCTED)]
    assert heard.bpm_at(taps[-1]) == pytest.approx(110, rel=0.01)
    assert abs(heard.asynchrony_ms(float(taps[-1]))) < 10
