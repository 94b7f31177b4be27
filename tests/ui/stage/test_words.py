"""What each tile says, as tables: states in, final words out. No window is open."""

from typing import Any

import pytest

from live_rig.control.protocol import FormPart, StageState
from ui.stage.alert_tile import AlertWords, alert_words
from ui.stage.band_tile import BandWords, band_words
from ui.stage.cue_tile import CueWords, cue_words
from ui.stage.feel_tile import FeelWords, feel_words
from ui.stage.form_tile import form_words, section_touched
from ui.stage.keys import Key, command_for, key_rows
from ui.stage.leader_tile import LeaderWords, leader_words
from ui.stage.levels_tile import fullness, levels_words
from ui.stage.rig_tile import RigWords, rig_words
from ui.stage.section_tile import SectionWords, section_words
from ui.stage.set_tile import SetWords, set_words
from ui.stage.tempo_tile import UNKNOWN, TempoWords, tempo_words


def state(**fields: Any) -> StageState:
    return StageState(**fields)


def playing(**fields: Any) -> StageState:
    return StageState(is_playing=True, **fields)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), LeaderWords("", "NOBODY")),
        (state(leader="band"), LeaderWords("band", "BAND")),
        (
            state(leader="drummer", last_handover="the drummer took it"),
            LeaderWords("drummer", "DRUMMER", "the drummer took it"),
        ),
        (state(leader="conductor"), LeaderWords("conductor", "CONDUCTOR")),
        (state(leader="shared", drummer_share=0.6), LeaderWords("shared", "SHARED 60%")),
        (state(leader="drummer", takes_over="conductor"), LeaderWords("drummer", "DRUMMER", coming="conductor")),
    ],
)
def test_the_leader_is_named(now: StageState, words: LeaderWords) -> None:
    assert leader_words(now) == words


def test_without_an_engine_nobody_leads() -> None:
    assert leader_words(state(leader="drummer"), is_engine_there=False) == LeaderWords("", "NO ENGINE")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), TempoWords(UNKNOWN)),
        (state(bpm=0.0, chart_bpm=330.0), TempoWords(UNKNOWN, "written 330")),
        (state(bpm=329.6, chart_bpm=330.0), TempoWords("330", "written 330")),
        (state(bpm=40.2), TempoWords("40")),
        (playing(bpm=13.0, is_holding=True), TempoWords("HOLD")),
        (playing(bpm=340.0, limit="no faster than 340"), TempoWords("340", "", "no faster than 340")),
    ],
)
def test_the_tempo_is_a_whole_number_or_held_or_not_known(now: StageState, words: TempoWords) -> None:
    assert tempo_words(now) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (playing(asynchrony_ms=None), FeelWords()),
        (playing(asynchrony_ms=20.0, is_holding=True), FeelWords()),
        (state(asynchrony_ms=20.0), FeelWords()),  # the band is silent: nothing to be early against
        (playing(asynchrony_ms=0.0), FeelWords("in the pocket", "0 ms", 0.0)),
        (playing(asynchrony_ms=-7.9), FeelWords("in the pocket", "8 ms", -0.13)),
        (playing(asynchrony_ms=12.0), FeelWords("rushing", "12 ms", 0.2)),
        (playing(asynchrony_ms=-30.0), FeelWords("dragging", "30 ms", -0.5)),
        (playing(asynchrony_ms=500.0), FeelWords("rushing", "500 ms", 1.0)),
    ],
)
def test_a_late_band_has_a_drummer_who_rushes(now: StageState, words: FeelWords) -> None:
    assert feel_words(now) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), SectionWords(is_now=False)),
        (state(next_section="intro"), SectionWords("intro", "comes first", is_now=False)),
        (
            playing(section="head", next_section="solo", bar_in_section=2, bars_in_section=8),
            SectionWords("head", "bar 2 of 8", "next  solo", 0.25),
        ),
        (playing(section="head", bar_in_section=0, bars_in_section=8), SectionWords("head", "before bar 1", "last section")),
        (
            playing(section="solo", next_section="out", bar_in_section=11, bars_in_section=8, is_vamping=True),
            SectionWords("solo", "vamp, bar 3 of 8", "next  out", 0.375),
        ),
        (
            playing(section="head", next_section="solo", bar_in_section=2, bars_in_section=8, round=2, rounds=3),
            SectionWords("head", "bar 2 of 8, time 2 of 3", "next  solo", 0.25),
        ),
    ],
)
def test_a_section_says_how_far_it_has_come(now: StageState, words: SectionWords) -> None:
    assert section_words(now) == words


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        (None, CueWords("solo")),
        (11.2, CueWords("solo", "12", "bars")),
        (4.3, CueWords("solo", "5", "bars")),
        (4.0, CueWords("solo", "4", "bars", is_near=True)),
        (1.01, CueWords("solo", "2", "bars", is_near=True)),
        (1.0, CueWords("solo", "1", "bar", is_near=True)),
        (0.25, CueWords("solo", "1", "bar", is_near=True)),
        (0.0, CueWords("solo", "now", "", is_near=True)),
    ],
)
def test_bars_are_counted_down_and_a_near_cue_is_big(bars: float | None, words: CueWords) -> None:
    assert cue_words(playing(next_cue="solo", bars_to_next_cue=bars)) == words


def test_no_cue_is_near_before_the_band_plays() -> None:
    assert cue_words(state(next_cue="band in", bars_to_next_cue=1.0)) == CueWords("band in", "1", "bar")
    assert cue_words(playing(now="brass in")) == CueWords(now="brass in")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), BandWords("ready")),
        (state(is_listening=True), BandWords("listening")),
        (state(is_counting=True), BandWords("counting in")),
        (state(is_listening=True, bpm=120.0, beat_in_bar=2), BandWords("listening to you", "band in: B")),
        (state(is_listening=True, bpm=120.0, beat_in_bar=2, queued="band in"), BandWords("listening to you", "then band in")),
        (playing(), BandWords("playing", "", True)),
        (playing(is_vamping=True, queued="to finale"), BandWords("vamping", "then to finale", True, True)),
        (playing(is_vamping=True, is_holding=True), BandWords("holding", "", True, True)),
    ],
)
def test_the_band_does_one_thing_at_a_time(now: StageState, words: BandWords) -> None:
    assert band_words(now) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), SetWords()),
        (
            state(song_title="Caravan", song_number=1, song_count=2, setlist=("Caravan", "Lantern")),
            SetWords("Caravan", "1 of 2", "then Lantern"),
        ),
        (
            playing(song_title="Lantern", song_number=2, song_count=2, setlist=("Caravan", "Lantern"), bar=30, bars=60),
            SetWords("Lantern", "2 of 2", "last of the set"),
        ),
        (state(song_title="Alone", song_number=1, song_count=1), SetWords("Alone", "", "last of the set")),
    ],
)
def test_the_set_says_which_song_and_which_follows(now: StageState, words: SetWords) -> None:
    assert set_words(now) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (state(), RigWords()),
        (state(effects="on", preset="big-room", device="UMC404"), RigWords("big-room", "UMC404")),
        (state(effects="on", device="UMC404", click_on=True), RigWords("effects on", "click on  ·  UMC404")),
        (state(effects="on", click_on=True, click_hushed=True), RigWords("effects on", "click on, not for you")),
        (state(effects="dry", preset="big-room"), RigWords("big-room: effects off for now, the kit is dry", "", False)),
        (
            state(effects="restarting", preset="big-room"),
            RigWords("big-room: effects coming back, the kit is dry", "", False),
        ),
        (state(effects="on", preset="a", coming="then b at the bar"), RigWords("a, then b at the bar")),
        (state(coming="b comes with the song"), RigWords("no effects, b comes with the song")),
        (state(effects="on", preset="a", blocks_late=1), RigWords("a", "1 drop-out")),
        (state(effects="on", preset="a", blocks_late=12), RigWords("a", "12 drop-outs")),
    ],
)
def test_the_rig_says_in_a_musicians_words_how_it_is(now: StageState, words: RigWords) -> None:
    assert rig_words(now) == words


@pytest.mark.parametrize(
    ("now", "gone", "answer", "news", "words"),
    [
        (state(), "", "", "", AlertWords()),
        (state(), "", "", "output 1: click", AlertWords("output 1: click")),
        (state(alerts=("slow disk",)), "", "", "output 1: click", AlertWords("slow disk", True)),
        (state(alerts=("new", "old", "older")), "", "", "", AlertWords("new  (and 2 more)", True)),
        (state(alerts=("slow disk",)), "", "no such song", "output 1: click", AlertWords("no such song")),
        (state(alerts=("slow disk",)), "The engine is gone", "no such song", "", AlertWords("The engine is gone", True)),
    ],
)
def test_who_has_asked_is_answered_and_else_the_worst_is_said_first(
    now: StageState, gone: str, answer: str, news: str, words: AlertWords
) -> None:
    assert alert_words(now, gone, answer, news) == words


@pytest.mark.parametrize(("level_db", "full"), [(-120.0, 0.0), (-48.0, 0.0), (-24.0, 0.5), (0.0, 1.0), (6.0, 1.0)])
def test_a_meter_is_linear_in_db(level_db: float, full: float) -> None:
    assert fullness(level_db) == full


def test_a_level_about_to_clip_is_hot() -> None:
    assert [is_hot for _, _, is_hot in levels_words(state(input_db=-0.5, drums_db=-1.5)).meters] == [True, False, False]


@pytest.mark.parametrize(
    ("key", "now", "asked"),
    [
        (Key.Key_Space, state(), ("start", "")),
        (Key.Key_Space, playing(), ("stop", "")),
        (Key.Key_Space, state(is_listening=True), ("start", "")),
        (Key.Key_Space, state(is_counting=True), ("stop", "")),
        (Key.Key_K, state(), ("click", "on")),
        (Key.Key_K, state(click_on=True), ("click", "off")),
        (Key.Key_Enter, state(), ("tap", "")),
        (Key.Key_Z, state(), None),
    ],
)
def test_a_key_asks_for_what_makes_sense_now(key: Key, now: StageState, asked: tuple[str, str] | None) -> None:
    assert command_for(key, now) == asked


def test_a_key_no_table_knows_asks_for_nothing() -> None:
    assert command_for(0x7FFFFFFF, state()) is None


def test_the_overlay_shows_the_keys_of_the_show_among_its_own() -> None:
    rows = key_rows({"PgDown": "next", "T": "band-in", "Left": "previous-song"})
    assert [row for row in rows if row[0] in ("T", "PgDown", "←", "F11")] == [
        ("T", "band in"),
        ("←", "previous song"),
        ("PgDown", "next"),
        ("F11", "full screen"),
    ]


def test_the_form_shows_every_section_and_where_the_band_is_and_goes() -> None:
    form = (
        FormPart(name="head", first_bar=1, length_bars=8),
        FormPart(name="solo", first_bar=9, length_bars=8, is_vamp=True),
        FormPart(name="hit", first_bar=17, length_bars=1),
    )
    now = playing(form=form, section="solo", bar_in_section=4, bars_in_section=8, queued="to hit")
    words = form_words(now)
    assert [name for name, _, _ in words.parts] == ["head", "↻ solo", "hit"]
    assert (words.now, words.asked) == (1, 2)
    _, left, right = words.parts[1]
    assert words.place == pytest.approx((left + right) / 2, abs=0.001)
    assert words.parts[-1][2] == pytest.approx(1)
    assert words.parts[2][2] - words.parts[2][1] > 0.15  # one bar, and yet to be seen and hit
    assert [section_touched(words, now, across) for across in (0.1, 0.6, 0.99, 1.5)] == ["head", "solo", "hit", ""]


def test_without_a_song_there_is_no_form() -> None:
    assert form_words(state()).parts == ()
