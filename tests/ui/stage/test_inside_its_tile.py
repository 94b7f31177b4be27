"""What a tile paints lies inside of it: at its edge letters and marks would be cut off."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from live_rig.control.protocol import FormPart, StageState
from ui.link import Link
from ui.stage.window import StageWindow
from ui.tile import Tile

MARGIN_PX = 24
SEEN = 60  # of 255: fainter than this is the soft edge of a letter
PLAYING = StageState(
    song_title="Song of the byways",
    setlist=("Song of the byways", "Lantern"),
    form=(FormPart(name="high bridge", first_bar=1, length_bars=8), FormPart(name="hold", first_bar=9, length_bars=1)),
    section="high bridge",
    next_section="hold",
    bar=3,
    bar_in_section=3,
    bars_in_section=8,
    beat_in_bar=2,
    bpm=308.0,
    chart_bpm=330.0,
    leader="drummer",
    last_handover="the drummer took it at bar 9: by playing",
    is_playing=True,
    next_cue="Watch me, slowly",
    bars_to_next_cue=6.0,
    preset="big-band-room",
    effects="on",
    device="Scarlett 18i8, 48 kHz",
    alerts=("The disk is slow",),
)


@pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1920, 1080), (700, 900)])
@pytest.mark.parametrize("asynchrony_ms", [-200.0, -14.0, 0.0, 14.0, 200.0])
def test_no_tile_paints_beyond_its_edge(asynchrony_ms: float, size: tuple[int, int], qtbot: QtBot) -> None:
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.show_state(PLAYING.model_copy(update={"asynchrony_ms": asynchrony_ms}))
    window.show_moving()
    tiles = [tile for tile in window.findChildren(Tile) if tile.isVisible()]
    assert len(tiles) > 8
    assert not [type(tile).__name__ for tile in tiles if paints_outside(tile)]


def paints_outside(tile: Tile[object]) -> bool:
    """Painted on a larger sheet: is there anything on what is more of it?"""
    sheet = QImage(tile.width() + 2 * MARGIN_PX, tile.height() + 2 * MARGIN_PX, QImage.Format.Format_Alpha8)
    sheet.fill(0)
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(MARGIN_PX, MARGIN_PX)
    tile.draw(painter, QRectF(tile.rect()))
    painter.end()
    bits = sheet.constBits()
    assert bits is not None
    ink = np.frombuffer(bits.asstring(sheet.sizeInBytes()), np.uint8).reshape(sheet.height(), -1)[:, : sheet.width()].copy()
    ink[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = 0
    return bool((ink > SEEN).any())
