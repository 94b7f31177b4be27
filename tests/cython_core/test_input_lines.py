"""Several microphones and pads: one list of strokes, in which a broken line does no harm and the band is no drum."""

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.drum_notes import note_onset
from cython_core.drums import Drums
from cython_core.input_lines import Lines
from cython_core.onsets import ONSET, Look, Onsets
from live_rig.conducting.chart import chart_of
from live_rig.instrument import Instrument
from live_rig.wiring import wired
from tests.cython_core.test_onsets import drums, snare_at
from tests.playing import song

RATE_HZ = 48_000
KIT = ("kick", "snare", "hat", "overhead")
Sound = npt.NDArray[np.float64]


def four_lines(length_s: float, crosstalk: float = 0.15) -> Sound:
    """Kick on 1 and 3, snare on 2 and 4, eighths on the hat, at 120 bpm, (4, frames); close lines hear the others softly."""
    frames = int(length_s * RATE_HZ)
    own = np.zeros((3, frames + RATE_HZ))
    since_s = np.arange(RATE_HZ // 3) / RATE_HZ
    kick = np.sin(2 * np.pi * (50 * since_s + 1 - np.exp(-since_s / 0.02))) * np.exp(-since_s / 0.09)
    kick += 0.2 * np.sin(2 * np.pi * 2500 * since_s) * np.exp(-since_s / 0.002)
    hat = 0.15 * np.diff(np.random.default_rng(2).standard_normal(len(since_s) + 1)) * np.exp(-since_s / 0.03)
    fade = np.minimum(1, np.arange(len(since_s))[::-1] / 4000)
    snare = snare_at(0, len(since_s) / RATE_HZ, RATE_HZ) * fade
    for eighth in range(int(length_s * 4) - 2):
        at = int((0.5 + eighth * 0.25) * RATE_HZ)
        for row, voice, is_struck in ((0, kick, eighth % 4 == 0), (1, snare, eighth % 4 == 2), (2, hat, True)):
            if is_struck:
                own[row, at : at + len(voice)] += voice[: len(since_s)]
    all_ = own.sum(axis=0)
    return np.vstack([own + crosstalk * (all_ - own), 0.7 * all_])[:, :frames] + 1e-4 * np.random.default_rng(
        1
    ).standard_normal((4, frames))


def at_once(told: np.ndarray) -> np.ndarray:
    """Without the second looks."""
    return told[told["look"] != Look.SECOND]


def kinds_right(told: np.ndarray) -> float:
    """Share of the strokes that are told as what was struck there, from the third second on."""
    eighths = (told["frame"] / RATE_HZ - 0.5) / 0.25
    settled = told[eighths > 10]
    at = np.round(eighths[eighths > 10]).astype(int)
    right = ((settled["kick"] > 0.5) == (at % 4 == 0)) & ((settled["snare"] > 0.5) == (at % 4 == 2)) & (settled["cymbal"] > 0.5)
    return float(np.mean(right))


def test_one_line_is_told_to_the_bit_as_by_its_finder() -> None:
    sound = drums(6, RATE_HZ)
    alone, as_line = Onsets(RATE_HZ).feed(sound), Lines(RATE_HZ).feed(sound[None])
    assert len(alone) > 15
    np.testing.assert_array_equal(as_line, alone)


def test_separate_lines_tell_each_stroke_once_and_as_what_it_is() -> None:
    told = at_once(Lines(RATE_HZ, KIT).feed(four_lines(10)))
    assert len(told) == 38
    assert kinds_right(told) > 0.95
    assert np.abs((told["frame"] / RATE_HZ + 0.125) % 0.25 - 0.125).max() < 0.004
    assert (told["told_frame"] - told["frame"]).max() / RATE_HZ < 0.023


def test_without_an_overhead_the_hats_are_heard_in_the_other_microphones() -> None:
    told = Lines(RATE_HZ, KIT[:2]).feed(four_lines(8)[:2])
    eighths = (told["frame"] / RATE_HZ - 0.5) / 0.25
    alone = told[(eighths > 10) & (np.round(eighths).astype(int) % 2 == 1) & (told["look"] == Look.SECOND)]
    assert len(alone) > 8
    assert np.median(alone["cymbal"]) > 0.9


@pytest.mark.parametrize("look", [Look.FIRST, Look.SECOND])
def test_what_a_close_microphone_hears_of_other_drums_is_not_taken_for_its_own(look: Look) -> None:
    told = Lines(RATE_HZ, KIT).feed(four_lines(20))
    told = told[(told["look"] == look) & (told["frame"] > 4 * RATE_HZ)]
    eighth = np.round((told["frame"] / RATE_HZ - 0.5) / 0.25).astype(int) % 4
    for drum, struck_at in (("kick", 0), ("snare", 2)):
        said = told[drum] > 0.5
        assert said.sum() >= 14
        assert np.mean(eighth[said] == struck_at) > 0.95, drum


def test_a_tom_that_nobody_strikes_is_not_heard_in_its_microphone() -> None:
    sound = four_lines(20)
    bleed = 0.1 * sound[3] + 1e-4 * np.random.default_rng(6).standard_normal(sound.shape[1])
    told = Lines(RATE_HZ, (*KIT, "tom")).feed(np.vstack([sound, bleed]))
    told = told[told["frame"] > 4 * RATE_HZ]
    eighth = np.round((told["frame"] / RATE_HZ - 0.5) / 0.25).astype(int) % 4
    assert np.mean(eighth[told["snare"] > 0.5] == 2) > 0.9


def test_how_the_sound_is_cut_makes_no_difference() -> None:
    sound = four_lines(4)
    whole, in_parts = Lines(RATE_HZ, KIT).feed(sound), Lines(RATE_HZ, KIT)
    parts = [in_parts.feed(part) for part in np.split(sound, [160, 4096, 100_000], axis=1)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_nor_does_it_where_a_tick_is_cut() -> None:
    sound = drums(6, RATE_HZ)[None]
    whole, in_parts = Lines(RATE_HZ).feed(sound), Lines(RATE_HZ)
    told = np.concatenate([in_parts.feed(sound[:, at : at + 16]) for at in range(0, sound.shape[1], 16)])
    assert (told["told_frame"] <= whole["told_frame"]).all()  # told with the half of the tick, if it was known then
    told["told_frame"] = -(-told["told_frame"] // 32) * 32
    np.testing.assert_array_equal(told, whole)


@pytest.mark.parametrize("declared", ["kick", "snare", "overhead"])
def test_a_line_that_was_never_heard_takes_nothing_from_the_one_that_is(declared: str) -> None:
    sound = drums(20, RATE_HZ)
    alone = at_once(Lines(RATE_HZ).feed(sound[None]))
    told = at_once(Lines(RATE_HZ, ("overhead", declared)).feed(np.stack([sound, 0 * sound])))
    assert len(told) > 0.95 * len(alone)
    assert told["strength"].mean() > 0.9 * alone["strength"].mean()
    assert told["kick"].max() > 0.85 * alone["kick"].max()


def test_a_line_that_dies_while_it_is_played_takes_nothing_from_the_others_for_long() -> None:
    sound = four_lines(20)
    sound[0, 8 * RATE_HZ :] = 0  # the kick's
    lines = Lines(RATE_HZ, KIT)
    lines.feed(sound[:, : 13 * RATE_HZ])  # it has missed five strokes by then
    told = at_once(lines.feed(sound[:, 13 * RATE_HZ :]))
    assert lines.trusts()[3] > 0.8  # the overhead's
    kicks = np.round((told["frame"] / RATE_HZ - 0.5) / 0.25).astype(int) % 4 == 0
    assert np.mean(told["kick"][kicks] > 0.5) > 0.9


@pytest.mark.parametrize("dead", [0, 1, 2, 3])
def test_a_dead_line_drops_out_and_the_others_tell_on(dead: int) -> None:
    sound, ears = four_lines(20), Lines(RATE_HZ, KIT)
    sound[dead, 5 * RATE_HZ :] = 0
    told = at_once(ears.feed(sound))
    assert abs(len(told) - 78) <= 3
    late = told[told["frame"] > 12 * RATE_HZ]
    at = np.round((late["frame"] / RATE_HZ - 0.5) / 0.25).astype(int)
    assert np.mean((late["snare"] > 0.5) == (at % 4 == 2)) > 0.85
    if dead < 2:
        assert ears.trusts()[dead] < 0.2
        assert min(trust for line, trust in enumerate(ears.trusts()) if line != dead) > 0.5


def test_a_crackling_line_loses_its_word_and_gets_it_back() -> None:
    sound, chance, ears = four_lines(60), np.random.default_rng(4), Lines(RATE_HZ, KIT)
    bang = chance.standard_normal(2000) * np.exp(-np.arange(2000) / 300)
    for at in chance.integers(10 * RATE_HZ, 25 * RATE_HZ, 90):
        sound[0, at : at + 2000] += bang
    ears.feed(sound[:, : 24 * RATE_HZ])
    assert ears.trusts()[0] < 0.2
    ears.feed(sound[:, 24 * RATE_HZ :])
    assert ears.trusts()[0] > 0.8


def test_lines_without_crosstalk_and_without_an_overhead_are_trusted_too() -> None:
    ears = Lines(RATE_HZ, KIT[:2])
    told = at_once(ears.feed(four_lines(20, crosstalk=0)[:2]))
    assert len(told) == 39
    assert min(ears.trusts()) > 0.15
    assert np.mean((told["kick"] > 0.5) != (told["snare"] > 0.5)) > 0.9


@pytest.mark.parametrize("broken", [np.nan, np.inf, -1e30])
def test_no_sample_of_one_line_reaches_another(broken: float) -> None:
    sound = four_lines(8)
    sound[1, 3 * RATE_HZ : 4 * RATE_HZ] = broken
    told = at_once(Lines(RATE_HZ, KIT).feed(sound))
    assert all(np.isfinite(told[field]).all() for field in ("frame", "strength", "kick", "snare", "cymbal"))
    assert abs(len(told) - 30) <= 3


def pads(length_s: float, late_s: float, jitter_s: float = 0.0) -> np.ndarray:
    """The same groove from triggers on the drums, late and unsteady."""
    chance, found = np.random.default_rng(6), []
    for eighth in range(int(length_s * 4) - 2):
        for note in (42, *((36,) if eighth % 4 == 0 else (38,) if eighth % 4 == 2 else ())):
            onset = note_onset(note, 90, (0.5 + eighth * 0.25 + late_s + abs(chance.normal(0, jitter_s))) * RATE_HZ)
            onset["told_frame"] = np.ceil(onset["frame"])
            found.append(onset)
    return np.sort(np.concatenate(found), order="told_frame")


@pytest.mark.parametrize("late_ms", [-5, 0, 8, 20])
def test_the_delay_of_the_pads_is_learned_from_the_sound(late_ms: float) -> None:
    ears = Lines(RATE_HZ)
    told = at_once(ears.feed(drums(20, RATE_HZ)[None], notes=pads(20, late_ms / 1000, 0.001)))
    assert ears.pads_late_s * 1000 == pytest.approx(late_ms + 0.8, abs=1.5)
    late = told[told["frame"] > 10 * RATE_HZ]
    assert 38 <= len(late) <= 40
    assert np.abs((late["frame"] / RATE_HZ + 0.125) % 0.25 - 0.125).max() < 0.005
    if late_ms < 10:
        assert np.mean((late["kick"] == 1) | (late["kick"] == 0)) > 0.9


@pytest.mark.parametrize("late_ms", [4, 20])
def test_what_a_pad_tells_is_believed_at_the_second_look_however_late_it_comes(late_ms: float) -> None:
    told = Lines(RATE_HZ).feed(drums(20, RATE_HZ)[None], notes=pads(20, late_ms / 1000, 0.001))
    again = told[(told["look"] == Look.SECOND) & (told["frame"] > 10 * RATE_HZ)]
    eighth = np.round((again["frame"] / RATE_HZ - 0.5) / 0.25).astype(int)
    for field, is_struck in (("kick", eighth % 4 == 0), ("snare", eighth % 4 == 2)):
        assert np.all((again[field] == 0) | is_struck)
        assert set(eighth[is_struck]) == set(eighth[again[field] == 1])


def test_of_drums_without_a_trigger_the_microphones_tell() -> None:
    notes = pads(20, 0.004, 0.001)
    told = Lines(RATE_HZ).feed(four_lines(20)[3:], notes=notes[notes["kick"] > 0])
    again = told[(told["look"] == Look.SECOND) & (told["frame"] > 10 * RATE_HZ)]
    eighth = np.round((again["frame"] / RATE_HZ - 0.5) / 0.25).astype(int)
    assert set(eighth[again["kick"] == 1]) == set(range(eighth.min() + (-eighth.min()) % 4, eighth.max() + 1, 4))
    with_kick = (eighth % 4 == 0) & (again["kick"] == 0)
    assert np.mean(again["cymbal"][with_kick]) > 0.8


def test_pads_alone_are_told_at_once() -> None:
    notes = pads(5, 0.0)
    told = Lines(RATE_HZ).feed(np.zeros((1, 5 * RATE_HZ)), notes=notes)
    assert len(told) == len(notes)
    assert (told["told_frame"] - told["frame"]).max() <= 33


def band(length_s: float) -> Sound:
    """Bass and chords on every beat of another tempo, with attacks like strokes."""
    sound, chance = np.zeros(int(length_s * RATE_HZ) + RATE_HZ), np.random.default_rng(8)
    since_s = np.arange(RATE_HZ // 2) / RATE_HZ
    for at_s in np.arange(0.2, length_s, 60 / 97 / 2):
        hz = 55 * 2 ** (chance.integers(0, 12) / 12)
        chord = sum(np.sin(2 * np.pi * hz * part * since_s) / part for part in range(1, 40)) * np.exp(-since_s / 0.15)
        sound[int(at_s * RATE_HZ) :][: len(chord)] += 0.2 * chord
    return sound[: int(length_s * RATE_HZ)]


def believed(told: np.ndarray, *, is_played: bool) -> float:
    """How many drums are believed to have been struck after 5 s, by the drummer or when he struck none."""
    late = told[told["frame"] > 5 * RATE_HZ]
    struck = np.abs((late["frame"] / RATE_HZ + 0.125) % 0.25 - 0.125) < 0.02
    return float(sum(late[kind][struck == is_played].sum() for kind in ("kick", "snare", "cymbal")))


@pytest.mark.parametrize("way_ms", [0, 9, 60])
def test_what_the_band_explains_is_no_drum(way_ms: float) -> None:
    groove, played = drums(20, RATE_HZ), band(20)
    back = np.concatenate([np.zeros(int(way_ms / 1000 * RATE_HZ)), played])[: len(groove)]
    heard = groove + 0.4 * back * np.abs(groove).max() / np.abs(back).max()
    without = Lines(RATE_HZ).feed(heard[None])
    ears = Lines(RATE_HZ)
    known = ears.feed(heard[None], band=played, way_s=way_ms / 1000)
    assert believed(without, is_played=False) > 15
    assert believed(known, is_played=False) < 0.5 * believed(without, is_played=False)
    assert believed(known, is_played=True) > 0.85 * believed(without, is_played=True)


def test_what_others_play_into_a_drums_microphone_is_that_drum_only_where_it_sounds_like_one() -> None:
    told = Lines(RATE_HZ, KIT).feed(four_lines(20) + 0.3 * band(20))
    told = told[told["frame"] > 5 * RATE_HZ]
    struck = np.abs((told["frame"] / RATE_HZ + 0.125) % 0.25 - 0.125) < 0.02
    assert np.sum(told["snare"][struck] > 0.5) >= 28, "the snare is heard"
    assert told["snare"][~struck].sum() < 40, "and in hundreds of attacks of a guitar hardly any"


@pytest.mark.parametrize("air_ms", [3, 12, 25])
def test_how_far_the_loudspeaker_is_need_not_be_known(air_ms: float) -> None:
    groove, played = drums(20, RATE_HZ), band(20)
    back = np.concatenate([np.zeros(int((10 + air_ms) / 1000 * RATE_HZ)), played])[: len(groove)]
    heard = groove + 0.4 * back * np.abs(groove).max() / np.abs(back).max()
    known = Lines(RATE_HZ).feed(heard[None], band=played, way_s=0.010)
    assert believed(known, is_played=False) < 0.5 * believed(Lines(RATE_HZ).feed(heard[None]), is_played=False)


def in_time(length_s: float, rate: int = RATE_HZ) -> Sound:
    """A band that plays on every stroke of `drums`, and never else."""
    sound, chance = np.zeros(int((length_s + 1) * rate)), np.random.default_rng(9)
    since_s = np.arange(rate // 5) / rate
    for at_s in np.arange(0.5, length_s, 0.25):
        hz = 110 * 2 ** (chance.integers(0, 12) / 12)
        stab = sum(np.sin(2 * np.pi * hz * part * since_s) / part for part in range(1, 30)) * np.exp(-since_s / 0.04)
        sound[int(at_s * rate) :][: len(stab)] += 0.2 * stab
    return sound[: int(length_s * rate)]


def test_a_drummer_exactly_with_the_band_is_heard_as_without_it_where_it_is_not_in_the_microphone() -> None:
    groove = drums(20, RATE_HZ)
    known = Lines(RATE_HZ).feed(groove[None], band=in_time(20), way_s=0)
    np.testing.assert_array_equal(known, Lines(RATE_HZ).feed(groove[None]))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("under_db", [20, 30])
def test_a_band_far_under_the_drums_is_explained_away_in_the_one_microphone_that_has_it(rate: int, under_db: float) -> None:
    """Of the strokes that it adds to those of the drums, most; in the other one nothing is."""
    groove, played = drums(12, rate), in_time(12, rate)
    late = np.concatenate([np.zeros(int(0.009 * rate)), played])[: len(groove)]
    back = late * np.sqrt(np.mean(groove**2) / np.mean(late**2)) * 10 ** (-under_db / 20)
    close, drums_alone = Lines(rate).feed(groove[None], band=played, way_s=0), Lines(rate).feed(groove[None])
    np.testing.assert_array_equal(close, drums_alone)
    known, unknown = (len(Lines(rate).feed((groove + back)[None], band=told, way_s=0)) for told in (played, None))
    assert known - len(drums_alone) < 0.5 * (unknown - len(drums_alone))


def test_what_cannot_be_lines_is_refused() -> None:
    for drums_given in ((), ("kick",) * 9, ("cowbell",)):
        with pytest.raises(ValueError, match="line"):
            Lines(RATE_HZ, drums_given)
    with pytest.raises(ValueError, match="44100"):
        Lines(8000)
    assert Lines(RATE_HZ).feed(np.zeros((1, 0))).dtype == ONSET


def test_the_rig_hears_each_line_on_its_own_input() -> None:
    lines = four_lines(9)
    wiring = wired(4, 2).with_lines(tuple((drum, channel) for channel, drum in enumerate(KIT)))
    instrument = Instrument(Drums(RATE_HZ, 4, 512), RATE_HZ, wiring, 512)
    chart = chart_of(song(120.0), RATE_HZ, None)
    instrument.load(chart)
    heard, played = np.ascontiguousarray(lines, np.float32), np.zeros((2, 512), np.float32)
    for at in range(0, heard.shape[1] - 511, 512):
        instrument.rig.step(np.ascontiguousarray(heard[:, at : at + 512]), played)
    snapshot = instrument.exchange.snapshot()
    assert snapshot["drummer_found"]
    assert snapshot["drummer_bpm"] == pytest.approx(120, rel=0.02)
    beats = (snapshot["frame"] / RATE_HZ - 0.5) / 0.5
    assert abs((snapshot["drummer_bar_beat"] - beats + 2) % 4 - 2) < 0.1
    assert min(instrument.lines.trusts()) > 0.8


def test_a_line_on_an_input_that_is_not_there_is_refused() -> None:
    wiring = wired(1, 2).with_lines((("kick", 1),))
    with pytest.raises(ValueError, match="input 2"):
        Instrument(Drums(RATE_HZ, 1, 64), RATE_HZ, wiring, 64)


@pytest.mark.parametrize("rubbish", [np.nan, np.inf])
def test_an_input_of_no_numbers_takes_nothing_from_the_others_in_their_mix(rubbish: float) -> None:
    instrument = Instrument(Drums(RATE_HZ, 2, 64), RATE_HZ, wired(2, 2), 64)
    heard = np.full((2, 64), 0.25, np.float32)
    heard[1] = rubbish
    instrument.rig.step(heard, np.empty((2, 64), np.float32))
    assert instrument.exchange.snapshot()["input_peak"] == pytest.approx(0.25, rel=0.01)
