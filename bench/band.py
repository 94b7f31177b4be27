"""How well is the band where the line says, and what does it cost?

    python bench/band.py [time] [cost] [live] [--minutes 10]

time: clicks every beat of a song at 250 bpm, against the line, while the tempo does this and that.
cost: CPU time of the renderers for a second of sound, a bus's worst chunk, and the same mix through Rubber Band's program.
live: the renderers' threads in real time for --minutes, the callback's side played by a loop: the fewest frames ready.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from cython_core.band import Band
from cython_core.memory import not_locked
from cython_core.stems import Stems
from live_rig.band.renderer import prefetch, renderers
from live_rig.priority import run_this_thread_first

SAMPLERATE_HZ, CHUNK, SONG_BPM = 48_000, 256, 250.0
BEAT_FRAMES = SAMPLERATE_HZ * 60 / SONG_BPM
REACH_FRAMES = SAMPLERATE_HZ // 50
CALLBACK_PRIORITY = 10  # as a sound server gives its clients; over the renderer's

Sound = NDArray[np.float32]
Tempo = Callable[[float], float]  # seconds -> bpm


def click() -> NDArray[np.float64]:
    """20 ms of 1.5 kHz with a one-sample attack."""
    t = np.arange(SAMPLERATE_HZ // 50) / SAMPLERATE_HZ
    wave: NDArray[np.float64] = 0.8 * np.exp(-t / 0.004) * np.cos(2 * np.pi * 1500 * t)
    return wave


def click_song(beats: int) -> tuple[Stems, NDArray[np.float64]]:
    """A click on every beat but the first; and the frames they are at."""
    places = np.round(np.arange(1, beats) * BEAT_FRAMES)
    sound = np.zeros((2, int(beats * BEAT_FRAMES) + SAMPLERATE_HZ), np.float32)
    for place in places.astype(int):
        sound[:, place : place + SAMPLERATE_HZ // 50] += click().astype(np.float32)
    return in_memory([sound]), places


def play(stems: Stems, tempo: Tempo, seconds: float, buses: int = 1) -> tuple[Sound, NDArray[np.float64], float, float]:
    """Stems shared out among the buses: what is heard, (output frame, source frame) of the line, CPU seconds of all buses, and
    the worst chunk's of one of them: each has a thread of its own."""
    band, source, chunks = Band(SAMPLERATE_HZ, buses=buses), 0.0, int(seconds * SAMPLERATE_HZ / CHUNK)
    heard, line = np.zeros((2 * buses, chunks * CHUNK), np.float32), np.zeros((2, chunks))
    spent = np.zeros((buses, chunks))
    gains = [[float(stem % buses == channel // 2) for stem in range(stems.count)] for channel in range(2 * buses)]
    for number in range(chunks):
        frame = band.ahead_frames + number * CHUNK
        line[:, number] = frame, source
        band.order(frame, source, stems=stems, gains=gains)
        for bus in range(buses):
            before = time.thread_time()
            band.serve_bus(bus)
            spent[bus, number] = time.thread_time() - before
        heard[:, number * CHUNK : (number + 1) * CHUNK] = band.read(number * CHUNK, CHUNK)
        source += CHUNK * tempo(frame / SAMPLERATE_HZ) / SONG_BPM
    return heard, line, float(spent.sum()), float(spent.max())


def click_errors(heard: Sound, expected: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each click's attack against its place, ms; and its peak against the recorded one's, dB.

    The attack is where the matched filter's envelope peaks within 20 ms, to a fraction of a frame.
    """
    wave = click()
    errors, levels = [], []
    for place in expected:
        start = round(place) - REACH_FRAMES
        near = heard[0, start : start + 2 * REACH_FRAMES + len(wave)]
        match = np.correlate(near, wave, "valid")
        spectrum = np.fft.fft(match)
        spectrum[len(match) // 2 + 1 :] = 0
        height = np.abs(np.fft.ifft(spectrum))
        at = int(np.clip(height.argmax(), 1, len(height) - 2))
        low, top, high = height[at - 1 : at + 2]
        errors.append((start + at + 0.5 * (low - high) / (low - 2 * top + high) - place) / SAMPLERATE_HZ * 1000)
        levels.append(20 * np.log10(np.abs(near).max() / 0.8))
    return np.array(errors), np.array(levels)


def steadily(rate: float) -> Tempo:
    """At so many times the song's own tempo."""
    return lambda _: rate * SONG_BPM


def time_table(minutes: float) -> None:
    rng = np.random.default_rng(1)
    steps = rng.uniform(0.9, 1.1, 100_000)
    rates = (0.5, 0.75, 0.9, 1.1, 1.35, 2.0, 2.5)
    tempi: dict[str, tuple[Tempo, float]] = {
        **{f"steady {rate:g} x": (steadily(rate), 60.0) for rate in rates},
        "+-10 % in 8 s": (lambda s: SONG_BPM * (1 + 0.1 * np.sin(2 * np.pi * s / 8)), 60.0),
        "215 -> 330 bpm in 20 s": (lambda s: 215 + min(s / 20, 1) * 115, 25.0),
        "another tempo, +-10 %, each beat": (lambda s: SONG_BPM * steps[int(s * SONG_BPM / 60)], 60.0),
        f"+-10 % in 8 s, {minutes:g} min": (lambda s: SONG_BPM * (1 + 0.1 * np.sin(2 * np.pi * s / 8)), minutes * 60),
    }
    print("clicks against the line             mean ms     sd    max   last 30 s: mean   attack dB")
    for name, (tempo, seconds) in tempi.items():
        stems, places = click_song(int(seconds * 1.1 * max(tempo(s) for s in range(20)) / 60) + 60)
        heard, line, _, _ = play(stems, tempo, seconds)
        expected = np.interp(places, line[1], line[0], right=np.inf)
        expected = expected[expected < heard.shape[1] - SAMPLERATE_HZ // 2]
        errors, levels = click_errors(heard, expected)
        last = errors[expected > heard.shape[1] - 30 * SAMPLERATE_HZ]
        figures = f"{errors.mean():7.3f} {errors.std():6.3f} {np.abs(errors).max():6.2f} {last.mean():17.3f}"
        print(f"{name:34} {figures} {np.median(levels):11.1f}")


def music(stems: int, seconds: float) -> list[Sound]:
    """Noise bursts and chords, as busy as a band, from one seed."""
    rng, t = np.random.default_rng(2), np.arange(int(seconds * SAMPLERATE_HZ)) / SAMPLERATE_HZ
    sounds = []
    for stem in range(stems):
        beat = np.exp(-(t % (60 / SONG_BPM)) / 0.05)
        chord = sum(np.sin(2 * np.pi * hz * t) for hz in rng.uniform(60, 2000, 3))
        sound = 0.3 / stems * (beat * rng.normal(0, 1, len(t)) if stem % 3 == 0 else chord)
        sounds.append(np.stack([sound, sound[::-1]]).astype(np.float32))
    return sounds


def in_memory(sounds: list[Sound]) -> Stems:
    stems = Stems(sounds, SAMPLERATE_HZ)
    stems.all_in_memory()
    return stems


def cost_table(seconds: float) -> None:
    print("\nstems buses  rate    % of a core   worst chunk, ms of 5.33")
    for stems, buses in ((1, 1), (5, 1), (16, 1), (16, 4)):
        bank = in_memory(music(stems, seconds * 2.6))
        for rate in (1.0, 1.1, 1.35, 2.5):
            _, _, spent, worst = play(bank, steadily(rate), seconds, buses)
            print(f"{stems:5} {buses:5} {rate:5.2f} {100 * spent / seconds:12.1f} {worst * 1000:16.2f}")
    against_the_command_line(seconds)


def against_the_command_line(seconds: float) -> None:
    """The same stereo mix at 1.1 x: Rubber Band's own program, R3, in real-time mode, reading and writing a file."""
    program = shutil.which("rubberband")
    if program is None:
        print("\nrubberband, the command, is not installed: no comparison")
        return
    rng = np.random.default_rng(2)
    mix = (0.1 * rng.normal(0, 1, (2, int(seconds * 1.1 * SAMPLERATE_HZ)))).astype(np.float32)
    ours = play(in_memory([mix]), lambda _: 1.1 * SONG_BPM, seconds)[2]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.wav", Path(folder) / "out.wav"
        soundfile.write(source, mix.T, SAMPLERATE_HZ, subtype="FLOAT")
        before = os.times()
        subprocess.run([program, "-q", "-3", "--realtime", "-T", "1.1", source, target], check=True, capture_output=True)
        after = os.times()
        theirs = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"\nnoise at 1.1 x: ours {ours:.2f} s of CPU, rubberband -3 --realtime {theirs:.2f} s: {ours / theirs:.2f} of it")


def live(minutes: float) -> None:
    """Real time: 64 frames at a time, orders when they fall due, three chunks to spare; this loop as urgent as a callback."""
    block, paged = 64, Stems(music(5, 60.0), SAMPLERATE_HZ)
    paged.mark([0])
    paged.load()
    band = Band(SAMPLERATE_HZ)
    threads = [*renderers(band), prefetch(paged)]
    for thread in threads:
        thread.start()
    run_this_thread_first(CALLBACK_PRIORITY)
    begun, frame, ordered, dropouts = time.perf_counter(), 0, band.ahead_frames, 0
    while frame < minutes * 60 * SAMPLERATE_HZ:
        ahead_s = frame / SAMPLERATE_HZ - (time.perf_counter() - begun)
        if ahead_s > 0:
            time.sleep(ahead_s)
        if ahead_s < -block / SAMPLERATE_HZ:  # a device would have dropped out here, and gone on from now
            begun -= ahead_s
            dropouts += 1
        while ordered <= frame + band.ahead_frames:
            band.order(ordered, 1.1 * ordered % (50 * SAMPLERATE_HZ), stems=paged)
            ordered += CHUNK
        band.read(frame, block)
        frame += block
    for thread in threads:
        thread.stop()
    print(f"\n{minutes:g} min live, 64 frames: {band.chunks_late} chunks late, {band.frames_missing} frames missing")
    print(f"fewest frames ready {band.least_spare_frames} of 768; prefetch missed {paged.missed_frames} frames")
    print(f"this loop itself was too late {dropouts} times; renderer {threads[0].not_urgent or 'at real-time priority'}")
    held, cached = paged.held_bytes / 1e6, SAMPLERATE_HZ * 8 * 60 / 1e6
    locked = not_locked() or "locked in memory"
    print(f"5 stems hold {held:.0f} MB, {locked}; the cache takes {cached:.0f} MB a stem minute")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["time", "cost", "live"])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row of cost")
    args = parser.parse_args()
    if "time" in args.what:
        time_table(args.minutes)
    if "cost" in args.what:
        cost_table(args.seconds)
    if "live" in args.what:
        live(args.minutes)


if __name__ == "__main__":
    main()
