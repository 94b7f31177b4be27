"""Who leads, and how far: a shared lead, limits of tempo, pushing, a drummer who stops, a wreck, a conductor who slows down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.authority import Leader, Reason
from cython_core.exchange import NoticeKind
from cython_core.transport import State
from live_rig.show.song import Song, TempoPoint
from tests.playing import HAT, Heard, beats, clicks, play, rock, song

FEW = settings(max_examples=6, deadline=None, derandomize=True)
CAME_IN_S = 0.044  # of a song that is started at 0 s


def pushing(ratio: float, says: list[tuple[float, str]], count: int = 64) -> Heard:
    """A drummer who plays `ratio` times the band's 120 from the start."""
    plays = beats((120 * ratio, count), start_s=CAME_IN_S)
    return play(song(120, "head:40"), rock(plays, jitter_ms=2), [(0.0, "gives-way never"), *says])


# Shared


@pytest.mark.parametrize(("percent", "ratio"), [(0, 1.0), (100, 1.03)])
def test_at_the_ends_of_the_fader_one_of_them_leads(percent: int, ratio: float) -> None:
    heard = pushing(1.03, [(0.1, f"share {percent}")], 32)
    assert heard.handovers[-1] == (Leader.SHARED, Reason.ASKED)
    assert heard.bpm_at(14.0) == pytest.approx(120 * ratio, rel=0.004)


@FEW
@given(shares=st.lists(st.integers(0, 50), min_size=2, max_size=2, unique=True).map(sorted))
def test_the_larger_his_share_the_nearer_the_band_is_to_him(shares: list[int]) -> None:
    less, more = (pushing(1.02, [(0.1, f"share {percent}")], 8) for percent in shares)
    beat = float(beats((122.4, 8), start_s=CAME_IN_S)[6])
    assert 120 - 0.01 <= less.bpm_at(1.5) <= more.bpm_at(1.5) <= 124.5
    assert less.song_beat_at(beat) <= more.song_beat_at(beat)


def test_a_shared_band_gives_way_in_the_end() -> None:
    heard = pushing(1.02, [(0.1, "share 50")])
    assert heard.bpm_at(28.0) == pytest.approx(122.4, rel=0.004)


@pytest.mark.parametrize(("says", "leader"), [("share 50", Leader.SHARED), ("give", Leader.BAND), ("take", Leader.DRUMMER)])
@pytest.mark.parametrize("counts", [True, False])
def test_what_is_agreed_before_the_band_comes_in_holds_when_it_does(says: str, leader: Leader, counts: bool) -> None:
    plays = beats((126, 40), start_s=2.5)
    notes = [*clicks(2.5 - 60 / 126 * np.arange(4, 0, -1)), *rock(plays)] if counts else rock(plays)
    cued = [] if counts else [(8.0, "band-in")]
    heard = play(song(120, "head:40"), sorted(notes), [(0.2, says), *cued], start="cue", leader=Leader.DRUMMER)
    assert heard.came_in_s == pytest.approx(plays[0 if counts else 12], abs=0.02)
    assert heard.handovers[-1] == (leader, Reason.COUNTED_IN if counts else Reason.CUED_IN)


# Pushing


@pytest.mark.parametrize(("how", "from_beats", "to_beats"), [("easy", 4, 14), ("patient", 8, 24), ("stubborn", 16, 40)])
def test_how_long_he_must_push_is_a_setting(how: str, from_beats: int, to_beats: int) -> None:
    plays = beats((120 * 1.06, 64), start_s=CAME_IN_S)
    heard = play(song(120, "head:40"), rock(plays, jitter_ms=2), [(0.0, f"gives-way {how}")])
    (insisted,) = [each["time_s"] for each in heard.happened if each["kind"] == NoticeKind.HANDOVER]
    assert plays[from_beats] <= insisted <= plays[to_beats]


def test_a_band_that_never_gives_way_does_not() -> None:
    assert pushing(1.06, []).handovers == []


@pytest.mark.parametrize("ahead_ms", [-18, 18])
def test_a_drummer_who_is_always_ahead_or_behind_keeps_that_when_he_takes_the_tempo(ahead_ms: int) -> None:
    plays = beats((120, 100), start_s=CAME_IN_S)
    his = rock(plays - ahead_ms / 1e3, jitter_ms=2)
    heard = play(song(120, "head:40"), his, [(30.0, "take")])
    assert [why for _, why in heard.handovers] == [Reason.ASKED]
    later = [heard.asynchrony_ms(float(beat)) for beat in plays[76:96]]  # of the beat he is ahead of
    assert np.mean(later) == pytest.approx(0, abs=6)
    assert heard.bpm_at(48.0) == pytest.approx(120, rel=0.005)


# Limits


def test_beyond_the_limit_of_the_song_the_band_holds_and_says_so() -> None:
    rising = beats(*[(bpm, 8) for bpm in range(120, 150, 4)], (150, 24))
    heard = play(song(120, "head:40", fastest_bpm=136.0), rock(rising), start="uninvited", leader=Leader.DRUMMER)
    assert heard.bpm[heard.plays].max() <= 136 + 1e-6
    assert heard.bpm_at(float(rising[-1])) == pytest.approx(136)
    assert heard.times(NoticeKind.BACK_ON_BEAT) == []  # it holds, and does not run after him


def test_it_comes_in_within_its_limits() -> None:
    plays = beats((112, 24), start_s=2.5)
    notes = sorted([*clicks(2.5 - 60 / 112 * np.arange(4, 0, -1)), *rock(plays)])
    heard = play(song(120, "head:16", slowest_bpm=118), notes, start="count-in", leader=Leader.DRUMMER)
    assert heard.bpm[heard.plays].min() == pytest.approx(118)


def test_a_limit_holds_for_the_conductor_too() -> None:
    heard = play(song(120, slowest_bpm=100.0), says=[(2.0, "tempo 60")], length_s=6)
    assert heard.bpm_at(5.5) == pytest.approx(100)


# A drummer who stops


def test_through_a_break_of_four_bars_the_band_goes_on_and_lets_him_back_in() -> None:
    plays = beats((130, 64))
    his = [note for note in rock(plays, jitter_ms=3) if not plays[32] - 0.1 < note[0] < plays[48] - 0.1]
    heard = play(song(120, "head:40"), his, start="uninvited", leader=Leader.DRUMMER)
    assert heard.plays[heard.at(float(plays[47]))]
    assert max(abs(heard.asynchrony_ms(beat)) for beat in plays[56:63]) < 25


def test_when_he_has_ended_the_band_ends_with_him_on_a_bar_line() -> None:
    plays = beats((120, 32))
    heard = play(song(120, "head:40"), rock(plays), start="uninvited", leader=Leader.DRUMMER, length_s=plays[-1] + 22)
    (ended_s,) = heard.times(NoticeKind.STOPPED)
    assert heard.state[-1] == State.LISTENING
    assert plays[-1] + 8 * 2.0 - 0.3 < ended_s < plays[-1] + 10 * 2.0
    assert heard.song_beat_at(ended_s - 0.01) % 4 > 3.9


@pytest.mark.parametrize("says", ["start", "count-in"])
def test_what_he_did_not_play_before_the_band_came_in_ends_nothing(says: str) -> None:
    knocks = clicks(np.array([0.5, 0.9]))
    heard = play(song(120, "head:40"), knocks, [(30.0, says)], start="cue", leader=Leader.DRUMMER, length_s=45)
    assert heard.plays[heard.at(44.0)]


def test_who_takes_the_tempo_is_waited_for_from_then_on() -> None:
    knocks = clicks(np.array([0.5, 0.9]))
    heard = play(song(120, "head:40"), knocks, [(30.0, "take")], length_s=60)
    (stopped_s,) = heard.times(NoticeKind.STOPPED)
    assert 30.0 + 8 * 2.0 < stopped_s < 30.0 + 10 * 2.0


def test_near_the_songs_end_two_silent_bars_are_enough() -> None:
    plays = beats((120, 36))
    heard = play(song(120, "head:14"), rock(plays), start="uninvited", leader=Leader.DRUMMER, length_s=plays[-1] + 9)
    (ended_s,) = heard.times(NoticeKind.ENDED)
    assert ended_s < plays[-1] + 4 * 2.0


# After a wreck


def test_re_enter_mutes_the_band_and_brings_it_back_on_his_next_one_at_the_section_asked_for() -> None:
    plays = beats((120, 64), start_s=1.3)
    tune = song(120, "head:8 bridge:8 out:8")
    heard = play(tune, rock(plays), [(6.0, "re-enter bridge")])
    assert heard.state[heard.at(6.3)] == State.LISTENING
    again_s = heard.times(NoticeKind.CAME_IN)[-1]
    assert min(abs(again_s - plays[::4])) < 0.02
    assert again_s < 6.0 + 4.5 * 2
    assert heard.song_beat_at(again_s + 0.02) == pytest.approx(32, abs=0.1)
    assert max(abs(heard.asynchrony_ms(beat)) for beat in plays if again_s + 2 < beat < plays[-1]) < 10


# His one

HIS = beats((120, 64), start_s=1.3)
FROM_TWO = rock(HIS)[next(i for i, note in enumerate(rock(HIS)) if note[0] > HIS[1] - 0.01) :]  # heard from his second beat on


@pytest.mark.parametrize("late_s", [-0.06, 0.0, 0.06])
def test_a_band_that_waits_comes_in_by_the_one_that_it_is_shown(late_s: float) -> None:
    cued = [(float(HIS[14]) + 0.1, "band-in")]
    unshown = play(song(120, "head:40"), FROM_TWO, cued, start="cue", leader=Leader.DRUMMER, length_s=14)
    shown = [(float(HIS[8]) + late_s, "one")]
    heard = play(song(120, "head:40"), FROM_TWO, [*shown, *cued], start="cue", leader=Leader.DRUMMER, length_s=14)
    assert min(abs(unshown.came_in_s - HIS[::4])) > 0.4
    assert heard.came_in_s == pytest.approx(HIS[16], abs=0.02)


def test_a_band_that_plays_goes_over_to_the_one_that_it_is_shown() -> None:
    says = [(9.0, "band-in"), (float(HIS[28]) + 0.03, "one")]
    heard = play(song(120, "head:40"), FROM_TWO, says, start="cue", leader=Leader.DRUMMER, length_s=30)
    assert heard.song_beat_at(HIS[26]) % 4 == pytest.approx(0, abs=0.1)
    for beat in range(32, 52, 4):
        assert heard.song_beat_at(HIS[beat] + 0.02) % 4 == pytest.approx(0, abs=0.1)


def test_a_one_between_two_beats_says_that_the_beats_lie_there() -> None:
    eighths = [(1.3 + 0.3 * i, HAT, 80) for i in range(100)]
    one_s = 1.3 + 0.3 + 8 * 0.6
    says = [(one_s + 0.03, "one"), (one_s + 0.5, "band-in")]
    heard = play(song(100, "head:40"), eighths, says, start="cue", leader=Leader.DRUMMER, length_s=16)
    assert heard.came_in_s == pytest.approx(one_s + 4 * 0.6, abs=0.03)


def test_a_one_long_after_the_last_stroke_says_nothing_of_the_next() -> None:
    again = beats((120, 40), start_s=50.7)
    notes = rock(np.concatenate([beats((120, 16), start_s=1.3), again]))
    heard = play(
        song(120, "head:40"), notes, [(38.0, "one"), (57.7, "band-in")], start="cue", leader=Leader.DRUMMER, length_s=62
    )
    assert min(abs(heard.came_in_s - again[::4])) < 0.02


def test_a_one_before_anything_was_played_says_nothing() -> None:
    notes = rock(HIS)
    says = [(9.0, "band-in")]
    heard = play(song(120, "head:40"), notes, [(0.5, "one"), *says], start="cue", leader=Leader.DRUMMER, length_s=14)
    assert heard.came_in_s == play(song(120, "head:40"), notes, says, start="cue", leader=Leader.DRUMMER, length_s=14).came_in_s


# His level: a drummer at 200, and a song of 200

FAST = beats((200, 120), start_s=1.3)


def at(beat: float) -> float:
    return 1.3 + beat * 60 / 200


def halved(says: list[tuple[float, str]], tune: Song | None = None, length_s: float = 30.0) -> Heard:
    """He is counted at 100, and brings the band in, which goes by that, on beat 32."""
    brought_in = [(at(12.4), "half"), (at(26.4), "band-in")]
    return play(
        tune or song(200, "head:60"), rock(FAST), [*brought_in, *says], start="cue", leader=Leader.DRUMMER, length_s=length_s
    )


def test_a_band_that_waits_comes_in_by_the_level_that_it_is_shown() -> None:
    heard = halved([], length_s=14)
    assert heard.came_in_s == pytest.approx(at(32), abs=0.02)
    assert heard.bpm_at(at(40)) == pytest.approx(100, rel=0.03)
    shown = halved([(at(20.7), "twice")], length_s=14)
    assert shown.came_in_s == pytest.approx(at(28), abs=0.02)
    assert shown.bpm_at(at(40)) == pytest.approx(200, rel=0.03)


@pytest.mark.parametrize("beat", [44.1, 45.6, 46.9, 47.5])
def test_a_band_that_he_leads_goes_over_at_once_and_is_on_his_bar_line_within_two_bars(beat: float) -> None:
    heard = halved([(at(beat), "twice")])
    assert heard.bpm_at(at(beat) + 0.1) == pytest.approx(200, rel=0.1)
    for one in range(56, 96, 4):
        assert abs(heard.asynchrony_ms(at(one))) < 25
        assert heard.song_beat_at(at(one) + 0.03) % 4 == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("word", ["twice", "half"])
@pytest.mark.parametrize("leader", [Leader.DRUMMER, Leader.BAND, Leader.CONDUCTOR])
def test_a_slip_of_the_foot_changes_nothing_while_the_band_plays_in_its_tempo(word: str, leader: Leader) -> None:
    notes, brought_in = rock(FAST), [(at(10.4), "band-in")]
    heard, slipped = (
        play(song(200, "head:60"), notes, [*brought_in, *says], start="cue", leader=leader, length_s=20)
        for says in ([], [(at(40.3), word)])
    )
    np.testing.assert_array_equal(slipped.line, heard.line)


def test_what_was_said_is_taken_back_by_the_other_word() -> None:
    heard = halved([(at(44.2), "twice"), (at(60.2), "half")])
    assert heard.bpm_at(at(58)) == pytest.approx(200, rel=0.03)
    assert heard.bpm_at(at(62)) == pytest.approx(100, rel=0.1)
    assert heard.bpm_at(at(80)) == pytest.approx(100, rel=0.03)
    assert max(abs(heard.asynchrony_ms(at(beat))) for beat in range(76, 92, 2)) < 25


def test_a_band_that_a_limit_keeps_from_the_tempo_he_is_counted_in_comes_to_his_own() -> None:
    heard = halved([(at(44.2), "twice")], song(200, "head:60", slowest_bpm=160))
    assert heard.bpm_at(at(44)) == pytest.approx(160, rel=0.01)
    assert heard.bpm[heard.plays].max() < 220
    assert max(abs(heard.asynchrony_ms(at(beat))) for beat in range(60, 96, 2)) < 25


@pytest.mark.parametrize("percent", [30, 50, 70])
def test_a_band_that_shares_the_lead_goes_over_to_where_both_of_them_are(percent: int) -> None:
    shared = [(at(34.2), "tempo 200"), (at(37.2), f"share {percent}")]
    heard = halved([*shared, (at(48.2), "twice")])
    assert heard.bpm_at(at(48)) < 170
    assert heard.bpm_at(at(64)) == pytest.approx(200, rel=0.03)


def test_what_was_said_before_the_band_fell_silent_is_taken_back_no_more() -> None:
    says = [(at(44.2), "twice"), (at(60.2), "stop"), (at(66.4), "band-in")]
    np.testing.assert_array_equal(halved([*says, (at(88.2), "half")]).line, halved(says).line)


def test_who_plays_a_little_beyond_a_limit_is_taken_at_his_word_and_the_band_held_at_it() -> None:
    heard = halved([(at(44.2), "twice")], song(200, "head:60", fastest_bpm=195))
    assert heard.bpm_at(at(70)) == pytest.approx(195, rel=0.01)


def test_beyond_the_songs_limit_the_band_stays_as_it_is() -> None:
    tune = song(200, "head:60", fastest_bpm=150)
    np.testing.assert_array_equal(halved([(at(44.2), "twice")], tune).line, halved([], tune).line)


@pytest.mark.parametrize("leads", ["give", "tempo 130"])
def test_while_somebody_else_has_the_tempo_only_his_own_is_counted_otherwise(leads: str) -> None:
    says = [(at(40.3), leads)]
    heard = halved([*says, (at(44.2), "twice"), (at(60.3), "take")])
    before = heard.time_s < at(60.2)
    np.testing.assert_array_equal(heard.line[before], halved(says).line[before])
    assert heard.bpm_at(at(64)) == pytest.approx(200, rel=0.1)


# The conductor


def test_a_ritardando_goes_down_evenly_to_its_end() -> None:
    heard = play(song(120, "head:40"), says=[(4.0, "rit 4")], length_s=20)
    assert heard.handovers == [(Leader.CONDUCTOR, Reason.CONDUCTED)]
    assert heard.bpm_at(18.0) == pytest.approx(72, rel=0.005)
    slowing = heard.bpm[heard.at(4.5) : heard.at(12.0)]
    assert np.diff(slowing).max() <= 1e-9


def test_the_written_curve_is_played_bar_by_bar() -> None:
    curve = (TempoPoint(bar=1, bpm=120), TempoPoint(bar=5, bpm=90), TempoPoint(bar=9, bpm=150))
    heard = play(song(120, "head:16", tempo_curve=curve), says=[(0.0, "curve")], length_s=24)
    for bar, bpm in ((3, 105.0), (5, 90.0), (7, 120.0), (10, 150.0)):
        tick = int(np.searchsorted(heard.song_beat, (bar - 1) * 4.0))
        assert heard.bpm[tick] == pytest.approx(bpm, rel=0.02)


@pytest.mark.parametrize(("what", "beats_each"), [("beat", 1), ("half-bar", 2), ("bar", 4)])
def test_a_tap_may_stand_for_a_beat_half_a_bar_or_a_bar(what: str, beats_each: int) -> None:
    taps = [3.065 + tap * beats_each * 60 / 110 for tap in range(16 // beats_each)]
    heard = play(song(120, "head:40"), says=[(time_s, f"tap {what}") for time_s in taps], length_s=14)
    assert heard.bpm_at(13.0) == pytest.approx(110, rel=0.01)


SLIPS = {
    "a tap that bounces": [(5, 0.0), (5, 0.4)],
    "one in between": [(5, 0.0), (5, 0.5)],
    "half a beat too soon": [(5, -0.45)],
    "a quarter too late": [(5, 0.25)],
    "one left out": [],
}


@pytest.mark.parametrize(("what", "beats_each"), [("beat", 1), ("half-bar", 2)])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_tap_out_of_place_moves_the_band_to_no_other_beat(slip: str, what: str, beats_each: int) -> None:
    period_s = beats_each * 60 / 116
    places = sorted([*((tap, 0.0) for tap in range(12) if tap != 5), *SLIPS[slip]])
    taps = [4.065 + (tap + off) * period_s for tap, off in places]
    heard = play(song(120, "head:40"), says=[(time_s, f"tap {what}") for time_s in taps], length_s=taps[-1] + 5)
    assert heard.song_beat_at(taps[-1]) == pytest.approx(8 + 11 * beats_each, abs=0.15)
    tapped = heard.bpm[heard.at(taps[2]) :]
    assert tapped[-1] == pytest.approx(116, rel=0.03)
    assert tapped.min() > 80
    assert tapped.max() < 155


@pytest.mark.parametrize("bpm", [50, 65, 78])
def test_a_tempo_that_is_much_slower_is_tapped_with_four_taps(bpm: float) -> None:
    taps = [*(4.065 + np.arange(6) * 0.5), *(6.565 + 60 / bpm * np.arange(1, 5))]
    heard = play(song(120, "head:40"), says=[(time_s, "tap") for time_s in taps], length_s=taps[-1] + 6 * 60 / bpm)
    assert heard.bpm_at(taps[-1] + 5 * 60 / bpm) == pytest.approx(bpm, rel=0.02)


@pytest.mark.parametrize("bpm", [90, 120, 200])
def test_the_tempo_that_is_kept_is_the_one_that_the_taps_had_together(bpm: float) -> None:
    kept = []
    for seed in range(1, 6):
        hand = np.random.default_rng(seed)
        taps = 3.065 + np.cumsum(60 / bpm * (1 + hand.normal(0, 0.015, 16))) + hand.normal(0, 0.01, 16)
        heard = play(song(bpm, "head:60"), says=[(float(time_s), "tap") for time_s in taps], length_s=taps[-1] + 3)
        kept.append(heard.bpm_at(taps[-1] + 2.5) / bpm)
    assert kept == pytest.approx(np.ones(5), abs=0.025)


@pytest.mark.parametrize("bpm", [90, 100, 150])
def test_four_taps_of_a_new_tempo_are_kept_without_those_before(bpm: float) -> None:
    kept = []
    for seed in range(1, 4):
        even = np.concatenate([4.065 + np.arange(8) * 0.5, 7.565 + 60 / bpm * np.arange(1, 5)])
        taps = even + np.random.default_rng(seed).normal(0, 0.008, 12)
        heard = play(song(120, "head:60"), says=[(float(time_s), "tap") for time_s in taps], length_s=taps[-1] + 3.5)
        kept.append(heard.bpm_at(taps[-1] + 3) / bpm)
    assert kept == pytest.approx(np.ones(3), abs=0.025)


@pytest.mark.parametrize("bpm", [120, 240])
def test_taps_that_slow_down_keep_the_tempo_that_they_have_come_to(bpm: float) -> None:
    lengths_s = 60 / bpm * np.concatenate([np.ones(8), 0.6 ** (-np.arange(1, 9) / 8), np.full(3, 1 / 0.6)])
    taps = 3.065 + np.cumsum(lengths_s)
    heard = play(song(bpm, "head:60"), says=[(float(time_s), "tap") for time_s in taps], length_s=taps[-1] + 3)
    assert max(abs(heard.asynchrony_ms(float(time_s))) for time_s in taps[8:]) < 60
    assert heard.bpm_at(taps[-1] + 2.5) == pytest.approx(0.6 * bpm, rel=0.015)
