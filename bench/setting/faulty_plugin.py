"""Real VST3 plugins, built from tests/data/vst3 with Debian's package dpf-source: one that can fail, an instrument, and several
in one file.
"""

import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

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


def build(
    folder: Path,
    latency_frames: int = 0,
    loading: int = 0,
    moves: int = 0,
    channels: int = 2,
    *,
    words: bool = False,
    looks_when_low: bool = False,
) -> Path:
    """The plugin's bundle, in `folder`. Parameters: `gain` 0..1, and `fault`, what an input over 0.9 does: 1 crashes, 2
    hangs, 3 gives NaN. moves: it has a window, in which the gain is moved so often, sixty times a second; 0: it has none.
    channels: how many go in, and come out. words: the gain has two places only, 0.25 called "Low" and 1 called "1",
    and the fault is a switch. looks_when_low: it looks ahead only while the gain is under a half.
    """
    more = (f"Moves{moves}" if moves else "") + (f"Channels{channels}" if channels != 2 else "")
    own = [f"-DLATENCY_FRAMES={latency_frames}", f"-DLOADING={loading}", str(SOURCE / "faulty.cpp")]
    own += [*["-DWORDS"] * words, *["-DLOOKS_WHEN_LOW"] * looks_when_low, *(window_sources() if moves else [])]
    kind = (f"-DCHANNELS={channels}", *(window(moves) if moves else ()))
    return bundled(folder / f"Faulty{latency_frames}{LOADING[loading]}{more}.vst3", kind, own)


def build_bell(folder: Path, latency_frames: int = 0, outputs: int = 2, in_pairs: bool = False) -> Path:
    """An instrument's bundle, in `folder`: what it does stands in bell.cpp. in_pairs: two outputs a bus."""
    own = [f"-DLATENCY_FRAMES={latency_frames}", *["-DPAIRS"] * in_pairs, str(SOURCE / "bell.cpp")]
    return bundled(folder / "Bell.vst3", ("-DINSTRUMENT", f"-DCHANNELS={outputs}"), own)


def build_several(bundle: Path, *plugins: Path) -> Path:
    """One bundle that holds all of these plugins, which are bundles themselves."""
    inside = bundle / "Contents" / f"{platform.machine()}-linux"
    inside.mkdir(parents=True)
    binaries = [binary for plugin in plugins for binary in plugin.rglob("*.so")]
    parts = [shutil.copy(binary, inside / f"{number}.so") for number, binary in enumerate(binaries)]
    names = ", ".join(f'"{Path(part).name}"' for part in parts)
    compiled(["-shared", f"-DPARTS={names}", str(SOURCE / "several.cpp"), "-ldl", "-o", str(inside / f"{bundle.stem}.so")])
    return bundle


def bundled(bundle: Path, kind: tuple[str, ...], own: list[str]) -> Path:
    """Compile a plugin. kind: the words that make it another one to DPF, too; own: those for itself, and its sources."""
    inside = bundle / "Contents" / f"{platform.machine()}-linux"
    inside.mkdir(parents=True)
    words = ["-shared", *kind, str(dpf(kind)), *own]
    words += [f"-Wl,--version-script={DPF}/utils/symbols/vst3.version", "-o", str(inside / f"{bundle.stem}.so")]
    compiled(words)
    return bundle


@cache
def dpf(kind: tuple[str, ...]) -> Path:
    """DPF's own part of all plugins of that kind, compiled once: it is most of the work."""
    part = Path(mkdtemp(dir=kept().name)) / "dpf.o"
    compiled(["-c", *kind, f"{DPF}/distrho/DistrhoPluginMain.cpp", "-o", str(part)])
    return part


@cache
def kept() -> TemporaryDirectory[str]:
    """A folder for as long as this process lives."""
    return TemporaryDirectory(prefix="dpf-")


def compiled(words: list[str]) -> None:
    command = ["g++", "-O1", "-fPIC", "-std=c++17", "-w", "-DDISTRHO_PLUGIN_TARGET_VST3"]
    subprocess.run([*command, f"-I{SOURCE}", f"-I{DPF}/distrho", f"-I{DPF}/distrho/src", *words], check=True)


def window(moves: int) -> tuple[str, ...]:
    """What makes it a plugin with a window."""
    dgl = DPF / "dgl"
    words = (f"-DMOVES={moves}", "-DHAVE_DGL", "-DHAVE_OPENGL", "-DDGL_OPENGL", "-DHAVE_X11")
    return (*words, f"-I{dgl}", f"-I{dgl}/src", f"-I{dgl}/src/pugl-upstream/include")


def window_sources() -> list[str]:
    """What it takes to build the window."""
    sources = [SOURCE / "editor.cpp", DPF / "distrho" / "DistrhoUIMain.cpp"]
    sources += [file for file in sorted((DPF / "dgl" / "src").glob("*.cpp")) if not WITHOUT.search(file.name)]
    return [*map(str, sources), "-lX11", "-lXext", "-lGL"]
