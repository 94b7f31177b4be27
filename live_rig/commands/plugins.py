"""`live-rig plugins`: what plugins there are, what they can, and whether they can be trusted."""

import argparse
import sys
from pathlib import Path

from live_rig.commands.numbers import decimal
from live_rig.errors import RackError
from live_rig.rack.plugins import (
    FOLDERS,
    SHORTEST_LIMIT_S,
    TIME_LIMIT_S,
    Seen,
    find,
    look_at,
    remember,
    remembered,
    scan,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    scanning = what.add_parser("scan", help="look at every plugin, each in a process of its own")
    scanning.add_argument("folders", nargs="*", type=Path, help="else the system's own")
    scanning.add_argument("--again", action="store_true", help="also those that were looked at before, or are blocked")
    scanning.add_argument("--limit", type=decimal, default=TIME_LIMIT_S, help=f"seconds that one may take ({TIME_LIMIT_S:g})")
    what.add_parser("list", help="those that were looked at")
    for name, says in (("info", "one plugin's parameters, with ranges and units"), ("test", "play through it, and time it")):
        what.add_parser(name, help=says).add_argument("plugin", help="its name, or its path")
    saving = what.add_parser("state", help="save a plugin's state beside a preset")
    saving.add_argument("plugin")
    saving.add_argument("file", type=Path)
    saving.add_argument("values", nargs="*", metavar="PARAMETER=NUMBER")


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where a test found a plugin wanting."""
    if args.what == "scan":
        return look_for(args.folders, args.again, args.limit)
    if args.what == "list":
        print("\n".join(row(seen) for seen in remembered().values()) or "None yet: live-rig plugins scan")
        return 0
    path, name = find(args.plugin)
    more = ["--test"] if args.what == "test" else ["--save", str(args.file), *args.values] if args.what == "state" else []
    seen = look_at(path, *more, plugin=name)
    if args.what != "state":
        remember(seen)
    if why := seen.why_not(name):
        do = "Ask its maker for another version"
        raise RackError(f"{name or path.name} is blocked: {why}", where=str(path), do=do)
    if args.what == "state":
        print(f"saved: {args.file}")
        return 0
    asked_for = [plugin for plugin in seen.plugins if name in (None, plugin["name"])]
    for plugin in asked_for:
        print("\n".join(page(plugin)))
    return int(any(plugin.get("unsound_blocks") or plugin.get("state_survives") is False for plugin in asked_for))


def look_for(folders: list[Path], again: bool, limit_s: float) -> int:
    """Say what is found, one by one."""
    if not limit_s >= SHORTEST_LIMIT_S:
        raise RackError(f"{limit_s:g} s is too short to load a plugin", where="--limit", do="Give it a second or more")
    is_any = False
    for seen, is_new in scan(folders, again=again, limit_s=limit_s):
        print(row(seen) + ("" if is_new else "   (known)"), flush=True)
        is_any = True
    if not is_any:
        places = [str(folder) for folder in folders] or FOLDERS.get(sys.platform, ())
        print(f"No VST3 plugin is in {', '.join(places)}.")
    return 0


def row(seen: Seen) -> str:
    """One line for one file."""
    fit = [f"{plugin['name']} ({plugin['kind']}, {len(plugin['parameters'])} parameters)" for plugin in seen.plugins]
    unfit = [f"{name} BLOCKED: {why}" for name, why in seen.unfit.items()]
    mark, says = ("BLOCKED", seen.blocked) if seen.blocked else ("ok", ", ".join(fit + unfit))
    return "".join(letter if letter.isprintable() else "�" for letter in f"{mark:<8} {Path(seen.path).stem:<30} {says}")


def page(plugin: dict[str, object]) -> list[str]:
    """All that is known of one plugin."""
    words = [f"{plugin['name']} {plugin['version']}, {plugin['maker']}: {plugin['kind']}, loads in {plugin['loads_s']} s"]
    if "look_ahead_ms" in plugin:
        late = "holds the drums back" if plugin["kind"] == "effect" else "sounds late, by"
        words.append(f"  {late} {plugin['look_ahead_ms']} ms")
    if "median_us" in plugin:
        words.append(f"  a block of 64 takes {plugin['median_us']} us, the slowest {plugin['slowest_us']} us")
        words.append(f"  blocks that were no sound: {plugin['unsound_blocks']}; state survives: {plugin['state_survives']}")
    parameters = plugin["parameters"]
    assert isinstance(parameters, dict)
    for name, p in parameters.items():
        words.append(f"  {name:<30} {p['low']} to {p['high']} {p['unit']}, now {p['now']}")
    return words
