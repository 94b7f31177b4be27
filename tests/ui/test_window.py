"""The real window at a real door: tiles show what the engine says, keys ask it for things, and its end is said."""

import sys
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from live_rig.control.protocol import COMMANDS, FormPart, StageState
from live_rig.show.pedal import NAMED_KEYS
from tests.control.open_door import OpenDoor
from ui.latin import letter_at
from ui.link import GONE, STUCK, WAITING, Link
from ui.stage.keys import PRESSES, command_of_show
from ui.stage.window import StageWindow

Key = Qt.Key
Modifier = Qt.KeyboardModifier


def test_tiles_show_what_the_engine_says(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    door.state = StageState(
        leader="drummer",
        bpm=330.4,
        beat_in_bar=3,
        is_playing=True,
        asynchrony_ms=21.0,
        section="head",
        bar_in_section=2,
        bars_in_section=8,
        next_cue="solo",
        bars_to_next_cue=2.0,
        alerts=("The disk is slow",),
    )
    qtbot.waitUntil(lambda: window.leader.words.name == "DRUMMER")
    assert window.tempo.words.tempo == "330"
    assert window.feel.words.feel == "rushing"
    assert window.section.words.bars == "bar 2 of 8"
    assert (window.cue.words.cue, window.cue.words.bars, window.cue.words.is_near) == ("solo", "2", True)
    assert window.alert.words.line == "The disk is slow"
    qtbot.waitUntil(lambda: window.beat.words.beat == 3)


def test_who_hears_what_is_said_first_and_is_no_alarm(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    door.state = StageState(hears="output 1 (drummer): click")
    qtbot.waitUntil(lambda: window.alert.words.line == "Output 1 (drummer): click")
    assert not window.alert.words.is_wrong
    door.state = StageState(hears="output 1 (drummer): click", alerts=("The disk is slow",))
    qtbot.waitUntil(lambda: window.alert.words.is_wrong)


@pytest.mark.skipif(sys.platform != "linux", reason="the codes of X11 and Wayland")
@pytest.mark.parametrize(
    ("letter", "scan_code", "asked"),
    [("З", 33, ("panic", "")), ("ε", 26, ("editor", "")), ("ש", 38, ("hold", "")), ("т", 57, ("say", "hello"))],
)
def test_a_key_of_another_script_is_the_latin_one_in_its_place(
    letter: str, scan_code: int, asked: tuple[str, str], door: OpenDoor, window: StageWindow, qtbot: QtBot
) -> None:
    """Where the show has no key of that letter: here it has A, and т."""
    door.state = StageState(keys={"A": "hold", "Т": "say hello"})
    qtbot.waitUntil(lambda: command_of_show("A", window._state) is not None)
    press = QKeyEvent(QKeyEvent.Type.KeyPress, ord(letter.upper()), Modifier.NoModifier, scan_code, 0, 0, letter)
    QApplication.sendEvent(window, press)
    qtbot.waitUntil(lambda: door.commands == [asked])


@pytest.mark.parametrize(
    ("platform", "scan_code", "virtual_key", "letter"),
    [
        ("linux", 58, 0, "M"),
        ("linux", 61, 0, ""),
        ("darwin", 0, 46, "M"),
        ("darwin", 0, 9, "V"),
        ("darwin", 0, 10, ""),
        ("win32", 50, 77, "M"),
        ("win32", 52, 190, ""),
    ],
)
def test_a_place_has_its_letter_on_every_system(platform: str, scan_code: int, virtual_key: int, letter: str) -> None:
    assert letter_at(platform, scan_code, virtual_key) == letter


@pytest.mark.parametrize("key", PRESSES)
def test_each_key_asks_the_engine(key: Key, door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, key)
    asked = PRESSES[key]
    value = "on" if asked.command == "click" else asked.value
    qtbot.waitUntil(lambda: door.commands == [(asked.command, value)])


def test_a_tile_that_is_touched_asks_for_what_it_shows(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    form = (FormPart(name="head", first_bar=1, length_bars=8), FormPart(name="solo", first_bar=9, length_bars=8))
    door.state = StageState(is_playing=True, leader="drummer", form=form, section="head", bars_in_section=8, bpm=99.0)
    qtbot.waitUntil(lambda: window.tempo.words.tempo == "99")
    left = Qt.MouseButton.LeftButton
    for tile in (window.leader, window.tempo, window.beat, window.band, window.section):
        qtbot.mouseClick(tile, left)
    qtbot.mouseClick(window.form, left, pos=QPoint(window.form.width() * 3 // 4, 5))
    qtbot.waitUntil(lambda: len(door.commands) == 6)
    assert door.commands == [("give", ""), ("tap", ""), ("one", ""), ("vamp", ""), ("next", ""), ("section", "solo")]


def test_space_stops_what_plays_and_k_silences_the_click(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    door.state = StageState(is_playing=True, click_on=True, bpm=99.0)
    qtbot.waitUntil(lambda: window.tempo.words.tempo == "99")
    qtbot.keyClick(window, Key.Key_Space)
    qtbot.keyClick(window, Key.Key_K)
    qtbot.waitUntil(lambda: door.commands == [("stop", ""), ("click", "off")])


def test_a_key_that_is_held_down_asks_once(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    for is_repeat in (False, True, True):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, Key.Key_N, Qt.KeyboardModifier.NoModifier, "n", is_repeat)
        QApplication.sendEvent(window, event)
    qtbot.keyClick(window, Key.Key_P)
    qtbot.waitUntil(lambda: ("panic", "") in door.commands)
    assert door.commands == [("next", ""), ("panic", "")]


def test_keys_of_the_desktop_are_left_alone(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Key.Key_T)
    qtbot.waitUntil(lambda: door.commands == [("take", "")])


def test_the_keys_of_the_show_come_first(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    door.state = StageState(keys={"PgDown": "section last hit", "T": "band-in", "Ctrl+P": "panic"}, bpm=99.0)
    qtbot.waitUntil(lambda: window.tempo.words.tempo == "99")
    qtbot.keyClick(window, Key.Key_PageDown)
    qtbot.keyClick(window, Key.Key_T)
    qtbot.keyClick(window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Key.Key_G)
    qtbot.waitUntil(lambda: door.commands == [("section", "last hit"), ("band-in", ""), ("panic", ""), ("give", "")])


@pytest.mark.parametrize(
    ("key", "modifiers", "asked"),
    [
        (Key.Key_Exclam, Modifier.ShiftModifier, "panic"),  # as most keyboards have it
        (Key.Key_Exclam, Modifier.NoModifier, "panic"),
        (Key.Key_T, Modifier.ShiftModifier, "band-in"),
        (Key.Key_N, Modifier.ShiftModifier, "give"),
        (Key.Key_Right, Modifier.ControlModifier | Modifier.KeypadModifier, "vamp"),  # where arrows count as the keypad's
    ],
)
def test_a_key_of_the_show_is_known_whatever_the_keyboard_sends_with_it(
    key: Key, modifiers: Modifier, asked: str, door: OpenDoor, window: StageWindow, qtbot: QtBot
) -> None:
    keys = {"!": "panic", "T": "band-in", "Shift+N": "give", "N": "stop", "Ctrl+Right": "vamp"}
    door.state = StageState(keys=keys, bpm=99.0)
    qtbot.waitUntil(lambda: window.tempo.words.tempo == "99")
    qtbot.keyClick(window, key, modifiers)
    qtbot.waitUntil(lambda: door.commands == [(asked, "")])


@pytest.mark.parametrize("name", sorted(NAMED_KEYS))
def test_every_key_that_a_show_may_name_is_a_key_of_the_window(name: str) -> None:
    assert QKeySequence(name).toString() == name


def test_every_key_is_a_command_of_the_table() -> None:
    assert {press.command for press in PRESSES.values()} <= COMMANDS.keys()


def test_the_keys_are_shown_and_hidden_without_taking_the_keyboard(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Key.Key_F1)
    assert window.overlay.isVisible()
    assert not window.overlay.grab().isNull()
    qtbot.keyClick(window, Key.Key_T)
    qtbot.waitUntil(lambda: door.commands == [("take", "")])
    qtbot.keyClick(window, Key.Key_Escape)
    assert not window.overlay.isVisible()
    qtbot.keyClick(window, Key.Key_Question)
    assert window.overlay.isVisible()


def test_f11_fills_the_screen_and_escape_leaves_it(window: StageWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Key.Key_Escape)
    assert not window.isFullScreen()


def test_a_command_that_cannot_be_done_is_said_in_the_line(window: StageWindow, qtbot: QtBot) -> None:
    window.ask("song", "nowhere")
    qtbot.waitUntil(lambda: 'no song "nowhere"' in window.alert.words.line)
    assert not window.alert.words.is_wrong


def test_a_command_that_cannot_be_done_is_said_whatever_else_is_wrong(
    door: OpenDoor, window: StageWindow, qtbot: QtBot
) -> None:
    door.state = StageState(alerts=("No MIDI from FCB",))
    qtbot.waitUntil(lambda: window.alert.words.line == "No MIDI from FCB")
    window.ask("song", "nowhere")
    qtbot.waitUntil(lambda: 'no song "nowhere"' in window.alert.words.line)
    window._answer_fades.timeout.emit()
    assert window.alert.words.line == "No MIDI from FCB"


def test_words_that_are_too_long_for_the_door_are_said_to_be_in_the_line(window: StageWindow, qtbot: QtBot) -> None:
    window.ask("say", "x" * 201)
    qtbot.waitUntil(lambda: "it is longer than 200 letters" in window.alert.words.line)
    assert not window.alert.words.is_wrong


def test_an_engine_that_goes_is_said_and_found_again_where_it_comes_back(
    door: OpenDoor, window: StageWindow, qtbot: QtBot
) -> None:
    door.close()
    qtbot.waitUntil(lambda: window.alert.words.line == GONE)
    assert window.alert.words.is_wrong
    assert (window.leader.words.name, window.band.words.doing, window.set.words.title) == ("NO ENGINE", "", "")
    with OpenDoor(door.door_file, StageState(bpm=77.0), token="another token") as again:  # on any port
        assert again.port != 0
        qtbot.waitUntil(lambda: window.tempo.words.tempo == "77")
        assert window.alert.words.line == ""
        qtbot.keyClick(window, Key.Key_T)
        qtbot.waitUntil(lambda: again.commands == [("take", "")])


def test_an_engine_that_hangs_is_said_and_the_beat_stops(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    door.state = StageState(song_id="broken")  # the door stands open, and no state comes through it
    qtbot.waitUntil(lambda: window.alert.words.line == STUCK)
    door.state = StageState(bpm=66.0)
    qtbot.waitUntil(lambda: window.alert.words.line == "")
    assert window.tempo.words.tempo == "66"


def test_a_window_before_its_engine_waits(tmp_path: Path, qtbot: QtBot) -> None:
    link = Link("ws://127.0.0.1:1", tmp_path / "door.json")
    window = StageWindow(link)
    qtbot.addWidget(window)
    link.open()
    assert window.alert.words.line == WAITING
    with OpenDoor(tmp_path / "door.json", StageState(bpm=88.0)):
        qtbot.waitUntil(lambda: window.tempo.words.tempo == "88")
    link.close()


def test_a_wrong_token_is_said(door: OpenDoor, tmp_path: Path, qtbot: QtBot) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(door.address.model_copy(update={"token": "guessed"}).to_wire())
    link = Link(door.address.url, wrong)
    window = StageWindow(link)
    qtbot.addWidget(window)
    link.open()
    qtbot.waitUntil(lambda: window.alert.words.line.startswith("Wrong token"))
    link.close()


def test_a_closed_window_leaves_the_engine_playing(door: OpenDoor, window: StageWindow, qtbot: QtBot) -> None:
    window.close()
    assert door.commands == []
    second = Link(door.address.url, door.door_file)
    with qtbot.waitSignal(second.state_changed):
        second.open()
    second.close()


def test_where_no_file_says_where_the_door_is_the_window_goes_by_what_it_was_told(
    door: OpenDoor, tmp_path: Path, qtbot: QtBot
) -> None:
    link = Link(door.address.url, tmp_path / "door.json", door.address.token)
    with qtbot.waitSignal(link.state_changed):
        link.open()
    link.close()
