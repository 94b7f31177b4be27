"""The benches' own callback, which is compiled when a bench begins: it still knows the core that it plays."""

from pathlib import Path

import numpy as np
import pyximport

from cython_core.drums import Drums


def test_it_plays_the_drums_block_by_block_and_tells_what_came_of_it(tmp_path: Path) -> None:
    installed = pyximport.install(language_level=3, build_dir=str(tmp_path), setup_args={"include_dirs": np.get_include()})
    try:
        from bench import paced
    finally:
        pyximport.uninstall(*installed)
    drums = Drums(48_000, 1, 64)
    log, last = paced.play(drums, np.full(256, 0.5, np.float32), 48_000.0, 64, 8)
    assert drums.blocks == 8
    assert last[0] == 0.0  # drums come a block later
    assert np.all(last[1:] == 0.5)
    assert not log[:, 2].any()  # nothing was dry: no effects were to be heard
