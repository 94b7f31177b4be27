"""A real VST3 plugin that can be asked to fail, built from tests/data/vst3 with Debian's package dpf-source."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

DPF = Path("/usr/share/dpf")
SOURCE = Path(__file__).parents[2] / "tests" / "data" / "vst3"
LOADING = ("", "Crash", "Hang", "Slow")  # what it does while it is loaded; slow: three seconds


def can_build() -> bool:
    """Whether there is what it takes: Linux, g++ and DPF."""
    return sys.platform == "linux" and DPF.is_dir() and shutil.which("g++") is not None


def build(folder: Path, latency_frames: int = 0, loading: int = 0) -> Path:
    """The plugin's bundle, in `folder`. Parameters: `gain` 0..1, and `fault`, what an input over 0.9 does: 1 crashes, 2
    hangs, 3 gives NaN.
    """
    bundle = folder / f"Faulty{latency_frames}{LOADING[loading]}.vst3"
    inside = bundle / "Contents" / f"{platform.machine()}-linux"
    inside.mkdir(parents=True)
    command = ["g++", "-O1", "-fPIC", "-shared", "-std=c++17", "-w", "-DDISTRHO_PLUGIN_TARGET_VST3"]
    command += [f"-DLATENCY_FRAMES={latency_frames}", f"-DLOADING={loading}"]
    command += [f"-I{SOURCE}", f"-I{DPF}/distrho", f"-I{DPF}/distrho/src"]
    command += [str(SOURCE / "faulty.cpp"), f"{DPF}/distrho/DistrhoPluginMain.cpp"]
    command += [f"-Wl,--version-script={DPF}/utils/symbols/vst3.version", "-o", str(inside / f"{bundle.stem}.so")]
    subprocess.run(command, check=True)
    return bundle
