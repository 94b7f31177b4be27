"""The command around all commands."""

import os
import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import CHECKOUT, MAIN


def test_whoever_reads_no_further_ends_it_without_a_traceback(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    home = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, "plugins", "list"], stdout=write, stderr=subprocess.PIPE, text=True, env=home, check=False
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, "")
