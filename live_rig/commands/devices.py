"""`live-rig devices`: sound cards and MIDI ports of this machine; `devices measure`: the real round trip, with a cable."""

import argparse
import json

from live_rig.audio.device import VIRTUAL, as_row, audio_devices, find_device, midi_inputs
from live_rig.audio.loopback import measure
from live_rig.errors import DeviceError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("what", nargs="?", choices=("measure",), help="the round trip, with a cable from an output to an input")
    parser.add_argument("--device", metavar="NAME", help="which one to measure; without it the one with the star")
    parser.add_argument("--output", type=int, default=1, metavar="N", help="where the cable begins (1)")
    parser.add_argument("--input", type=int, default=1, metavar="N", help="where it ends (1)")


def run(args: argparse.Namespace) -> int:
    """Print them, or measure one."""
    return measured(args) if args.what == "measure" else listed(as_json=args.json)


def measured(args: argparse.Namespace) -> int:
    """What a stroke's way really takes, beside what the driver says."""
    device = find_device(args.device)
    if device is None:
        raise DeviceError("The virtual device has no plugs", where="devices measure", do="Choose a sound card: --device NAME")
    trip = measure(device, args.output, args.input)
    says_ms = device.input_latency_ms + device.output_latency_ms
    if args.json:
        row = {"device": device.name, "round_trip_ms": trip.ms, "jitter_frames": trip.jitter_frames, "says_ms": says_ms}
        print(json.dumps(row, indent=1))
        return 0
    print(f"{device.name}: {trip.ms:.2f} ms from output {args.output} to input {args.input} ({trip.frames} frames)")
    print(f"The driver says {says_ms:.2f} ms; the farthest of all was {trip.jitter_frames} frames off.")
    return 0


def listed(*, as_json: bool) -> int:
    """All there are."""
    devices, ports = audio_devices(), midi_inputs()
    if as_json:
        print(json.dumps({"audio": [as_row(device) for device in devices], "midi_in": ports}, indent=1))
        return 0
    print("Audio")
    for device in devices:
        channels = f"{device.inputs} in, {device.outputs} out"
        latency = f"{device.input_latency_ms:.1f} + {device.output_latency_ms:.1f} ms"
        mark = "*" if device.is_default else " "
        print(f" {mark} {device.name:<40} {device.host:<10} {channels:<16} {device.samplerate_hz:>7g} Hz   says {latency}")
    print(f"   {VIRTUAL:<40} {'no card':<10} plays silently, on this machine's clock")
    print("MIDI in")
    for port in ports:
        print(f"   {port}")
    if not ports:
        print("   none")
    return 0
