"""`live-rig bench`: measure this machine. The benches lie in bench/, one file per question; they do not ship with the wheel."""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

from live_rig.errors import ShowError
from live_rig.paths import PACKAGE

STAGE = ("block_time", "round_trip", "offline_speed", "memory")  # what is asked of every machine that goes on stage
FOUND_WANTING, NOT_UNDERSTOOD = 1, 2  # the second is argparse's, for what cannot be measured as it is said


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help=f"which one; without a name: {', '.join(STAGE)}")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="for the bench itself; try --help there")


def run(args: argparse.Namespace) -> int:
    """Run one bench, or those that matter on stage, and say which others there are.

    1 when something was not reached, 2 where one does not understand what is said to it.
    """
    folder = benches_dir()
    there = questions(folder)
    if args.name is not None and args.name not in there:
        raise ShowError(f'There is no bench "{args.name}"', where=str(folder), do=f"Say one of: {', '.join(there)}")
    names = STAGE if args.name is None else (args.name,)
    codes = []
    for name in names:
        print(f"{name}: {there[name]}", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"bench.{name}", *args.rest], cwd=folder.parent, check=False).returncode
        )
    others = [name for name in there if name not in names]
    if args.name is None and others:
        print("\nThere are others, each with a name of its own:")
        print("\n".join(f"  {name:<16} {there[name]}" for name in others))
    if NOT_UNDERSTOOD in codes:
        return NOT_UNDERSTOOD
    return FOUND_WANTING if any(codes) else 0


def benches_dir() -> Path:
    """Beside the package in a checkout. ShowError in an installed wheel, which has none."""
    folder = PACKAGE.parent / "bench"
    if not (folder / "block_time.py").is_file():
        raise ShowError(
            "The benches are not in an installed Live Rig, only in its source",
            where=f"{folder} is not there",
            do="Get the source, and say make bench there",
        )
    return folder


def questions(folder: Path) -> dict[str, str]:
    """name -> the first line of its docstring, of every bench."""
    first_lines = {}
    for file in sorted(folder.glob("[!_]*.py")):
        says = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        first_lines[file.stem] = says.splitlines()[0] if says else ""
    return first_lines
