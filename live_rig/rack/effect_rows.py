"""Effects as a preset's file writes them: built in, plugins, and the Chains and Mixes that hold others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from live_rig.rack.effects import CONTAINERS, EffectType, effect_types
from live_rig.rack.knobs import ANYTHING
from live_rig.rack.preset import Effect
from live_rig.rack.preset_rows import Rows, one_of, shown
from live_rig.show.faults import Key, change_or

VST3_KEYS = ("type", "path", "plugin", "state", "parameters")
LONGEST_FILE_NAME = 255  # bytes
MOST_EFFECTS = 64  # in one chain: many more than play in time


def effects_in(table: Mapping[str, Any], at: Key, rows: Rows) -> tuple[Effect, ...]:
    """The effects of the table at `at`, in their order; a faulty one is as good as it can be read."""
    written = table.get("effects", [])
    if not isinstance(written, list) or not all(isinstance(row, dict) for row in written):
        rows.fault("effects must be a list of tables", (*at, "effects"), "Write [[effects]] before each effect")
        return ()
    if len(written) > MOST_EFFECTS:
        rows.fault(
            f"{len(written)} effects in a row are too many", (*at, "effects"), f"Take some out: {MOST_EFFECTS} are the most"
        )
        return ()
    return tuple(_effect(row, (*at, "effects", number), rows) for number, row in enumerate(written))


def has_plugin(table: Mapping[str, Any]) -> bool:
    """Whether one of its effects may be an instrument, which needs no inputs."""
    effects = table.get("effects")
    return isinstance(effects, list) and any(isinstance(effect, dict) and effect.get("type") == "VST3" for effect in effects)


def _effect(row: Mapping[str, Any], at: Key, rows: Rows) -> Effect:
    name = row.get("type")
    names = sorted({*effect_types(), *CONTAINERS, "VST3"})
    if not isinstance(name, str):
        rows.fault("The effect has no type", (*at, "type"), f"Write type = one of {', '.join(names)}")
        return Effect("Gain")
    if name in CONTAINERS:
        rows.known(row, ("type", "effects"), at, f"{name} has")
        return Effect(name, effects=effects_in(row, at, rows))
    if name == "VST3":
        return _vst3(row, at, rows)
    if name in effect_types():
        return _built_in(effect_types()[name], row, at, rows)
    rows.fault(f"There is no effect {name}", (*at, "type"), change_or(name, names, one_of(names)))
    return Effect("Gain")


def _built_in(kind: EffectType, row: Mapping[str, Any], at: Key, rows: Rows) -> Effect:
    rows.known(row, ("type", *kind.parameters), at, f"{kind.name} has")
    values = {key: value for key, value in row.items() if key in kind.parameters}
    for key, value in values.items():
        if fault := kind.parameters[key].fault(value):
            rows.fault(f"{kind.name} {key} {fault}, and is {shown(value)}", (*at, key), f"Change {key}")
    for key, parameter in kind.parameters.items():
        if parameter.default is None and key not in values:
            rows.fault(f"{kind.name} needs {key}", (*at, "type"), f"Write {key} = … below its type")
    file = values.pop("impulse_response_filename", None)
    _fits_a_disk(file, (*at, "impulse_response_filename"), rows)
    return Effect(kind.name, values, path=Path(str(file)) if file is not None else None)


def _fits_a_disk(path: object, at: Key, rows: Rows) -> None:
    """Whether a file can be called so."""
    parts = path.replace("\\", "/").split("/") if isinstance(path, str) else []
    if any(len(part.encode(errors="replace")) > LONGEST_FILE_NAME for part in parts) or len(parts) > LONGEST_FILE_NAME:
        rows.fault("No file has so long a name", at, f"Shorten {at[-1]}")


def _vst3(row: Mapping[str, Any], at: Key, rows: Rows) -> Effect:
    rows.known(row, VST3_KEYS, at, "VST3 has")
    path, state, values = row.get("path"), row.get("state"), row.get("parameters", {})
    if not isinstance(path, str):
        rows.fault("A VST3 effect needs the path of its plugin", (*at, "path"), 'Write path = "…/Name.vst3"')
    if not isinstance(values, dict) or not all(isinstance(value, bool | int | float | str) for value in values.values()):
        what = "parameters must be a table of numbers, texts, true or false"
        rows.fault(what, (*at, "parameters"), "Write [effects.parameters]")
        values = {}
    for key, value in values.items():
        if not isinstance(value, str | bool):
            rows.fits(ANYTHING, value, key, (*at, "parameters", key))
    if state is not None and not isinstance(state, str):
        rows.fault("state must be a text", (*at, "state"), 'Write state = "name.vstpreset"')
        state = None
    for key in ("path", "state"):
        _fits_a_disk(row.get(key), (*at, key), rows)
    plugin = row.get("plugin")
    if plugin is not None and not isinstance(plugin, str):
        rows.fault("plugin must be a text", (*at, "plugin"), "Write the name of the plugin in quotes")
    return Effect(
        "VST3", values, path=Path(str(path)), plugin=str(plugin) if plugin else None, state=Path(state) if state else None
    )
