"""`live-rig new SHOW`: an empty show, ready for its first song."""

import argparse
import shlex
from pathlib import Path

from live_rig.show.new_show import make_show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder to make."""
    parser.add_argument("show", type=Path, metavar="SHOW", help="the folder to make; nothing may be in it")


def run(args: argparse.Namespace) -> int:
    """Make the show, and say what comes next."""
    make_show(args.show)
    print(f"Made {args.show}: show.toml, songs/ and presets/. Next, a song:")
    show = shlex.quote(str(args.show))
    print(f"  live-rig add-song {show} --id ID --title TITLE --stem bass=bass.wav horns=horns.wav --beats beats.csv")
    return 0
