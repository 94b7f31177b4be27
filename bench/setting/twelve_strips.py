"""A kit on twelve microphones and forty effects, three times: as presets of the rig, and as pedalboards for those who compare.

Every strip has a filter, a gate and a compressor of its own; the master has a reverb, a compressor, a shelf and a filter.
"""

from pathlib import Path
from typing import Any

STRIPS = [
    "kick-in",
    "kick-out",
    "snare-top",
    "snare-bottom",
    "hat",
    "tom-1",
    "tom-2",
    "tom-3",
    "overhead-left",
    "overhead-right",
    "room-left",
    "room-right",
]
INPUTS, EFFECTS = len(STRIPS), 40
Chain = list[tuple[str, dict[str, float]]]


def strip_effects(number: int, variant: int) -> Chain:
    """Three effects of one strip, a little different in each of the variants 0, 1, 2."""
    return [
        ("HighpassFilter", {"cutoff_frequency_hz": 30.0 + 10 * number + 5 * variant}),
        ("NoiseGate", {"threshold_db": -60.0 + variant, "ratio": 4.0}),
        ("Compressor", {"threshold_db": -24.0 + 2 * variant, "ratio": 3.0, "attack_ms": 8.0, "release_ms": 90.0}),
    ]


def master_effects(variant: int) -> Chain:
    """Four effects that all strips go through."""
    return [
        ("LowShelfFilter", {"cutoff_frequency_hz": 90.0, "gain_db": 1.0 + variant}),
        ("Compressor", {"threshold_db": -12.0, "ratio": 2.0}),
        ("Reverb", {"room_size": 0.2 + 0.1 * variant, "wet_level": 0.1, "dry_level": 0.5}),
        ("HighpassFilter", {"cutoff_frequency_hz": 25.0}),
    ]


def write_presets(folder: Path) -> dict[str, Path]:
    """name -> file."""
    files = {}
    for variant in range(3):
        rows = [f'title = "Twelve strips {variant}"', 'says = "for a bench"']
        for name, values in master_effects(variant):
            rows += ["", "[[effects]]", f'type = "{name}"', *(f"{key} = {value}" for key, value in values.items())]
        for number, strip in enumerate(STRIPS):
            rows += ["", f"[strips.{strip}]", f"inputs = [{number + 1}]", "gain_db = -6.0"]
            for name, values in strip_effects(number, variant):
                rows += [
                    f"[[strips.{strip}.effects]]",
                    f'type = "{name}"',
                    *(f"{key} = {value}" for key, value in values.items()),
                ]
        files[f"twelve-{variant}"] = folder / f"twelve-{variant}.toml"
        files[f"twelve-{variant}"].write_text("\n".join(rows) + "\n")
    return files


def boards(variant: int) -> tuple[list[Any], Any]:
    """The same as pedalboards: one for each strip, and the master's."""
    import pedalboard

    def board(chain: Chain) -> Any:
        return pedalboard.Pedalboard([getattr(pedalboard, name)(**values) for name, values in chain])

    return [board(strip_effects(number, variant)) for number in range(INPUTS)], board(master_effects(variant))
