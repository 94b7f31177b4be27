"""`live-rig devices`, sound cards and MIDI ports; `measure`, the round trip with a cable; `tune`, the lowest safe block."""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from live_rig.audio.device import JACK, VIRTUAL, AudioDevice, as_row, audio_devices, find_device
from live_rig.audio.jack_ports import midi_inputs_on_jack
from live_rig.audio.libjack import is_pipewires
from live_rig.audio.loopback import measure
from live_rig.audio.midi_in import MidiInputs
from live_rig.commands.engine import opened_show
from live_rig.commands.numbers import whole
from live_rig.errors import DeviceError, ShowError
from live_rig.show.audio_block import write_block
from live_rig.tuning import SECONDS, Tried, safe_block, tune

FOUND_WANTING = 1
BETTER = (
    "\nPipeWire plays here. Install pipewire-jack, and its cards are listed by name and played on directly: sooner, steadier."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    what = parser.add_subparsers(dest="what", metavar="measure | tune")
    measuring = what.add_parser("measure", help="the round trip, with a cable from an output to an input")
    measuring.add_argument("--output", type=whole, default=1, metavar="N", help="where the cable begins (1)")
    measuring.add_argument("--input", type=whole, default=1, metavar="N", help="where it ends (1)")
    tuning = what.add_parser("tune", help="the lowest block that is safe, found by playing a show: two minutes")
    tuning.add_argument("--show", type=Path, metavar="SHOW", help="play this one; without it the last one, or the bundled one")
    tuning.add_argument("--write", action="store_true", help="write the block into that show's show.toml")
    tuning.add_argument("--seconds", type=seconds, default=SECONDS, metavar="S", help=f"for each block ({SECONDS:g})")
    for each, without in (measuring, "the one with the star"), (tuning, "the show's, or the one with the star"):
        each.add_argument("device", nargs="?", metavar="DEVICE", help=f"a part of its name; without: {without}")
        each.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")


def seconds(word: str) -> float:
    """A length that can be waited for."""
    if not 0.0 < (value := float(word)) <= 3600.0:
        raise argparse.ArgumentTypeError("more than 0, up to 3600")
    return value


def run(args: argparse.Namespace) -> int:
    """Print them, measure one, or tune it."""
    return {"measure": measured, "tune": tuned, None: listed}[args.what](args)


def measured(args: argparse.Namespace) -> int:
    """What a stroke's way really takes, beside what the driver says."""
    device = find_device(args.device)
    if device is None:
        raise DeviceError("The virtual device has no plugs", where="devices measure", do="Choose a sound card by its name")
    trip = measure(device, args.output, args.input)
    says_ms = device.input_latency_ms + device.output_latency_ms
    if args.json:
        row = {"device": device.name, "round_trip_ms": trip.ms, "jitter_frames": trip.jitter_frames, "says_ms": says_ms}
        print(json.dumps(row, indent=1))
        return 0
    print(f"{device.name}: {trip.ms:.2f} ms from output {args.output} to input {args.input} ({trip.frames} frames)")
    print(f"The driver says {says_ms:.2f} ms; the farthest of all was {trip.jitter_frames} frames off.")
    return 0


def tuned(args: argparse.Namespace) -> int:
    """Play at one block after another, and say which is safe. 1 when none is."""
    show = opened_show(args.show)
    device = args.device or show.audio.device
    found = find_device(device)
    if not show.songs:
        raise ShowError("This show has no songs to play", where=f"{show.folder}/show.toml", do="Take another show")
    tell = (lambda _: None) if args.json else told
    where = found.name if found else "the virtual device: a sound card may ask for more"
    tell(f'"{show.title}" on {where}; the band plays, and the effects.')
    tell(f"{args.seconds:g} s for each block. Turn the speakers down, and leave open what is open on stage.")
    all_tried: list[Tried] = []
    try:
        for tried in tune(show, device, args.seconds):
            all_tried.append(tried)
            tell(f"  {tried.block:>5} frames   a stroke sounds after {tried.stroke_ms:5.1f} ms   {tried.in_words}")
    except DeviceError as error:
        if not all_tried:
            raise
        tell(f"  no lower: {error}")
    safe = safe_block(all_tried)
    if args.json:
        rows = [asdict(tried) | {"is_safe": tried.is_safe} for tried in all_tried]
        print(json.dumps({"device": found and found.name, "tried": rows, "block": safe and safe.block}, indent=1))
    if safe is None:
        tell("No block is safe here. Close other programs; let your user run in real time (group audio); then try again.")
        return FOUND_WANTING
    tell(f"The lowest that is safe: {safe.block} frames.")
    if args.write:
        written = write_block(show.folder, safe.block)
        tell(f"Written: {written}")
    else:
        tell(f"Write it into {show.folder / 'show.toml'}, or say --write:\n\n[audio]\nblock = {safe.block}")
    return 0


def told(words: str) -> None:
    """At once: a test takes its time."""
    print(words, flush=True)


def listed(args: argparse.Namespace) -> int:
    """All there are."""
    devices = audio_devices()
    on_jack = midi_inputs_on_jack() if any(device.host == JACK for device in devices) else []
    by_system = MidiInputs().ports()
    if args.json:
        print(json.dumps({"audio": [as_row(device) for device in devices], "midi_in": [*on_jack, *by_system]}, indent=1))
        return 0
    print("\n".join(["Audio", *map(row, devices)]))
    print(f"   {VIRTUAL:<40} {'no card':<10} plays silently, on this machine's clock")
    rows = [*(f"   {port:<40} with a card on JACK" for port in on_jack), *(f"   {port}" for port in by_system)]
    print("\n".join(["MIDI in", *(rows or ["   none"])]))
    if (
        any(device.is_for_all for device in devices)
        and not any(device.host == JACK for device in devices)
        and is_pipewires(os.environ)
    ):
        print(BETTER)
    return 0


def row(device: AudioDevice) -> str:
    """One device's line."""
    channels = f"{device.inputs} in, {device.outputs} out"
    latency = f"{device.input_latency_ms:.1f} + {device.output_latency_ms:.1f} ms"
    mark = "*" if device.is_default else " "
    return f" {mark} {device.name:<40} {device.host:<10} {channels:<16} {device.samplerate_hz:>7g} Hz   says {latency}"
