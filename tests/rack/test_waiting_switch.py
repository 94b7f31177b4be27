"""A preset that waits for its bar line: what sounds until then, whatever happens meanwhile, and where it comes."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cython_core.drums import ON_THE_BAR, Drums
from cython_core.exchange import EventKind
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.supervisor import Rack
from live_rig.wiring import each_bus_apart
from tests.playing import RATE_HZ, song
from tests.waiting import DEADLINE_S, until

BLOCK = 64
BAR_FRAMES = 2 * RATE_HZ  # at 120
LEVEL = "master.Gain.gain_db"
tone = (0.25 * np.sin(2 * np.pi * 200 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)


def gain(name: str, gain_db: float) -> Preset:
    return Preset(name, name.title(), "", (Effect("Gain", {"gain_db": gain_db}),))


LOUD, SOFT, OTHERS = gain("loud", 0.0), gain("soft", -20.0), [gain(f"other {n}", -1.0) for n in range(7)]


class Gig:
    """A band at 120, and a tone for a drummer; presets stand ready, the loud and the soft one in processes of their own."""

    def __init__(self) -> None:
        self.rack = Rack(Drums(RATE_HZ, 1, 1024), RATE_HZ)
        presets = [LOUD, *OTHERS, SOFT]
        self.rack.keep(presets)
        until(lambda: self.rack.kept_ready == len(presets))
        self.instrument = Instrument(self.rack.drums, RATE_HZ, each_bus_apart(1), BLOCK)
        self.instrument.load(chart_of(song(120.0), RATE_HZ, None))
        self.instrument.send([Sent(EventKind.START)])
        self.out: list[np.ndarray] = []
        self.lines: list[int] = []  # frames at which a bar begins

    @property
    def frame(self) -> int:
        return len(self.out) * BLOCK

    def play(self, frames: int) -> None:
        for _ in range(frames // BLOCK):
            heard, played = tone[np.arange(self.frame, self.frame + BLOCK) % RATE_HZ], np.empty((8, BLOCK), np.float32)
            for tick in range(self.frame, self.frame + BLOCK, 32):
                moment = self.instrument.rig.moment(tick)
                if moment["beat_at"] >= 0 and moment["beat_in_bar"] == 1:
                    self.lines.append(tick + moment["beat_at"])
            self.instrument.rig.step(heard[None], played)
            self.instrument.band.serve()
            self.out.append(played[2])
            until(lambda: self.rack.has_answered() or self.rack.status() == "restarting")

    def play_until(self, what: Callable[[], bool]) -> None:
        end_s = time.monotonic() + DEADLINE_S
        while not what():
            assert time.monotonic() < end_s, "it never came"
            self.play(BLOCK)

    def call(self, preset: Preset, when: int = 0) -> None:
        self.rack.load_next(preset)
        self.rack.switch(when)

    def turn(self, gain_db: float) -> None:
        assert self.rack.edits is not None
        self.rack.turn(self.rack.edits.turn(LEVEL, gain_db))

    def level_db(self, start: int, end: int) -> np.ndarray:
        """Against the drummer's own, each 10 ms."""
        heard = np.concatenate(self.out)[start : start + (end - start) // 480 * 480]
        return 20 * np.log10(np.abs(heard.reshape(-1, 480)).max(axis=1) / 0.25 + 1e-9)


@pytest.fixture
def gig() -> Iterator[Gig]:
    gig = Gig()
    gig.call(LOUD)
    gig.play(BAR_FRAMES + RATE_HZ // 4)  # into the second bar
    yield gig
    gig.rack.close()


def comes_on_the_bar(gig: Gig, asked: int) -> None:
    """The loud one until the next line, from there on the soft one."""
    line = next(line for line in gig.lines if line > asked)
    np.testing.assert_allclose(gig.level_db(asked, line - 480), 0.0, atol=0.1)
    np.testing.assert_allclose(gig.level_db(line + 1440, line + 4800), -20.0, atol=0.1)


def test_what_sounds_until_the_bar_line_stands_as_it_was_turned(gig: Gig) -> None:
    gig.call(SOFT)
    gig.turn(0.0)
    gig.play(RATE_HZ // 4)
    asked = gig.frame
    gig.call(LOUD, ON_THE_BAR)
    gig.play(2 * BAR_FRAMES)
    np.testing.assert_allclose(gig.level_db(asked, gig.frame), 0.0, atol=0.1)


def test_a_preset_that_was_turned_is_as_written_when_it_is_called_again_be_it_silent_or_not(gig: Gig) -> None:
    for pause in (3 * BAR_FRAMES, RATE_HZ // 4):
        gig.call(SOFT)
        gig.turn(0.0)
        gig.play(RATE_HZ // 4)
        gig.call(LOUD)
        gig.play(pause)
        asked = gig.frame
        gig.call(SOFT)
        gig.play(RATE_HZ // 4)
        np.testing.assert_allclose(gig.level_db(asked + 4800, gig.frame), -20.0, atol=0.1)
        gig.call(LOUD)
        gig.play(BLOCK)
    assert gig.level_db(asked - 480, asked)[0] == pytest.approx(0.0, abs=0.1)


def test_a_preset_whose_tail_ends_while_it_waits_comes_on_its_bar_line(gig: Gig) -> None:
    gig.call(SOFT)
    gig.play(RATE_HZ // 4)
    gig.call(LOUD)
    gig.play(RATE_HZ // 2)
    rung_out = gig.frame + 2 * RATE_HZ  # two quiet seconds end a tail
    gig.play_until(lambda: gig.lines[-1] > rung_out - BAR_FRAMES // 2)
    asked = gig.frame
    gig.call(SOFT, ON_THE_BAR)
    gig.play(rung_out - gig.frame + 4800)
    until(lambda: not gig.rack._swap.has_slipped())  # a stage gives the supervisor a second for that, and this loop a few ms
    gig.play(BAR_FRAMES + 9600)
    comes_on_the_bar(gig, asked)


def test_a_preset_that_dies_while_it_waits_still_comes_on_its_bar_line(gig: Gig) -> None:
    asked = gig.frame
    gig.call(SOFT, ON_THE_BAR)
    gig.play(6400)
    lost = gig.rack.process_id
    assert lost is not None
    os.kill(lost, signal.SIGKILL)
    until(lambda: gig.rack.process_id not in (None, lost))
    gig.play(BAR_FRAMES + 9600)
    comes_on_the_bar(gig, asked)


def test_where_what_sounds_dies_the_one_that_waits_comes_at_once(gig: Gig) -> None:
    sounds = gig.rack.process_id
    assert sounds is not None
    gig.call(SOFT, ON_THE_BAR)
    gig.play(6400)
    os.kill(sounds, signal.SIGKILL)
    until(lambda: not gig.rack.waits_for_bar)
    asked = gig.frame
    gig.play(9600)
    np.testing.assert_allclose(gig.level_db(asked + 4800, gig.frame), -20.0, atol=0.1)
    assert gig.lines[-1] < asked


def test_the_stage_says_what_sounds_and_not_what_is_to_come(gig: Gig) -> None:
    assert gig.rack.status() == "on"
    gig.call(SOFT, ON_THE_BAR)
    gig.play(6400)
    assert (gig.rack.status(), gig.rack.waits_for_bar) == ("on", True)
    assert (gig.rack.sounds, gig.rack.waits_for) == (LOUD, "bar")
    gig.play_until(lambda: not gig.rack.waits_for_bar)
    assert gig.rack.status() == "on"
    assert (gig.rack.sounds, gig.rack.waits_for) == (SOFT, "")
    gig.call(SOFT)
    gig.rack.load_next(None)
    gig.rack.switch(ON_THE_BAR)
    assert gig.rack.status() == "on"
