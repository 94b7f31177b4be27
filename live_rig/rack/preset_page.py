"""A preset that was made by turning knobs, as the text of a file: the one it began with, and what stands otherwise."""

from collections.abc import Mapping

import tomlkit

from live_rig.rack.knobs import knobs_of
from live_rig.rack.preset import Preset


def page_of_edits(name: str, preset: Preset, kept: Mapping[str, float]) -> str:
    """TOML. kept: knobs and where they stand."""
    knobs = knobs_of(preset)
    return tomlkit.dumps(
        {
            "title": name.replace("-", " ").replace("_", " ").capitalize(),
            "says": f"Made from {preset.name} by turning knobs.",
            "based_on": preset.name,
            "start": {knob: bool(value) if knobs[knob].kind is bool else value for knob, value in sorted(kept.items())},
        }
    )
