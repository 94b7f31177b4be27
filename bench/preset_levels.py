"""How loud is each preset beside the dry kit, and does it clip?

Every take of the corpus (LIVE_RIG_CORPUS, else ../shared/corpus) goes through every preset, offline. Loudness is K-weighted
and ungated (the filters of ITU-R BS.1770-4), as the difference from the dry take. Run: python -m bench.preset_levels
[PRESET.toml ...]
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RigError
from live_rig.rack.console import Console
from live_rig.rack.preset_reader import read_preset

TREE = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", TREE.parent / "shared" / "corpus"))
SECONDS = 12
SHELF = ([1.53512485958697, -2.69169619838643, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
HIGHPASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def loudness_lkfs(sound: NDArray[np.float32], samplerate: int) -> float:
    """Of float32 (channels, frames), by the filters' magnitude at each frequency (they are given at 48 kHz)."""
    spectrum = np.fft.rfft(sound)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(sound.shape[1], 1 / samplerate) / 48_000)
    for over, under in (SHELF, HIGHPASS):
        spectrum = spectrum * np.polyval(over[::-1], z) / np.polyval(under[::-1], z)
    power = (np.abs(spectrum) ** 2).sum() * 2 / sound.shape[1] ** 2
    return float(-0.691 + 10 * np.log10(power + 1e-12))


def preset(path: str) -> Path:
    """For argparse: the file of a preset that can be read."""
    try:
        read_preset(Path(path))
    except RigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", type=preset, metavar="PRESET.toml", help="which; without any, those that ship")
    files = parser.parse_args().presets or sorted((TREE / "presets").glob("*.toml"))
    takes = sorted(CORPUS.glob("*/audio.flac"))
    if not takes:
        sys.exit(f"no corpus at {CORPUS}: set LIVE_RIG_CORPUS")
    print(f"{len(takes)} takes, the first {SECONDS} s of each")
    print(f"{'preset':18} louder by, dB: median, least, most   highest peak, dBFS   takes over -0.1 dBFS")
    for file in files:
        louder, peaks = [], []
        for take in takes:
            mono, samplerate = soundfile.read(take, frames=SECONDS * 44_100, dtype="float32")
            dry = np.stack([mono, mono])
            console = Console(read_preset(file), samplerate, 1)
            starts = range(0, dry.shape[1], SUB_BLOCK)
            wet = np.concatenate([console(np.ascontiguousarray(dry[:, at : at + SUB_BLOCK])) for at in starts], axis=1)
            louder.append(loudness_lkfs(wet, samplerate) - loudness_lkfs(dry, samplerate))
            peaks.append(20 * np.log10(np.abs(wet).max()))
        over = sum(peak > -0.1 for peak in peaks)
        print(
            f"{file.stem:18} {np.median(louder):+20.1f} {min(louder):+6.1f} {max(louder):+6.1f} {max(peaks):20.1f} {over:22d}",
            flush=True,
        )


if __name__ == "__main__":
    main()
