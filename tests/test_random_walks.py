"""Anybody may say anything at any time: the band goes where it is told, is silent only where it is told, and never hurts."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cython_core.authority import Leader
from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from cython_core.stems import Stems
from cython_core.transport import State
from cython_core.transposer import Transposer
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of, mix_events
from live_rig.instrument import Block, Instrument
from live_rig.paths import examples_dir
from live_rig.show.cue import Cue
from live_rig.show.mix import Mix
from live_rig.show.stem import Stem
from live_rig.wiring import wired
from tests.playing import BLOCK, RATE_HZ, TICK, beats, rock, song

TUNE = song(240, "head:4 solo:2~ bridge:4 hit:1!").model_copy(
    update={
        "stems": (Stem(name="piano", file="piano.wav"), Stem(name="pad", file="pad.wav", bus="monitors")),
        "cues": (Cue(bar=8, say="hold", hold=True),),
        "phrase_bars": 2,
        "transpose": 3,
    }
)
WORDS = ["start", "stop", "count-in", "band-in", "section solo", "section bridge@beat", "section head@phrase", "bar 3@bar"]
WORDS += ["bar 6@beat", "bar 10@phrase", "vamp", "next", "previous", "unqueue", "hold", "cut-off", "finale", "re-enter", "one"]
WORDS += ["twice", "half"]
WORDS += ["re-enter bridge", "take", "give", "conduct", "conduct 200", "tempo 130", "tempo 390", "rit 1", "tap", "share 30"]
WORDS += ["share 80", "gives-way easy", "mute piano", "solo pad", "level piano=6", "pan pad=-0.6", "mix house.band=3"]
WALKS = st.lists(st.tuples(st.floats(0.02, 0.7), st.sampled_from(WORDS)), min_size=3, max_size=12)
TOLD_TO_JUMP = (NoticeKind.CAME_IN, NoticeKind.JUMPED, NoticeKind.LAST_HIT, NoticeKind.BACK_ON_BEAT, NoticeKind.NEXT_SONG)
FADES_S = 0.03  # at either end of a silence
GUARD = 64


def piano() -> Block:
    """The bundled one, three semitones up."""
    sound, rate_hz = soundfile.read(
        examples_dir() / "festival" / "songs" / "lantern" / "piano.ogg", frames=14 * RATE_HZ, dtype="float32", always_2d=True
    )
    assert rate_hz == RATE_HZ
    stereo = np.ascontiguousarray(np.broadcast_to(sound, (len(sound), 2)).T)
    transposer = Transposer(RATE_HZ, 3, stereo.shape[1], stereo.shape[1])
    return transposer.transposed(stereo, True)


def pad() -> Block:
    """It sounds all the time."""
    return np.random.default_rng(1).uniform(-0.3, 0.3, (2, 14 * RATE_HZ)).astype(np.float32)


@pytest.fixture(scope="module")
def stems() -> Stems:
    bank = Stems([piano(), pad()], RATE_HZ)
    bank.all_in_memory()
    return bank


@dataclass
class Walk:
    """What was heard, and the line of every tick."""

    sound: Block
    state: list[int] = field(default_factory=list)
    is_held: list[int] = field(default_factory=list)
    leader: list[int] = field(default_factory=list)
    beat: list[float] = field(default_factory=list)
    bpm: list[float] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)


def walked(stems: Stems, words: list[tuple[float, str]]) -> Walk:
    """The band comes in, a drummer plays, and words are said, each so many seconds after the one before."""
    wiring = wired(
        1, 4, [Mix(name="house", outputs=(1, 2)), Mix(name="ears", outputs=(3, 4), drummer=True)], ("band", "monitors")
    )
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wiring, BLOCK)
    instrument.load(chart_of(TUNE, RATE_HZ, stems, wiring.buses))
    instrument.send([Sent(EventKind.START)])
    length_s = sum(after for after, _ in words) + 0.6
    drummer = [
        (time_s, Sent(EventKind.NOTE, note, velocity)) for time_s, note, velocity in rock(beats((252, round(4.2 * length_s))))
    ]
    said, now_s = [], 0.3
    for after_s, word in words:
        now_s += after_s
        name, _, value = word.partition(" ")
        events = mix_events(value, wiring) if name == "mix" else events_of(name, value, TUNE)
        said += [(now_s, event) for event in events]
    due = sorted([*drummer, *said], key=lambda each: each[0])
    walk, silence, sound = Walk(np.zeros((4, 0), np.float32)), np.zeros((1, BLOCK), np.float32), []
    for frame in range(0, round(length_s * RATE_HZ), BLOCK):
        while due and due[0][0] * RATE_HZ < frame + BLOCK:
            instrument.send([due[0][1]], round(due[0][0] * RATE_HZ))
            due.pop(0)
        played = np.empty((4, BLOCK), np.float32)
        instrument.rig.step(silence, played)
        instrument.band.serve()
        sound.append(played)
        walk.happened += instrument.exchange.notices()
        for tick in range(frame, frame + BLOCK, TICK):
            moment = instrument.rig.moment(tick)
            walk.state.append(moment["state"])
            walk.is_held.append(moment["is_held"])
            walk.beat.append(moment["song_beat"])
            walk.bpm.append(moment["bpm"])
        walk.leader.append(instrument.exchange.snapshot()["leader"])
    assert instrument.band.frames_missing == 0
    assert instrument.band.breaks == 0
    walk.sound = np.concatenate(sound, axis=1)
    return walk


def leaps(walk: Walk) -> list[int]:
    """Ticks at whose end the song is not where its tempo, at either end of the tick, takes it."""
    state, beat, step = np.array(walk.state), np.array(walk.beat), np.array(walk.bpm) / 60 * TICK / RATE_HZ
    both, gone = (state[1:] == State.PLAYING) & (state[:-1] == State.PLAYING), np.diff(beat)
    is_off = [np.abs(gone - of) > 0.25 * of + 1e-9 for of in (step[:-1], step[1:])]
    return [int(tick) for tick in np.flatnonzero(both & is_off[0] & is_off[1] & (gone != 0.0))]


def silences_s(walk: Walk) -> float:
    """The longest time for which the band should sound and does not."""
    plays = np.repeat(np.array(walk.state) == State.PLAYING, TICK)
    run = round(0.005 * RATE_HZ)
    loud = np.abs(walk.sound[:, GUARD:]).max(axis=0)
    longest = now = 0
    for at in range(0, len(loud) - run, run):
        around = plays[max(0, at - round(FADES_S * RATE_HZ)) : at + run + round(FADES_S * RATE_HZ)]
        now = now + run if around.all() and loud[at : at + run].max() < 0.003 else 0
        longest = max(longest, now)
    return longest / RATE_HZ


@given(words=WALKS)
@example(words=[(0.02, "rit 1"), (0.69, "start"), (0.58, "take"), (0.125, "start")])  # took back the tempo
@example(words=[(0.5, "hold"), (0.5, "start"), (0.5, "next")])  # lets go of a hold within a tick
@settings(max_examples=14, deadline=None, derandomize=True)
def test_whatever_is_said_the_song_goes_on_from_where_it_is_told_and_never_hurts(
    stems: Stems, words: list[tuple[float, str]]
) -> None:
    walk = walked(stems, words)
    assert np.isfinite(walk.sound).all()
    assert np.abs(walk.sound).max() <= 1.0
    told = [each["frame"] // TICK for each in walk.happened if each["kind"] in TOLD_TO_JUMP]
    assert [tick for tick in leaps(walk) if not any(abs(tick - at) <= 1 for at in told)] == []
    assert silences_s(walk) == 0.0


def test_every_state_is_reached_and_left(stems: Stems) -> None:
    says = [
        "stop",
        "start",
        "hold",
        "next",
        "take",
        "give",
        "conduct 300",
        "share 50",
        "finale",
        "count-in",
        "re-enter",
        "band-in",
        "cut-off",
        "start",
        "section hit@beat",
        "start",
    ]
    after_s = [0.6, 0.3, 0.3, 1.6, 0.3, 0.3, 0.3, 0.4, 0.4, 2.4, 1.8, 0.1, 3.5, 0.3, 0.3, 2.0]
    walk = walked(stems, list(zip(after_s, says, strict=True)))
    assert set(walk.state) == set(State)
    assert set(walk.leader) == set(Leader)
    assert {0, 1} == set(walk.is_held)
    for state in State:
        assert any(before == state != after for before, after in zip(walk.state, walk.state[1:], strict=False)), state.name
