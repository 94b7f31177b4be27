"""What does a drummer lose when his effects die? SIGKILL, SIGSEGV, a hang and NaN, at random moments of a playing show.

    python -m bench.crash [--times 100]

The real engine plays on the virtual device in blocks of 64, the band too; a VST3 plugin, built for the purpose, halves a tone,
and fails where a single sample of it is loud. Every sample of drums is looked at. Lost: samples that are further from the dry
tone than the wet one ever is, as silence would be. Band: frames that it lacked. Back: from the failure to the last sample that
is not wet again. Not on: trials that are not counted, since in the half second before a block had no effects already. Trials go
on until each kind has been counted so often, or half as many again have been tried. Needs Linux, g++ and Debian's dpf-source.
"""

import argparse
import math
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from bench.rack import stolen_s
from bench.setting import apart
from bench.setting.faulty_plugin import build, can_build
from cython_core.mix import BUSES, DRUMS_LEFT
from live_rig.commands.engine import BUNDLED
from live_rig.engine import Engine, Setup
from live_rig.paths import examples_dir
from live_rig.show.setlist import Audio
from live_rig.show.store import read_show
from live_rig.wiring import Wiring

RATE_HZ, BLOCK = 48_000, 64
KINDS = {"SIGKILL": 0, "SIGSEGV": 1, "hang": 2, "NaN": 3}  # and what the plugin is asked to do
TRIAL_S = 3.5  # the preset is called, something happens to it, and it comes back
HAPPENS_S = (1.2, 1.8)  # at random, after the preset has been called
LEVEL, LOUD, WET = 0.25, 0.95, 0.5
NEAR = 0.004
LOOK_S = 0.02
OVERTIME_FRAMES = RATE_HZ  # that are played after the last trial, before anybody has looked


@dataclass(frozen=True)
class Lost:
    """What one failure cost."""

    samples: int
    first_ms: float  # after the failure; NaN where none was lost
    back_ms: float
    band_frames: int


def tone_that_fails(happens: list[int]) -> np.ndarray:
    """200 Hz for all trials, one loud sample in each at those frames."""
    frames = np.arange(round(len(happens) * TRIAL_S * RATE_HZ))
    tone = (LEVEL * np.sin(2 * np.pi * 200 * frames / RATE_HZ)).astype(np.float32)
    tone[happens] = LOUD
    return tone


def write_presets(folder: Path, plugin: Path) -> dict[str, Path]:
    """One for each kind of failure: the plugin at half, with that fault. name -> file."""
    files = {}
    for kind, fault in KINDS.items():
        files[kind] = folder / f"{kind}.toml"
        rows = [f'title = "{kind}"', 'says = "for a bench"', "[[effects]]", 'type = "VST3"', f'path = "{plugin}"']
        files[kind].write_text("\n".join([*rows, "[effects.parameters]", f"gain = {WET}", f"fault = {float(fault)}"]) + "\n")
    return files


class Evening:
    """The engine at work, and what has been heard of the drums."""

    def __init__(self, folder: Path, tone: np.ndarray, files: dict[str, Path]) -> None:
        soundfile.write(folder / "tone.wav", tone, RATE_HZ, subtype="FLOAT")
        apart = np.zeros((1, BUSES), np.float32)
        apart[0, DRUMS_LEFT] = 1.0
        show = read_show(examples_dir() / BUNDLED)
        songs = tuple(song.model_copy(update={"preset": None}) for song in show.songs)
        show = replace(show, songs=songs, presets=files, audio=Audio(limiter="off", block=BLOCK))
        self.engine = Engine(show, Setup("virtual", folder / "tone.wav", extra=Wiring(1, apart), capture_s=2 * TRIAL_S))
        self.late = BLOCK + self.engine.instrument.rig.guard_delay_frames
        self.tone = tone
        self.heard, self.heard_frames = np.zeros(len(tone) + OVERTIME_FRAMES, np.float32), 0
        self.engine.start()
        self.engine.do("song", "salt-road")
        self.engine.do("give", "")
        self.engine.do("start", "")

    def play_until(self, frame: int) -> None:
        """The engine looks after itself meanwhile, as it does thirty times a second."""
        while self.engine.instrument.exchange.snapshot()["frame"] < frame:
            if not self.engine.state().is_playing:
                self.engine.do("start", "")
            self.listen()
            time.sleep(LOOK_S)
        self.listen()

    def listen(self) -> None:
        """Take in what has been played."""
        played = self.engine.device.collect()[:, -1]
        self.heard[self.heard_frames : self.heard_frames + len(played)] = played
        self.heard_frames += len(played)

    def trial(self, number: int, kind: str, happens: int) -> Lost | None:
        """One failure; None where the effects were not on when it was to happen."""
        end = round((number + 1) * TRIAL_S * RATE_HZ)
        self.engine.do("preset", kind)
        lacked = self.lacked()
        self.play_until(happens - round(0.05 * RATE_HZ))
        was_on = self.engine.rack.status() == "on" and self.engine.colour.name == kind
        victim = self.engine.rack.process_id
        if kind == "SIGKILL" and victim is not None:
            self.play_until(happens)
            happens = self.engine.instrument.exchange.snapshot()["frame"]
            os.kill(victim, signal.SIGKILL)
        self.play_until(end - round(0.1 * RATE_HZ))
        self.play_until(end)
        lost = self.lost(happens, end - round(0.1 * RATE_HZ), self.lacked() - lacked)
        return lost if was_on else None

    def lacked(self) -> int:
        """Frames of the band that a sound card would not have had: those missing, and the blocks for which the clock waited."""
        missing: int = self.engine.instrument.exchange.snapshot()["band_frames_missing"]
        return missing + BLOCK * self.engine.device.counts["waited"]

    def lost(self, happens: int, end: int, band_frames: int) -> Lost:
        """Between a failure and the end of its trial, by the frames that were played."""
        given, heard = self.tone[happens:end], self.heard[happens + self.late : end + self.late]
        gone = np.abs(heard - given) > (1 - WET) * np.maximum(np.abs(given), LEVEL) + NEAR
        away = np.flatnonzero(np.abs(heard - WET * given) > NEAR)
        first_ms = 1000 * int(gone.argmax()) / RATE_HZ if gone.any() else math.nan
        return Lost(int(gone.sum()), first_ms, 1000 * (away[-1] + 1) / RATE_HZ if len(away) else 0.0, band_frames)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    args = parser.parse_args()
    if not can_build():
        print("This bench builds a plugin: it needs Linux, g++ and Debian's package dpf-source", file=sys.stderr)
        return 1
    trials = [kind for _ in range(round(1.5 * args.times)) for kind in KINDS]
    rng = np.random.default_rng(2)
    happens = [round((number * TRIAL_S + rng.uniform(*HAPPENS_S)) * RATE_HZ) for number in range(len(trials))]
    lost: dict[str, list[Lost | None]] = {kind: [] for kind in KINDS}
    stolen_before_s = stolen_s()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evening = Evening(folder, tone_that_fails(happens), write_presets(folder, build(folder)))
        for number, kind in enumerate(trials):
            lost[kind].append(one := evening.trial(number, kind, happens[number]))
            if one and one.samples:
                print(
                    f"trial {number}, {kind}: {one.samples} samples lost, the first {one.first_ms:.1f} ms after it", flush=True
                )
            if min(sum(each is not None for each in of_kind) for of_kind in lost.values()) >= args.times:
                break
        evening.engine.close()
    print(f"{'':10}{'times':>8}{'lost':>8}{'band':>8}{'back, ms: median':>20}{'worst':>8}{'not on':>12}")
    for kind, all_lost in lost.items():
        there = [each for each in all_lost if each]
        back = [each.back_ms for each in there] or [float("nan")]
        samples, band = sum(each.samples for each in there), sum(each.band_frames for each in there)
        late = len(all_lost) - len(there)
        print(f"{kind:10}{len(there):>8}{samples:>8}{band:>8}{np.median(back):>20.1f}{max(back):>8.1f}{late:>12}", flush=True)
    print(f"the host took {1000 * (stolen_s() - stolen_before_s):.0f} ms of processor time meanwhile")
    return int(any(each and each.samples for all_lost in lost.values() for each in all_lost))


if __name__ == "__main__":
    sys.exit(apart("bench.crash"))
