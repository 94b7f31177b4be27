"""The bar filter over a whole recording, for those who can wait: what it believes at each step from the strokes so far."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

PLACES: int
"""In a beat."""

Row = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]
"""What is believed at one time: `tempi`, (n,), in which any belief lies, rising, and the probability of each place in their
cycle, (n, beats * PLACES). The cycle is a bar, or some short ones."""

class BarPass:
    """One pass, `follow` or `find_out`, over strokes, (n,) of ONSET by `frame`, on a clock of `samplerate_hz` (8000..768000).

    In bars of `beats_per_bar`, 1..12. `backwards`: of a recording that is heard from its end to its start. ValueError.
    """

    def __init__(
        self, strokes: npt.NDArray[np.void], samplerate_hz: float, beats_per_bar: int, backwards: bool = False
    ) -> None: ...
    @property
    def bpm(self) -> npt.NDArray[np.float64]:
        """All tempi, (98,), rising."""
    @property
    def row_frames(self) -> float:
        """From one row to the next."""
    @property
    def evidence(self) -> float:
        """How probable the strokes so far are, in nats, up to what is the same in every pass over them."""
    def follow(self, rows: int, bpm: float | None, turns: Mapping[int, int]) -> Iterator[tuple[Row, float]]:
        """Hear all strokes, from the first; `bpm` is the tempo in which he begins, where it is known.

        Rows, the first of them when `row_frames` have gone, each with the tempo level that is followed: log2 bpm, or -1 where
        no tempo was told. After each row in `turns`, from 0, the bar is so many beats further on than it was.
        """
    def find_out(self, from_frame: float, level: Sequence[float], turns: Mapping[int, int]) -> Iterator[Row]:
        """The same where it is not known how anything begins, at `from_frame`: a row for each level, at which it stays."""
