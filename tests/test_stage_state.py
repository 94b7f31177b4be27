"""What the stage is told, in its own words."""

import math
from typing import Any

import numpy as np
import pytest

from cython_core.authority import Leader, Reason
from cython_core.exchange import NoticeKind
from cython_core.transport import State, Turn
from live_rig.show.beat_map import BeatMap
from live_rig.show.cue import Cue
from live_rig.show.meter import MeterChange
from live_rig.stage_state import (
    cue_now,
    last_handover,
    leader,
    level_db,
    limit,
    queued,
    song_fields,
    tempo_fields,
)
from tests.playing import song

TUNE = song(120, "head:4 solo:2~ hit:2!").model_copy(update={"cues": (Cue(bar=3, say="watch me"), Cue(bar=5, say="solo"))})
COUNTS = {"state": State.COUNTING}


def now(**fields: Any) -> dict[str, Any]:
    """A snapshot of a band that plays, but for what is said."""
    drummer = {"drummer_found": 1, "confidence": 0.8, "drummer_bpm": 133.0, "drummer_bar_beat": 2.25}
    band = {"state": State.PLAYING, "leader": Leader.DRUMMER, "bpm": 121.0, "song_beat": 9.5}
    waits = {
        "queued": Turn.NO_TURN,
        "queued_beat": 0.0,
        "queued_at": 0.0,
        "is_released": 0,
        "is_to_be_held": 0,
        "start_beat": 0.0,
    }
    return band | waits | {"section": 0, "rounds": 0, "is_vamping": False} | drummer | fields


@pytest.mark.parametrize(
    ("state", "found", "has_it"),
    [
        (State.PLAYING, 1, "conductor"),
        (State.COUNTING, 0, "conductor"),
        (State.LISTENING, 1, "drummer"),
        (State.LISTENING, 0, ""),
        (State.SILENT, 1, ""),
        (State.ENDED, 1, ""),
    ],
)
def test_a_drummer_alone_has_the_tempo_and_in_silence_nobody_has(state: State, found: int, has_it: str) -> None:
    assert leader(now(state=state, drummer_found=found, leader=Leader.CONDUCTOR)) == has_it


def test_the_tempo_is_the_bands_while_it_plays_and_else_the_drummers() -> None:
    assert tempo_fields(now())["bpm"] == 121.0
    assert tempo_fields(now(state=State.LISTENING)) == {"bpm": 133.0, "beat_in_bar": 3, "phase": 0.25}
    assert tempo_fields(now(state=State.LISTENING, confidence=0.1))["bpm"] == 0.0


@pytest.mark.parametrize(
    ("song_beat", "place"),
    [(0.0, (1, 0.0)), (3.5, (1, 3.5)), (4.0, (2, 0.0)), (31.0, (8, 3.0)), (33.0, (9, 1.0)), (-1.0, (0, 3.0))],
)
def test_bars_are_counted_from_one_and_beyond_the_song_too(song_beat: float, place: tuple[int, float]) -> None:
    bar, in_bar = TUNE.bar_and_beat(song_beat)
    assert (bar, in_bar) == (place[0], pytest.approx(place[1]))


def test_the_place_in_the_song_is_said_with_what_comes_next() -> None:
    said = song_fields(TUNE, now())
    assert (said["section"], said["next_section"], said["bar"], said["bar_in_section"]) == ("head", "solo", 3, 3)
    assert (said["beat_in_bar"], said["phase"]) == (2, pytest.approx(0.5))
    assert (said["now"], said["next_cue"], said["bars_to_next_cue"]) == ("watch me", "solo", pytest.approx(6.5 / 4))


def test_before_the_song_it_says_what_it_begins_with() -> None:
    said = song_fields(TUNE, now(state=State.LISTENING))
    assert (said["next_section"], said["next_cue"]) == ("head", "watch me")
    assert "bar" not in said


def test_in_silence_it_says_where_the_band_will_come_in() -> None:
    said = song_fields(TUNE, now(state=State.LISTENING, start_beat=16.0))
    assert (said["next_section"], said["next_cue"], said["queued"]) == ("solo", "solo", "start at solo")
    assert song_fields(TUNE, now(state=State.SILENT, start_beat=20.0))["queued"] == "start at solo, bar 6"
    assert song_fields(TUNE, now(state=State.SILENT))["queued"] == ""


@pytest.mark.parametrize(("song_beat", "beat"), [(9.0, 1), (12.5, 4), (15.9, 7)])
def test_a_count_is_shown_in_the_meter_that_it_leads_to(song_beat: float, beat: int) -> None:
    counts = [*(1, 2, 3, 4) * 4, *range(1, 8), *range(1, 8)]
    changes = {"meters": (MeterChange(bar=5, meter="7/4"),), "beat_map": BeatMap.of(np.arange(30) / 2, counts)}
    said = song_fields(
        song(120, "head:4 odd:2").model_copy(update=changes), now(**COUNTS, song_beat=song_beat, start_beat=16.0)
    )
    assert (said["bar"], said["beats_per_bar"], said["beat_in_bar"]) == (4, 7, beat)


@pytest.mark.parametrize(
    ("turn", "to", "words"),
    [
        (Turn.JUMP, 16.0, "to solo"),
        (Turn.JUMP, 4.0, "to head, bar 2"),
        (Turn.CUT, 0.0, "cut-off"),
        (Turn.LAST, 0.0, "last hit"),
        (Turn.NO_TURN, 0.0, ""),
    ],
)
def test_what_waits_for_its_bar_line_is_said(turn: Turn, to: float, words: str) -> None:
    assert queued(TUNE, now(queued=turn, queued_beat=to)) == words


def test_the_newest_handover_is_told_with_its_bar_and_its_reason() -> None:
    def handed(who: Leader, why: Reason, beat: float) -> dict[str, Any]:
        return {"kind": NoticeKind.HANDOVER, "who": who, "why": why, "beat": beat}

    assert last_handover(handed(Leader.DRUMMER, Reason.INSISTED, 9.0), TUNE) == "the drummer took it at bar 3: kept pushing"
    assert last_handover(None, TUNE) == ""


@pytest.mark.parametrize(("peak", "said_db"), [(1.0, 0.0), (0.1, -20.0), (0.0, -120.0)])
def test_levels_are_said_in_db(peak: float, said_db: float) -> None:
    assert level_db(peak) == pytest.approx(said_db)


def test_a_cue_that_lasts_is_counted_and_then_goes() -> None:
    cue = Cue(bar=3, say="Trumpets", for_bars=12)
    assert [cue_now(cue, bar) for bar in (3, 6, 14, 15)] == ["Trumpets  1 of 12", "Trumpets  4 of 12", "Trumpets  12 of 12", ""]


def test_who_is_meant_by_a_cue_is_said_with_it() -> None:
    assert cue_now(Cue(bar=3, say="backgrounds", to="saxes"), 3) == "saxes: backgrounds"
    cues = (Cue(bar=1, say="brushes"), Cue(bar=3, say="backgrounds", to="saxes", for_bars=8))
    said = song_fields(TUNE.model_copy(update={"cues": cues}), now(song_beat=1.0))
    assert (said["now"], said["next_cue"]) == ("brushes", "saxes: backgrounds")


def test_a_vamp_that_was_released_is_said_to_be_the_last_time() -> None:
    assert song_fields(TUNE, now(song_beat=17.0, is_vamping=False))["queued"] == "last time"
    assert song_fields(TUNE, now(song_beat=17.0, is_vamping=True))["queued"] == ""


def test_a_limit_of_tempo_and_a_beat_found_again_are_said() -> None:
    assert limit(now(tempo_limit=1, limit_bpm=340.0)) == "no faster than 340"
    assert limit(now(tempo_limit=0, limit_bpm=0.0)) == ""
    back = {"kind": NoticeKind.BACK_ON_BEAT, "who": Leader.DRUMMER, "why": Reason.ASKED, "beat": 9.0}
    assert last_handover(back, TUNE) == "back on the beat at bar 3"


@pytest.mark.parametrize(
    ("waits", "said", "in_beats"),
    [
        ({}, "", None),
        ({"queued": Turn.JUMP, "queued_beat": 16.0, "queued_at": 12.0}, "to solo", 2.5),
        ({"queued": Turn.CUT, "queued_at": 10.0}, "cut-off", 0.5),
        ({"queued": Turn.LAST, "queued_at": math.inf}, "last hit", None),
        ({"is_released": 1, "song_beat": 20.0, "section": 1}, "last time", 4.0),
        ({"is_to_be_held": 1}, "hold", 2.5),
    ],
)
def test_what_waits_is_seen_with_the_beats_until_it_happens(waits: dict[str, Any], said: str, in_beats: float | None) -> None:
    fields = song_fields(TUNE, now(**waits))
    assert fields["queued"] == said
    assert fields["queued_in_beats"] == pytest.approx(math.nan if in_beats is None else in_beats, nan_ok=True)
