"""What will be missing on stage, said at home."""

from collections.abc import Callable
from pathlib import Path

import pytest

from live_rig.rack.at_home import will_lack
from live_rig.rack.plugins import scan
from live_rig.rack.preset import Channel, Effect, Preset


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No plugin has been looked at."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def on_a_strip(path: Path) -> Preset:
    return Preset("p", "P", "", (), (Channel("kit", "strip", (1,), effects=(Effect("VST3", path=path),)),))


def test_a_plugin_that_looks_too_far_ahead_is_told_once_it_was_looked_at(
    plugin_with_latency: Callable[[int], Path], bell_with: Callable[..., Path]
) -> None:
    slow, late = plugin_with_latency(480), bell_with(latency_frames=480)
    assert will_lack(on_a_strip(slow), 5.0) == will_lack(on_a_strip(late), 5.0) == []
    list(scan([slow.parent, late.parent]))
    assert will_lack(on_a_strip(slow), 10.0) == will_lack(on_a_strip(late), 10.0) == []
    assert will_lack(on_a_strip(slow), 5.0) == [
        f"P: kit.{slow.stem} is left out: it looks 10.0 ms ahead, and 5.0 ms are allowed"
    ]
    assert will_lack(on_a_strip(late), 5.0) == ["P: kit.Bell sounds late: it looks 10.0 ms ahead, and 5.0 ms are allowed"]


def test_a_plugin_that_is_blocked_is_told_and_never_loaded(plugin_built: Callable[[int, int], Path]) -> None:
    crash = plugin_built(0, 1)
    list(scan([crash.parent]))
    (line,) = will_lack(on_a_strip(crash), 0.0)
    assert line.startswith("P: kit.Faulty0Crash is left out: it is blocked, because it crashed")


def test_one_of_several_plugins_in_a_file_that_is_blocked_is_told_where_a_preset_names_it(
    bell: Path, plugin_with_channels: Callable[[int], Path], several: Callable[..., Path]
) -> None:
    both = several(plugin_with_channels(1), bell)
    list(scan([both.parent]))

    def naming(plugin: str) -> Preset:
        return Preset("p", "P", "", (Effect("VST3", path=both, plugin=plugin),))

    (line,) = will_lack(naming("Faulty"), 0.0)
    assert line.startswith("P: master.Several is left out: it is blocked, because it cannot be loaded: it has 1 in and 1 out")
    assert will_lack(naming("Bell"), 0.0) == []


def test_built_in_effects_are_made_as_on_stage(tmp_path: Path) -> None:
    (tmp_path / "hall.wav").touch()
    effects = (Effect("Convolution", path=tmp_path / "hall.wav"), Effect("PitchShift"), Effect("Reverb"))
    hall, shift = will_lack(Preset("p", "P", "", effects), 5.0)
    assert "P plays without Convolution: The impulse response cannot be used: it is empty" in hall
    assert "P plays without PitchShift: it holds the drums back more than 250.0 ms" in shift
