"""A drummer who leads changes his tempo by 8 % from one beat to the next: how many beats until the band is with him?

    python bench/tempo_step.py [--percent 8]

A rock beat as MIDI notes with 3 ms of jitter, from 60 to 330 bpm, up and down, the step 32 beats in. Beats: until the
asynchrony stays under 25 ms. Change: the largest change of the band's tempo from one beat to the next after the step. To
reach, from 100 bpm up: median 4, worst 8.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from cython_core.authority import Leader
from cython_core.exchange import NoticeKind
from tests.playing import beats, play, rock, song

TEMPI_BPM = (60, 80, 100, 130, 170, 220, 270, 330)
BEFORE, AFTER = 32, 24


def step(bpm: float, ratio: float) -> tuple[int, float, int]:
    """(beats until it stays with him, the largest change between neighbouring beats in percent, moves on a bar line)."""
    plays = beats((bpm, BEFORE), (bpm * ratio, AFTER))
    heard = play(song(bpm, "head:40"), rock(plays, jitter_ms=3), start="uninvited", leader=Leader.DRUMMER)
    off_ms = np.array([abs(heard.asynchrony_ms(float(beat))) for beat in plays[BEFORE:-1]])
    far = np.flatnonzero(off_ms >= 25)
    tempi = np.array([heard.bpm_at(float(beat)) for beat in plays[BEFORE - 1 : -1]])
    return (
        int(far[-1]) + 1 if len(far) else 0,
        float(100 * np.abs(np.diff(np.log(tempi))).max()),
        len(heard.times(NoticeKind.BACK_ON_BEAT)),
    )


def main() -> int:
    """One line for each tempo and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--percent", type=float, default=8.0)
    args = parser.parse_args()
    print("  bpm   step  beats until under 25 ms  largest change %  moves on a bar line")
    settled = []
    for bpm in TEMPI_BPM:
        for sign in (1, -1):
            count, change, moves = step(bpm, 1 + sign * args.percent / 100)
            if bpm >= 100:
                settled.append(count)
            print(f"{bpm:5d} {sign * args.percent:+5.0f}% {count:24d} {change:17.1f} {moves:20d}", flush=True)
    print(f"from 100 bpm up: median {np.median(settled):g}, worst {max(settled)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
