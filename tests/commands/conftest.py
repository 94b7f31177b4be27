"""The `live-rig` command, run as a user runs it: what it prints, what it says is wrong, and its exit code."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from live_rig.cli import main

CHECKOUT = Path(__file__).parents[2]
MAIN = "from live_rig.cli import main; raise SystemExit(main())"


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    said: str  # on standard error


LiveRig = Callable[..., Ran]


@pytest.fixture
def live_rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> LiveRig:
    """`live_rig("check", show)`, in this process, with `tmp_path` as the folder one is in."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def live_rig_process(tmp_path: Path) -> LiveRig:
    """The same in a process of its own; `before` is Python that runs there first."""

    def run(*words: str | Path, before: str = "") -> Ran:
        done = subprocess.run(
            [sys.executable, "-c", f"{before}\n{MAIN}", *map(str, words)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
