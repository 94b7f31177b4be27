"""One look at one plugin, in a process of its own, which may crash or hang: `python -m live_rig.rack.plugin_look PATH`.

Writes JSON into the file of --answer, since a plugin may print what it likes: which plugins are in its file, and then what it
is like, why it is refused, or what was wrong with what was asked. It is the one of --plugin, else the file's first. With --test
it plays for two seconds; with --save FILE it writes the plugin's state, after setting parameters that follow as NAME=NUMBER.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pedalboard import Pedalboard, VST3Plugin

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RackError, RigError
from live_rig.rack.chain import look_ahead_frames
from live_rig.rack.plugin_instrument import PluginInstrument, Stereo
from live_rig.rack.plugin_loading import is_instrument
from live_rig.rack.plugin_state import saved as saved_state
from live_rig.rack.vst3 import in_words, loaded, set_parameter, why_not_stereo
from live_rig.show.write import whole_file

SAMPLERATE_HZ = 48_000.0
TEST_S = 2.0
STROKE, STRUCK_EVERY = bytes((0x99, 38, 100)), 47  # a snare, and blocks from one to the next


def look(path: str, name: str) -> dict[str, Any]:
    """What a plugin says of itself."""
    begun_s = time.perf_counter()
    plugin = loaded(Path(path), name)
    seen = {
        "name": name,
        "kind": "effect" if plugin.is_effect else "instrument",
        "maker": plugin.manufacturer_name,
        "version": plugin.version,
        "loads_s": round(time.perf_counter() - begun_s, 2),
        "parameters": {key: parameter_row(parameter) for key, parameter in plugin.parameters.items()},
    }
    if is_instrument(plugin):
        looks = PluginInstrument(plugin, SAMPLERATE_HZ).latency_frames
    elif why := why_not_stereo(plugin):
        raise ValueError(why)
    else:
        looks = look_ahead_frames(plugin, SAMPLERATE_HZ)
    return seen | {"look_ahead_ms": round(1000 * looks / SAMPLERATE_HZ, 2)}


def parameter_row(parameter: Any) -> dict[str, Any]:
    """Its range, its unit and where it stands, as far as the plugin tells."""
    low, high, *_ = parameter.range
    return {"low": low, "high": high, "unit": parameter.label or "", "now": str(parameter.string_value)}


def test(path: str, name: str) -> dict[str, Any]:
    """How it does when it plays: unsound blocks, the slowest block, and whether its state survives a round trip."""
    plugin = loaded(Path(path), name)
    block = playing(plugin)
    times_s, unsound = [], 0
    for number in range(int(TEST_S * SAMPLERATE_HZ / SUB_BLOCK)):
        begun_s = time.perf_counter()
        out = block(number)
        times_s.append(time.perf_counter() - begun_s)
        unsound += not bool(np.isfinite(out).all())
    before = plugin.raw_state
    again = loaded(Path(path), name)
    again.raw_state = before
    return {
        "unsound_blocks": unsound,
        "median_us": round(1e6 * float(np.median(times_s)), 1),
        "slowest_us": round(1e6 * max(times_s), 1),
        "state_survives": bool(again.raw_state == before),
    }


def playing(plugin: Any) -> Callable[[int], Stereo]:
    """Makes the block of a number: an effect has noise to work on, an instrument is struck sixteen times a second."""
    if is_instrument(plugin):
        instrument = PluginInstrument(plugin, SAMPLERATE_HZ)
        return lambda number: instrument(SUB_BLOCK, [] if number % STRUCK_EVERY else [(STROKE, 0)])
    board, noise = Pedalboard([plugin]), np.random.default_rng(1).uniform(-0.5, 0.5, (2, SUB_BLOCK)).astype(np.float32)
    return lambda _: board.process(noise, SAMPLERATE_HZ, buffer_size=SUB_BLOCK, reset=False)


def save(path: str, name: str, file: Path, values: list[str]) -> dict[str, Any]:
    plugin = loaded(Path(path), name)
    for value in values:
        key, _, number = value.partition("=")
        try:
            wanted: float | str = float(number)
        except ValueError:
            wanted = number
        set_parameter(plugin, key, wanted, Path(path))
    playing(plugin)(1)  # only then does it know its parameters
    with whole_file(file) as making:
        making.write_bytes(saved_state(plugin, file))
    return {"saved": str(file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--plugin")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--save", type=Path)
    parser.add_argument("values", nargs="*")
    args = parser.parse_intermixed_args()
    answer: dict[str, Any] = {}
    try:
        names = VST3Plugin.get_plugin_names_for_file(args.path)
        name = args.plugin or names[0]
        answer |= {"names": names, "name": name}
        write(args.answer, answer)  # it stands also when the plugin crashes
        answer["plugin"] = look(args.path, name)
        if args.test:
            answer["plugin"] |= test(args.path, name)
        if args.save:
            answer |= saved(args, names)
    except (ImportError, ValueError, RuntimeError, OSError, AttributeError, RigError) as error:
        words = error.what if isinstance(error, RigError) else in_words(error)
        answer["refused"] = f"it cannot be loaded: {words}"
    write(args.answer, answer)
    os._exit(0)  # some plugins crash when they are taken down; what they had to say has been said


def saved(args: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """What was saved, or what was wrong with what was asked, which is no fault of the plugin's."""
    try:
        if not args.plugin and len(names) > 1:
            raise RackError("It holds several plugins", where=args.path, do=f"Say one of: {', '.join(names)}")
        return save(args.path, args.plugin or names[0], args.save, args.values)
    except RigError as error:
        return {"wrong": [error.what, error.where, error.do]}


def write(file: Path, answer: dict[str, Any]) -> None:
    with whole_file(file) as making:
        making.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
