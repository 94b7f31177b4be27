"""Real VST3 plugins, built from tests/data/vst3 with Debian's package dpf-source: one that can fail, and an instrument."""

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

DPF = Path("/usr/share/dpf")
SOURCE = Path(__file__).parents[2] / "tests" / "data" / "vst3"
WITHOUT = re.compile("Cairo|Vulkan|NanoVG|^Resources|FileBrowser")  # of DPF's windows
LOADING = ("", "Crash", "Hang", "Slow", "Chatty", "Forking", "Ending")  # what it does while it is loaded; slow: three seconds


def can_build() -> bool:
    """Whether there is what it takes: Linux, g++ and DPF."""
    return sys.platform == "linux" and DPF.is_dir() and shutil.which("g++") is not None


def can_build_windows() -> bool:
    """Whether there is also what plugins with windows take."""
    return can_build() and all(Path("/usr/include", name).exists() for name in ("GL/gl.h", "X11/Xlib.h"))


def build(folder: Path, latency_frames: int = 0, loading: int = 0, moves: int = 0, channels: int = 2) -> Path:
    """The plugin's bundle, in `folder`. Parameters: `gain` 0..1, and `fault`, what an input over 0.9 does: 1 crashes, 2
    hangs, 3 gives NaN. moves: it has a window, in which the gain is moved so often, sixty times a second; 0: it has none.
    channels: how many go in, and come out.
    """
    more = (f"Moves{moves}" if moves else "") + (f"Channels{channels}" if channels != 2 else "")
    words = [f"-DLATENCY_FRAMES={latency_frames}", f"-DLOADING={loading}", f"-DCHANNELS={channels}"]
    words += [str(SOURCE / "faulty.cpp")] + (window(moves) if moves else [])
    return bundled(folder / f"Faulty{latency_frames}{LOADING[loading]}{more}.vst3", words)


def build_bell(folder: Path, latency_frames: int = 0, outputs: int = 2, in_pairs: bool = False) -> Path:
    """An instrument's bundle, in `folder`: what it does stands in bell.cpp. in_pairs: two outputs a bus."""
    words = ["-DINSTRUMENT", f"-DLATENCY_FRAMES={latency_frames}", f"-DCHANNELS={outputs}", *["-DPAIRS"] * in_pairs]
    return bundled(folder / "Bell.vst3", [*words, str(SOURCE / "bell.cpp")])


def bundled(bundle: Path, words: list[str]) -> Path:
    """Compile a plugin, with these words beside those that all take."""
    inside = bundle / "Contents" / f"{platform.machine()}-linux"
    inside.mkdir(parents=True)
    command = ["g++", "-O1", "-fPIC", "-shared", "-std=c++17", "-w", "-DDISTRHO_PLUGIN_TARGET_VST3"]
    command += [f"-I{SOURCE}", f"-I{DPF}/distrho", f"-I{DPF}/distrho/src"]
    command += [*words, f"{DPF}/distrho/DistrhoPluginMain.cpp"]
    command += [f"-Wl,--version-script={DPF}/utils/symbols/vst3.version", "-o", str(inside / f"{bundle.stem}.so")]
    subprocess.run(command, check=True)
    return bundle


def window(moves: int) -> list[str]:
    """What it takes to build the plugin with a window."""
    dgl = DPF / "dgl" / "src"
    words = [f"-DMOVES={moves}", "-DHAVE_DGL", "-DHAVE_OPENGL", "-DDGL_OPENGL", "-DHAVE_X11"]
    words += [f"-I{DPF}/dgl", f"-I{dgl}", f"-I{dgl}/pugl-upstream/include"]
    words += [str(SOURCE / "editor.cpp"), f"{DPF}/distrho/DistrhoUIMain.cpp"]
    words += [str(file) for file in sorted(dgl.glob("*.cpp")) if not WITHOUT.search(file.name)]
    return [*words, "-lX11", "-lXext", "-lGL"]
