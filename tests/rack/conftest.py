"""A real VST3 plugin that can be asked to fail, where it can be built."""

import platform
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bench.setting.faulty_plugin import build, build_bell, build_several, can_build


@pytest.fixture(scope="session")
def plugin_built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """Builds the plugin: how far it looks ahead, and what it does while it is loaded (1 crashes, 2 hangs, 3 takes 3 s)."""
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    built: dict[tuple[int, int], Path] = {}

    def build_once(latency_frames: int, loading: int) -> Path:
        if (latency_frames, loading) not in built:
            built[latency_frames, loading] = build(tmp_path_factory.mktemp("plugins"), latency_frames, loading)
        return built[latency_frames, loading]

    return build_once


@pytest.fixture(scope="session")
def bell_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds an instrument, see tests/data/vst3/bell.cpp: latency_frames, outputs, in_pairs."""
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    return cache(lambda **words: build_bell(tmp_path_factory.mktemp("instruments"), **words))


@pytest.fixture(scope="session")
def bell(bell_with: Callable[..., Path]) -> Path:
    """An instrument: see tests/data/vst3/bell.cpp."""
    return bell_with()


@pytest.fixture(scope="session")
def plugin_with_channels(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Builds the plugin, with so many channels in and out."""
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    return cache(lambda channels: build(tmp_path_factory.mktemp("plugins"), channels=channels))


@pytest.fixture(scope="session")
def plugin_of_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin, its gain either "Low", a quarter, or "1", and its fault a switch."""
    if not can_build():
        pytest.skip("building a VST3 plugin needs Linux, g++ and Debian's package dpf-source")
    return build(tmp_path_factory.mktemp("plugins"), words=True)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Puts these plugins into one file."""
    return lambda *plugins: build_several(tmp_path_factory.mktemp("several") / "Several.vst3", *plugins)


@pytest.fixture(scope="session")
def plugin_of_another_machine(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin, its binary marked as one for an ARM machine."""
    bundle = tmp_path_factory.mktemp("foreign") / "Foreign.vst3"
    shutil.copytree(plugin, bundle)
    (binary,) = bundle.rglob("*.so")
    content = bytearray(binary.read_bytes())
    content[18:20] = (183 if platform.machine() == "x86_64" else 62).to_bytes(2, "little")
    binary.rename(binary.with_name("Foreign.so")).write_bytes(content)
    return bundle


@pytest.fixture(scope="session")
def plugin_with_latency(plugin_built: Callable[[int, int], Path]) -> Callable[[int], Path]:
    """Builds the plugin, looking ahead by so many frames."""
    return lambda latency_frames: plugin_built(latency_frames, 0)


@pytest.fixture(scope="session")
def plugin(plugin_with_latency: Callable[[int], Path]) -> Path:
    """The plugin without latency: parameters `gain` 0..1 and `fault`: 1 crashes, 2 hangs, 3 gives NaN, on an input over 0.9."""
    return plugin_with_latency(0)
