"""Stems in memory: paged and mapped, they sound the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.band import Band
from cython_core.stems import Stems

CHUNK, SAMPLERATE_HZ = 256, 48_000


def noise(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, (2, frames)).astype(np.float32)


def played(stems: Stems, chunks: int, start: float = 0.0, gains: tuple[tuple[float, ...], ...] = ()) -> np.ndarray:
    band = Band(SAMPLERATE_HZ)
    heard = []
    for number in range(chunks):
        band.order(band.ahead_frames + number * CHUNK, start + number * CHUNK * 1.1, stems=stems, gains=gains)
        band.serve()
        stems.load()
        heard.append(band.read(number * CHUNK, CHUNK))
    return np.concatenate(heard, axis=1)


@given(
    lengths=st.lists(st.integers(1, 60_000), min_size=1, max_size=4),
    starts=st.lists(st.integers(-20_000, 40_000), min_size=4, max_size=4),
    at=st.integers(-5000, 50_000),
)
@settings(max_examples=20, deadline=None)
def test_stems_read_from_pages_sound_like_stems_read_from_the_file(lengths: list[int], starts: list[int], at: int) -> None:
    arrays = [noise(length, seed) for seed, length in enumerate(lengths)]
    paged, mapped = (Stems(arrays, SAMPLERATE_HZ, starts=starts[: len(arrays)]) for _ in range(2))
    mapped.all_in_memory()
    paged.mark([max(at, 0)])
    paged.load()
    assert (played(paged, 80, at) == played(mapped, 80, at)).all()
    assert paged.missed_frames == 0


def test_an_interleaved_file_read_through_its_transpose_is_the_same_stem() -> None:
    sound = noise(50_000, 1)
    straight, crossed = Stems([sound], SAMPLERATE_HZ), Stems([np.ascontiguousarray(sound.T).T], SAMPLERATE_HZ)
    straight.all_in_memory()
    crossed.all_in_memory()
    assert (played(straight, 60) == played(crossed, 60)).all()


def test_stems_are_added_with_their_gains_on_every_channel() -> None:
    one, other = noise(60_000, 1), noise(60_000, 2)
    both = Stems([one, other], SAMPLERATE_HZ)
    mixed = Stems([np.stack([0.5 * one[0] + 0.25 * other[0], 0.5 * one[1]])], SAMPLERATE_HZ)
    both.all_in_memory()
    mixed.all_in_memory()
    assert np.allclose(played(both, 60, gains=((0.5, 0.25), (0.5, 0.0))), played(mixed, 60), atol=1e-6)


def test_a_page_that_is_not_there_is_silent_and_counted_and_fetched_for_the_next_time() -> None:
    stems = Stems([noise(SAMPLERATE_HZ * 60, 1)], SAMPLERATE_HZ)
    stems.load()
    band, heard = Band(SAMPLERATE_HZ), []
    for number in range(80):
        band.order(band.ahead_frames + number * CHUNK, 40.0 * SAMPLERATE_HZ + number * CHUNK, stems=stems)
        band.serve()
        if number == 40:
            assert stems.missed_frames > 0
            assert stems.load() > 0
        heard.append(band.read(number * CHUNK, CHUNK))
    sound = np.concatenate(heard, axis=1)
    assert np.abs(sound[:, : 40 * CHUNK]).max() == 0.0
    assert np.abs(sound[:, -20 * CHUNK :]).max() > 0.1


def test_memory_held_does_not_grow_with_the_length_of_the_song() -> None:
    stems = Stems([np.zeros((2, SAMPLERATE_HZ * 120), np.float32)], SAMPLERATE_HZ)
    stems.mark([SAMPLERATE_HZ * 100])
    for second in range(0, 120, 2):
        band = Band(SAMPLERATE_HZ)
        band.order(band.ahead_frames, second * SAMPLERATE_HZ, stems=stems)
        band.serve()
        stems.load()
    per_second = SAMPLERATE_HZ * 8
    assert stems.held_bytes < 22 * per_second


def test_nan_in_a_stem_does_not_silence_the_band_for_good() -> None:
    sound = noise(60_000, 1)
    sound[:, 5000:5010] = np.nan
    sound[:, 7000] = np.inf
    sound[:, 8000] = 1e30
    stems = Stems([sound], SAMPLERATE_HZ)
    stems.all_in_memory()
    heard = played(stems, 100)
    assert np.isfinite(heard).all()
    assert np.abs(heard[:, -2560:]).max() > 0.1


@pytest.mark.parametrize(
    "arrays", [[], [noise(10, 1)] * 17, [noise(10, 1)[0]], [noise(10, 1).astype(np.float64)], [noise(10, 1).T]]
)
def test_what_cannot_be_stems_is_refused(arrays: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="stem"):
        Stems(arrays, SAMPLERATE_HZ)


def test_where_a_voice_fades_out_pages_stay_while_others_are_fetched_for_the_next_place() -> None:
    stems = Stems([noise(SAMPLERATE_HZ * 60, 1)], SAMPLERATE_HZ)
    stems.load()
    band, place, source = Band(SAMPLERATE_HZ), 0.0, 0.0
    for number in range(400):
        frame = band.ahead_frames + number * CHUNK
        jump = {}
        if number and number % 20 == 0:
            place = (place + 17 * SAMPLERATE_HZ) % (50 * SAMPLERATE_HZ)
            jump = {"jump_frame": frame, "jump_from": source + CHUNK, "jump_to": place}
            source = place - CHUNK
            stems.mark([int(place)])
            stems.load()
        source += CHUNK
        band.order(frame, source, stems=stems, **jump)
        band.serve()
        stems.load()
        band.read(number * CHUNK, CHUNK)
    assert band.breaks == 1  # the start
    assert stems.missed_frames == 0
