"""`live-rig devices`: the audio devices and MIDI ports of this machine."""

import argparse
import json

from live_rig.audio.device import VIRTUAL, as_row, audio_devices, midi_inputs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    devices, ports = audio_devices(), midi_inputs()
    if args.json:
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
