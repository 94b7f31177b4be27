"""What the guide says, and when: counts that lead to cues, words for commands, a chime where there is no voice."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.drums import Drums
from cython_core.mix import GUIDE
from live_rig.audio.sounds import COMMAND_WORDS
from live_rig.audio.voice import BUNDLED, Voice, file_name
from live_rig.conducting.calls import said_in
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import events_of
from live_rig.instrument import Instrument
from live_rig.show.beat_map import BeatMap
from live_rig.show.cue import Cue
from live_rig.show.file_names import why_unfit
from live_rig.show.meter import MeterChange
from live_rig.show.song import Song
from live_rig.wiring import each_bus_apart
from tests.playing import BLOCK, RATE_HZ, song

AHEAD_S = 0.044  # of a song that is started at 0 s
CUED = song(120, "head:2 solo:2~ out:4").model_copy(update={"cues": (Cue(bar=3, say="vamp"), Cue(bar=5, say="out"))})
HEIGHTS = {"2": 0.2, "3": 0.3, "vamp": 0.4, "out": 0.5, "last time": 0.6}


class Heights(Voice):
    """Every text is one sample of its own height."""

    def says(self, text: str, samplerate_hz: float) -> npt.NDArray[np.float32] | None:  # noqa: ARG002
        return np.full(1, HEIGHTS[text], np.float32) if text in HEIGHTS else None


def guide(tune: Song, voice: Voice, says: dict[float, str], length_s: float) -> npt.NDArray[np.float32]:
    """What the guide's bus carries."""
    wiring = each_bus_apart(1)
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wiring, BLOCK, voice=voice)
    instrument.load(chart_of(tune, RATE_HZ, None, voice=voice))
    for time_s, words in says.items():
        instrument.send(events_of(words, "", tune), round(time_s * RATE_HZ))
    silence, blocks = np.zeros((1, BLOCK), np.float32), []
    for _ in range(round(length_s * RATE_HZ / BLOCK)):
        block = np.empty((instrument.outputs, BLOCK), np.float32)
        instrument.rig.step(silence, block)
        blocks.append(block)
    (output,) = np.flatnonzero(wiring.route[:, GUIDE])
    return np.concatenate(blocks, axis=1)[output]


def said(heard: npt.NDArray[np.float32]) -> list[tuple[float, str]]:
    """(time in s, text) of all that was said."""
    texts = {round(height, 2): text for text, height in HEIGHTS.items()}
    return [(at / RATE_HZ, texts[round(float(heard[at]), 2)]) for at in np.flatnonzero(heard)]


def test_the_bar_before_a_cue_counts_up_to_it() -> None:
    said = [(each.beat, each.text) for each in said_in(CUED)]
    assert said == [(5, "2"), (6, "3"), (7, "vamp"), (13, "2"), (14, "3"), (15, "out")]


def test_where_beats_are_too_short_to_speak_on_bars_are_counted() -> None:
    fast = song(330, "head:8 solo:8").model_copy(update={"cues": (Cue(bar=9, say="solo"),)})
    assert [(each.beat, each.text) for each in said_in(fast)] == [(20, "2"), (24, "3"), (28, "solo")]


def test_in_three_the_count_is_three() -> None:
    waltz = song(120, "head:8", beats_per_bar=3).model_copy(update={"cues": (Cue(bar=4, say="out"),)})
    assert [(each.beat, each.text) for each in said_in(waltz)] == [(7, "2"), (8, "out")]


def test_in_eighths_that_are_too_short_to_speak_on_bars_are_counted() -> None:
    """Two bars of 4/4 at 120, then 7/8."""
    counts = [*(1, 2, 3, 4) * 2, *range(1, 8), *range(1, 8), *range(1, 8)]
    lengths_s = [0.5] * 8 + [0.25] * 21
    odd = song(120, "head:5").model_copy(
        update={
            "meters": (MeterChange(bar=3, meter="7/8"),),
            "beat_map": BeatMap.of(np.cumsum(lengths_s), counts),
            "cues": (Cue(bar=3, say="seven"), Cue(bar=5, say="out")),
        }
    )
    assert [(each.beat, each.text) for each in said_in(odd)] == [(5, "2"), (6, "3"), (7, "seven"), (15, "out")]


def test_no_count_goes_back_over_the_cue_before_and_the_first_bar_has_none() -> None:
    fast = song(330, "head:8").model_copy(update={"cues": (Cue(bar=1, say="go"), Cue(bar=3, say="stop"))})
    assert [(each.beat, each.text) for each in said_in(fast)] == [(0, "go"), (4, "stop")]


def test_a_vamps_way_out_is_not_called_before_it_is_taken() -> None:
    heard = said(guide(CUED, Heights(), {0.0: "start", 10.0: "next"}, 13.0))
    assert [text for _, text in heard] == ["2", "3", "vamp", "last time", "2", "3", "out"]
    assert heard[2][0] == pytest.approx(AHEAD_S + 3.5, abs=0.01)
    assert heard[-1][0] == pytest.approx(AHEAD_S + 11.5, abs=0.01)


def test_a_count_falls_on_its_beats_to_the_sample() -> None:
    heard = said(guide(CUED, Heights(), {0.0: "start"}, 5.0))
    two, three, vamp = (time_s for time_s, _ in heard)
    assert three - two == pytest.approx(0.5, abs=1.5 / RATE_HZ)
    assert vamp - three == pytest.approx(0.5, abs=1.5 / RATE_HZ)


def test_a_cue_that_nobody_has_spoken_chimes_on_its_own_beat_without_a_count() -> None:
    heard = guide(CUED, Voice(()), {0.0: "start"}, 5.0)
    assert np.flatnonzero(np.abs(heard) > 0.01)[0] / RATE_HZ == pytest.approx(AHEAD_S + 4.0, abs=0.01)


@pytest.mark.parametrize("command", ["vamp", "hold", "cut-off", "finale"])
def test_what_is_asked_for_is_said_at_once(command: str) -> None:
    heard = guide(song(120), Voice(), {0.0: "start", 1.0: command}, 1.5)
    assert not heard[: RATE_HZ - BLOCK].any()
    assert np.abs(heard[RATE_HZ : RATE_HZ + 7200]).max() > 0.1


def test_words_shown_by_the_conductor_chime() -> None:
    heard = guide(song(120), Voice(()), {0.0: "start", 1.0: "say"}, 1.5)
    assert np.abs(heard[RATE_HZ : RATE_HZ + 7200]).max() > 0.1


@pytest.mark.parametrize("text", [*COMMAND_WORDS, "2", "16", "Verse", "CHORUS", "solo", "band in"])
def test_what_guides_say_most_ships_with_the_rig(text: str) -> None:
    sound = Voice().says(text, RATE_HZ)
    assert sound is not None
    assert 0.15 < len(sound) / RATE_HZ < 1.5
    assert 0.5 < np.abs(sound).max() < 0.9


def test_the_shows_own_word_comes_before_the_rigs(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / file_name("solo")).write_bytes((BUNDLED / file_name("verse")).read_bytes())
    own, verse = Voice.of_show(tmp_path).says("solo", RATE_HZ), Voice().says("verse", RATE_HZ)
    assert own is not None
    assert verse is not None
    np.testing.assert_array_equal(own, verse)


@pytest.mark.parametrize("text", ["漢" * 200, "漢" * 199 + "字", "é" * 200, "Aux", "com1"])
def test_any_text_can_lie_in_a_file_of_its_own_on_any_system(tmp_path: Path, text: str) -> None:
    assert why_unfit(file_name(text)) is None
    assert Voice((tmp_path,)).says(text, RATE_HZ) is None
    (tmp_path / file_name(text)).write_bytes((BUNDLED / file_name("solo")).read_bytes())
    assert Voice((tmp_path,)).says(text, RATE_HZ) is not None
    assert Voice((tmp_path,)).says(text[:-1], RATE_HZ) is None


def test_a_word_that_is_no_sound_is_not_said(tmp_path: Path) -> None:
    (tmp_path / file_name("solo")).write_bytes(b"no sound at all")
    assert Voice((tmp_path,)).says("solo", RATE_HZ) is None
