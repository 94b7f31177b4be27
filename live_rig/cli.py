"""The `live-rig` command: picks the subcommand, and turns every RigError into one line and exit code 2."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from types import FrameType

from live_rig.endings import signals_to_end
from live_rig.errors import RigError
from live_rig.show.write import FULL

# name -> what it is for; the code of a command lies in live_rig/commands/<name with underscores>.py
COMMANDS = {
    "stage": "the stage window, with the engine behind it",
    "demo": "the festival finale, played by the bundled drummer",
    "engine": "the engine without a window",
    "render": "play a song against a recording of drums, offline",
    "follow": "find the beats in a recording of drums, as they would be found live",
    "new": "make an empty show",
    "add-song": "add a song to a show",
    "export": "a song's beats, or those that were played, for other programs",
    "voice": "speak a show's cues into files, for the guide",
    "check": "read a show and list everything wrong with it",
    "devices": "audio devices and MIDI ports; measure, tune",
    "plugins": "VST3 plugins: scan, list, info, test, state",
    "bench": "measure this machine",
}
USER_ERROR = 2
KILLED_BY = 128  # and the signal's number
READ_NO_FURTHER = 141


def parser_for(name: str) -> argparse.ArgumentParser:
    """The parser of one command, read from its module."""
    parser = argparse.ArgumentParser(prog=f"live-rig {name}", description=COMMANDS[name])
    import_module(f"live_rig.commands.{name.replace('-', '_')}").add_arguments(parser)
    return parser


def usage() -> str:
    """The list of commands."""
    lines = "\n".join(f"  {name:<10} {what}" for name, what in COMMANDS.items())
    return (
        f"live-rig: the band follows the drummer\n\n{lines}\n\nlive-rig COMMAND --help says more. Without a command: the stage."
    )


@contextmanager
def ending_politely() -> Iterator[None]:
    """Whatever tells a command to end ends what is at work as Ctrl-C does: nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield  # a bench or a test that calls a command: its own end is not ours
        return
    before = {number: signal.signal(number, end) for number in ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ending_signals() -> list[signal.Signals]:
    """Ctrl-C, unless it is ignored as in the background of a script, and whatever else tells a command to end."""
    has_ctrl_c = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    return [*([signal.SIGINT] if has_ctrl_c else []), *signals_to_end()]


def end(number: int, _frame: FrameType | None) -> None:
    """Told once, a command ends; told again, it goes on ending: what it closes must not be left half closed."""
    for again in ending_signals():
        signal.signal(again, lambda _number, _frame: None)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(KILLED_BY + number)


def run(name: str, words: Sequence[str]) -> int:
    """Run the command of this name with the words after it; returns its exit code."""
    if name == "help":
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"live-rig: there is no command {name}\n\n{usage()}", file=sys.stderr)
        return USER_ERROR
    args = parser_for(name).parse_args(words)
    with ending_politely():
        code: int = import_module(f"live_rig.commands.{name.replace('-', '_')}").run(args)
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 measured and found wanting, 2 the user must change something; 130 interrupted,
    141 read no further, 143 told to end, and 129 its terminal closed, as is usual."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in (["-h"], ["--help"]):
        words[0] = "help"
    name = words.pop(0) if words and not words[0].startswith("-") else "stage"
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # no title ends a show where a terminal has not all letters
    try:
        try:
            return run(name, words)
        finally:
            sys.stdout.flush()
    except RigError as error:
        print(f"live-rig {name}: {error}", file=sys.stderr)
        return USER_ERROR
    except UnicodeEncodeError:
        if sys.getfilesystemencoding() == "utf-8":
            raise
        why = "a file's name has letters that LC_ALL, LANG or PYTHONUTF8 have taken from Python. Say LC_ALL=C.UTF-8."
        print(f"live-rig {name}: {why}", file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:  # whoever reads what is printed, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READ_NO_FURTHER
    except OSError as error:
        if error.errno in FULL:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it may be what is printed that finds no room
            print(f"live-rig {name}: the disk is full. Make room on it.", file=sys.stderr)
        elif error.filename is not None:
            print(f"live-rig {name}: {error.strerror} ({error.filename}). Check the name, and whose it is.", file=sys.stderr)
        else:
            raise
        return USER_ERROR
    except KeyboardInterrupt:
        return 130
