"""Counts and gigs that a microphone hears: what `count_in` and `gigs` play as notes, on five sampled kits.

    python -m bench.by_ear [GIG ...] [--counts 10] [--print]

`setting/sampled_kit` says which kits, and what they take. A count: four sticks with a hand's jitter, as in `count_in`, after
two seconds, then four beats of rock, 60 to 330 bpm; so many of each kind at each tempo, from one kit after the other. Right:
bar 1 within 20 ms or 4 % of a beat. A gig: `gigs`'s figures, the sums of all kits, and the most. Both tables go into
docs/measured.md, if they are whole.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np

from bench.gigs import BLOCK, GIGS, TEMPI_BPM, judge
from bench.setting.page import add_print_option, publish, table
from bench.setting.sampled_kit import KITS, Microphone, missing
from cython_core.authority import Leader
from cython_core.drums import Drums
from cython_core.entry import Listening
from cython_core.exchange import EventKind, NoticeKind
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.wiring import each_bus_apart
from tests.playing import HAT, RATE_HZ, SNARE, STICKS, beats, rock, song

NAMES = [gig.__name__.replace("_", " ") for gig in GIGS]
USUALLY = 10
COUNTED_BPM = (60.0, 90.0, 130.0, 180.0, 250.0, 330.0)
CLICKS, LEAD_S, GRACE_S = 4, 2.0, 0.025
CLICKED_ON = {"sticks": STICKS, "the hi-hat": HAT, "the pedal": 44, "an open hi-hat": 46, "the ride's bell": 53}
CROWDS_DB = {f"sticks, the crowd {under_db} dB under": under_db for under_db in (42, 38, 34, 30)}
FLAMS = "flams on the snare"
KINDS = (*CLICKED_ON, FLAMS, *CROWDS_DB)
MARGIN_S = 5.0  # after the last beat of a gig


def count_in(kind: str, bpm: float, seed: int) -> float:
    """How late the band's first note is, in s; NaN where it does not come in."""
    random = np.random.default_rng(seed)
    beat_s = 60 / bpm
    one_s = LEAD_S + CLICKS * beat_s
    clicks_s = LEAD_S + np.arange(CLICKS) * beat_s + random.normal(0, 0.006, CLICKS) + random.normal(0, 0.01 * beat_s, CLICKS)
    peak_db, noise_db = random.uniform(-20, -6), -random.uniform(60, 80)
    microphone = Microphone(KITS[seed % len(KITS)], seed, one_s + 4 * beat_s + 1, RATE_HZ, peak_db, noise_db)
    if kind in CROWDS_DB:
        microphone.hear_crowd(CROWDS_DB[kind], seed)
    for click_s in clicks_s:
        if kind == FLAMS:
            microphone.strike(click_s - GRACE_S, SNARE, 50)
        piece = SNARE if kind == FLAMS else CLICKED_ON.get(kind, STICKS)
        microphone.strike(click_s, piece, int(random.integers(90, 110)))
    for struck_s, note, velocity in rock(beats((bpm, 4), start_s=one_s), jitter_ms=4, seed=seed):
        microphone.strike(struck_s, note, velocity)
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    instrument.load(chart_of(song(bpm * random.uniform(0.9, 1.1)), RATE_HZ, None))
    instrument.send([Sent(EventKind.LISTEN, Listening.FOR_THE_COUNT, Leader.DRUMMER)])
    played = np.empty((instrument.outputs, BLOCK), np.float32)
    while instrument.rig.frame + BLOCK <= len(microphone.sound):
        now = instrument.rig.frame
        instrument.rig.step(microphone.sound[None, now : now + BLOCK], played)
        for notice in instrument.exchange.notices():
            if notice["kind"] == NoticeKind.CAME_IN:
                first_note_frame: int = notice["frame"] + instrument.rig.guard_delay_frames
                return first_note_frame / RATE_HZ - one_s
    return float("nan")


def is_right(kind: str, bpm: float, seed: int) -> bool:
    return abs(count_in(kind, bpm, seed)) <= max(0.020, 0.04 * 60 / bpm)


def gig_on(number: int, bpm: float, kit: int) -> tuple[int, int, int, float]:
    """`judge`, of one gig on one kit."""
    gig = GIGS[number](bpm)
    length_s = sum(60 / beat.bpm for beat in gig.plan) + MARGIN_S
    return judge(gig, microphone=Microphone(KITS[kit], kit, length_s, RATE_HZ))


def counts(pool: ProcessPoolExecutor, seeds: range) -> str:
    """A row for each kind of count."""
    asked = list(product(KINDS, COUNTED_BPM, seeds))
    right = np.array(list(pool.map(is_right, *zip(*asked, strict=True)))).reshape(len(KINDS), len(COUNTED_BPM), len(seeds))
    rows = [[kind, *(f"{many}" for many in of_kind)] for kind, of_kind in zip(KINDS, right.sum(axis=2), strict=True)]
    return table([f"right, of {len(seeds)}", *(f"{bpm:g} bpm" for bpm in COUNTED_BPM)], rows)


def gigs(pool: ProcessPoolExecutor, numbers: list[int]) -> str:
    """A row for each gig."""
    asked = list(product(numbers, TEMPI_BPM, range(len(KITS))))
    figures = np.array(list(pool.map(gig_on, *zip(*asked, strict=True)))).reshape(len(numbers), len(TEMPI_BPM), len(KITS), 4)
    rows = []
    for number, per_tempo in zip(numbers, figures, strict=True):
        cells = [(per_kit[:, :3].sum(axis=0).astype(int), 1e3 * per_kit[:, 3].max()) for per_kit in per_tempo]
        rows.append([NAMES[number], *(f"{off}, {away}, {silent}; {most_ms:.0f}" for (off, away, silent), most_ms in cells)])
    return table(["gig", *(f"{bpm:g} bpm" for bpm in TEMPI_BPM)], rows)


def main() -> int:
    """Both tables, or what is asked for of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gigs", nargs="*", help="words in their names; then these alone, and no counts")
    parser.add_argument("--counts", type=int, default=USUALLY, help="of each kind, at each of six tempi")
    add_print_option(parser)
    options = parser.parse_args()
    numbers = [n for n, name in enumerate(NAMES) if not options.gigs or any(word in name for word in options.gigs)]
    if not numbers:
        parser.error(f"there is no such gig. There are: {', '.join(NAMES)}")
    if options.counts < 1:
        parser.error(f"--counts says how many of each: 1 or more, and not {options.counts}")
    if lacks := missing():
        parser.error(f"{lacks} is not there. It takes Debian's hydrogen-drumkits, hydrogen-data and fluid-soundfont-gm")
    with ProcessPoolExecutor() as pool:
        if not options.gigs:
            text = counts(pool, range(options.counts))
            publish("measured.md", "counts by ear", text, is_printed=options.is_printed or options.counts != USUALLY)
        publish("measured.md", "gigs by ear", gigs(pool, numbers), is_printed=options.is_printed or bool(options.gigs))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
