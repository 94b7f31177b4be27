"""A plain loop plays the rig: as fast as it goes, without a clock, the same bits every time.

After each block the band's renderer and the effects get their turn, so nothing is ever late.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from live_rig.instrument import Block, Instrument


@dataclass(frozen=True, slots=True)
class Played:
    """One block of what is heard."""

    frame: int  # of the block's first sample
    block: Block  # (outputs, frames)


def play(instrument: Instrument, heard: Block, blocks: Sequence[int], after_block: Callable[[], object]) -> Iterator[Played]:
    """Play `heard`, (inputs, frames), through the rig, in blocks of the given sizes over and over; the last may be shorter.

    after_block: the effects' turn.
    """
    frame, turn = 0, 0
    while frame < heard.shape[1]:
        size = min(blocks[turn % len(blocks)], heard.shape[1] - frame)
        turn += 1
        block = np.empty((instrument.outputs, size), np.float32)
        instrument.rig.step(np.ascontiguousarray(heard[:, frame : frame + size]), block)
        instrument.band.serve()
        after_block()
        yield Played(frame, block)
        frame += size
