"""Does the rig follow the drummer, or its own band, where that comes out of loudspeakers beside the drums?

    python -m bench.loudspeakers [EVERY] [--print]

Every EVERYth take of the corpus in four (3; 1: all) is played into one microphone with the band's own sound, as the rig plays
it at that moment: the bundled Salt Road from where all play, its beats counted so that the tempo is near the recording's,
over and over, through the real rig, which knows the latencies (3 ms in, 5 ms out) and not the 7 ms through the air. The band is
so far under the drums by mean power. From beat 16 on: the band's spread about its usual lean (95 % of the beats of a take lie
nearer; the median take, and the mean of all), and the share of the beats at which it is more than 70 ms off. The table goes
into docs/measured.md.
"""

import argparse
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from bench.duet import asynchrony
from bench.setting.bleed import SALT_ROAD, power
from bench.setting.corpus import meta, takes
from bench.setting.page import add_print_option, publish, table
from cython_core.drums import Drums
from live_rig.audio.recording import read_drums
from live_rig.band.stems import open_stems
from live_rig.conducting.chart import chart_of
from live_rig.following.truth import read_truth
from live_rig.instrument import Instrument
from live_rig.paths import cache_dir
from live_rig.performance import Plan, arriving, scripted_events, send_due
from live_rig.show.beat_map import BeatMap
from live_rig.show.section import Section
from live_rig.show.song import Song
from live_rig.show.store import read_show
from live_rig.wiring import each_bus_apart

RATE_HZ, BLOCK = 48_000, 64
IN_S, OUT_S, AIR_S = 0.003, 0.005, 0.007
FIRST_BEAT, OFF_S = 16, 0.07
ALL_PLAY_FROM = 32  # beat of the tune
UNDER_DB = (None, -30.0, -20.0, -12.0, -6.0)
BAND = slice(4, 6)  # of `each_bus_apart`
PLAYED = 0.009  # mean power of the tune as it leaves the rig, in mono


def song_in(bpm: float) -> Song:
    """The tune in that tempo, in four, without an end; its recorded beats are one, two or four to one of these."""
    show = read_show(SALT_ROAD.parents[1])
    tune = next(song for song in show.songs if song.id == SALT_ROAD.name)
    each = 1
    while bpm < 0.5 * tune.tempo_bpm / each:
        each *= 2
    beats_s = tune.beat_map.time_s[ALL_PLAY_FROM::each]
    return tune.model_copy(
        update={
            "tempo_bpm": bpm,
            "beat_map": BeatMap.of(beats_s, np.arange(len(beats_s)) % 4 + 1),
            "sections": (Section(name="all", first_bar=1, length_bars=len(beats_s) // 4, vamp=True),),
            "cues": (),
        }
    )


def off_s(take: Path, under_db: float | None) -> np.ndarray:
    """How late the band is at each of the drummer's beats from FIRST_BEAT on, in s; NaN where there is none."""
    known, drums = meta(take), read_drums(take / "audio.flac", RATE_HZ)
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    instrument.rig.at(IN_S, OUT_S)
    song = song_in(known["nominal_bpm"])
    plan = Plan(song, "count-in" if known.get("count_in") else "uninvited", input_latency_s=IN_S, output_latency_s=OUT_S)
    stems = open_stems(song, RATE_HZ, cache_dir())
    stems.all_in_memory()
    instrument.load(chart_of(song, RATE_HZ, stems))
    send_due(instrument, deque(scripted_events(plan)))
    heard = arriving(plan, drums)
    gain = 0.0 if under_db is None else 10 ** (under_db / 20) * np.sqrt(power(drums) / PLAYED)
    way, to_ear = round((IN_S + OUT_S + AIR_S) * RATE_HZ), instrument.rig.guard_delay_frames + round(OUT_S * RATE_HZ)
    played, off = np.empty((instrument.outputs, BLOCK), np.float32), []
    beats_s = deque(beat.time_s for beat in read_truth(take / "beats.csv"))
    for frame in range(0, heard.shape[1] - way - BLOCK, BLOCK):
        instrument.rig.step(np.ascontiguousarray(heard[:, frame : frame + BLOCK]), played)
        instrument.band.serve()
        heard[0, frame + way : frame + way + BLOCK] += gain * played[BAND].mean(axis=0)
        while beats_s and beats_s[0] * RATE_HZ < frame:
            late_s = asynchrony(instrument, beats_s.popleft(), to_ear)
            off.append(np.nan if late_s is None else late_s)
    return np.array(off[FIRST_BEAT:])


def judged(off: np.ndarray) -> tuple[float, float]:
    """(spread in ms, share of beats off) of one take."""
    lean_s = np.nanmedian(off)
    return float(1e3 * np.nanpercentile(np.abs(off - lean_s), 95)), float(np.mean(~(np.abs(off) < OFF_S)))


def main() -> None:
    """Play all takes beside all levels, and print a row for each level."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("every", nargs="?", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    add_print_option(parser)
    args = parser.parse_args()
    in_four = takes(args.every, "4/4")
    rows = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for under_db in UNDER_DB:
            spreads_ms, shares_off = np.array([judged(off) for off in pool.map(off_s, in_four, [under_db] * len(in_four))]).T
            name = "not in the microphone" if under_db is None else f"{-under_db:.0f} dB under the drums"
            rows.append((name, f"{np.median(spreads_ms):.1f}", f"{spreads_ms.mean():.1f}", f"{shares_off.mean():.1%}"))
    head = ("the band", "spread, ms: median take", "mean", "beats off")
    publish("measured.md", "loudspeakers", table(head, rows), is_printed=args.is_printed)


if __name__ == "__main__":
    main()
