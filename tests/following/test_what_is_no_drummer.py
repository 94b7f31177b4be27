"""What reaches the inputs and is no drummer: the rig does not follow it, does not claim to, and is back two bars into the song.

Everything goes the way it goes on stage: sound through the onset finder, notes through their short cut, then the follower.
"""

import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr

from cython_core.beat_calls import BeatCalls
from cython_core.drum_notes import note_onset
from cython_core.follower import Follower, Pulse
from cython_core.onsets import ONSET, Onsets
from tests.cython_core.test_onsets import drums

RATE_HZ = 48_000
TICK = 32
BAD_S, GOOD_S = 12.0, 9.0
FIRST_BEAT_S = 0.5  # of `drums`, at 120 bpm
TOLD, BLIND = (118.0, 4), (None, None)
Sound = npt.NDArray[np.float64]
TIME_S = np.arange(int(BAD_S * RATE_HZ)) / RATE_HZ


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


def leaking_metronome(bpm: float = 97.0, level: float = 0.02) -> Sound:
    """A click in another tempo, as it comes out of headphones."""
    sound, since_s = 0 * TIME_S, np.arange(1000) / RATE_HZ
    click = level * np.sin(2 * np.pi * 1500 * since_s) * np.exp(-since_s / 0.008)
    for at_s in np.arange(0.3, BAD_S - 0.1, 60 / bpm):
        sound[int(at_s * RATE_HZ) :][:1000] += click
    return sound


def second_drummer() -> Sound:
    """The same groove, 13 % faster."""
    groove = drums(BAD_S * 1.2, RATE_HZ)
    return np.interp(np.arange(len(TIME_S)) * 1.13, np.arange(len(groove)), groove)


def follow_sound(sound: Sound, told: tuple[float | None, int | None]) -> list[Pulse]:
    return follow_strokes(Onsets(RATE_HZ).feed(sound.astype(np.float32)), len(sound), told)


def follow_strokes(strokes: np.ndarray, frames: int, told: tuple[float | None, int | None]) -> list[Pulse]:
    """The pulse after every tick."""
    follower = Follower(RATE_HZ, *told)
    heard = np.searchsorted(strokes["told_frame"], range(TICK, frames + 1, TICK), side="right")
    return [follower.tick(strokes[begin:end], TICK) for begin, end in pairwise([0, *heard])]


def confidence(pulses: list[Pulse], from_s: float, to_s: float) -> float:
    """On average; none before a beat is found."""
    span = pulses[int(from_s * RATE_HZ / TICK) : int(to_s * RATE_HZ / TICK)]
    return float(np.mean([pulse.confidence if pulse.found else 0.0 for pulse in span]))


def is_right(pulses: list[Pulse], first_beat_s: float, from_s: float, to_s: float) -> bool:
    """Within 17.5 % of a beat of the groove at 120 bpm, and in its tempo, all the time."""
    for at in range(int(from_s * RATE_HZ / TICK), int(to_s * RATE_HZ / TICK)):
        away = pulses[at].beat - ((at + 1) * TICK / RATE_HZ - first_beat_s) * 2
        if abs(away - round(away)) > 0.175 or abs(pulses[at].bpm / 120 - 1) > 0.1:
            return False
    return True


NO_STROKES: dict[str, Callable[[], Sound]] = {
    "a sine": lambda: 0.5 * np.sin(2 * np.pi * 440 * TIME_S),
    "hum": lambda: sum(0.1 * np.sin(2 * np.pi * 50 * part * TIME_S) / part for part in (1, 2, 3, 5, 7)),
    "direct current": lambda: np.full(len(TIME_S), 0.7),
    "no numbers": lambda: np.full(len(TIME_S), np.nan),
    "the infinite": lambda: np.full(len(TIME_S), np.inf),
    "full-scale squares": lambda: np.sign(np.sin(2 * np.pi * 100 * TIME_S)),
    "hiss": lambda: 0.3 * chance().standard_normal(len(TIME_S)),
}
STROKES: dict[str, Callable[[], Sound]] = {
    "clicks of a sample each": lambda: (chance().random(len(TIME_S)) < 20 / RATE_HZ).astype(float),
}
METRONOME_BPM = 97.0
METRONOMES: dict[str, float] = {"leaking": 0.02, "loud": 0.5}


@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
@pytest.mark.parametrize("name", NO_STROKES)
def test_what_has_no_strokes_is_not_followed_and_does_no_harm(name: str, told: tuple[float | None, int | None]) -> None:
    pulses = follow_sound(np.concatenate([NO_STROKES[name](), drums(GOOD_S, RATE_HZ)]), told)
    assert confidence(pulses, 2, BAD_S) == 0
    assert is_right(pulses, BAD_S + FIRST_BEAT_S, BAD_S + FIRST_BEAT_S + 4, BAD_S + GOOD_S)


@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
@pytest.mark.parametrize("name", STROKES)
def test_what_has_strokes_but_no_beat_of_ours_is_doubted_and_left_within_two_bars(
    name: str, told: tuple[float | None, int | None]
) -> None:
    pulses = follow_sound(np.concatenate([STROKES[name](), drums(GOOD_S, RATE_HZ)]), told)
    assert confidence(pulses, 2, BAD_S) < 0.8
    assert is_right(pulses, BAD_S + FIRST_BEAT_S, BAD_S + FIRST_BEAT_S + 4, BAD_S + GOOD_S)


@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
@pytest.mark.parametrize("name", METRONOMES)
def test_a_metronome_alone_is_doubted_or_taken_for_the_beat_that_it_is_and_left_within_two_bars(
    name: str, told: tuple[float | None, int | None]
) -> None:
    pulses = follow_sound(np.concatenate([leaking_metronome(METRONOME_BPM, METRONOMES[name]), drums(GOOD_S, RATE_HZ)]), told)
    heard_bpm = np.median([pulse.bpm for pulse in pulses[int(4 * RATE_HZ / TICK) : int(BAD_S * RATE_HZ / TICK)]])
    assert confidence(pulses, 2, BAD_S) < 0.8 or heard_bpm == pytest.approx(METRONOME_BPM, rel=0.03)
    assert is_right(pulses, BAD_S + FIRST_BEAT_S, BAD_S + FIRST_BEAT_S + 4, BAD_S + GOOD_S)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng, which does the talking, is not installed")
@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
def test_speech_is_doubted_and_left_within_two_bars(tmp_path: Path, told: tuple[float | None, int | None]) -> None:
    words = "Is this one on? One two, one two. Can I have more of the keys, and a little less of me, and no reverb at all?"
    subprocess.run(["espeak-ng", "-w", tmp_path / "said.wav", "-s", "170", words], check=True)
    said, rate = soundfile.read(tmp_path / "said.wav")
    said = np.resize(soxr.resample(said, rate, RATE_HZ), len(TIME_S))
    pulses = follow_sound(np.concatenate([0.3 * said / np.abs(said).max(), drums(GOOD_S, RATE_HZ)]), told)
    assert confidence(pulses, 2, BAD_S) < 0.75
    assert is_right(pulses, BAD_S + FIRST_BEAT_S, BAD_S + FIRST_BEAT_S + 4, BAD_S + GOOD_S)


def test_of_two_drummers_in_two_tempi_it_takes_one() -> None:
    both = drums(BAD_S, RATE_HZ) + second_drummer()
    pulses = follow_sound(np.concatenate([both, drums(GOOD_S, RATE_HZ)]), TOLD)
    late = [pulse.bpm for pulse in pulses[int(6 * RATE_HZ / TICK) : int(BAD_S * RATE_HZ / TICK)]]
    assert all(min(abs(bpm / 120 - 1), abs(bpm / 135.6 - 1)) < 0.08 for bpm in late)
    assert is_right(pulses, BAD_S + FIRST_BEAT_S, BAD_S + FIRST_BEAT_S + 4, BAD_S + GOOD_S)


def test_a_metronome_leaking_under_the_drums_is_not_what_is_followed() -> None:
    pulses = follow_sound(leaking_metronome() + drums(BAD_S, RATE_HZ), TOLD)
    assert is_right(pulses, FIRST_BEAT_S, FIRST_BEAT_S + 4, BAD_S)


def test_every_kind_of_broken_sample_within_the_song_is_lived_through() -> None:
    sound = drums(BAD_S + GOOD_S, RATE_HZ).astype(float)
    for at_s, broken in ((6.1, np.nan), (6.7, np.inf), (7.3, -1e30), (8.1, 1e-42)):
        sound[int(at_s * RATE_HZ) :][:2000] = broken
    pulses = follow_sound(sound, TOLD)
    assert is_right(pulses, FIRST_BEAT_S, 8.5 + 4, BAD_S + GOOD_S)


def test_two_minutes_of_silence_take_nothing_from_what_it_hears_next() -> None:
    silence = np.zeros(120 * RATE_HZ, np.float32)
    finder = Onsets(RATE_HZ)
    groove = drums(GOOD_S, RATE_HZ)
    strokes = [finder.feed(part) for part in (groove, silence, groove)]
    assert len(strokes[1]) <= 1
    calls = BeatCalls(Follower(RATE_HZ, *TOLD), 0.02)
    back = int(GOOD_S * RATE_HZ) + len(silence)
    calls.hear(np.concatenate(strokes[:2]), back)
    assert calls.now().playing < 0.001
    beats = calls.hear(strokes[2], back + int(GOOD_S * RATE_HZ))["beat_frame"]
    late_s = (beats - back) / RATE_HZ - FIRST_BEAT_S
    late_s = late_s[late_s > 4]
    assert len(late_s) >= 8
    assert np.abs((late_s + 0.25) % 0.5 - 0.25).max() < 0.0875


def test_an_hour_of_silence_is_one_long_rest() -> None:
    calls = BeatCalls(Follower(RATE_HZ, *TOLD), 0.02)
    groove = np.concatenate(notes(0.5, 8))
    calls.hear(groove, 17 * RATE_HZ)
    silent = calls.hear(groove[:0], 3617 * RATE_HZ)
    assert np.all(np.isfinite(silent["beat_frame"]))
    assert abs(calls.now().bpm / 120 - 1) < 0.02
    assert calls.now().confidence <= 0.3
    back = np.concatenate(notes(3618.0, 8))
    beats = calls.hear(back, 3634 * RATE_HZ)["beat_frame"] / RATE_HZ - 3618.0
    assert np.abs((beats[beats > 4] + 0.25) % 0.5 - 0.25).max() < 0.0875


# ------------------------------------------------------------------------------------------------ notes


def notes(start_s: float, bars: int) -> list[np.ndarray]:
    """The groove of `drums` from an electronic kit."""
    found = []
    for eighth in range(8 * bars):
        frame = (start_s + eighth * 0.25) * RATE_HZ
        for note in (42, *((36,) if eighth % 4 == 0 else (38,) if eighth % 4 == 2 else ())):
            found.append(sent(note, 90, frame))
    return found


def sent(note: int, velocity: int, frame: float) -> np.ndarray:
    onset = note_onset(note, velocity, frame)
    onset["told_frame"] = np.ceil(frame)
    return onset


def follow_notes(strokes: list[np.ndarray], told: tuple[float | None, int | None]) -> list[Pulse]:
    """In the order in which they arrive."""
    rows = np.concatenate(strokes)
    rows = rows[np.argsort(rows["told_frame"], kind="stable")]
    return follow_strokes(rows, int(rows["told_frame"][-1]), told)


@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
@pytest.mark.parametrize("drum", [(38,), (36, 38, 42)], ids=["one pad", "many pads"])
def test_a_note_every_two_milliseconds_is_no_drummer(drum: tuple[int, ...], told: tuple[float | None, int | None]) -> None:
    flood = [sent(drum[at % len(drum)], 20 + at * 37 % 100, at * 0.002 * RATE_HZ) for at in range(5000)]
    pulses = follow_notes([*flood, *notes(10.5, 8)], told)
    assert confidence(pulses, 0, 10) < 0.6
    assert is_right(pulses, 10.5, 14.5, 26)


def test_a_flood_in_mid_song_does_not_carry_the_beat_away() -> None:
    flood = [sent(38, 100, (8.5 + at * 0.002) * RATE_HZ) for at in range(2000)]
    pulses = follow_notes([*notes(0.5, 16), *flood], TOLD)
    assert is_right(pulses, 0.5, 4.5, 32)


@pytest.mark.parametrize("told", [TOLD, BLIND], ids=["told", "blind"])
def test_doubled_notes_are_one_groove(told: tuple[float | None, int | None]) -> None:
    once = notes(0.5, 10)
    again = [sent(42 if row["cymbal"][0] else 36 if row["kick"][0] else 38, 60, row["frame"][0] + 150) for row in once]
    assert is_right(follow_notes([*once, *again], told), 0.5, 4.5, 20)


def test_notes_that_come_out_of_order_are_taken_by_their_time() -> None:
    late = notes(0.5, 10)
    for row, unsteady, delay in zip(late, *chance().integers(0, int(0.03 * RATE_HZ), (2, len(late))), strict=True):
        row["frame"] += unsteady
        row["told_frame"] += unsteady + delay
    rows = np.concatenate(late)
    assert np.any(np.diff(rows[np.argsort(rows["told_frame"], kind="stable")]["frame"]) < 0)
    assert is_right(follow_notes(late, TOLD), 0.5, 4.5, 20)


def test_notes_that_hang_or_are_no_drums_are_not_heard() -> None:
    nothing = [note_onset(38, 0, 0.0), note_onset(60, 100, 0.0), note_onset(0, 100, 0.0), note_onset(127, 127, 0.0)]
    assert sum(map(len, nothing)) == 0
    assert np.concatenate(nothing).dtype == ONSET
