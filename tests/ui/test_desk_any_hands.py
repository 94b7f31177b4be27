"""Whatever hands do on the desk, in whatever order, and whatever the engine says meanwhile: the window stands."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from live_rig.control.protocol import Desk, Knob, StageState, StemStrip
from ui.desk.keys import DOES
from ui.link import Link
from ui.stage.window import StageWindow

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.floats(-1e6, 1e6)
knobs = st.builds(
    Knob,
    name=st.builds("{}.{}.{}".format, names, names, st.sampled_from(["gain_db", "cutoff_hz", "attack_ms", "pan", "mute", "x"])),
    value=numbers,
    written=numbers,
    low=numbers | st.none(),
    high=numbers | st.none(),
    is_switch=st.booleans(),
)
desks = st.builds(
    Desk,
    presets=st.lists(names, max_size=4).map(tuple),
    preset=names | st.just(""),
    knobs=st.lists(knobs, max_size=40).map(tuple),
    macros=st.lists(knobs, max_size=2).map(tuple),
    snapshots=st.lists(names, max_size=2).map(tuple),
    can_undo=st.booleans(),
    free_name=names,
)
stems = st.builds(
    StemStrip, name=names, bus=names, level_db=numbers, pan=numbers, is_muted=st.booleans(), is_solo=st.booleans()
)
modifiers = st.sampled_from([Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
places = st.tuples(st.floats(0, 1), st.floats(0, 1))
acts = st.one_of(
    st.tuples(st.just("key"), st.sampled_from(list(DOES)), modifiers),
    st.tuples(st.just("letter"), st.characters(min_codepoint=32, max_codepoint=126)),
    st.tuples(st.just("tap"), places),
    st.tuples(st.just("twice"), places),
    st.tuples(st.just("slide"), places, places),
    st.tuples(st.just("size"), st.integers(480, 2000), st.integers(320, 1400)),
    st.tuples(st.just("desk"), desks),
    st.tuples(st.just("stems"), st.lists(stems, max_size=8).map(tuple)),
)


@pytest.fixture
def window(qtbot: QtBot) -> StageWindow:
    """Without an engine: what it asks for goes nowhere."""
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    qtbot.addWidget(window)
    window.show()
    window.open_desk()
    return window


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=30))
def test_the_desk_stands_whatever_is_done(window: StageWindow, done: list[tuple[str, object]]) -> None:
    window.open_desk()
    for act in done:
        carry_out(window, *act)
        chosen, cells = window.desk.cells.words.chosen, window.desk.cells.words.cells
        assert -1 <= chosen < max(1, len(cells))
    assert not window.grab().isNull()


def carry_out(window: StageWindow, what: str, *how: object) -> None:
    """One act. Places are shares of the desk's width and height."""
    desk, left = window.desk, Qt.MouseButton.LeftButton
    points = (
        [QPoint(round(x * desk.width()), round(y * desk.height())) for x, y in how] if what in ("tap", "twice", "slide") else []
    )  # type: ignore[misc, attr-defined]
    match what, how:
        case "key", (key, held):
            QTest.keyClick(window, key, held)  # type: ignore[call-overload]
        case "letter", (letter,):
            QTest.keyClicks(window, str(letter))
        case "size", (width, height):
            window.resize(width, height)  # type: ignore[arg-type]
        case "desk", (said,):
            desk.show_desk(said)  # type: ignore[arg-type]
        case "stems", (strips,):
            window.show_state(StageState(stems=strips))  # type: ignore[arg-type]
    for point in points[:1]:
        under = desk.childAt(point) or desk
        inside = under.mapFrom(desk, point)
        (QTest.mouseDClick if what == "twice" else QTest.mousePress)(under, left, pos=inside)
        for towards in points[1:]:
            QTest.mouseMove(under, under.mapFrom(desk, towards))
        QTest.mouseRelease(under, left, pos=inside)
