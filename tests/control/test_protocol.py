"""Every message survives the wire and back, and any text is a message or told why not."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.control import protocol
from live_rig.control.protocol import (
    SILENCE_DB,
    Command,
    Desk,
    Done,
    FormPart,
    Hello,
    Knob,
    MessageError,
    Refused,
    StageState,
    Welcome,
    read_from_client,
    read_from_server,
)

CHECKOUT = Path(__file__).parents[2]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
counts = st.integers(0, 10**9)
numbers = st.floats(-1e9, 1e9)

hellos = st.builds(Hello, token=words, client=words)
commands = st.builds(Command, id=counts, command=words, value=words)
dones = st.builds(Done, id=counts, ok=st.booleans(), says=words)
forms = st.lists(st.builds(FormPart, name=words, first_bar=counts, length_bars=counts, is_vamp=st.booleans()), max_size=3)
states = st.builds(
    StageState,
    time_s=numbers,
    song_title=words,
    setlist=st.lists(words, max_size=3).map(tuple),
    form=forms.map(tuple),
    bar=st.integers(-9, 999),
    beat_in_bar=counts,
    phase=st.floats(0, 1),
    bpm=numbers,
    chart_bpm=numbers | st.none(),
    leader=st.sampled_from(["band", "drummer", "conductor", ""]),
    asynchrony_ms=numbers | st.none(),
    bars_to_next_cue=numbers | st.none(),
    is_playing=st.booleans(),
    input_db=st.floats(SILENCE_DB, 12),
    effects=st.sampled_from(["on", "dry", "restarting", "none"]),
    alerts=st.lists(words, max_size=3).map(tuple),
)

knobs = st.builds(
    Knob, name=words, value=numbers, written=numbers, low=numbers | st.none(), high=numbers | st.none(), is_switch=st.booleans()
)
desks = st.builds(
    Desk,
    presets=st.lists(words, max_size=3).map(tuple),
    preset=words,
    knobs=st.lists(knobs, max_size=3).map(tuple),
    side=st.sampled_from(["A", "B"]),
)


@given(hellos | commands)
def test_what_a_client_says_is_heard(message: Hello | Command) -> None:
    assert read_from_client(message.to_wire()) == message


@given(st.just(Welcome()) | dones | st.builds(Refused, says=words) | states | desks)
def test_what_the_engine_says_is_heard(message: Welcome | Done | Refused | StageState | Desk) -> None:
    assert read_from_server(message.to_wire()) == message


@given(words | st.recursive(st.none() | numbers | words, lambda each: st.dictionaries(words, each)).map(json.dumps))
def test_any_text_is_a_message_or_told_why_not(text: str) -> None:
    for read in (read_from_client, read_from_server):
        with pytest.raises(MessageError, match=r"^Not a message: .+$"):
            read(text)


def test_what_the_core_does_not_know_is_said_as_unknown() -> None:
    state = StageState(asynchrony_ms=math.nan, bars_to_next_cue=math.nan, input_db=-math.inf, drums_db=math.nan, band_db=-200.0)
    assert (state.asynchrony_ms, state.bars_to_next_cue) == (None, None)
    assert (state.input_db, state.drums_db, state.band_db) == (SILENCE_DB, SILENCE_DB, SILENCE_DB)


def test_a_misspelt_key_is_told() -> None:
    with pytest.raises(MessageError, match="valeu"):
        read_from_client('{"type": "command", "id": 1, "command": "song", "valeu": "caravan"}')


def test_the_schema_in_the_docs_is_that_of_the_messages() -> None:
    made = subprocess.run([sys.executable, "scripts/door_schema.py"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert made.stdout.strip() in (CHECKOUT / "docs" / "door.md").read_text(encoding="utf-8")


def test_the_example_in_the_docs_is_a_conversation() -> None:
    page = (CHECKOUT / "docs" / "door.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith(("→ ", "← "))]
    said = [(read_from_client if line[0] == "→" else read_from_server)(line[2:]) for line in lines]
    assert [type(message) for message in said] == [Hello, Welcome, Command, Done, Command, Done]


def test_every_command_says_what_it_does() -> None:
    assert all(kind.says for kind in protocol.COMMANDS.values())
