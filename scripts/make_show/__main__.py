"""`python -m make_show [--to FOLDER] [salt-road] [lantern] [drummer]`: writes the bundled show, all of it or a part."""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from make_show import drummer, files, lantern, salt_road, salt_road_band
from make_show.files import Tune
from make_show.render import SAMPLERATE, Stereo, write_ogg
from make_show.stems import LEAD_IN_S, Balance, record

PARTS = ("salt-road", "lantern", "drummer")
IN_MONO = {"bass"}
SALT_ROAD_BALANCE = {
    "bass": Balance(-21),
    "piano": Balance(-25, 15),
    "saxes": Balance(-21.5),
    "trumpets": Balance(-21),
    "trombones": Balance(-22.5),
    "percussion": Balance(-27, 17),
}
LANTERN_BALANCE = {"bass": Balance(-24), "piano": Balance(-23, 15), "tenor": Balance(-21), "strings": Balance(-27)}


def write_salt_road(folder: Path) -> None:
    """The showpiece: on the grid at 330."""
    beats = 4 * sum(bars for _, bars, *_ in salt_road.FORM)
    times_s = LEAD_IN_S + np.arange(beats + 1) * 60 / salt_road.BPM
    write_stems(folder, times_s, record(salt_road_band.arrange().stems, times_s, 2.0, SALT_ROAD_BALANCE, room=0.22), salt_road)


def write_lantern(folder: Path) -> None:
    """The ballad: in its own breathing time."""
    times_s = LEAD_IN_S + np.array(lantern.beat_times_s())
    write_stems(folder, times_s, record(lantern.arrange(), times_s, 4.0, LANTERN_BALANCE, room=0.45), lantern)


def write_stems(folder: Path, times_s: NDArray[np.float64], stems: dict[str, tuple[Stereo, float]], tune: Tune) -> None:
    """A song's folder: `times_s` of its beats, the end of the last bar among them; sound and gain in dB of its stems."""
    for name, (sound, _) in stems.items():
        write_ogg(folder / f"{name}.ogg", sound.mean(axis=1) if name in IN_MONO else sound)
    files.write_beats(folder / "beats.csv", times_s[:-1])
    listed = [(name, f"{name}.ogg", gain_db) for name, (_, gain_db) in stems.items()]
    (folder / "song.toml").write_text(files.song_toml(tune, listed), encoding="utf-8")


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(prog="make_show", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--to", type=Path, default=Path("../examples/festival"), help="the show's folder")
    asked = parser.parse_args()
    parts = asked.parts
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: write {', '.join(PARTS)}")
    asked.to.mkdir(parents=True, exist_ok=True)
    (asked.to / "show.toml").write_text(files.SHOW, encoding="utf-8")
    if "salt-road" in parts:
        write_salt_road(asked.to / "songs" / "salt-road")
    if "lantern" in parts:
        write_lantern(asked.to / "songs" / "lantern")
    if "drummer" in parts:
        drummer.write(asked.to / "drummer")
    print(f"{asked.to}: {', '.join(parts)} at {SAMPLERATE} Hz")


if __name__ == "__main__":
    main()
