"""How far is the band from drummers it does not know? Every take of the corpus, with a click for a band, per family.

    python bench/asynchrony.py [--only FAMILY ...] [--jobs 2] [--keep DIR]

Each take: a click song in the chart's tempo, `live-rig new`, `add-song`, `render --authority drummer --start uninvited`
(`count-in` where the drummer counts), 3 ms in and 5 ms out, then the click's attacks in band.wav against the drummer's beats,
from beat 16. Where a drummer jumps to another tempo, also how many beats it takes until the band is within
25 ms of him and stays so for a bar. The corpus and the scoring lie where LIVE_RIG_CORPUS says (default ../shared/corpus), not
in this project.
"""

import argparse
import contextlib
import importlib.util
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from live_rig.cli import main as live_rig

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[1].parent / "shared" / "corpus"))
TOOLS = CORPUS.parent / "bench"
WITH_HIM_S, FOR_BEATS = 0.025, 4
SHOWN = ("spread95_ms", "bias_ms", "sd_ms", "within_19ms", "bar_right")


def run(words: list[str]) -> None:
    """Run one command of ours; what it refuses is told and ends the take."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = live_rig(words)
    if code:
        raise RuntimeError(out.getvalue())


def score(item: str, keep: Path | None) -> dict[str, Any]:
    """All figures of one take."""
    folder = CORPUS / item
    meta = json.loads((folder / "meta.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        work = keep / item if keep else Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        bars = -(-meta["n_beats"] // meta["beats_per_bar"]) + 24
        tempo, meter = str(meta["nominal_bpm"]), str(meta["beats_per_bar"])
        click = [sys.executable, str(TOOLS / "click_song.py"), "--tempo", tempo, "--meter", meter, "--bars", str(bars)]
        subprocess.run([*click, "--out", str(work / "click")], check=True)
        show = str(work / "show")
        if not (work / "show").exists():
            run(["new", show])
            stem, beats = f"click={work / 'click/click.wav'}", str(work / "click/beats.csv")
            run(["add-song", show, "--id", "x", "--title", "X", "--stem", stem, "--beats", beats, "--tempo", tempo])
        start = "count-in" if meta.get("count_in") else "uninvited"
        render = ["render", show, "--song", "x", "--drums", str(folder / "audio.flac"), "--out", str(work / "out")]
        render += ["--authority", "drummer", "--start", start, "--block", "64", "--samplerate", "48000"]
        run([*render, "--input-latency-ms", "3", "--output-latency-ms", "5"])
        band, beats_csv = str(work / "out/band.wav"), str(folder / "beats.csv")
        told = subprocess.run(
            [sys.executable, str(TOOLS / "score_band.py"), band, beats_csv, "--json"], capture_output=True, text=True
        )
        if told.returncode:
            raise RuntimeError(told.stderr)
        jumps = [event["beat"] for event in meta.get("events", ()) if event["type"] == "tempo_jump"]
        settled = settled_after(jumps, *heard(work / "out/band.wav", folder / "beats.csv")) if jumps else []
        return {"item": item, "family": meta["family"], "settled": settled, **json.loads(told.stdout)}


def heard(band: Path, beats: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When the band's clicks sound, and when the drummer plays his beats, in s, as the corpus's own script sees them."""
    spec = importlib.util.spec_from_file_location("score_band", TOOLS / "score_band.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(tool := importlib.util.module_from_spec(spec))
    samples, samplerate_hz = soundfile.read(band, always_2d=True)
    return tool.clicks(samples.mean(axis=1), samplerate_hz)[0], tool.read_beats(beats, against_click=False)[0]


def settled_after(jumps: list[int], clicks_s: NDArray[np.float64], beats_s: NDArray[np.float64]) -> list[float]:
    """How many beats after each jump the band is with the drummer for FOR_BEATS beats; infinity: not before the next."""
    off_s = np.abs(clicks_s[None, :] - beats_s[:, None]).min(axis=1)
    ends = [*jumps[1:], len(beats_s)]
    return [
        next((n for n in range(end - jump - FOR_BEATS) if (off_s[jump + n :][:FOR_BEATS] < WITH_HIM_S).all()), float("inf"))
        for jump, end in zip(jumps, ends, strict=True)
    ]


def table(rows: list[dict[str, Any]]) -> str:
    """Per family: median, and the worst take; misses and extras as shares of all beats."""
    families = defaultdict(list)
    for row in rows:
        families[row["family"]].append(row)
    lines = ["family      takes  spread95 ms: median worst   |bias| worst   misses extras   19 ms   bar right"]
    for name, takes in [*sorted(families.items()), ("all", rows)]:
        beats = sum(take["beats"] for take in takes)
        spreads = [take.get("spread95_ms", float("inf")) for take in takes]
        worst = max(takes, key=lambda take: take.get("spread95_ms", float("inf")))
        bias = max(abs(take.get("bias_ms", float("inf"))) for take in takes)
        missed, extra = (sum(take[what] for take in takes) / beats for what in ("misses", "extras"))
        rights = [take["bar_right"] for take in takes if "bar_right" in take]
        near = statistics.mean(take["within_19ms"] for take in takes)
        right = statistics.mean(rights) if rights else 0.0
        figures = f"{statistics.median(spreads):17.1f} {max(spreads):7.1f} {bias:14.1f} {missed:8.1%} {extra:6.1%}"
        figures += f" {near:7.0%} {right:9.2f}"
        lines.append(f"{name:<11} {len(takes):4d} {figures}   worst: {worst['item']}")
    if settled := [beats for row in rows for beats in row["settled"]]:
        lines.append(f"beats from a jump until it is with him: median {statistics.median(settled):g}, worst {max(settled):g}")
    return "\n".join(lines)


def main() -> int:
    """Score all, print the table, then each take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", help="families")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="keep the rendered takes there")
    args = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"There is no corpus at {CORPUS}. Set LIVE_RIG_CORPUS to where it is.", file=sys.stderr)
        return 2
    items = sorted(path.parent.name for path in CORPUS.glob("*/meta.json"))
    wanted = [item for item in items if not args.only or item.split("_")[0] in args.only]
    with ProcessPoolExecutor(args.jobs) as pool:
        rows = list(pool.map(score, wanted, [args.keep] * len(wanted)))
    print(table(rows), end="\n\n")
    for row in rows:
        figures = "  ".join(f"{name} {row[name]:6.2f}" for name in SHOWN if name in row)
        print(
            f"{row['item']:<34} beats {row['beats']:4.0f}  misses {row['misses']:3.0f}  extras {row['extras']:3.0f}  {figures}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
