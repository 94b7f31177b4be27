"""What the rig is compared with: the same chains in Python's own callback, and in pedalboard's own stream.

    python -c "from bench.setting.others_at_work import main; main()" plain|pedalboard --seconds 60

Another set of effects every two seconds, made beforehand, beside the same thread that is busy in Python. Prints "measuring"
when it runs, and then what was counted, as JSON; "cannot" and why, where it does not run at all.
"""

import argparse
import json
import os
import sys
import threading
import time
from typing import Any

import numpy as np

from bench.rack import busy
from bench.setting.host_at_work import SWITCH_EVERY_S
from bench.setting.twelve_strips import INPUTS, boards

RATE_HZ = 48_000
SETTLES_S = 2.0


class Plain:
    """sounddevice's stream with a callback in Python: twelve boards, their sum, the master's board."""

    def __init__(self) -> None:
        import sounddevice

        self.sets = [boards(variant) for variant in range(3)]
        self.now = self.sets[0]
        self.callbacks = self.flagged = 0
        found = next(number for number, each in enumerate(sounddevice.query_devices()) if each["name"] == "system")
        self.stream = sounddevice.Stream(
            samplerate=RATE_HZ, blocksize=0, device=found, channels=(INPUTS, 2), latency="low", callback=self.play
        )
        self.stream.start()

    def play(self, heard: Any, played: Any, frames: int, _when: Any, status: Any) -> None:
        """One block."""
        self.callbacks += 1
        self.flagged += bool(status)
        strips, master = self.now
        mixed = np.zeros((2, frames), np.float32)
        for number, board in enumerate(strips):
            line = np.ascontiguousarray(np.stack([heard[:, number]] * 2))
            mixed += 0.5 * board.process(line, RATE_HZ, buffer_size=frames, reset=False)
        played[:] = master.process(mixed, RATE_HZ, buffer_size=frames, reset=False).T

    def switch(self, variant: int) -> None:
        """Take another set."""
        self.now = self.sets[variant % 3]

    def counts(self) -> dict[str, int]:
        """So far."""
        return {"callbacks": self.callbacks, "late": self.flagged}


class Pedalboards:
    """pedalboard's AudioStream: one input pair, all forty effects in a row."""

    def __init__(self) -> None:
        import pedalboard
        from pedalboard.io import AudioStream

        outputs, inputs = AudioStream.output_device_names, AudioStream.input_device_names
        if not outputs or not inputs:
            raise RuntimeError("pedalboard sees no device here: on Linux it speaks to ALSA alone, and there is no card")
        self.sets = []
        for variant in range(3):
            strips, master = boards(variant)
            self.sets.append(pedalboard.Pedalboard([each for board in (*strips, master) for each in board]))
        self.stream = AudioStream(inputs[0], outputs[0], self.sets[0], buffer_size=64, sample_rate=RATE_HZ)
        self.stream.__enter__()

    def switch(self, variant: int) -> None:
        """Take another set, in the only way there is."""
        self.stream.plugins = self.sets[variant % 3]

    def counts(self) -> dict[str, int]:
        """It counts nothing itself."""
        return {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=("plain", "pedalboard"))
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    try:
        host = Plain() if args.which == "plain" else Pedalboards()
    except Exception as error:
        print(f"cannot: {error}", flush=True)
        sys.exit(0)
    threading.Thread(target=busy, args=(threading.Event(),), daemon=True).start()
    time.sleep(SETTLES_S)
    before = host.counts()
    print("measuring", flush=True)
    for turn in range(1, round(args.seconds / SWITCH_EVERY_S) + 1):
        time.sleep(SWITCH_EVERY_S)
        host.switch(turn)
    after = host.counts()
    print(json.dumps({name: after[name] - before[name] for name in after}), flush=True)
    os._exit(0)  # a stream whose callback waits for the interpreter may not end otherwise
