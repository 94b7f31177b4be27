"""Long words are broken into lines where that lets them be read from further away."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter, QPixmap
from pytestqt.qtbot import QtBot

from ui.theme import CAPITAL, TEXT, broken, fitting_px, width_per_px, write, write_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("solo", ("solo",)),
        ("Band in: riff", ("Band in: riff",)),
        ("Watch me: slowing down", ("Watch me:", "slowing down")),
        ("Rallentando", ("Rallentando",)),
        ("", ("",)),
    ],
)
def test_a_text_takes_no_more_lines_than_make_it_larger(text: str, lines: tuple[str, ...], qtbot: QtBot) -> None:
    assert qtbot is not None  # fonts want an application
    assert broken(text, 600.0, 150.0, 2, 60.0)[1] == lines


def test_every_line_fits(qtbot: QtBot) -> None:
    assert qtbot is not None
    size_px, lines = broken("Half time, 4 bars to the hold", 300.0, 120.0, 3, 1e9)
    assert " ".join(lines) == "Half time, 4 bars to the hold"
    assert max(width_per_px(line, True) for line in lines) * size_px <= 300.0
    assert len(lines) * CAPITAL * size_px <= 120.0


def test_type_fits_its_room_both_ways(qtbot: QtBot) -> None:
    assert qtbot is not None
    size_px = fitting_px("CONDUCTOR", 400.0, 100.0)
    assert width_per_px("CONDUCTOR", True) * size_px <= 400.0
    assert CAPITAL * fitting_px("I", 400.0, 100.0) <= 100.0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=12) | st.sampled_from(["🔥 solo", "🥁", "👨‍🎤 in", "ﷺ"]), st.floats(0.1, 300), st.floats(0.1, 80))
def test_any_text_is_written_in_any_room(qtbot: QtBot, text: str, width: float, height: float) -> None:
    assert qtbot is not None
    picture = QPixmap(300, 80)
    painter = QPainter(picture)
    for is_bold in (True, False):
        write(painter, QRectF(0, 0, width, height), text, TEXT, is_bold=is_bold)
        write_lines(painter, QRectF(0, 0, width, height), text, TEXT, is_bold=is_bold)
    painter.end()
