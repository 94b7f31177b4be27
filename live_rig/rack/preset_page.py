"""A preset that was made by turning knobs, as the text of a file: the one it began with, and what stands otherwise."""

from collections.abc import Mapping

from live_rig.rack.preset import Preset


def page_of_edits(name: str, preset: Preset, kept: Mapping[str, float]) -> str:
    """TOML. kept: knobs and where they stand."""
    lines = [
        f'title = "{name.replace("-", " ").replace("_", " ").capitalize()}"',
        f'says = "Made from {preset.name} by turning knobs."',
        f'based_on = "{preset.name}"',
        "",
        "[start]",
        *(f'"{knob}" = {value!r}' for knob, value in sorted(kept.items())),
    ]
    return "\n".join(lines) + "\n"
