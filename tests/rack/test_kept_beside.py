"""What is kept of plugins' windows has a file of its own for each, on every disk."""

from pathlib import Path

from live_rig.rack.knobs import plugins_of
from live_rig.rack.preset_reader import read_preset


def kept_of(folder: Path, *strips: str, plugin: str = "Faulty") -> list[str]:
    """The files in which the plugins of these strips are kept."""
    rows = (f'[strips."{name}"]\ninputs = [1]\n[[strips."{name}".effects]]\ntype = "VST3"\n' for name in strips)
    page = "".join(f'{row}path = "/usr/lib/vst3/{plugin}.vst3"\n' for row in rows)
    (folder / "mine.toml").write_text(f'title = "Mine"\n{page}', encoding="utf-8")
    return [effect.kept.name for effect in plugins_of(read_preset(folder / "mine.toml")).values() if effect.kept]


def test_a_plugin_is_kept_under_its_strips_name_and_its_own(tmp_path: Path) -> None:
    assert kept_of(tmp_path, "Kick ~1", "Tom/L") == ["mine.Kick ~1.Faulty.state", "mine.Tom%2FL.Faulty.state"]


def test_names_that_differ_in_capitals_alone_are_no_one_file_where_the_disk_knows_no_capitals(tmp_path: Path) -> None:
    strips = ("Kick", "kick", "KICK", "%4Bick", "Größe", "GRÖSSE", "Grösse", "Snare")
    kept = kept_of(tmp_path, *strips)
    assert len({name.casefold() for name in kept}) == len(strips)
    assert kept[-1] == "mine.Snare.Faulty.state"  # where no other is like it, it is as it always was
    assert kept_of(tmp_path, "kick", "Kick") == kept[1::-1]  # whichever is written first
