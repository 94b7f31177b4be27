"""One table of commands, for pedals, keys, scripts and the door."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.show.command import COMMANDS, Command, parse_command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("take", Command("take")),
        ("  next ", Command("next")),
        ("song slow-blues", Command("song", "slow-blues")),
        ("section last hit", Command("section", "last hit")),
        ("tempo 120.5", Command("tempo", "120.5")),
        ("conduct", Command("conduct")),
        ("conduct 96", Command("conduct", "96")),
        ("level bass=-6", Command("level", "bass=-6")),
        ("click off", Command("click", "off")),
    ],
)
def test_a_command_is_a_word_and_perhaps_a_value(text: str, command: Command) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        ("tkae", 'there is no command "tkae"', 'Change it to "take", the nearest there is'),
        ("bandin", 'there is no command "bandin"', 'Change it to "band-in", the nearest there is'),
        ("Take", 'there is no command "Take"', 'Change it to "take", the nearest there is'),
        ("xyzzy", 'there is no command "xyzzy"', "Take one of: start, stop, next"),
        ("", 'there is no command ""', "Take one of: start, stop, next"),
        ("song", '"song" needs something after it', 'Write "song ID"'),
        ("take it", '"take" takes nothing after it', 'Write "take"'),
        ("tempo fast", '"fast" is not a tempo', 'Write a number from 40 to 400: "tempo 120"'),
        ("tempo 900", '"900" is not a tempo', 'Write a number from 40 to 400: "tempo 120"'),
        ("conduct nan", '"nan" is not a tempo', 'Write a number from 40 to 400: "conduct 120"'),
        ("click loud", '"loud" is neither on nor off', 'Write "click on" or "click off"'),
        ("level bass", '"bass" is not a stem and its level', 'Write "level bass=-6"'),
        ("level bass=loud", '"bass=loud" is not a stem and its level', 'Write "level bass=-6"'),
    ],
)
def test_what_cannot_be_done_is_told_so(text: str, what: str, do: str) -> None:
    with pytest.raises(ValueError, match=re.escape(what)) as caught:
        parse_command(text)
    assert caught.value.args[1].startswith(do)


@given(
    st.text(max_size=30)
    | st.sampled_from(sorted(COMMANDS)).flatmap(lambda word: st.text(max_size=9).map(f"{word} {{}}".format))
)
def test_any_text_is_a_command_or_told_what_is_wrong_and_what_to_do(text: str) -> None:
    try:
        assert parse_command(text).word in COMMANDS
    except ValueError as error:
        what, do = error.args
        assert what
        assert do
