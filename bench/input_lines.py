"""What separate microphones bring: the corpus's takes played on a kit, heard as one mix and as five lines, whole and broken.

    python -m bench.input_lines [EVERY]

Takes every EVERYth take (6). Each take's notes are played on Hydrogen's kits (`scripts/learn_onsets`; Debian's
hydrogen-drumkits and hydrogen-data, and scipy) into a microphone for each drum and one overhead, with the other drums 15 dB
down in every close one; some of these are broken, or not there, or there is a band in them all (`bench/setting/bleed`), or
there are triggers on some drums instead. Told tempo and meter, every beat 20 ms ahead; F as in docs/following-scores.md, but
scored here.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.setting.bleed import WAY_S, bleed
from bench.setting.corpus import CHECKOUT, meta, takes
from bench.setting.not_installed import not_installed
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from live_rig.following.truth import meet, read_truth
from live_rig.importers.midi_file import read_strokes

sys.path.insert(0, str(CHECKOUT / "scripts" / "learn_onsets"))

try:
    from kits import HYDROGEN, RATE, hydrogen_kit
    from perform import Player, read_take
except ModuleNotFoundError as error:
    raise not_installed(error) from error

DRUMS = ("kick", "snare", "tom", "hat", "overhead")
STANDS_BEFORE = {
    "kick": "kick", "rim": "snare", "snare": "snare", "floor": "tom", "mid": "tom", "high": "tom",
    "closed": "hat", "pedal": "hat", "open": "hat", "crash": "overhead", "ride": "overhead", "bell": "overhead",
}  # fmt: skip
KITS = ("ForzeeStereo", "GMRockKit", "Millo_MultiLayered2")
LOST_F = 0.6
CROSSTALK = 10 ** (-15 / 20)
Sound = NDArray[np.floating]
Spoil = Callable[[Sound], Sound]


def crackle(sound: Sound, line: int) -> Sound:
    """A bad cable: five bangs a second, at random, as loud as the drums."""
    chance, spoilt = np.random.default_rng(4), sound.copy()
    for at in np.flatnonzero(chance.random(sound.shape[1]) < 5 / RATE):
        bang = chance.standard_normal(2000) * np.exp(-np.arange(2000) / 300)
        spoilt[line, at : at + 2000] += 0.5 * np.abs(sound[line]).max() * bang[: sound.shape[1] - at]
    return spoilt


def without(line: int) -> Spoil:
    """The line is dead."""
    return lambda sound: np.where(np.arange(len(sound))[:, None] == line, 0, sound)


SPOILT: dict[str, Spoil] = {
    "five lines": lambda sound: sound,
    "kick dead": without(0),
    "snare dead": without(1),
    "overhead dead": without(4),
    "kick crackles": lambda sound: crackle(sound, 0),
    "hat hums": lambda sound: sound + np.eye(5)[3][:, None] * 0.3 * np.sin(np.arange(sound.shape[1]) / RATE * 2 * np.pi * 50),
}

FEWER = {
    "kick alone": (0,),
    "kick and snare": (0, 1),
    "kick, snare, tom": (0, 1, 2),
    "kick, snare, hat": (0, 1, 3),
    "kick, overhead": (0, 4),
}
BESIDE_A_BAND = {"five lines": (0, 1, 2, 3, 4), "kick, snare, overhead": (0, 1, 4)}
BAND_DB, CLOSE_DB = -12.0, -12.0  # under the drums in the overhead; and how much less of it the close ones hear
TRIGGERS = {
    "pads": ("kick", "snare", "cymbal"),
    "kick and snare triggers": ("kick", "snare"),
    "a kick trigger": ("kick",),
}


def five_lines(take: Path, kit: str) -> Sound:
    """(5, frames): each microphone's own drum, and all others softly."""
    notes = read_take(take / "perf.mid")
    length_s = meta(take)["duration_s"]
    player = Player(hydrogen_kit(HYDROGEN / kit), np.random.default_rng(7))
    own = np.stack([player.play([n for n in notes if STANDS_BEFORE[n.piece] == drum], length_s) for drum in DRUMS])
    all_ = own.sum(axis=0)
    heard: Sound = own + CROSSTALK * (all_ - own)
    heard[4] = own[4] + 0.5 * (all_ - own[4])
    return heard / float(np.abs(heard).max())


def beside_a_band(lines: Sound) -> tuple[Sound, Sound]:
    """The lines with a band in all of them, and the band as it was played: (frames,)."""
    back, played = bleed(lines[4], RATE, BAND_DB)
    return lines + back * np.where(np.arange(5) == 4, 1, 10 ** (CLOSE_DB / 20))[:, None], played


def triggered(notes: NDArray[np.void], kinds: tuple[str, ...]) -> NDArray[np.void]:
    """The strokes on these kinds of drum."""
    kept = notes.copy()
    for kind in {"kick", "snare", "cymbal"} - set(kinds):
        kept[kind] = 0
    struck: NDArray[np.void] = kept[kept["kick"] + kept["snare"] + kept["cymbal"] > 0]
    return struck


def scored(take: Path, strokes: np.ndarray, frames: int) -> tuple[float, float]:
    """F and scatter in ms after the eighth beat, the constant lean taken off; NaN for the scatter where no beat was met."""
    known, truth = meta(take), read_truth(take / "beats.csv")
    true_s = np.array([beat.time_s for beat in truth])
    calls = BeatCalls(Follower(RATE, known["nominal_bpm"], known["beats_per_bar"]), 0.02).hear(strokes, frames)
    called_s = calls["beat_frame"] / RATE
    called_s = called_s[(called_s > true_s[8] - 0.1) & (called_s < true_s[-1] + 0.1)]
    off_s = meet(called_s, true_s).off_s
    lean_s = np.nanmedian(off_s) if np.isfinite(off_s).any() else 0.0
    met = meet(called_s - lean_s, true_s[8:])
    scatter_s = np.nanstd(met.off_s) if met.is_met.any() else np.nan
    return 2 * met.is_met.sum() / (len(called_s) + len(true_s) - 8), 1000 * float(scatter_s)


def main() -> None:
    """Print a line for each way of listening."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("every", metavar="EVERY", nargs="?", type=int, default=6, help="every how manyth take (6)")
    args = parser.parse_args()
    for kit in KITS:
        if not (HYDROGEN / kit / "drumkit.xml").exists():
            parser.error(f"{HYDROGEN / kit} is not there. It takes Debian's hydrogen-drumkits and hydrogen-data")
    heard = takes(args.every)
    found: dict[str, list[tuple[float, float]]] = {}
    trusts: dict[str, list[tuple[float, ...]]] = {}
    for number, take in enumerate(heard):
        lines = five_lines(take, KITS[number % len(KITS)])
        frames = lines.shape[1]
        found.setdefault("one mix", []).append(scored(take, Lines(RATE).feed(lines.mean(axis=0)[None]), frames))
        for name, spoil in SPOILT.items():
            rig = Lines(RATE, DRUMS)
            found.setdefault(name, []).append(scored(take, rig.feed(spoil(lines)), frames))
            trusts.setdefault(name, []).append(rig.trusts())
        for name, places in FEWER.items():
            rig = Lines(RATE, [DRUMS[place] for place in places])
            found.setdefault(name, []).append(scored(take, rig.feed(lines[list(places)]), frames))
        bled, played = beside_a_band(lines)
        for name, places in BESIDE_A_BAND.items():
            for known, its_band in (("not known", None), ("known", played)):
                rig = Lines(RATE, [DRUMS[place] for place in places])
                strokes = rig.feed(bled[list(places)], None, its_band, WAY_S)
                found.setdefault(f"{name}, a band {known}", []).append(scored(take, strokes, frames))
        notes, _ = read_strokes(take / "perf.mid", RATE)
        late = notes.copy()
        late["frame"] += 0.012 * RATE + np.abs(np.random.default_rng(3).normal(0, 0.002 * RATE, len(late)))
        late = late[np.argsort(late["frame"])]
        late["told_frame"] = np.ceil(late["frame"])
        for name, kinds in TRIGGERS.items():
            rig = Lines(RATE)
            strokes = rig.feed(lines.mean(axis=0)[None], notes=triggered(late, kinds))
            found.setdefault(f"mix and {name}", []).append(scored(take, strokes, frames))
            trusts.setdefault(f"mix and {name}", []).append((rig.pads_late_s * 1000,))
        for name, kinds in TRIGGERS.items():
            found.setdefault(name, []).append(scored(take, triggered(notes, kinds), frames))
    print(f"{len(heard)} takes; F, takes under 0.6, scatter in ms; trust in {', '.join(DRUMS)}")
    for name, figures in found.items():
        f, scatter_ms = np.nanmean(figures, axis=0)
        lost = sum(its_f < LOST_F for its_f, _ in figures)
        print(f"{name:31} {f:.3f} {lost} {scatter_ms:5.1f}   {np.round(np.mean(trusts.get(name, [[]]), axis=0), 2)}")


if __name__ == "__main__":
    main()
