"""Make docs/stage.png: the real window, told a moment of the finale. Wants a display; `xvfb-run` gives one.

python scripts/stage_picture.py [OUT.png] [WIDTHxHEIGHT] [MOMENT]
"""

import sys
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_rig.control.protocol import Desk, FormPart, Knob, MixLevel, StageState, StemStrip
from ui.link import GONE, Link
from ui.stage.window import StageWindow

SONG = StageState(
    song_id="festival",
    song_title="Salt Road",
    song_number=1,
    song_count=2,
    setlist=("Salt Road", "Lantern"),
    chart_bpm=330.0,
    form=(
        FormPart(name="intro", first_bar=1, length_bars=8),
        FormPart(name="A1", first_bar=9, length_bars=8),
        FormPart(name="A2", first_bar=17, length_bars=8),
        FormPart(name="bridge", first_bar=25, length_bars=8),
        FormPart(name="A3", first_bar=33, length_bars=8),
        FormPart(name="solo", first_bar=41, length_bars=8, is_vamp=True),
        FormPart(name="way down", first_bar=49, length_bars=12),
        FormPart(name="last hit", first_bar=61, length_bars=1),
    ),
    bars=120,
    input_db=-9.0,
    drums_db=-7.5,
    band_db=-120.0,
    preset="big-band-room",
    effects="on",
    device="Scarlett 18i8, 48 kHz",
    blocks=90_000,
    stems=tuple(
        StemStrip(name=name, bus="band", level_db=0.0, pan=0.0, is_muted=False, is_solo=False)
        for name in ("bass", "piano", "saxes", "trumpets", "trombones", "percussion")
    ),
)


def knob(name: str, low: float, high: float, value: float, written: float | None = None) -> Knob:
    """A knob of the picture."""
    is_switch = name.rpartition(".")[2] in ("mute", "solo", "invert")
    return Knob(name=name, value=value, written=value if written is None else written, low=low, high=high, is_switch=is_switch)


def strip(name: str, gain_db: float = 0.0) -> tuple[Knob, ...]:
    """What every channel has."""
    switches = (knob(f"{name}.{switch}", 0, 1, 0) for switch in ("mute", "solo", "invert"))
    return knob(f"{name}.gain_db", -60, 24, gain_db), knob(f"{name}.pan", -1, 1, 0), *switches


DESK = Desk(
    presets=("arena", "big-band-room", "brushes", "dub", "lo-fi"),
    preset="big-band-room",
    title="Big-band room",
    knobs=(
        *strip("kick"),
        *strip("snare", 1.5),
        knob("snare.sends.plate", -60, 12, -9, -12),
        knob("snare.gate.threshold_db", -90, 0, -34),
        knob("snare.gate.hold_ms", 0, 2000, 80),
        knob("snare.gate.release_ms", 1, 2000, 60),
        knob("snare.HighpassFilter.cutoff_frequency_hz", 10, 20_000, 90),
        knob("snare.Compressor.threshold_db", -100, 0, -18, -24),
        knob("snare.Compressor.ratio", 1, 100, 4),
        knob("snare.Compressor.attack_ms", 0.01, 5_000, 8),
        knob("snare.Compressor.release_ms", 0.01, 5_000, 120),
        *strip("hats"),
        *strip("toms"),
        *strip("overheads"),
        *strip("plate"),
        *strip("master"),
    ),
    mixes=tuple(
        MixLevel(mix="drummer", source=source, level_db=0.0) for source in ("drums", "band", "click", "count", "guide")
    ),
    can_undo=True,
)
PLAYING = SONG.model_copy(
    update={
        "is_playing": True,
        "section": "A2",
        "next_section": "bridge",
        "bar": 21,
        "bar_in_section": 5,
        "bars_in_section": 8,
        "beat_in_bar": 3,
        "phase": 0.4,
        "bpm": 317.0,
        "leader": "drummer",
        "confidence": 0.95,
        "asynchrony_ms": 14.0,
        "now": "Trumpets take it",
        "next_cue": "4 bars to the bridge",
        "bars_to_next_cue": 11.2,
        "last_handover": "the drummer took it at bar 9: count-in",
        "band_db": -8.0,
    }
)
MOMENTS = {
    "rushing": PLAYING,
    "listening": SONG.model_copy(
        update={
            "is_listening": True,
            "bpm": 252.0,
            "beat_in_bar": 1,
            "phase": 0.2,
            "next_section": "intro",
            "next_cue": "Band in: riff",
        }
    ),
    "vamp": PLAYING.model_copy(
        update={
            "section": "solo",
            "next_section": "way down",
            "is_vamping": True,
            "asynchrony_ms": -3.0,
            "bars_to_next_cue": 1.7,
            "next_cue": "Watch me: slowing down",
            "queued": "to way down",
            "beat_in_bar": 1,
            "bpm": 330.0,
        }
    ),
    "limit": PLAYING.model_copy(
        update={"limit": "no faster than 340", "bpm": 340.0, "leader": "shared", "drummer_share": 0.6, "queued": "to solo"}
    ),
    "holding": PLAYING.model_copy(
        update={
            "leader": "conductor",
            "is_holding": True,
            "bpm": 84.0,
            "section": "way down",
            "next_section": "",
            "last_handover": "the conductor took it at bar 96: conducting",
            "now": "Hold. Eyes on me",
            "next_cue": "Wait for the last hit",
            "bars_to_next_cue": 1.0,
            "asynchrony_ms": -22.0,
        }
    ),
    "trouble": PLAYING.model_copy(
        update={
            "effects": "restarting",
            "blocks_late": 3,
            "leader": "band",
            "last_handover": "the band has it: asked for",
            "alerts": ("The effects stopped and are starting again; the kit is dry until then", "x"),
        }
    ),
    "waiting": PLAYING.model_copy(update={"coming": "then parallel-crush at the bar"}),
    "repeat": PLAYING.model_copy(update={"round": 2, "rounds": 3}),
    "key": PLAYING.model_copy(update={"transposed": -2, "queued": "key +3, soon"}),
    "desk": PLAYING,
    "gone": PLAYING,
    "keys": PLAYING,
}


def main(out: str = "docs/stage.png", size: str = "1280x800", moment: str = "rushing") -> int:
    """Draw one moment at one size."""
    app = QApplication(["stage_picture"])
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    window.resize(*map(int, size.split("x")))
    window.show()
    window.show_state(MOMENTS[moment])
    if moment == "gone":
        window.show_broken(GONE)
    window.overlay.setVisible(moment == "keys")
    if moment == "desk":
        window.desk.show_desk(DESK)
        window.open_desk()
        for _ in range(4):
            window.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier))
    window.show_moving()
    app.processEvents()
    is_saved = window.grab().save(str(out))
    window.close()
    return 0 if is_saved else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
