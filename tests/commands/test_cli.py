"""The command around all commands."""

import argparse
import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from live_rig.cli import COMMANDS, main, parser_for
from live_rig.commands.engine import say
from tests.commands.conftest import CHECKOUT, MAIN, LiveRig
from tests.show.conftest import make_show


@pytest.mark.parametrize("words", [["plugins", "list"], ["--help"], ["follow", "--help"], ["help"]], ids=" ".join)
def test_whoever_reads_no_further_ends_it_without_a_traceback(words: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    home = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # it is written at the end, in one
    home |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, *words], stdout=write, stderr=subprocess.PIPE, text=True, env=home, check=False
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_title_with_letters_that_the_terminal_does_not_have_ends_nothing(tmp_path: Path) -> None:
    sheet = make_show(tmp_path / "friday") / "show.toml"
    sheet.write_text('title = "Frühschoppen ☂"\n' + "".join(sheet.read_text(encoding="utf-8").splitlines(True)[1:]), "utf-8")
    home = os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": "ascii"}
    words = [sys.executable, "-c", MAIN, "check", str(tmp_path / "friday")]
    ended = subprocess.run(words, env=home, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Fr?hschoppen ?" in ended.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="file names as bytes, as Linux has them")
def test_a_file_whose_name_python_was_told_not_to_know_is_said_without_a_traceback(tmp_path: Path) -> None:
    show = make_show(tmp_path / "Frühschoppen")
    home = os.environ | {"PYTHONPATH": str(CHECKOUT), "LC_ALL": "C", "PYTHONUTF8": "0"}
    words = [sys.executable, "-c", MAIN, "check", str(show)]
    ended = subprocess.run(words, env=home, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "live-rig check: a file's name has letters that LC_ALL, LANG or PYTHONUTF8 have taken from Python. Say LC_ALL=C.UTF-8."
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file on a disk that is full, as Linux has one")
def test_what_is_printed_onto_a_full_disk_ends_a_command_in_words() -> None:
    with Path("/dev/full").open("w") as full:
        home = os.environ | {"PYTHONPATH": str(CHECKOUT)}
        words = [sys.executable, "-c", MAIN, "help"]
        ended = subprocess.run(words, env=home, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "live-rig help: the disk is full. Make room on it.\n")


@pytest.mark.parametrize("command", ["check", "new", "follow"])
def test_a_name_that_no_file_can_have_is_said_without_a_traceback(live_rig: LiveRig, command: str) -> None:
    name = "f" * 300
    ended = live_rig(command, name)
    assert (ended.code, ended.out) == (2, "")
    assert ended.said.startswith(f"live-rig {command}: File name too long ({name}")
    assert ended.said.endswith("Check the name, and whose it is.\n")


def test_a_folder_that_is_shut_is_said_without_a_traceback(live_rig: LiveRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(path: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "is_file", shut)  # whoever may do anything is not shut out
    ended = live_rig("check", "friday")
    assert (ended.code, ended.said) == (
        2,
        "live-rig check: Permission denied (friday/show.toml). Check the name, and whose it is.\n",
    )


def test_a_show_plays_on_where_nobody_reads_what_it_prints_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    with io.FileIO(write, "w") as nobody:
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(nobody, write_through=True))
        with pytest.raises(BrokenPipeError):
            print("anything", flush=True)
        say("The window is closed, and the sound goes on.")


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The long names of all that a command takes, and of what its own commands take."""
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for of_its_own in action.choices.values():
                yield from options(of_its_own)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named_in_a_page(name: str) -> None:
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [option for option in options(parser_for(name)) if option not in text and option != "--help"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["render", "friday", "--samplerate", "44.1"],
            'argument --samplerate: "44.1" is not a whole number. Write digits alone, such as 64',
        ),
        (["follow", "drums.wav", "--tempo", "fast"], 'argument --tempo: "fast" is not a number. Write it as 120.5'),
    ],
)
def test_what_is_no_number_is_said_in_plain_words(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert said in capsys.readouterr().err
