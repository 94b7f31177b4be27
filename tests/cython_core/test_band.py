"""The band, heard: clicks and tones played along a line, chunk by chunk, as the callback and the renderer would."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cython_core.band import Band
from cython_core.stem_rate import stem_rate_hz
from cython_core.stems import Stems

CHUNK = 256
SAMPLERATE_HZ = 48_000
AHEAD_FRAMES = 2816
MS = SAMPLERATE_HZ / 1000
FADE_FRAMES = int(10 * MS)

Sound = NDArray[np.float32]  # shape (2, frames)


@dataclass
class Jump:
    """From `frame` on the line goes through `to`; nan: silence."""

    frame: int
    to: float


@dataclass
class Line:
    """Output frame -> frame of the recording: silence until the first jump, then on at `rate` frames a frame, with jumps."""

    jumps: list[Jump]
    rate: Callable[[float], float] = lambda _: 1.0
    at: float = nan

    def orders(self, first_frame: int) -> Iterator[dict[str, float]]:
        """One order a chunk, without end."""
        for frame in count(first_frame, CHUNK):
            order: dict[str, float] = {}
            start, rate = frame - CHUNK, self.rate(frame)
            for jump in self.jumps:
                if start < jump.frame <= frame:
                    order = {"jump_frame": jump.frame, "jump_from": self.at + (jump.frame - start) * rate, "jump_to": jump.to}
                    self.at, start = jump.to, jump.frame
            self.at += (frame - start) * rate
            yield {"frame": frame, "source": self.at, **order}


@dataclass
class Heard:
    sound: Sound
    band: Band
    sources: dict[int, float] = field(default_factory=dict)


def play(
    line: Line,
    stems: Stems,
    frames: int,
    samplerate_hz: int = SAMPLERATE_HZ,
    gains: Sequence[Sequence[float]] = (),
    buses: int = 1,
) -> Heard:
    """What is heard from frame 0 on."""
    stems.all_in_memory()
    band = Band(samplerate_hz, buses=buses)
    heard = Heard(np.zeros((2 * buses, frames), np.float32), band)
    orders = line.orders(band.ahead_frames)
    for frame in range(0, frames - CHUNK + 1, CHUNK):
        order = next(orders)
        heard.sources[int(order["frame"])] = order["source"]
        assert band.order(**order, stems=stems, gains=gains)  # type: ignore[arg-type]
        assert band.serve() == 1
        heard.sound[:, frame : frame + CHUNK] = band.read(frame, CHUNK)
    assert band.frames_missing == 0
    return heard


def struck(samplerate_hz: int = SAMPLERATE_HZ) -> NDArray[np.float64]:
    """A stick: 4 ms at 2.5 kHz."""
    t = np.arange(int(0.004 * samplerate_hz)) / samplerate_hz
    wave: NDArray[np.float64] = 0.8 * np.exp(-t / 0.0008) * np.cos(2 * np.pi * 2500 * t)
    return wave


def envelope(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """The magnitude of the analytic signal."""
    spectrum = np.fft.fft(wave)
    spectrum[1 : len(wave) // 2] *= 2
    spectrum[len(wave) // 2 + 1 :] = 0
    magnitude: NDArray[np.float64] = np.abs(np.fft.ifft(spectrum))
    return magnitude


def clicks(places: list[int], frames: int, samplerate_hz: int = SAMPLERATE_HZ) -> Stems:
    sound = np.zeros((2, frames), np.float32)
    click = struck(samplerate_hz)
    for place in places:
        sound[:, place : place + len(click)] += click.astype(np.float32)
    return Stems([sound], samplerate_hz)


def click_errors_ms(sound: Sound, expected: list[float], samplerate_hz: int = SAMPLERATE_HZ) -> NDArray[np.float64]:
    """Where each click is heard, against where it should be: the peak of the matched filter's envelope within 20 ms."""
    click, reach = struck(samplerate_hz), int(0.02 * samplerate_hz)
    errors = []
    for place in expected:
        start = round(place) - reach
        near = envelope(np.correlate(sound[0, start : start + 2 * reach + len(click)], click, "valid"))
        errors.append((start + int(near.argmax()) - place) / samplerate_hz * 1000)
    return np.array(errors)


def tone(frames: int, hz: float = 440.0, level: float = 0.5) -> Stems:
    wave = level * np.sin(2 * np.pi * hz * np.arange(frames) / SAMPLERATE_HZ)
    return Stems([np.stack([wave, wave]).astype(np.float32)], SAMPLERATE_HZ)


def loudness(sound: Sound, frames: int = 480) -> NDArray[np.float64]:
    """RMS of each run of `frames`, both sides together."""
    runs = sound[:, : sound.shape[1] // frames * frames].reshape(2, -1, frames)
    rms: NDArray[np.float64] = np.sqrt((runs.astype(np.float64) ** 2).mean(axis=(0, 2)))
    return rms


@pytest.mark.parametrize("samplerate_hz", [44_100, 48_000])
@pytest.mark.parametrize(("rate", "within_ms"), [(0.5, 1.0), (0.75, 0.5), (1.0, 0.03), (1.1, 0.2), (1.35, 0.5), (2.5, 1.0)])
def test_clicks_are_heard_where_the_line_puts_them(rate: float, within_ms: float, samplerate_hz: int) -> None:
    places = [samplerate_hz // 2 + n * samplerate_hz // 3 for n in range(24)]
    start, frames = 10_000, int(10_000 + 8 * samplerate_hz / rate)
    stems = clicks(places, 9 * samplerate_hz, samplerate_hz)
    heard = play(Line([Jump(start, 0.0)], lambda _: rate), stems, frames, samplerate_hz)
    expected = [start + place / rate for place in places if start + place / rate < frames - samplerate_hz // 4]
    assert np.abs(click_errors_ms(heard.sound, expected, samplerate_hz)).max() < within_ms


@pytest.mark.parametrize(("rate", "within_ms"), [(0.5, 1.0), (0.75, 0.5), (1.0, 0.03), (1.1, 0.2), (1.35, 0.5), (2.5, 1.0)])
def test_on_every_bus_clicks_are_where_the_line_puts_them(rate: float, within_ms: float) -> None:
    places = [SAMPLERATE_HZ // 2 + n * SAMPLERATE_HZ // 3 for n in range(12)]
    start, frames = 10_000, int(10_000 + 4 * SAMPLERATE_HZ / rate)
    heard = play(Line([Jump(start, 0.0)], lambda _: rate), clicks(places, 5 * SAMPLERATE_HZ), frames, buses=4)
    expected = [start + place / rate for place in places if start + place / rate < frames - SAMPLERATE_HZ // 4]
    for bus in range(4):
        assert np.abs(click_errors_ms(heard.sound[2 * bus :], expected)).max() < within_ms, f"bus {bus + 1}"


def test_each_bus_has_its_own_mix_of_the_stems() -> None:
    one, other = (np.random.default_rng(seed).uniform(-0.4, 0.4, (2, 4 * SAMPLERATE_HZ)).astype(np.float32) for seed in (1, 2))
    gains = [(1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.5)]
    heard = play(Line([Jump(5000, 0.0)]), Stems([one, other], SAMPLERATE_HZ), 3 * SAMPLERATE_HZ, gains=gains, buses=2)
    now = slice(100_000, 140_000)
    then = slice(95_000, 135_000)
    np.testing.assert_array_equal(heard.sound[:2, now], one[:, then])
    np.testing.assert_array_equal(heard.sound[2, now], other[0, then])
    np.testing.assert_array_equal(heard.sound[3, now], np.float32(0.5) * other[1, then])


@pytest.mark.parametrize("rate", [0.75, 1.1, 1.35, 2.5])
def test_a_bus_that_rests_is_not_stretched_and_comes_back_on_the_line(rate: float) -> None:
    """Two seconds of noise, three of nothing, a click on the first frame after it; beside it a bus that plays on."""
    second, rest = SAMPLERATE_HZ, slice(2 * SAMPLERATE_HZ, 5 * SAMPLERATE_HZ)
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (2, 9 * second)).astype(np.float32)
    resting = noise.copy()
    resting[:, rest.start :] = 0
    resting[:, rest.stop : rest.stop + len(struck())] = struck()
    stems, gains = Stems([resting, noise], second), [(1.0, 0.0)] * 2 + [(0.0, 1.0)] * 2
    heard = play(Line([Jump(4000, 0.0)], lambda _: rate), stems, int(6 * second / rate), gains=gains, buses=2)
    begins, ends = int(4000 + rest.start / rate), int(4000 + rest.stop / rate)
    assert not heard.sound[:2, begins + 4096 : ends - 2500].any()
    assert np.abs(click_errors_ms(heard.sound, [ends])).max() < 1.0
    assert heard.band.rested_frames(0) > 0.8 * (ends - begins) - 2 * 4096
    assert heard.band.rested_frames(1) == 0


@pytest.mark.parametrize("samplerate_hz", [88_200, 96_000, 176_400, 192_000])
@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3])
def test_above_48_khz_starts_clicks_and_jumps_are_as_precise(samplerate_hz: int, rate: float) -> None:
    """The stems are at half or a quarter of the rate; orders, and the line, are in frames of the session."""
    stem_hz = stem_rate_hz(samplerate_hz)
    finer = samplerate_hz // stem_hz
    places = [0, *(stem_hz // 3 * n for n in range(1, 6))]
    stems = clicks(places, 3 * stem_hz, stem_hz)
    jump = 2 * samplerate_hz + 333
    line = Line([Jump(30_001, 0.0), Jump(jump, places[2] * finer)], lambda _: rate)
    heard = play(line, stems, jump + samplerate_hz // 4, samplerate_hz)
    expected = [place * finer / rate + 30_001 for place in places if place * finer / rate + 30_001 < jump - samplerate_hz // 10]
    assert np.abs(click_errors_ms(heard.sound, [*expected, jump], samplerate_hz)).max() < 0.5
    assert np.abs(heard.sound).max() > 0.8 * 0.7
    assert heard.band.breaks == 0


def test_above_48_khz_the_recording_itself_is_heard_on_every_other_frame() -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 3 * SAMPLERATE_HZ)).astype(np.float32)
    heard = play(Line([Jump(6000, 0.0)]), Stems([noise], SAMPLERATE_HZ), 5 * SAMPLERATE_HZ, 96_000)
    held = 6000 + 96_000 + 10_000
    assert np.abs(heard.sound[:, held:200_000:2] - noise[:, (held - 6000) // 2 : (200_000 - 6000) // 2]).max() < 1e-6


def test_once_the_recorded_tempo_has_held_for_a_second_the_recording_itself_is_heard() -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 4 * SAMPLERATE_HZ)).astype(np.float32)
    heard = play(Line([Jump(5000, 0.0)]), Stems([noise], SAMPLERATE_HZ), 3 * SAMPLERATE_HZ)
    held = 5000 + SAMPLERATE_HZ + 2 * CHUNK + FADE_FRAMES
    end = 3 * SAMPLERATE_HZ // CHUNK * CHUNK
    assert (heard.sound[:, held:end] == noise[:, held - 5000 : end - 5000]).all()
    assert (heard.sound[:, 6000 : 5000 + SAMPLERATE_HZ] != noise[:, 1000:SAMPLERATE_HZ]).any()


@pytest.mark.parametrize("then", [1.001, 1.3, 0.7])
def test_from_the_recording_to_the_stretcher_and_back_there_is_no_hole_and_no_click(then: float) -> None:
    """At the recorded tempo R3 brings phases back to the recording's, one after another: a lone tone dips for 20 ms."""
    line = Line([Jump(5000, 0.0)], lambda frame: then if 100_000 < frame < 150_000 else 1.0)
    heard = play(line, tone(6 * SAMPLERATE_HZ), 5 * SAMPLERATE_HZ)
    steady = loudness(heard.sound[:, 6000:]) / (0.5 / np.sqrt(2))
    assert steady.min() > 0.4
    assert (steady < 0.9).sum() <= 4
    assert steady.max() < 1.1
    assert np.abs(np.diff(heard.sound[0, 6000:-CHUNK])).max() < 0.5 * 2 * np.pi * 440 / SAMPLERATE_HZ * 1.2


def test_a_tempo_that_merely_passes_through_the_recorded_one_stays_stretched() -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 8 * SAMPLERATE_HZ)).astype(np.float32)
    line = Line([Jump(5000, 0.0)], lambda frame: 0.9 if frame < 60_000 else 1.0 if frame < 100_000 else 1.1)
    heard, source = play(line, Stems([noise], SAMPLERATE_HZ), 120_000), round(0.9 * (59_904 - 5000))
    assert np.abs(heard.sound[:, 90_000:99_000] - noise[:, source + 30_096 : source + 39_096]).max() > 0.01


@pytest.mark.parametrize("start", [5000, 5119, 5120, 5121, 5376])
@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3])
def test_the_first_click_after_silence_is_whole_and_on_time(start: int, rate: float) -> None:
    heard = play(Line([Jump(start, 0.0)], lambda _: rate), clicks([0], SAMPLERATE_HZ), 20_000)
    assert abs(click_errors_ms(heard.sound, [start])[0]) < 0.5
    assert np.abs(heard.sound[0, start - 100 : start + 400]).max() > 0.8 * 0.7
    assert np.abs(heard.sound[:, : start - FADE_FRAMES]).max() == 0.0


@pytest.mark.parametrize("jump_frame", [30_000, 30_207, 30_208, 30_209])
@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("to", [96_000, 4800])
def test_what_is_struck_where_a_jump_leads_is_heard_on_the_jump_s_frame(jump_frame: int, rate: float, to: int) -> None:
    stems = clicks([4800, 96_000], 4 * SAMPLERATE_HZ)
    heard = play(Line([Jump(5000, 20_000.0), Jump(jump_frame, to)], lambda _: rate), stems, 45_000)
    assert abs(click_errors_ms(heard.sound, [jump_frame])[0]) < 0.5
    assert np.abs(heard.sound[0, jump_frame - 100 : jump_frame + 400]).max() > 0.8 * 0.7


def test_a_jump_has_no_hole_and_no_bump() -> None:
    jumps = [Jump(5000, 0.0), *(Jump(20_000 + n * 8000 + 17 * n, 50_000.0 - 4000 * n) for n in range(8))]
    heard = play(Line(jumps, lambda _: 1.1), tone(4 * SAMPLERATE_HZ), 90_000)
    steady = loudness(heard.sound)[14:]
    assert steady.min() > 0.1  # two tones that meet in any phase
    assert np.abs(heard.sound).max() < 0.75


def test_a_stop_fades_out_in_ten_milliseconds_and_then_is_silent() -> None:
    stop = 40_000
    heard = play(Line([Jump(5000, 0.0), Jump(stop, nan)], lambda _: 1.05), tone(4 * SAMPLERATE_HZ), 60_000)
    assert np.abs(heard.sound[:, stop:]).max() == 0.0
    assert loudness(heard.sound[:, stop - FADE_FRAMES - 480 : stop - FADE_FRAMES])[0] > 0.3
    assert np.abs(np.diff(heard.sound[0, stop - FADE_FRAMES : stop + 10])).max() < 0.06


def test_a_hold_goes_on_sounding_while_the_line_nearly_stands_still() -> None:
    heard = play(Line([Jump(5000, 0.0)], lambda frame: 1.0 if frame < 48_000 else 0.03), tone(4 * SAMPLERATE_HZ), 144_000)
    assert loudness(heard.sound[:, 60_000:140_000], 4800).min() > 0.2


def test_a_wandering_tempo_is_met_after_a_minute_as_at_first() -> None:
    places = [n * SAMPLERATE_HZ // 3 for n in range(1, 200)]
    line = Line([Jump(5000, 0.0)], lambda frame: 1.0 + 0.2 * float(np.sin(frame / 90_000)))
    heard = play(line, clicks(places, 68 * SAMPLERATE_HZ), 60 * SAMPLERATE_HZ)
    assert heard.band.furthest_off_frames < 2.0
    expected = [ordered_at(heard, place) for place in places if SAMPLERATE_HZ < place < 58 * SAMPLERATE_HZ]
    errors = click_errors_ms(heard.sound, expected)
    assert np.abs(errors).max() < 0.5
    assert abs(errors[:20].mean() - errors[-20:].mean()) < 0.2


@pytest.mark.parametrize(("rate", "within_ms"), [(1.0, 0.03), (1.1, 0.2)])
def test_an_hour_into_a_song_the_map_is_as_exact_as_at_its_start(rate: float, within_ms: float) -> None:
    """An hour of line, ordered from its beginning to its end; its last seconds are heard."""
    hour, tail = 3600 * SAMPLERATE_HZ // CHUNK * CHUNK, 6 * SAMPLERATE_HZ
    places = [n * SAMPLERATE_HZ // 3 for n in range(1, 16)]
    sound = np.zeros((2, 7 * SAMPLERATE_HZ), np.float32)
    for place in places:
        sound[:, place : place + len(struck())] = struck()
    orders, source = Line([Jump(5000, 0.0)], lambda _: rate).orders(CHUNK), 0.0
    for order in orders:
        source = order["source"]
        if order["frame"] >= hour:
            break
    exact = (hour - 5000) * rate
    assert abs(source - exact) < 0.01
    first = round(exact) - SAMPLERATE_HZ // 10
    stems, band = Stems([sound], SAMPLERATE_HZ, starts=[first]), Band(SAMPLERATE_HZ)
    stems.all_in_memory()
    heard = np.zeros((2, tail), np.float32)
    for frame in range(0, tail - CHUNK, CHUNK):
        ordered = frame + band.ahead_frames + hour
        band.order(ordered, exact + (ordered - hour) * rate, stems=stems)
        band.serve()
        heard[:, frame : frame + CHUNK] = band.read(frame + hour, CHUNK)
    expected = [(first + place - exact) / rate for place in places]
    expected = [place for place in expected if SAMPLERATE_HZ // 2 < place < tail - SAMPLERATE_HZ // 2]
    assert len(expected) > 10
    assert np.abs(click_errors_ms(heard, expected)).max() < within_ms


def ordered_at(heard: Heard, source: float) -> float:
    """The output frame at which the line that was ordered goes through `source`."""
    for (before, low), (after, high) in pairwise(heard.sources.items()):
        if low <= source < high:
            return before + (source - low) / (high - low) * (after - before)
    raise AssertionError(source)


def test_the_same_orders_give_the_same_sound() -> None:
    def once() -> Sound:
        line = Line([Jump(5000, 0.0), Jump(30_000, 5000.0)], lambda frame: 1.0 + frame / 400_000)
        noise = np.random.default_rng(7).normal(0, 0.1, (2, 3 * SAMPLERATE_HZ)).astype(np.float32)
        return play(line, Stems([noise], SAMPLERATE_HZ), 60_000).sound

    assert (once() == once()).all()


def test_it_does_not_matter_in_what_bunches_the_renderer_comes_to_its_orders() -> None:
    stems = tone(2 * SAMPLERATE_HZ)
    line, frames = [Jump(5000, 0.0), Jump(30_000, 5000.0)], 50_000
    at_once = play(Line(line, lambda _: 1.2), stems, frames).sound
    band, bunched = Band(SAMPLERATE_HZ, spare_chunks=8), np.zeros_like(at_once)
    behind = Band(SAMPLERATE_HZ).ahead_frames - band.ahead_frames
    orders = Line(line, lambda _: 1.2).orders(AHEAD_FRAMES)
    ordered = [next(orders) for _ in range(frames // CHUNK + 8)]
    for number, order in enumerate(ordered):
        assert band.order(**order, stems=stems)  # type: ignore[arg-type]
        if number % 5 == 4:
            assert band.serve() == 5
        frame = number * CHUNK + behind
        if 0 <= frame < frames - CHUNK:
            bunched[:, frame : frame + CHUNK] = band.read(frame, CHUNK)
    assert band.frames_missing == 0
    assert (bunched[:, :40_000] == at_once[:, :40_000]).all()


@given(reads=st.lists(st.integers(1, 1024), min_size=1, max_size=60))
@settings(max_examples=15, deadline=None)
def test_it_does_not_matter_in_what_pieces_the_callback_reads(reads: list[int]) -> None:
    whole, stems = WHOLE, TONE
    band, frame = Band(SAMPLERATE_HZ, spare_chunks=8), 0
    orders = Line([Jump(5000, 0.0)], lambda _: 1.1).orders(AHEAD_FRAMES)
    ordered_to = -5 * CHUNK
    for frames in reads:
        while ordered_to < frame + frames:
            band.order(**next(orders), stems=stems)  # type: ignore[arg-type]
            band.serve()
            ordered_to += CHUNK
        assert (band.read(frame, frames) == whole[:, frame : frame + frames]).all()
        frame += frames
    assert band.frames_missing == 0


TONE = tone(2 * SAMPLERATE_HZ)
WHOLE = play(Line([Jump(5000, 0.0)], lambda _: 1.1), TONE, 62_000).sound


@given(missing=st.sets(st.integers(40, 79), max_size=20))
@settings(max_examples=15, deadline=None)
def test_chunks_that_do_not_come_are_counted_and_heard_as_silence_without_a_click(missing: set[int]) -> None:
    stems, band = TONE, Band(SAMPLERATE_HZ)
    orders = Line([Jump(5000, 0.0)]).orders(AHEAD_FRAMES)
    heard = []
    for number in range(100):
        order = next(orders)
        if number not in missing:
            band.order(**order, stems=stems)  # type: ignore[arg-type]
        band.serve()
        heard.append(band.read(number * CHUNK, CHUNK))
    sound = np.concatenate(heard, axis=1)
    assert band.frames_missing == CHUNK * len(missing)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 0.75
    assert np.abs(np.diff(sound, axis=1)).max() < 0.12


def test_a_chunk_is_ready_when_it_has_been_rendered() -> None:
    band = Band(SAMPLERATE_HZ)
    first = band.ahead_frames - AHEAD_FRAMES + 2 * CHUNK  # of the first chunk that is ordered; before it lies silence
    band.order(band.ahead_frames, 0.0)
    assert band.is_ready(0, first)
    assert not band.is_ready(first, 1)
    band.serve()
    assert band.is_ready(first, CHUNK)
    assert not band.is_ready(first, CHUNK + 1)


def test_when_nobody_renders_the_order_ring_fills_and_says_so() -> None:
    band, orders = Band(SAMPLERATE_HZ), Line([Jump(5000, 0.0)]).orders(AHEAD_FRAMES)
    taken = [band.order(**next(orders), stems=TONE) for _ in range(70)]  # type: ignore[arg-type]
    assert taken == [True] * 67 + [False] * 3
    assert band.orders_lost == 3
    assert band.serve() == 67


def test_after_orders_were_lost_the_band_comes_back() -> None:
    band, orders = Band(SAMPLERATE_HZ), Line([Jump(5000, 0.0)]).orders(AHEAD_FRAMES)
    frame = 0
    for number in range(200):
        band.order(**next(orders), stems=TONE)  # type: ignore[arg-type]
        if not 40 <= number < 110:
            band.serve()
        last = band.read(frame, CHUNK)
        frame += CHUNK
    assert band.orders_lost > 0
    assert loudness(last, CHUNK)[0] > 0.3


def test_a_song_is_in_use_until_its_last_chunk_is_rendered() -> None:
    first, second = tone(2 * SAMPLERATE_HZ), tone(2 * SAMPLERATE_HZ, 660)
    first.all_in_memory()
    second.all_in_memory()
    band, used = Band(SAMPLERATE_HZ), []
    assert not band.is_using(first)
    for number in range(60):
        frame = AHEAD_FRAMES + number * CHUNK
        if number < 30:
            band.order(frame, number * CHUNK, stems=first)
        else:
            jump = {"jump_frame": frame, "jump_from": 30.0 * CHUNK, "jump_to": 0.0} if number == 30 else {}
            band.order(frame, (number - 30) * CHUNK, stems=second, **jump)  # type: ignore[arg-type]
        used.append(band.is_using(first))
        band.serve()
        band.read(number * CHUNK, CHUNK)
    assert all(used[:31])
    assert not band.is_using(first)
    assert band.is_using(second)


@st.composite
def wild_lines(draw: st.DrawFn) -> Line:
    """Jumps at any distance, stops and starts, and a rate that changes every chunk."""
    frame, jumps = 4000, []
    for _ in range(draw(st.integers(1, 12))):
        frame += draw(st.integers(1, 12_000))
        jumps.append(Jump(frame, draw(st.one_of(st.just(nan), st.floats(0, 90_000)))))
    rates = draw(st.lists(st.floats(0.03, 2.75), min_size=1, max_size=20))
    return Line(jumps, lambda at: rates[int(at) // CHUNK % len(rates)])


@given(line=wild_lines())
@settings(max_examples=40, deadline=None)
def test_whatever_is_ordered_is_heard_and_nothing_else(line: Line) -> None:
    """Quiet noise: it sounds where the line sounds, is silent where it is not, and is never ten times as loud as recorded.

    Another rate every 5 ms, from a hold to nearly three times, is more than a band is asked to do: peaks grow fivefold then.
    """
    jumps = list(line.jumps)
    frames = jumps[-1].frame + 24_000
    heard = play(line, NOISE, frames)
    sounding, edges = np.zeros(frames, bool), np.zeros(frames, bool)
    for jump, after in pairwise([*jumps, Jump(frames, nan)]):
        sounding[jump.frame : after.frame] = not isnan(jump.to)
    for jump in jumps:
        edges[max(0, jump.frame - 2 * FADE_FRAMES) : jump.frame + FADE_FRAMES] = True
    assert np.isfinite(heard.sound).all()
    assert np.abs(heard.sound).max() < 1.0
    assert np.abs(heard.sound[:, ~sounding & ~edges]).max(initial=0.0) == 0.0
    loud = loudness(heard.sound, 480)
    for number, level in enumerate(loud):
        span = slice(number * 480, (number + 1) * 480)
        if sounding[span].all() and not edges[span].any():
            assert level > 0.005, number * 480


NOISE = Stems([np.random.default_rng(3).uniform(-0.1, 0.1, (2, 500_000)).astype(np.float32)], SAMPLERATE_HZ)
