"""The desk, over the lower part of the stage window: buttons, the names of the pages, and one page of cells.

It shows what the engine says and asks for what hands do. What is being turned is shown at once, and sent as often as states
come, the last value always.
"""

from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from live_rig.control.protocol import STATES_PER_S, Desk, StageState
from ui.desk.buttons import buttons, naming_buttons, tabs
from ui.desk.cells import PRESETS, Cell, Command, Dial, Page, pages, parted
from ui.desk.cells_tile import FINGER_PX, CellsTile, CellsWords
from ui.desk.keys import does
from ui.desk.naming import Naming
from ui.desk.row_tile import RowTile

ROW, ROW_TALL = 0.11, 0.07  # height of a row of buttons, of the desk's height, and at most of its width
TAB = 2.5  # fingers: the least width of a page's name
HELD_MS = 600  # a hand's own value is shown so long after its last move; then what the engine says
FINELY = 0.1  # of a step, with Shift


class DeskView(QWidget):
    """Knows the engine by what it says (`show_desk`, `show_state`) and by `ask`."""

    closed = pyqtSignal()

    def __init__(self, parent: QWidget, ask: Callable[[str, str], None]) -> None:
        super().__init__(parent)
        self._ask = ask
        self._desk, self._state = Desk(), StageState()
        self._pages: tuple[Page, ...] = ()
        self._page, self._cell = 0, 0
        self._held: dict[tuple[str, str], float] = {}  # (command, name) of what a hand turns, and where to
        self._unsent: dict[tuple[str, str], Command] = {}
        self._asked: list[str] = []  # presets that the engine has not yet answered with, nor may ever
        self._naming: Naming | None = None
        self.buttons, self.tabs, self.cells = RowTile(self), RowTile(self), CellsTile(self)
        self.buttons.pressed.connect(self._do)
        self.tabs.pressed.connect(lambda number: self._go_to(int(number), 0))
        self.cells.chosen.connect(self._choose)
        self.cells.pressed.connect(lambda sends: self._command(*sends))
        self.cells.turned.connect(self._turn)
        self.cells.stepped.connect(self._step)
        self.cells.put_back.connect(self._put_back)
        self._sending, self._letting_go = QTimer(self), QTimer(self)
        self._sending.setInterval(1000 // STATES_PER_S)
        self._sending.timeout.connect(self._send)
        self._letting_go.setSingleShot(True)
        self._letting_go.setInterval(HELD_MS)
        self._letting_go.timeout.connect(self._let_go)
        self.hide()

    def show_desk(self, desk: Desk) -> None:
        """What can be turned, from now on."""
        if desk.preset != self._desk.preset:
            self._naming = None
            self._asked = self._asked[self._asked.index(desk.preset) + 1 :] if desk.preset in self._asked else []
        self._desk = desk
        self._show()

    def show_state(self, state: StageState) -> None:
        """Where the stems stand."""
        if state.stems != self._state.stems:
            self._state = state
            self._show()

    def is_typed(self, event: QKeyEvent) -> bool:
        """Whether a key types a letter of a name; a pedal that sends keys sends none."""
        return self._naming is not None and bool(event.text())

    def press(self, event: QKeyEvent) -> bool:
        """A key; whether it is the desk's."""
        if self._naming is not None:
            return self._type(event, self._naming)
        doing = does(event.key(), event.modifiers())
        if doing in ("less", "more"):
            finely = FINELY if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._step(self._cell, finely if doing == "more" else -finely)
        elif doing and (doing in ("up", "down") or not event.isAutoRepeat()):
            self._do(doing)
        return bool(doing)

    def _type(self, event: QKeyEvent, naming: Naming) -> bool:
        """A key while a name is typed; those of the desktop go by."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do("keep")
        elif event.key() == Qt.Key.Key_Escape:
            self._do("leave")
        elif event.key() == Qt.Key.Key_Backspace:
            self._naming = naming.shortened()
        elif event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier) or not event.text():
            return False
        else:
            self._naming = naming.typed(event.text())
        self._show()
        return True

    def _do(self, what: str) -> None:
        """What a button or a key means."""
        match what:
            case "up" | "down":
                self._walk(-1 if what == "up" else 1)
            case "page before" | "page after":
                self._go_to((self._page + (1 if what == "page after" else -1)) % max(1, len(self._pages)), 0)
            case "preset before" | "preset after":
                self._next_preset(1 if what == "preset after" else -1)
            case "presets":
                self._go_to(next((n for n, page in enumerate(self._pages) if page.name == PRESETS), self._page), 0)
            case "undo" | "redo" | "compare":
                self._command(what)
            case "press" | "mute" | "solo":
                self._press_chosen(what)
            case "put back":
                self._put_back(self._cell)
            case "save":
                self._naming = Naming(self._desk.free_name) if self._desk.preset else None
            case "keep":
                if self._naming and self._naming.name:
                    self._command("save-preset", self._naming.name)
                    self._naming = None
            case "leave":
                self._naming = None
            case "close":
                self.closed.emit()
        self._show()

    def _walk(self, way: int) -> None:
        """One cell up or down; beyond the page's end, the next page."""
        cell = self._cell + way
        if 0 <= cell < len(self._page_cells):
            self._cell = cell
        elif self._pages:
            page = (self._page + way) % len(self._pages)
            self._go_to(page, 0 if way > 0 else len(self._pages[page].cells) - 1)

    def _go_to(self, page: int, cell: int) -> None:
        self._page, self._cell = page, cell
        self._show()

    def _choose(self, number: int) -> None:
        self._cell = number
        self._show()

    def _next_preset(self, way: int) -> None:
        """From the one that was asked for last, so that two quick presses are two, and one that cannot be had is passed."""
        names, last = self._desk.presets, self._asked[-1] if self._asked else self._desk.preset
        if names:
            here = names.index(last) if last in names else -1 if way > 0 else 0
            self._asked.append(names[(here + way) % len(names)])
            self._command("preset", self._asked[-1])

    def _press_chosen(self, what: str) -> None:
        """The chosen cell's own button, or the toggle of that name; `press` takes the first there is."""
        cell = self._chosen
        if cell is None:
            return
        toggles = [toggle for toggle in cell.toggles if what in ("press", toggle.says)]
        if sends := cell.sends if what == "press" and cell.sends else toggles[0].sends if toggles else None:
            self._command(*sends)

    @property
    def _page_cells(self) -> tuple[Cell, ...]:
        return self._pages[self._page].cells if self._page < len(self._pages) else ()

    @property
    def _chosen(self) -> Cell | None:
        return self._page_cells[self._cell] if self._cell < len(self._page_cells) else None

    def _dial(self, number: int) -> Dial | None:
        return self._page_cells[number].dial if 0 <= number < len(self._page_cells) else None

    def _step(self, number: int, steps: float) -> None:
        if dial := self._dial(number):
            self._turn(number, dial.scale.stepped(dial.value, steps))

    def _put_back(self, number: int) -> None:
        dial = self._dial(number)
        if dial and dial.written is not None:
            self._turn(number, dial.written)

    def _turn(self, number: int, value: float) -> None:
        """Show it at once; send it now, or with the next tick if something was just sent."""
        dial = self._dial(number)
        if dial is None or value == dial.value:
            return
        what = dial.knob
        self._held[what], self._unsent[what] = value, dial.sends(value)
        self._letting_go.start()
        if not self._sending.isActive():
            self._send()
            self._sending.start()
        self._show()

    def _command(self, command: str, value: str = "") -> None:
        """Ask for what is no turn: after all turns, and shown as the engine has it."""
        self._send()
        self._held.clear()
        self._ask(command, value)

    def _send(self) -> None:
        if not self._unsent:
            self._sending.stop()
        for sends in self._unsent.values():
            self._ask(*sends)
        self._unsent.clear()

    def _let_go(self) -> None:
        self._held.clear()
        self._show()

    def _show(self) -> None:
        """All of it, where it is to be seen; each tile repaints what has changed."""
        if self.isHidden():
            return
        here = self._pages[self._page].name if self._page < len(self._pages) else ""
        self._pages = parted(pages(self._desk, self._state.stems, self._held), self.cells.capacity)
        if self._page >= len(self._pages) or self._pages[self._page].name != here:
            self._page = next((number for number, page in enumerate(self._pages) if page.name == here), 0)
        self._cell = max(0, min(self._cell, len(self._page_cells) - 1))
        self.cells.show_words(CellsWords(self._page_cells, self._cell))
        self.tabs.show_words(tabs(self._pages, self._page, max(3, int(self.tabs.width() / (TAB * FINGER_PX)))))
        self.buttons.show_words(naming_buttons(self._naming.name) if self._naming else buttons(self._desk))

    def showEvent(self, event: object) -> None:  # noqa: ARG002, N802
        self._show()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: ARG002, N802
        row = max(FINGER_PX, round(min(self.height() * ROW, self.width() * ROW_TALL)))
        gap = max(4, round(row * 0.1))
        self.buttons.setGeometry(0, 0, self.width(), row)
        self.tabs.setGeometry(0, row + gap, self.width(), row)
        top = 2 * (row + gap)
        self.cells.setGeometry(0, top, self.width(), max(1, self.height() - top))
        self._show()
