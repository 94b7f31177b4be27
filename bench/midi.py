"""How late does a pad sound that is struck by MIDI, and how unevenly? Strokes at known frames, on a real sound server.

    python -m bench.midi [--blocks 64 256] [--strokes 400]
    pw-jack python -m bench.midi --server pipewire

A kit sends its strokes at ever other places of the block, and an ear at the rig's output says at which frame each sounds. What
is left when the guard's 64 frames are taken off is how late it was. Once as JACK's callback hears it, to reach: 0, but for
whole blocks by which the server itself was late; and once as it was heard before, by RtMidi and in Python, which is how the
system's own ports still are. --busy: beside a thread of the engine's that computes in Python.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.round_trip import CHECKOUT, GUARD_FRAMES, SERVERS, SoundServer, write_show
from bench.setting.jack_server import NoJack
from bench.setting.midi_kit import Ear, MidiKit
from bench.setting.rig_with_kit import KIT

SNARE = bytes((0x99, 38, 127))
EVERY_FRAMES = 2_400
WITHIN_S = 30.0
SETTLES_S = 0.2  # what is on its way
WAYS = {"with the sound": [], "by RtMidi, in Python": ["--by-rtmidi"]}
RIG = "from bench.setting.rig_with_kit import main; main()"


@dataclass(frozen=True, slots=True)
class Strokes:
    """late_frames: of each that sounded; sent: how many there were; lates: blocks that the server says were late."""

    late_frames: npt.NDArray[np.int64]
    sent: int
    lates: int

    @property
    def in_words(self) -> str:
        late = self.late_frames
        if not len(late):
            return f"none of {self.sent} sounded"
        return (
            f"{len(late)} of {self.sent} sounded, {late.mean() / 48:.2f} ms late, "
            f"{late.min() / 48:.2f} to {late.max() / 48:.2f} (sd {late.std() / 48:.2f}); {self.lates} late blocks"
        )


def measure(block_frames: int, strokes: int, server_name: str, *more: str, times_unplugged: int = 0) -> Strokes:
    """One run; where the kit is unplugged and plugged in again, of so many strokes each time. more: words for `rig_with_kit`.

    Raises NoJack; RuntimeError where the rig does not hear the kit.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(SERVERS[server_name](block_frames))
        kit = MidiKit(server, KIT)
        stack.enter_context(rig_on(server, home, *more))
        ear = Ear(server)
        stack.callback(ear.leave)
        ear.listen()
        late = struck(kit, ear, strokes)
        for _ in range(times_unplugged):
            kit.unplug()
            kit = MidiKit(server, KIT)
            late = np.concatenate([late, struck(kit, ear, strokes)])
        kit.unplug()
        return Strokes(late, strokes * (1 + times_unplugged), ear.lates)
    raise AssertionError("an exit stack swallows nothing here")


def struck(kit: MidiKit, ear: Ear, strokes: int) -> npt.NDArray[np.int64]:
    """So many strokes, and how late each was."""
    kit.every_frames = EVERY_FRAMES
    ear.heard.clear()
    wait_until(lambda: is_heard(kit, ear))
    time.sleep(SETTLES_S)
    ear.heard.clear()
    kit.sent.clear()
    ear.lates = 0
    kit.send(*[SNARE] * strokes)
    wait_until(lambda: kit.is_done, 2 * strokes * EVERY_FRAMES / 48_000 + WITHIN_S)
    time.sleep(SETTLES_S)
    return late_frames([at for at, _ in kit.sent], ear.heard)


def is_heard(kit: MidiKit, ear: Ear) -> bool:
    """Whether a stroke has come all the way; servers take their time to join what they are told to."""
    if kit.is_done:
        kit.send(SNARE)
    return bool(ear.heard)


@contextmanager
def rig_on(server: SoundServer, home: Path, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """`rig_with_kit` on that server, ready."""
    write_show(home / "show")
    own = {name: str(home) for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    words = [sys.executable, "-c", RIG, str(home / "show"), "--device", server.device, *more]
    with subprocess.Popen(
        words, cwd=CHECKOUT, env=server.environ | own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as rig:
        assert rig.stdout is not None
        assert rig.stdin is not None
        if not any("ready" in line for line in iter(rig.stdout.readline, "")):  # RtMidi has words of its own
            raise RuntimeError("The rig did not come up")
        yield rig
        rig.stdin.close()
        rig.wait()


def late_frames(sent: Sequence[int], heard: Sequence[int]) -> npt.NDArray[np.int64]:
    """Of each stroke that sounded, how much later than its place it did; what knows of no place may sound before it, too."""
    sounds = np.array(heard, np.int64) - GUARD_FRAMES
    late = []
    for at in sent:
        after = sounds[np.abs(sounds - at) < EVERY_FRAMES / 2]
        late += [int(after[0]) - at] if len(after) else []
    return np.array(late, np.int64)


def wait_until(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """RuntimeError where it does not come to that."""
    until_s = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until_s:
            raise RuntimeError("in vain")
        time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--strokes", type=int, default=400)
    parser.add_argument("--server", choices=SERVERS, default="jack")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--unplugged", type=int, default=0, metavar="TIMES", help="and plugged in again")
    options = parser.parse_args()
    more = ["--busy"] if options.busy else []
    ragged = False
    for block in options.blocks:
        for way, words in WAYS.items():
            if words and options.server != "jack":  # RtMidi has a libjack of its own, which does not speak to PipeWire
                continue
            try:
                strokes = measure(block, options.strokes, options.server, *words, *more, times_unplugged=options.unplugged)
            except NoJack as why:
                print(f"This bench needs a sound server: {why}", file=sys.stderr)
                return 1
            print(f"block {block:>4}, {way:<20}: {strokes.in_words}", flush=True)
            ragged |= not words and bool((strokes.late_frames % block).any())
    return int(ragged)


if __name__ == "__main__":
    sys.exit(main())
