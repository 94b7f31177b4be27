"""The rig with one pad, struck by a kit on JACK, in a process of its own, until its input ends.

    python -c "from bench.setting.rig_with_kit import main; main()" SHOW --device system [--by-rtmidi] [--busy]

--by-rtmidi: the kit is heard by RtMidi and in Python, as the system's own ports are. --busy: a thread of this process computes
in Python without ever letting go by itself. Prints "ready".
"""

import argparse
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import rtmidi

from bench.rack import busy
from cython_core.exchange import EventKind
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.midi_routing import Routing
from live_rig.conducting.cues import Sent, midi_event
from live_rig.engine import Engine, Setup
from live_rig.show.store import read_show

KIT = "e-kit"


class DeafCard:
    """One that joins nothing by itself."""

    midi_there: Mapping[str, int] = {}

    def midi_ports(self) -> list[str]:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("show", type=Path)
    parser.add_argument("--device")
    parser.add_argument("--by-rtmidi", action="store_true")
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    engine = Engine(read_show(options.show), Setup(options.device, midi_in=() if options.by_rtmidi else (KIT,)))
    send = engine.instrument.send
    routing = Routing(
        {},
        print,
        lambda note, velocity: send([Sent(EventKind.NOTE, note, velocity)]),
        lambda message: send([midi_event(message)]),
    )
    engine.start()
    beside = MidiPorts([KIT] if options.by_rtmidi else [], routing, DeafCard(), print, rtmidi.API_UNIX_JACK)
    if options.busy:
        threading.Thread(target=busy, args=(threading.Event(),), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    beside.close()
    engine.close()
