"""What lies on the desk: every knob of the preset, on the page of its channel, with the command that turns it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.control.protocol import Desk, StemStrip
from live_rig.rack.desk_state import desk_state
from live_rig.rack.edits import Edits
from live_rig.rack.preset_reader import read_preset
from live_rig.show.command import parse_command
from ui.desk.cells import Cell, Page, pages, parted

KIT = """title = "Kit"
says = "for a test"
[strips.kick]
inputs = [1]
gate = { key = "snare", threshold_db = -34.0 }
[strips.snare]
inputs = [2]
sends = { plate = -9.0 }
[[strips.snare.effects]]
type = "Compressor"
[[strips.snare.effects]]
type = "Compressor"
[sends.plate]
[[sends.plate.effects]]
type = "Reverb"
[macros.crush]
says = "harder"
at = 0.25
[[macros.crush.moves]]
knob = "snare.Compressor.threshold_db"
from = 0.0
to = -40.0
[snapshots.chorus]
"snare.gain_db" = 2.0
"""
STEMS = (StemStrip(name="a=b", bus="band", level_db=-3.0, pan=0.2, is_muted=False, is_solo=True),)


@pytest.fixture
def edits(tmp_path: Path) -> Edits:
    (tmp_path / "kit.toml").write_text(KIT)
    return Edits(read_preset(tmp_path / "kit.toml"))


def laid_out(edits: Edits, held: dict[tuple[str, str], float] | None = None) -> dict[str, dict[str, Cell]]:
    """Cells by page and name."""
    made = pages(desk_state(["kit", "dub"], edits, {}), STEMS, held or {})
    return {page.name: {cell.name: cell for cell in page.cells} for page in made}


def test_every_channel_has_a_page_of_its_own(edits: Edits) -> None:
    assert list(laid_out(edits)) == ["stems", "presets", "snapshots", "macros", "kick", "snare", "plate", "master"]


def test_every_knob_of_the_preset_lies_somewhere(edits: Edits) -> None:
    sent = [
        sends[1].split("=")[0]
        for page in laid_out(edits).values()
        for cell in page.values()
        for sends in [*(toggle.sends for toggle in cell.toggles), *([cell.dial.sends(0.0)] if cell.dial else [])]
        if sends[0] == "knob"
    ]
    assert sorted(sent) == sorted([*edits.knobs, "crush"])


def test_what_it_sends_is_a_command_that_turns_that_knob(edits: Edits) -> None:
    for page in laid_out(edits).values():
        for cell in page.values():
            sends = [*(toggle.sends for toggle in cell.toggles), *([cell.sends] if cell.sends else [])]
            if cell.dial:
                sends.append(cell.dial.sends(cell.dial.scale.value(0.37)))
            for word, value in sends:
                command = parse_command(f"{word} {value}")
                if command.word == "knob":
                    knob, _, number = command.value.rpartition("=")
                    edits.turn(knob, float(number))  # refuses what is not there, or goes too far


def test_a_macro_stands_where_the_knobs_it_moves_stand(edits: Edits) -> None:
    assert laid_out(edits)["macros"]["crush: harder"].dial.value == pytest.approx(0.25)  # type: ignore[union-attr]
    edits.turn("crush", 0.75)
    assert laid_out(edits)["macros"]["crush: harder"].dial.value == pytest.approx(0.75)  # type: ignore[union-attr]
    edits.undo()
    assert laid_out(edits)["macros"]["crush: harder"].dial.value == pytest.approx(0.25)  # type: ignore[union-attr]


def test_what_a_hand_turns_is_shown_before_the_engine_says_so(edits: Edits) -> None:
    cell = laid_out(edits, {("knob", "snare.gain_db"): 5.0})["snare"]["level"]
    assert (cell.dial.value, cell.dial.written) == (5.0, 0.0)  # type: ignore[union-attr]


def test_without_a_preset_there_are_presets_and_stems() -> None:
    assert [page.name for page in pages(Desk(presets=("dub",)), STEMS, {})] == ["stems", "presets"]
    assert pages(Desk(), (), {}) == ()


@given(st.integers(1, 40), st.lists(st.integers(1, 90), max_size=5))
def test_pages_that_are_too_long_are_parted_and_nothing_is_lost(capacity: int, lengths: list[int]) -> None:
    whole = [Page(f"page{n}", tuple(Cell(f"{n}.{m}") for m in range(length))) for n, length in enumerate(lengths)]
    parts = parted(whole, capacity)
    assert [cell for part in parts for cell in part.cells] == [cell for page in whole for cell in page.cells]
    assert all(1 <= len(part.cells) <= capacity for part in parts)
    assert len({part.name for part in parts}) == len(parts)
