"""A preset that was made by turning knobs, as the text of a file: the one it began with, and what stands otherwise."""

import json
from collections.abc import Mapping

from live_rig.rack.knobs import knobs_of
from live_rig.rack.preset import Preset


def page_of_edits(name: str, preset: Preset, kept: Mapping[str, float]) -> str:
    """TOML. kept: knobs and where they stand."""
    knobs = knobs_of(preset)
    stand = {knob: bool(value) if knobs[knob].kind is bool else value for knob, value in sorted(kept.items())}
    lines = [
        f'title = "{name.replace("-", " ").replace("_", " ").capitalize()}"',
        f"says = {_quoted(f'Made from {preset.name} by turning knobs.')}",
        f"based_on = {_quoted(preset.name)}",
        "",
        "[start]",
        *(f"{_quoted(knob)} = {str(value).lower()}" for knob, value in stand.items()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
