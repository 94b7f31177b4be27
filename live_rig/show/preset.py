"""Where a show's presets are: its own come first, then the ones that ship."""

from pathlib import Path

from live_rig.paths import presets_dir


def preset_files(show_folder: Path) -> dict[str, Path]:
    """Preset name -> its file, in the order of the names. A show's own preset hides a bundled one of its name."""
    own = sorted((show_folder / "presets").glob("*.toml"))
    bundled = sorted(presets_dir().glob("*.toml"))
    return dict(sorted({path.stem: path for path in (*bundled, *own)}.items()))
