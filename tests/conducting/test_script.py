"""What a pedal or the conductor did, as it is written down."""

from pathlib import Path

import pytest

from live_rig.conducting.script import Scripted, read_script
from live_rig.errors import ShowError


def read(tmp_path: Path, text: str) -> list[Scripted]:
    path = tmp_path / "script.csv"
    path.write_text(text)
    return read_script(path)


def test_rows_come_in_the_order_of_time(tmp_path: Path) -> None:
    rows = read(tmp_path, "time_s,command,value\n9.5,finale,\n3,tempo,120\n\n4.25,take\n")
    assert rows == [Scripted(3.0, "tempo", "120"), Scripted(4.25, "take", ""), Scripted(9.5, "finale", "")]


def test_what_a_spreadsheet_adds_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufefftime_s, command, value, note\r\n1.0, take ,, at last\r\n") == [Scripted(1.0, "take", "")]


def test_it_may_come_from_where_the_comma_is_in_the_numbers(tmp_path: Path) -> None:
    rows = read(tmp_path, 'time_s;command;value\n8,5;section;solo\n9;say;"now, all"\n')
    assert rows == [Scripted(8.5, "section", "solo"), Scripted(9.0, "say", "now, all")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nan,take,", "script.csv:2"),
        ("-1,take,", "-1 s is before the start"),
        ("inf,take,", "script.csv:2"),
        ("soon,take,", '"soon" is no time'),
        ("1.0,tak,", 'Change it to "take", the nearest there is'),
        ("1.0,tempo,fast", '"fast" is not a tempo'),
        ("1.0,tempo,", '"tempo" needs something after it'),
        ("1.0,take,now", '"take" takes nothing after it'),
        ("1.0", "script.csv:2"),
    ],
)
def test_a_row_that_will_not_do_is_named_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(ShowError) as told:
        read(tmp_path, f"time_s,command,value\n{row}\n")
    assert said in str(told.value)
    assert "script.csv:2" in str(told.value)


@pytest.mark.parametrize("text", ["", "1.0,take,\n", "when,what\n1.0,take\n"])
def test_without_its_heading_it_is_no_script(tmp_path: Path, text: str) -> None:
    with pytest.raises(ShowError, match=r'Write "time_s,command,value" in its first line'):
        read(tmp_path, text)


def test_a_script_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match=r"nowhere\.csv"):
        read_script(tmp_path / "nowhere.csv")
    (tmp_path / "script.csv").write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(ShowError, match="cannot be read: it is not UTF-8 text"):
        read_script(tmp_path / "script.csv")
    with pytest.raises(ShowError, match="cannot be read: it is a folder"):
        read_script(tmp_path)
