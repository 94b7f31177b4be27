"""Anything may be said at any time, by anybody, in any order: the rig plays on, and can always be stopped and started."""

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cython_core.drums import Drums
from cython_core.entry import Listening
from cython_core.exchange import EventKind, NoticeKind
from cython_core.transport import State
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of
from live_rig.instrument import Instrument
from live_rig.wiring import each_bus_apart
from tests.playing import BLOCK, HAT, KICK, RATE_HZ, SNARE, TICK, song

TUNE = song(140, "intro:1 head:2 solo:1~ bridge:2 hit:1!")
TOLD = {NoticeKind.BACK_ON_BEAT, NoticeKind.CAME_IN, NoticeKind.JUMPED, NoticeKind.LAST_HIT, NoticeKind.NEXT_SONG}
PLAIN = ["stop", "next", "previous", "band-in", "vamp", "hold", "cut-off", "finale", "take", "give", "tap", "count-in", "panic"]
WORDS = st.sampled_from([*PLAIN, "start", "section head", "section hit", "click on", "mute click", "level click=-6"])
BPM = st.floats(20, 400)


class Evening(RuleBasedStateMachine):
    """A rig on stage: somebody says something, somebody strikes something, time goes on."""

    @initialize()
    def plug_in(self) -> None:
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK, click_on=True)
        self.instrument.load(chart_of(TUNE, RATE_HZ, None))
        self.noise = np.random.default_rng(1).uniform(-0.1, 0.1, (1, BLOCK)).astype(np.float32)
        self.played = np.zeros((8, BLOCK), np.float32)
        self.last: dict[str, Any] | None = None
        self.told: list[int] = []

    @rule(words=WORDS)
    def says(self, words: str) -> None:
        word, _, value = words.partition(" ")
        self.instrument.send(events_of(word, value, TUNE))

    @rule(bpm=BPM, kind=st.sampled_from([EventKind.TEMPO, EventKind.CONDUCT]))
    def conducts(self, bpm: float, kind: EventKind) -> None:
        self.instrument.send([Sent(kind, bpm)])

    @rule(listens_for=st.sampled_from(list(Listening)), leader=st.integers(0, 2))
    def waits_for_the_drummer(self, listens_for: int, leader: int) -> None:
        self.instrument.send([Sent(EventKind.LISTEN, listens_for, leader)])

    @rule(bpm=st.floats(50, 350), strokes=st.integers(1, 12), pad=st.sampled_from([KICK, SNARE, HAT, 37, 99]))
    def drums(self, bpm: float, strokes: int, pad: int) -> None:
        frame = self.instrument.rig.frame
        for stroke in range(strokes):
            self.instrument.send([Sent(EventKind.NOTE, pad, 100)], frame + round(stroke * 30 / bpm * RATE_HZ))
        self.go_on(strokes * 30 / bpm)

    @rule(beats=st.sampled_from([0.1, 0.7, 2.0, 9.0]))
    def time_goes_on(self, beats: float) -> None:
        self.go_on(beats * 60 / 140)

    @rule()
    def the_song_is_loaded_again(self) -> None:
        self.instrument.load(chart_of(TUNE, RATE_HZ, None))
        self.last = None
        self.go_on(0.1)
        self.last = None

    def go_on(self, length_s: float) -> None:
        for _ in range(max(1, round(length_s * RATE_HZ / BLOCK))):
            first = self.instrument.rig.frame
            self.instrument.rig.step(self.noise, self.played)
            assert np.isfinite(self.played).all()
            assert np.abs(self.played).max() <= 1.0
            self.told += [each["frame"] for each in self.instrument.exchange.notices() if each["kind"] in TOLD]
            for frame in range(first, first + BLOCK, TICK):
                self.look(frame)

    def look(self, frame: int) -> None:
        """From tick to tick the song goes on by what the tempo says, but for what was told."""
        now = self.instrument.rig.moment(frame)
        before, self.last = self.last, now
        assert np.isfinite([now["line"], now["song_beat"], now["bpm"]]).all()
        if now["state"] != State.PLAYING or before is None or before["state"] != State.PLAYING:
            return
        assert 0 < now["bpm"] <= 450
        moved = now["song_beat"] - before["song_beat"]
        fastest = 450 / 60 * TICK / RATE_HZ
        if not any(frame - TICK <= told <= frame for told in self.told):
            assert -1e-9 <= moved <= fastest

    @invariant()
    def what_is_shown_can_be_shown(self) -> None:
        if hasattr(self, "instrument"):
            now = self.instrument.exchange.snapshot()
            assert np.isfinite(
                [now[key] for key in ("song_beat", "bpm", "confidence", "input_peak", "drums_peak", "band_peak")]
            ).all()

    def teardown(self) -> None:
        """Whatever it was in: it can be stopped, and it can be started."""
        if hasattr(self, "instrument"):
            self.says("stop")
            self.go_on(0.5)
            assert self.instrument.exchange.snapshot()["state"] in (State.LISTENING, State.ENDED)
            self.says("give")
            self.says("start")
            self.go_on(0.5)
            assert self.instrument.exchange.snapshot()["state"] == State.PLAYING


TestEvening = Evening.TestCase
TestEvening.settings = settings(max_examples=12, stateful_step_count=20, deadline=None, derandomize=True)
