"""`python -m make_show [--to FOLDER] [salt-road] [lantern] [drummer]`: writes the bundled show, all of it or a part."""

import argparse
from pathlib import Path

from make_show import drummer, files, lantern, salt_road, salt_road_band
from make_show.render import SAMPLERATE, write_ogg
from make_show.stems import LEAD_IN_S, Balance, record

TAIL_S = 2.0
PARTS = ("salt-road", "lantern", "drummer")
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
    """The showpiece: on the grid at 330, from 0.5 s on."""
    beats = 4 * sum(bars for _, bars, *_ in salt_road.FORM)
    beat_s = 60 / salt_road.BPM
    times_s = [LEAD_IN_S + beat * beat_s for beat in range(beats)]
    length_s = LEAD_IN_S + beats * beat_s + TAIL_S
    stems = record(
        salt_road_band.arrange().stems, lambda beat: LEAD_IN_S + beat * beat_s, length_s, SALT_ROAD_BALANCE, room=0.22
    )
    listed = []
    for name, (sound, gain_db) in stems.items():
        write_ogg(folder / f"{name}.ogg", sound.mean(axis=1) if name == "bass" else sound)
        listed.append((name, f"{name}.ogg", gain_db))
    files.write_beats(folder / "beats.csv", times_s)
    toml = files.song_toml(salt_road.TITLE, salt_road.BPM, None, "wait", listed, salt_road.FORM, salt_road.CUES)
    (folder / "song.toml").write_text(toml, encoding="utf-8")


def write_lantern(folder: Path) -> None:
    """The ballad: its own breathing time."""
    times_s = [LEAD_IN_S + time_s for time_s in lantern.beat_times_s()]

    def time_s(beat: float) -> float:
        if beat < 0:
            return LEAD_IN_S + beat * 60 / lantern.BPM
        whole = min(int(beat), len(times_s) - 2)
        return times_s[whole] + (beat - whole) * (times_s[whole + 1] - times_s[whole])

    stems = record(lantern.arrange(), time_s, times_s[-1] + 2 * TAIL_S, LANTERN_BALANCE, room=0.45)
    listed = []
    for name, (sound, gain_db) in stems.items():
        write_ogg(folder / f"{name}.ogg", sound.mean(axis=1) if name == "bass" else sound)
        listed.append((name, f"{name}.ogg", gain_db))
    files.write_beats(folder / "beats.csv", times_s[:-1])
    toml = files.song_toml(lantern.TITLE, lantern.BPM, None, "wait", listed, lantern.FORM, lantern.CUES)
    (folder / "song.toml").write_text(toml, encoding="utf-8")


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
