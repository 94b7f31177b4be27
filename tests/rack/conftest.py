"""A real VST3 plugin that can be asked to fail, built from tests/data/vst3 with Debian's package dpf-source."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DPF = Path("/usr/share/dpf")
SOURCE = Path(__file__).parents[1] / "data" / "vst3"


@pytest.fixture(scope="session")
def plugin_built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """Builds the plugin: how far it looks ahead, and what it does while it is loaded (1 crashes, 2 hangs, 3 takes 3 s)."""
    if sys.platform != "linux" or not DPF.is_dir() or not shutil.which("g++"):
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    built: dict[tuple[int, int], Path] = {}

    def build(latency_frames: int, loading: int) -> Path:
        if (latency_frames, loading) not in built:
            bundle = tmp_path_factory.mktemp("plugins") / f"Faulty{latency_frames}{['', 'Crash', 'Hang', 'Slow'][loading]}.vst3"
            folder = bundle / "Contents" / f"{platform.machine()}-linux"
            folder.mkdir(parents=True)
            command = ["g++", "-O1", "-fPIC", "-shared", "-std=c++17", "-w", "-DDISTRHO_PLUGIN_TARGET_VST3"]
            command += [
                f"-DLATENCY_FRAMES={latency_frames}",
                f"-DLOADING={loading}",
                f"-I{SOURCE}",
                f"-I{DPF}/distrho",
                f"-I{DPF}/distrho/src",
            ]
            command += [str(SOURCE / "faulty.cpp"), f"{DPF}/distrho/DistrhoPluginMain.cpp"]
            command += [f"-Wl,--version-script={DPF}/utils/symbols/vst3.version", "-o", str(folder / f"{bundle.stem}.so")]
            subprocess.run(command, check=True)
            built[latency_frames, loading] = bundle
        return built[latency_frames, loading]

    return build


@pytest.fixture(scope="session")
def plugin_with_latency(plugin_built: Callable[[int, int], Path]) -> Callable[[int], Path]:
    """Builds the plugin, looking ahead by so many frames."""
    return lambda latency_frames: plugin_built(latency_frames, 0)


@pytest.fixture(scope="session")
def plugin(plugin_with_latency: Callable[[int], Path]) -> Path:
    """The plugin without latency: parameters `gain` 0..1 and `fault`: 1 crashes, 2 hangs, 3 gives NaN, on an input over 0.9."""
    return plugin_with_latency(0)
