"""Whatever an engine says, in whatever words: every tile paints it, at any size of the window."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from live_rig.control.protocol import FormPart, StageState
from ui.link import Link
from ui.stage.window import StageWindow

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["🔥 solo", "", " ", "Rallentando"])
counts = st.integers(0, 10**6)
numbers = st.floats(-1e6, 1e6)
states = st.builds(
    StageState,
    song_title=words,
    song_number=st.integers(0, 5),
    song_count=st.integers(0, 5),
    setlist=st.lists(words, max_size=4).map(tuple),
    keys=st.dictionaries(words, words, max_size=3),
    chart_bpm=numbers | st.none(),
    transposed=st.integers(-6, 6),
    form=st.lists(st.builds(FormPart, name=words, first_bar=counts, length_bars=st.integers(1, 99)), max_size=5).map(tuple),
    section=words,
    next_section=words,
    bar=st.integers(-9, 999),
    bar_in_section=counts,
    bars_in_section=counts,
    beat_in_bar=st.integers(0, 16),
    beats_per_bar=st.integers(1, 16),
    phase=st.floats(0, 1),
    bpm=st.floats(0, 400),
    leader=st.sampled_from(["band", "drummer", "conductor", "shared", ""]),
    drummer_share=st.floats(0, 1),
    limit=words,
    asynchrony_ms=numbers | st.none(),
    is_playing=st.booleans(),
    is_vamping=st.booleans(),
    is_holding=st.booleans(),
    is_listening=st.booleans(),
    is_counting=st.booleans(),
    now=words,
    next_cue=words,
    bars_to_next_cue=st.floats(0, 999) | st.none(),
    queued=words,
    last_handover=words,
    input_db=st.floats(-120, 12),
    click_on=st.booleans(),
    hears=words,
    preset=words,
    effects=st.sampled_from(["on", "dry", "restarting", "none"]),
    device=words,
    blocks_late=counts,
    alerts=st.lists(words, max_size=3).map(tuple),
)


@pytest.fixture
def window(qtbot: QtBot) -> StageWindow:
    window = StageWindow(Link("ws://127.0.0.1:1", Path("no-door.json")))
    qtbot.addWidget(window)
    window.show()
    return window


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(states, min_size=1, max_size=3), st.integers(480, 1600), st.integers(320, 1200), st.booleans(), st.booleans())
def test_any_state_is_painted(
    window: StageWindow, said: list[StageState], width: int, height: int, with_keys: bool, with_desk: bool
) -> None:
    window.resize(width, height)
    window.overlay.setVisible(with_keys)
    (window.open_desk if with_desk else window.close_desk)()
    for state in said:
        window.show_state(state)
        window.show_moving()
        assert not window.grab().isNull()
