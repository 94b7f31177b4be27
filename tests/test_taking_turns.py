"""Commands come from the door and from pedals, each in a thread: one change at a time, and what is urgent waits for none."""

from threading import Event, Thread, current_thread

import pytest

from cython_core.exchange import EventKind
from live_rig.conducting.cues import Sent
from live_rig.engine import Engine
from live_rig.rack.preset import Preset

PATIENCE_S = 30.0


class SlowDisk:
    """Lets nobody read a preset until it is told to."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.goes_on = Event(), Event()
        self._take = engine.colour._shelf.take
        monkeypatch.setattr(engine.colour._shelf, "take", self.take)

    def take(self, name: str) -> Preset:
        self.is_asked.set()
        assert self.goes_on.wait(PATIENCE_S)
        return self._take(name)


def test_while_a_pedal_calls_a_preset_from_a_slow_disk_panic_and_the_stage_go_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine.state().preset
    disk = SlowDisk(engine, monkeypatch)
    pedal = Thread(target=engine.do, args=("preset", "dub"))
    pedal.start()
    assert disk.is_asked.wait(PATIENCE_S)
    assert engine.state().preset == before  # a picture waits for nobody
    sent: list[Sent] = []
    monkeypatch.setattr(engine.instrument, "send", sent.extend)
    panic = Thread(target=engine.do, args=("panic", ""))
    panic.start()
    while not any(each.kind == EventKind.PANIC for each in sent):
        panic.join(0.01)
    assert panic.is_alive()  # the band goes; the effects follow as soon as they can be told
    disk.goes_on.set()
    for thread in (pedal, panic):
        thread.join(PATIENCE_S)
    assert engine.colour.name == ""


def test_a_second_preset_that_is_called_while_the_first_is_being_called_comes_after_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    second_came = Event()
    load_next, do = engine.rack.load_next, engine.colour.do
    second = Thread(target=engine.do, args=("preset", "lo-fi"))

    class Turn:
        """The engine's, and it says when the second comes to it."""

        def __init__(self) -> None:
            self.turn = engine._turn

        def __enter__(self) -> None:
            if current_thread() is second:
                second_came.set()
            self.turn.acquire()

        def __exit__(self, *_: object) -> None:
            self.turn.release()

    def slowly(preset: Preset | None) -> None:
        load_next(preset)
        if current_thread() is not second:
            second.start()
            assert second_came.wait(PATIENCE_S)

    def noted(command: str, value: str) -> str:
        said = do(command, value)
        called.append(value)
        return said

    monkeypatch.setattr(engine, "_turn", Turn())
    monkeypatch.setattr(engine.rack, "load_next", slowly)
    monkeypatch.setattr(engine.colour, "do", noted)
    engine.do("preset", "dub")
    second.join(PATIENCE_S)
    assert called == ["dub", "lo-fi"]
    assert engine.colour.name == "lo-fi"
