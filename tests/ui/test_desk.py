"""The desk on the real window at a real door: keys and fingers turn what the engine says is there."""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from live_rig.control.protocol import Desk, FormPart, Knob, MixLevel, StageState, StemStrip
from tests.control.open_door import OpenDoor
from ui.desk.cells_tile import FINGER_PX, grid
from ui.desk.keys import DOES
from ui.stage.keys import PRESSES
from ui.stage.window import StageWindow

Key = Qt.Key
Left = Qt.MouseButton.LeftButton
DESK = Desk(
    presets=("arena", "dub", "lo-fi"),
    preset="dub",
    title="Dub",
    knobs=(
        Knob(name="snare.gain_db", value=0.0, written=0.0, low=-60, high=24),
        Knob(name="snare.pan", value=0.0, written=0.0, low=-1, high=1),
        Knob(name="snare.mute", value=0.0, written=0.0, low=0, high=1, is_switch=True),
        Knob(name="snare.solo", value=1.0, written=0.0, low=0, high=1, is_switch=True),
        Knob(name="snare.Faulty.gain", value=0.5, written=0.5),
        Knob(name="master.gain_db", value=3.0, written=1.0, low=-60, high=24),
    ),
    macros=(Knob(name="crush", value=0.2, written=0.2, low=0, high=1),),
    snapshots=("chorus",),
    plugins=("snare.Faulty",),
    can_undo=True,
    mixes=(MixLevel(mix="drummer", source="click", level_db=0.0), MixLevel(mix="drummer", source="band", level_db=-60.0)),
    free_name="dub-2",
)
STEMS = (
    StemStrip(name="bass", bus="band", level_db=-3.0, pan=0.0, is_muted=False, is_solo=False),
    StemStrip(name="piano", bus="band", level_db=0.0, pan=0.5, is_muted=True, is_solo=False),
)


@pytest.fixture
def desk(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> StageWindow:
    """The window with its desk open, told all there is."""
    form = (FormPart(name="head", first_bar=1, length_bars=8),)
    door.desk, door.state = DESK, StageState(bpm=99.0, leader="drummer", stems=STEMS, form=form)
    window.resize(1024, 600)
    qtbot.waitUntil(lambda: window.tempo.words.tempo == "99")  # the desk is told first
    qtbot.keyClick(window, Key.Key_D)
    assert [button.says for button in window.desk.tabs.words] == TABS
    return window


TABS = ["stems", "for drummer", "presets", "snapshots", "macros", "snare", "master"]


def go_to(desk: StageWindow, page: str, qtbot: QtBot) -> None:
    """Touch the page's name."""
    touch(desk.desk.tabs, TABS.index(page), qtbot)


def touch(row: QWidget, number: int, qtbot: QtBot) -> None:
    room = row.cells(row.rect().toRectF())[number]  # type: ignore[attr-defined]
    qtbot.mouseClick(row, Left, pos=room.center().toPoint())


def cells(desk: StageWindow) -> list[str]:
    return [cell.name for cell in desk.desk.cells.words.cells]


def test_a_key_opens_it_and_a_key_closes_it(window: StageWindow, qtbot: QtBot) -> None:
    for key in (Key.Key_D, Key.Key_Escape):
        qtbot.keyClick(window, Key.Key_D)
        assert window.desk.isVisible()
        assert not window.section.isVisible()
        qtbot.keyClick(window, key)
        assert not window.desk.isVisible()
        assert window.section.isVisible()


def test_a_finger_opens_it_and_a_finger_closes_it(window: StageWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.levels, Left)
    assert window.desk.isVisible()
    touch(window.desk.buttons, len(window.desk.buttons.words) - 1, qtbot)
    assert not window.desk.isVisible()


def test_what_a_player_must_see_stays(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    door.state = door.state.model_copy(update={"alerts": ("The disk is slow",), "next_cue": "solo"})
    qtbot.waitUntil(lambda: desk.alert.isVisible())
    for tile in (desk.leader, desk.tempo, desk.cue, desk.beat, desk.alert):
        assert tile.isVisible()
        assert not tile.geometry().intersects(desk.desk.geometry())


def test_the_keys_of_the_stage_still_work_but_for_those_that_the_desk_needs() -> None:
    assert {PRESSES[key].name for key in DOES.keys() & PRESSES.keys()} == {"Return", "←", "→", "↑", "↓"}


def test_panic_is_a_key_away(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    qtbot.keyClick(desk, Key.Key_P)
    qtbot.waitUntil(lambda: door.commands == [("panic", "")])


def test_every_knob_is_reached_and_turned_by_keys_alone(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    for _ in range(5):
        qtbot.keyClick(desk, Key.Key_Tab)
    assert cells(desk) == ["level", "pan", "Faulty gain", "Faulty: its window", "try the plugins again"]
    qtbot.keyClick(desk, Key.Key_Right)
    qtbot.keyClick(desk, Key.Key_Down)
    qtbot.keyClick(desk, Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(door.commands) == 2)
    assert door.commands == [("knob", "snare.gain_db=0.5"), ("knob", "snare.pan=-0.004")]


def test_the_whole_desk_is_walked_downwards(desk: StageWindow, qtbot: QtBot) -> None:
    seen = []
    for _ in range(4 + 2 + 3 + 1 + 1 + 5 + 1):
        seen.append(desk.desk.cells.words.cells[desk.desk.cells.words.chosen].name)
        qtbot.keyClick(desk, Key.Key_Down)
    assert seen[:5] == ["bass", "piano", "bass pan", "piano pan", "click"]
    assert seen[-1] == "level"
    assert desk.desk.cells.words.chosen == 0  # round again


def test_mute_and_solo_are_keys(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    qtbot.keyClick(desk, Key.Key_M)
    qtbot.keyClick(desk, Key.Key_O)
    go_to(desk, "snare", qtbot)
    qtbot.keyClick(desk, Key.Key_M)
    qtbot.keyClick(desk, Key.Key_O)
    qtbot.waitUntil(lambda: len(door.commands) == 4)
    assert door.commands == [("mute", "bass"), ("solo", "bass"), ("knob", "snare.mute=1"), ("knob", "snare.solo=0")]


def test_the_click_in_the_drummers_ears_is_turned(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    go_to(desk, "for drummer", qtbot)
    assert [cell.dial.scale.words(cell.dial.value) for cell in desk.desk.cells.words.cells if cell.dial] == ["+0.0 dB", "off"]
    qtbot.keyClick(desk, Key.Key_Left)
    qtbot.keyClick(desk, Key.Key_Down)
    qtbot.keyClick(desk, Key.Key_Right)
    qtbot.waitUntil(lambda: door.commands == [("mix", "drummer.click=-0.5"), ("mix", "drummer.band=-59.5")])


def test_undo_redo_and_the_other_side_are_keys(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    for key in (Key.Key_U, Key.Key_Y, Key.Key_A):
        qtbot.keyClick(desk, key)
    qtbot.keyClick(desk, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: door.commands == [("undo", ""), ("redo", ""), ("compare", ""), ("undo", "")])


def test_the_next_preset_is_a_key_away_and_every_preset_a_touch(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    for key in (Key.Key_Period, Key.Key_Period, Key.Key_Comma):  # faster than the engine answers
        qtbot.keyClick(desk, key)
    go_to(desk, "presets", qtbot)
    assert [cell.is_lit for cell in desk.desk.cells.words.cells] == [False, True, False]
    qtbot.mouseClick(desk.desk.cells, Left, pos=QPoint(30, 30))
    qtbot.waitUntil(
        lambda: door.commands == [("preset", "lo-fi"), ("preset", "arena"), ("preset", "lo-fi"), ("preset", "arena")]
    )


def test_snapshots_and_plugins_windows_are_pressed(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    go_to(desk, "snapshots", qtbot)
    qtbot.keyClick(desk, Key.Key_Return)
    go_to(desk, "snare", qtbot)
    for _ in range(3):
        qtbot.keyClick(desk, Key.Key_Down)
    qtbot.keyClick(desk, Key.Key_Return)
    qtbot.keyClick(desk, Key.Key_Down)
    qtbot.keyClick(desk, Key.Key_Return)
    qtbot.waitUntil(lambda: door.commands == [("snapshot", "chorus"), ("editor", "snare.Faulty"), ("preset", "dub")])


def test_backspace_turns_it_back_to_what_is_written(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    go_to(desk, "master", qtbot)
    qtbot.keyClick(desk, Key.Key_Backspace)
    qtbot.waitUntil(lambda: door.commands == [("knob", "master.gain_db=1.0")])


def test_a_finger_slides_from_where_the_knob_stands(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    tile = desk.desk.cells
    columns, _ = grid(tile.width(), tile.height())
    qtbot.mousePress(tile, Left, pos=QPoint(20, 20))
    qtbot.mouseRelease(tile, Left, pos=QPoint(20, 20))
    qtbot.mousePress(tile, Left, pos=QPoint(20, 20))
    for x in range(20, 20 + tile.width() // columns // 4):
        qtbot.mouseMove(tile, QPoint(x, 20))
    qtbot.mouseRelease(tile, Left, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: bool(door.commands) and door.commands[-1] == ("level", f"bass={tile.words.cells[0].dial.value}"))  # type: ignore[union-attr]
    assert len(door.commands) <= 4  # not once for every pixel
    assert tile.words.cells[0].dial.value == 12.0  # type: ignore[union-attr]  # a quarter of 72 dB up from -3


def test_a_finger_that_slides_while_another_preset_comes_turns_nothing_of_that(
    desk: StageWindow, door: OpenDoor, qtbot: QtBot
) -> None:
    go_to(desk, "master", qtbot)
    tile = desk.desk.cells
    qtbot.mousePress(tile, Left, pos=QPoint(20, 20))
    qtbot.mouseMove(tile, QPoint(40, 20))
    qtbot.waitUntil(lambda: bool(door.commands))
    turned = list(door.commands)
    cutoff = Knob(name="master.LowpassFilter.cutoff_frequency_hz", value=12_000.0, written=12_000.0, low=20, high=20_000)
    desk.desk.show_desk(DESK.model_copy(update={"preset": "lo-fi", "knobs": (cutoff,)}))
    assert tile.words.cells[0].dial.name == cutoff.name  # type: ignore[union-attr]
    for x in range(41, 81):
        qtbot.mouseMove(tile, QPoint(x, 20))
    qtbot.mouseRelease(tile, Left, pos=QPoint(80, 20))
    assert tile.words.cells[0].dial.value == 12_000.0  # type: ignore[union-attr]
    qtbot.keyClick(desk, Key.Key_U)
    qtbot.waitUntil(lambda: ("undo", "") in door.commands)
    assert door.commands == [*turned, ("undo", "")]


def test_what_is_turned_is_shown_at_once_and_then_as_the_engine_says(desk: StageWindow, qtbot: QtBot) -> None:
    go_to(desk, "master", qtbot)
    qtbot.keyClick(desk, Key.Key_Right)
    dial = desk.desk.cells.words.cells[0].dial
    assert dial is not None
    assert dial.value == 3.5
    qtbot.waitUntil(lambda: desk.desk.cells.words.cells[0].dial.value == 3.0)  # type: ignore[union-attr]  # this engine turned nothing


def test_what_was_turned_is_sent_before_it_is_undone(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    go_to(desk, "master", qtbot)
    for _ in range(3):
        qtbot.keyClick(desk, Key.Key_Right)
    qtbot.keyClick(desk, Key.Key_U)
    qtbot.waitUntil(lambda: ("undo", "") in door.commands)
    assert door.commands[-2:] == [("knob", "master.gain_db=4.5"), ("undo", "")]
    assert desk.desk.cells.words.cells[0].dial.value == 3.0  # type: ignore[union-attr]  # at once as the engine has it


def test_a_preset_is_saved_under_the_name_that_is_offered(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    qtbot.keyClick(desk, Key.Key_W)
    assert desk.desk.buttons.words[0].says.startswith("save as: dub-2")
    touch(desk.desk.buttons, 1, qtbot)
    qtbot.waitUntil(lambda: door.commands == [("save-preset", "dub-2")])
    assert desk.desk.buttons.words[0].means == "preset before"


def test_while_a_name_is_typed_letters_are_letters_and_pedals_are_pedals(
    desk: StageWindow, door: OpenDoor, qtbot: QtBot
) -> None:
    door.state = door.state.model_copy(update={"keys": {"PgDown": "next", "T": "take"}, "bpm": 77.0})
    qtbot.waitUntil(lambda: desk.tempo.words.tempo == "77")
    qtbot.keyClick(desk, Key.Key_W)
    qtbot.keyClicks(desk, "Tap 1")
    qtbot.keyClick(desk, Key.Key_PageDown)
    qtbot.keyClick(desk, Key.Key_Return)
    qtbot.waitUntil(lambda: door.commands == [("next", ""), ("save-preset", "Tap-1")])


def test_leaving_a_name_saves_nothing(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    qtbot.keyClick(desk, Key.Key_W)
    qtbot.keyClick(desk, Key.Key_Escape)
    assert desk.desk.isVisible()
    qtbot.keyClick(desk, Key.Key_T)
    qtbot.waitUntil(lambda: door.commands == [("take", "")])


def test_an_engine_that_goes_leaves_nothing_to_turn(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    door.close()
    qtbot.waitUntil(lambda: desk.desk.cells.words.cells == ())
    qtbot.keyClick(desk, Key.Key_Right)
    qtbot.keyClick(desk, Key.Key_Return)
    assert not desk.desk.grab().isNull()


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (800, 1280), (3840, 2160)])
def test_all_that_is_to_be_touched_is_large_enough_for_a_finger(size: tuple[int, int], desk: StageWindow, qtbot: QtBot) -> None:
    desk.resize(*size)
    qtbot.waitUntil(lambda: desk.width() == size[0])
    for row in (desk.desk.buttons, desk.desk.tabs):
        rooms = row.cells(row.rect().toRectF())
        assert min(room.width() for room in rooms) >= FINGER_PX - 1
        assert row.height() >= FINGER_PX
    _, rows = grid(desk.desk.cells.width(), desk.desk.cells.height())
    assert desk.desk.cells.height() / rows >= FINGER_PX


def test_a_wheel_turns_what_it_is_over(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    tile, nowhere = desk.desk.cells, QPoint()
    over = QPointF(tile.width() / 9, tile.height() / 24)
    up = QPoint(0, 120)
    wheel = QWheelEvent(
        over, over, nowhere, up, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(tile, wheel)
    qtbot.waitUntil(lambda: door.commands == [("level", "bass=-2.5")])


def test_two_quick_taps_put_a_knob_back(desk: StageWindow, door: OpenDoor, qtbot: QtBot) -> None:
    go_to(desk, "master", qtbot)
    qtbot.mouseDClick(desk.desk.cells, Left, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: door.commands == [("knob", "master.gain_db=1.0")])
