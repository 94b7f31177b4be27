"""The command around all commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import CHECKOUT, MAIN


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
