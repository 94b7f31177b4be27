"""The stage window: tiles side by side, fed by the link, driven by keys. It only looks and asks; the engine plays."""

import time

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QColor, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PyQt6.QtWidgets import QWidget

from live_rig.control.protocol import Desk, Done, StageState
from ui import theme
from ui.desk.view import DeskView
from ui.latin import latin
from ui.link import GONE, Link
from ui.stage.alert_tile import AlertTile, AlertWords, alert_words
from ui.stage.band_tile import BandTile, BandWords, band_words
from ui.stage.beat_clock import BeatClock
from ui.stage.beat_tile import BeatTile, beat_words
from ui.stage.cue_tile import CueTile, CueWords, cue_words
from ui.stage.feel_tile import FeelTile, FeelWords, feel_words
from ui.stage.form_tile import FormTile, FormWords, form_words, section_touched
from ui.stage.keys import command_for, command_of_show
from ui.stage.leader_tile import LeaderTile, LeaderWords, leader_words
from ui.stage.levels_tile import LevelsTile, LevelsWords, levels_words
from ui.stage.overlay import Overlay, keys_words
from ui.stage.places import places
from ui.stage.rig_tile import RigTile, RigWords, rig_words
from ui.stage.section_tile import SectionTile, SectionWords, section_words
from ui.stage.set_tile import SetTile, SetWords, set_words
from ui.stage.tempo_tile import TempoTile, TempoWords, tempo_words

PICTURE_MS = 16  # 60 pictures a second
ANSWER_SHOWN_MS = 5000
SAVED = "saved as"  # the one answer that is not to be seen elsewhere
HELP_KEYS = (Qt.Key.Key_Question, Qt.Key.Key_F1)


def touched_band(state: StageState) -> str:
    """What a finger on the band asks for: in while it listens, on out of a hold or vamp, round while it plays; no more of a
    count; else start."""
    if state.is_listening:
        return "band-in"
    if state.is_holding or state.is_vamping:
        return "next"
    return "vamp" if state.is_playing else "stop" if state.is_counting else "start"


def name_of(event: QKeyEvent) -> str:
    """What a show calls the key: PgDown, Ctrl+M."""
    return QKeySequence(event.keyCombination()).toString().replace("Num+", "")


class StageWindow(QWidget):
    """Shows every state that the link brings; sends what the keys ask for."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.setWindowTitle("Live Rig")
        self.setMinimumSize(480, 320)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.GROUND))
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self._link, self._state = link, StageState()
        self._broken, self._answer, self._news = "", "", ""
        self._clock = BeatClock()
        self.leader, self.tempo, self.feel = LeaderTile(LeaderWords()), TempoTile(TempoWords()), FeelTile(FeelWords())
        self.section, self.cue, self.band = SectionTile(SectionWords()), CueTile(CueWords()), BandTile(BandWords())
        self.set, self.levels, self.rig = SetTile(SetWords()), LevelsTile(LevelsWords()), RigTile(RigWords())
        self.alert, self.beat, self.form = AlertTile(AlertWords()), BeatTile(), FormTile(FormWords())
        self.tiles: dict[str, QWidget] = {
            "leader": self.leader,
            "tempo": self.tempo,
            "feel": self.feel,
            "section": self.section,
            "cue": self.cue,
            "band": self.band,
            "set": self.set,
            "levels": self.levels,
            "rig": self.rig,
            "beat": self.beat,
            "form": self.form,
        }
        for tile in self.tiles.values():
            tile.setParent(self)
        self.alert.setParent(self)
        self.alert.hide()
        self.desk = DeskView(self, self.ask)
        self.desk.closed.connect(self.close_desk)
        self.overlay = Overlay(self)
        self._make_touchable()
        link.state_changed.connect(self.show_state)
        link.desk_changed.connect(self.desk.show_desk)
        link.answered.connect(self._show_answer)
        link.broken.connect(self.show_broken)
        self._picture = QTimer(self)
        self._picture.setTimerType(Qt.TimerType.PreciseTimer)
        self._picture.timeout.connect(self.show_moving)
        self._picture.start(PICTURE_MS)
        self._answer_fades = QTimer(self)
        self._answer_fades.setSingleShot(True)
        self._answer_fades.setInterval(ANSWER_SHOWN_MS)
        self._answer_fades.timeout.connect(self._forget_answer)  # no lambda: it would outlive the window

    def _make_touchable(self) -> None:
        """A tile is the button of what it shows."""
        self.leader.touched.connect(lambda _: self.ask("give" if self._state.leader == "drummer" else "take"))
        self.tempo.touched.connect(lambda _: self.ask("tap"))
        self.beat.touched.connect(lambda _: self.ask("one"))
        self.band.touched.connect(lambda _: self.ask(touched_band(self._state)))
        self.section.touched.connect(lambda _: self.ask("next"))
        self.rig.touched.connect(lambda _: self.ask("click", "off" if self._state.click_on else "on"))
        self.levels.touched.connect(lambda _: self.open_desk())
        self.form.touched.connect(self._go_to_touched)

    def _go_to_touched(self, across: float) -> None:
        if name := section_touched(self.form.words, self._state, across):
            self.ask("section", name)

    def show_state(self, state: StageState) -> None:
        """Show it everywhere; each tile repaints if its own words changed."""
        if state.hears and state.hears != self._state.hears:
            self._news = state.hears[:1].upper() + state.hears[1:]
            self._answer_fades.start()
        self._state = state
        self._clock.hear(state, time.monotonic())
        self.leader.show_words(leader_words(state, is_engine_there=self._broken != GONE))
        self.tempo.show_words(tempo_words(state))
        self.feel.show_words(feel_words(state))
        self.section.show_words(section_words(state))
        self.form.show_words(form_words(state))
        self.cue.show_words(cue_words(state))
        self.band.show_words(band_words(state))
        self.set.show_words(set_words(state))
        self.levels.show_words(levels_words(state))
        self.rig.show_words(rig_words(state))
        self.overlay.show_words(keys_words(state, with_desk=self.desk.isVisible()))
        self.desk.show_state(state)
        self._show_alert()

    def open_desk(self) -> None:
        """Knobs and faders in the lower part, until it is closed; what a player must see stays above them."""
        self.desk.show()
        self._place_tiles()

    def close_desk(self) -> None:
        self.desk.hide()
        self._place_tiles()

    def ask(self, command: str, value: str = "") -> None:
        """Ask the engine for something; where it is not there the line says so already."""
        self._link.send(command, value)

    def show_moving(self) -> None:
        now_s = time.monotonic()
        self.beat.show_place(beat_words(self._clock, now_s), self._clock.at(now_s))

    def _show_answer(self, done: Done) -> None:
        if not done.ok or done.says.startswith(SAVED):
            self._answer = done.says
            self._answer_fades.start()
            self._show_alert()

    def show_broken(self, why: str) -> None:
        self._broken = why
        if why == GONE:  # what it said last is no longer so
            self.show_state(StageState())
            self.desk.show_desk(Desk())
            self.set.show_words(SetWords(""))
            self.band.show_words(BandWords(""))
            self.rig.show_words(RigWords(""))
        self._show_alert()

    def _forget_answer(self) -> None:
        self._answer = self._news = ""
        self._show_alert()

    def _show_alert(self) -> None:
        words = alert_words(self._state, self._broken, self._answer, self._news)
        self.alert.show_words(words)
        self.alert.setVisible(bool(words.line))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        if event is None:
            return
        own = command_of_show(name_of(event), self._state)
        if not own:
            event = latin(event)
            own = command_of_show(name_of(event), self._state)
        key = event.key()
        is_desks = self.desk.isVisible() and not (key == Qt.Key.Key_Escape and self.overlay.isVisible())
        if is_desks and (not own or self.desk.is_typed(event)) and self.desk.press(event):
            return
        if event.isAutoRepeat():
            return
        if own:
            self.ask(*own)
        elif key in HELP_KEYS:
            self.overlay.setVisible(self.overlay.isHidden())
        elif key == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif key == Qt.Key.Key_D and not event.modifiers():
            self.open_desk()
        elif key == Qt.Key.Key_Escape:
            self._step_back()
        elif event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)  # Ctrl, Alt and the like are the desktop's
        elif asked := command_for(key, self._state):
            self.ask(*asked)

    def _step_back(self) -> None:
        if self.overlay.isVisible():
            self.overlay.hide()
        else:
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: ARG002, N802
        """Tab is a key like others: no tile takes the keyboard."""
        return False

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: ARG002, N802
        self._place_tiles()

    def _place_tiles(self) -> None:
        placed = places(self.width(), self.height(), with_desk=self.desk.isVisibleTo(self))
        for name, tile in {**self.tiles, "desk": self.desk}.items():
            tile.setVisible(name in placed)
            if name in placed:
                tile.setGeometry(*placed[name])
        self.alert.setGeometry(self.form.geometry())  # what is wrong comes before the form
        self.alert.raise_()
        top = round(self.height() * 0.5)
        self.overlay.setGeometry(0, top, self.width(), self.height() - top)
        self.overlay.raise_()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: ARG002, N802
        self._picture.stop()
        self._answer_fades.stop()
        self._link.close()
