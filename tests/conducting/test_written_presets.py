"""The presets a song is written with, each on its bar line: on the way, after jumps, round vamps, beside the drummer's own."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cython_core.transport import State, Turn
from live_rig.conducting.written_presets import WrittenPresets, bar_after, preset_at, presets_of, section_after
from live_rig.show.cue import Cue
from live_rig.show.song import Song
from tests.playing import song

BPM = 120


def written(form: str, *, whole: str | None = None, cues: tuple[Cue, ...] = (), folder: Path = Path(), **presets: str) -> Song:
    """A song whose sections bring these presets."""
    tune = song(BPM, form, folder=folder)
    sections = tuple(part.model_copy(update={"preset": presets.get(part.name)}) for part in tune.sections)
    return tune.model_copy(update={"preset": whole, "sections": sections, "cues": cues})


TUNE = written(
    "intro:4 head:4 solo:4~ out:4", whole="dry-room", head="brushes", out="arena", cues=(Cue(bar=7, say="x", preset="dub"),)
)


def test_the_newest_section_or_cue_that_names_one_holds() -> None:
    names = [preset_at(TUNE, bar) for bar in range(1, 17)]
    assert names == ["dry-room"] * 4 + ["brushes"] * 2 + ["dub"] * 6 + ["arena"] * 4
    assert presets_of(TUNE) == ["dry-room", "brushes", "dub", "arena"]


def test_before_the_first_that_is_named_there_is_none() -> None:
    assert preset_at(written("a:2 b:2", b="dub"), 2) == ""
    assert preset_at(song(BPM), 1) == ""


def at(bar: int, **more: object) -> dict[str, object]:
    """A snapshot in the middle of a bar."""
    still = {
        "bpm": float(BPM),
        "queued": 0,
        "queued_at": np.inf,
        "queued_beat": 0.0,
        "is_vamping": 0,
        "is_released": 0,
        "rounds": 0,
    }
    return still | {"state": State.PLAYING, "song_beat": (bar - 1) * 4 + 2.0} | more


def test_the_bar_that_comes_is_the_next_or_where_it_goes_round_or_jumps() -> None:
    assert bar_after(TUNE, at(3)) == 4
    assert bar_after(TUNE, at(12, is_vamping=1)) == 9
    assert bar_after(TUNE, at(12, is_vamping=1, is_released=1)) == 13
    assert bar_after(TUNE, at(11, is_vamping=1)) == 12
    assert bar_after(TUNE, at(3, queued=Turn.JUMP, queued_at=12.0, queued_beat=48.0)) == 13
    assert bar_after(TUNE, at(3, queued=Turn.JUMP, queued_at=16.0, queued_beat=48.0)) == 4
    assert [section_after(TUNE, at(bar, is_vamping=bar == 12)) for bar in (3, 4, 12)] == ["intro", "head", "solo"]


def test_one_that_the_drummer_calls_holds_until_the_next_is_due() -> None:
    calls: list[str] = []
    presets = WrittenPresets(calls.append)
    presets.begin(TUNE, "his-own")
    for bar in range(1, 9):  # he may call what he likes meanwhile: nothing is called again
        presets.follow(TUNE, at(bar))
        presets.follow(TUNE, at(bar))
    assert calls == ["dry-room", "brushes at bar", "dub at bar"]


def test_one_that_was_called_for_the_line_is_called_off_when_the_band_goes_elsewhere() -> None:
    calls: list[str] = []
    presets = WrittenPresets(calls.append)
    presets.begin(TUNE, "")
    presets.follow(TUNE, at(4))  # brushes are due
    presets.follow(TUNE, at(4, queued=Turn.JUMP, queued_at=16.0, queued_beat=0.0))  # and he goes back to the top
    assert calls == ["dry-room", "brushes at bar", "dry-room"]


@given(st.lists(st.tuples(st.integers(1, 16), st.booleans())))
def test_wherever_the_band_goes_what_was_called_last_is_what_is_written_there_or_next(places: list[tuple[int, bool]]) -> None:
    calls: list[str] = []
    presets = WrittenPresets(calls.append)
    presets.begin(TUNE, "")
    for bar, is_vamping in places:
        now = at(bar, is_vamping=is_vamping)
        presets.follow(TUNE, now)
        assert calls[-1].removesuffix(" at bar") in (preset_at(TUNE, bar), preset_at(TUNE, bar_after(TUNE, now)))
    assert all(one != other for one, other in pairwise(calls))


def test_a_song_that_names_none_leaves_the_sound_alone() -> None:
    calls: list[str] = []
    presets = WrittenPresets(calls.append)
    presets.begin(song(BPM), "dub")
    presets.follow(song(BPM), at(1))
    assert calls == []
