import numpy as np

from cython_core.band import Band
from cython_core.stems import Stems
from live_rig.band.renderer import prefetch, renderers

CHUNK = 256


def quiet_stems() -> Stems:
    return Stems([np.full((2, 48_000 * 20), 0.25, np.float32)], 48_000)


def test_the_renderer_thread_renders_all_that_was_ordered_before_it_is_stopped() -> None:
    band, stems = Band(48_000, buses=2), quiet_stems()
    stems.all_in_memory()
    threads = renderers(band)
    for thread in threads:
        thread.start()
    first = band.ahead_frames
    for number in range(20):
        assert band.order(first + number * CHUNK, number * CHUNK, stems=stems)
    for thread in threads:
        thread.stop()
        assert not thread.is_running
    assert band.serve() == 0
    heard = np.concatenate([band.read(number * CHUNK, CHUNK) for number in range(20)], axis=1)
    assert band.frames_missing == 0
    assert np.abs(heard[:, -CHUNK:]).min() > 0.1


def test_the_prefetch_thread_ends_when_it_is_told_and_has_fetched_what_was_marked() -> None:
    stems = quiet_stems()
    stems.mark([48_000 * 15])
    thread = prefetch(stems)
    thread.start()
    thread.stop()
    assert not thread.is_running
    stems.load()
    assert stems.held_bytes > 0
    assert stems.load() == 0


def test_stopping_what_never_ran_does_nothing() -> None:
    for thread in renderers(Band(48_000, buses=2)):
        thread.stop()
