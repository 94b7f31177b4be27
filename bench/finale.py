"""How close is the band in the finale, part by part? Against the performance's own true beats, not the follower's opinion.

    python bench/finale.py [--samplerate 48000] [--block 64]

Three answers: the line at the ear (where the transport put the band's beats); the attacks of a click that stands in the band's
place, measured in the rendered sound; and, where the corpus is (LIVE_RIG_CORPUS, default ../shared/corpus), people who start
uninvited and drive the same song to 330 bpm.
"""

import argparse
import csv
import json
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import soundfile

from live_rig.audio.recording import read_drums
from live_rig.paths import examples_dir
from live_rig.performance import Performance, Plan, perform
from live_rig.rehearsal.arc import read_arc
from live_rig.show.song import Song
from live_rig.show.stem import Stem
from live_rig.show.store import read_show

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[1].parent / "shared" / "corpus"))
HUMAN = ("caravan_06_fast-290-330", "caravan_08_swing-250-330", "caravan_07_songo-260-330")
REACH_S = 0.06


def click_in_place_of(song: Song, folder: Path, rate_hz: int = 48_000) -> Song:
    """The same song with one stem: a click with a one-sample attack on every mapped beat."""
    t = np.arange(round(0.02 * rate_hz)) / rate_hz
    click = 0.9 * np.cos(2 * np.pi * 1500 * t) * np.exp(-t / 0.004)
    sound = np.zeros(round((song.beat_map.time_s[-1] + 2.0) * rate_hz))
    for time_s in song.beat_map.time_s:
        start = round(float(time_s) * rate_hz)
        sound[start : start + len(click)] += click
    soundfile.write(folder / "click.wav", sound, rate_hz, subtype="PCM_16")
    return song.model_copy(update={"folder": folder, "stems": (Stem(name="click", file="click.wav"),)})


def attacks_s(performance: Performance) -> npt.NDArray[np.float64]:
    """When the clicks in the band begin: where the energy of the last 1.5 ms passes a quarter of its peak. In s."""
    band, rate_hz = performance.buses["band"].mean(axis=0), performance.samplerate_hz
    smooth = round(0.0015 * rate_hz)
    energy = np.sqrt(np.convolve(np.square(band), np.ones(smooth) / smooth)[: len(band)])
    floor, found, at = 0.1 * float(energy.max()), [], 0
    while (above := np.flatnonzero(energy[at:] > floor)).size:
        start = at + int(above[0])
        window = energy[start : start + round(0.03 * rate_hz)]
        found.append((start + int(np.argmax(window > 0.25 * window.max()))) / rate_hz)
        at = start + round(0.06 * rate_hz)
    return np.asarray(found)


def spread(errors_ms: Sequence[float]) -> str:
    """Median, 95 % and worst of what is known."""
    known = [abs(ms) for ms in errors_ms if not math.isnan(ms)]
    if not known:
        return f"{0:5d}       -      -      -"
    return f"{len(known):5d} {np.median(known):7.1f} {np.percentile(known, 95):6.1f} {max(known):6.1f}"


def nearest_ms(attacks: npt.NDArray[np.float64], beat_s: float) -> float:
    """From a true beat to the nearest click, in ms; NaN where none is near."""
    if not attacks.size:
        return math.nan
    error_s = float(attacks[np.argmin(np.abs(attacks - beat_s))] - beat_s)
    return 1e3 * error_s if abs(error_s) < REACH_S else math.nan


def finale(plan: Plan) -> None:
    """The bundled performance: the line, and a click in the band's place."""
    arc = read_arc(examples_dir() / "festival" / "drummer")
    drums = read_drums(arc.drums, plan.samplerate_hz)
    plan = replace(plan, script=arc.script)
    with TemporaryDirectory() as folder:
        line = perform(plan, drums)
        clicks = attacks_s(perform(replace(plan, song=click_in_place_of(plan.song, Path(folder))), drums))
    print("The bundled finale        beats  median   95 %  worst ms")
    for part in arc.parts:
        beats = arc.beats_s[part.first : part.end]
        print(f"  {part.name:<12} the line {spread([line.line.asynchrony_ms(beat) for beat in beats])}")
        print(f"  {'':<12} clicks   {spread([nearest_ms(clicks, beat) for beat in beats])}")
    for event in line.happened:
        print(f"  {event['time_s']:7.3f} s  {event['what']:<10} {event['who']:<10} {event['why']:<11} bar {event['bar']}")
    hits = [event["time_s"] for event in line.happened if event["what"] == "last-hit"]
    if hits:
        print(f"  the last hit: {1e3 * (hits[0] - arc.beats_s[-1]):+.1f} ms from the drummer's")


def human(plan: Plan, item: str) -> None:
    """A human take in the made drummer's place: uninvited, by the same commands."""
    folder = CORPUS / item
    with (folder / "beats.csv").open(newline="") as file:
        beats = [float(row["drummer_s"]) for row in csv.DictReader(file)]
    line = perform(plan, read_drums(folder / "audio.flac", plan.samplerate_hz)).line
    errors = [line.asynchrony_ms(beat) for beat in beats]
    at_330 = [ms for ms, beat, after in zip(errors, beats, beats[1:], strict=False) if 60 / (after - beat) > 320]
    bpm = json.loads((folder / "meta.json").read_text())["tempo_max"]
    print(f"  {item:<32} {spread(errors)}   up to {bpm:.0f} bpm; above 320: {spread(at_330)}")


def main() -> int:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--samplerate", type=int, default=48_000)
    parser.add_argument("--block", type=int, default=64)
    args = parser.parse_args()
    song = read_show(examples_dir() / "festival").song("salt-road")
    if song is None:
        return 2
    plan = Plan(song, samplerate_hz=args.samplerate, blocks=(args.block,))
    finale(plan)
    if CORPUS.is_dir():
        print("Human drummers, uninvited, into the same song: beats with the band, median, 95 %, worst ms (the line)")
        for item in HUMAN:
            human(plan, item)
    else:
        print(f"No corpus at {CORPUS}: no human drummers.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
