"""Drum kits as single strokes: from Hydrogen's kits, from SoundFonts, and made up from sines and noise.

A kit is a table piece -> strokes, soft to hard. Every stroke begins with its attack: LEAD frames before the sound
first passes a tenth of its early peak. Needed: Debian's hydrogen-drumkits, hydrogen-data, timgm6mb-soundfont,
csound-soundfont and fluidsynth.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy import signal

RATE = 44_100
LEAD = 32
LONGEST_S = 3.0
Sound = npt.NDArray[np.float32]
Wave = npt.NDArray[np.float64]

HYDROGEN = Path("/usr/share/hydrogen/data/drumkits")
# All under the GPL, CC0 or CC BY. Left out: kits that the corpus or its kin play (The Black Pearl), what is no drum kit, and
# kits in Hydrogen's older format.
HYDROGEN_KITS = ["Audiophob", "ColomboAcousticDrumkit", "ElectricEmpireKit", "ForzeeStereo", "GMRockKit",
                 "Millo_MultiLayered2", "Millo_MultiLayered3", "TR808EmulationKit", "VariBreaks"]  # fmt: skip
SOUNDFONTS = {  # and which of its drum kits
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"): [0, 8, 16, 24, 25, 40, 48],
    Path("/usr/share/samples/sf_GMbank.sf2"): [0],
}

# Hydrogen's names for a piece, the first that fits.
NAMES = {
    "rim": r"stick|rim ?click",
    "pedal": r"pedal|hh.*pd|hat.*pd|hat ped",
    "open": r"(hat|hh|hi-hat).*(op|semi)|side ohh",
    "closed": r"hat|hh|hi-hat",
    "kick": r"kick|bass ?drum",
    "snare": r"snare(?! roll)|redo",
    "floor": r"tom.*(low|floor)|floor|low tom",
    "mid": r"tom.*(mid|2)|mid.* tom",
    "high": r"tom|high tom",
    "bell": r"bell|cup",
    "crash": r"crash|splash|china|^cymbal",
    "ride": r"ride",
}
NOTES = {                               # General MIDI's, of a SoundFont
    "kick": (35, 36), "rim": (37,), "snare": (38, 40), "floor": (41, 43), "mid": (45, 47), "high": (48, 50), "closed": (42,),
    "pedal": (44,), "open": (46,), "crash": (49, 55, 57, 52), "ride": (51, 59), "bell": (53,),
}  # fmt: skip
INSTEAD = {  # a kit that lacks a piece plays the next of these that it has
    "rim": ["snare"],
    "pedal": ["closed"],
    "open": ["closed"],
    "floor": ["mid", "high", "snare"],
    "mid": ["high", "floor", "snare"],
    "high": ["mid", "floor", "snare"],
    "bell": ["ride", "crash", "open"],
    "ride": ["bell", "crash", "open", "closed"],
    "crash": ["ride", "open", "closed"],
}


@dataclass(frozen=True)
class Stroke:
    hardest: float  # 0..1: the hardest blow this recording stands for
    sound: Sound


Kit = dict[str, list[list[Stroke]]]  # piece -> its variants, each soft to hard


def _from_attack(sound: npt.NDArray[np.float32]) -> Sound | None:
    mono = sound.mean(axis=1) if sound.ndim > 1 else sound
    mono = mono[: int(LONGEST_S * RATE)]
    peak = np.max(np.abs(mono), initial=0)
    if peak < 1e-4:
        return None
    onward = int(np.argmax(np.abs(mono) > 0.1 * peak))
    early = np.max(np.abs(mono[onward : onward + int(0.02 * RATE)]))
    start = int(np.argmax(np.abs(mono) > 0.1 * early))
    stroke = np.concatenate([np.zeros(max(LEAD - start, 0), np.float32), mono[max(start - LEAD, 0) :]]).astype(np.float32)
    stroke[:LEAD] *= np.linspace(0, 1, LEAD, dtype=np.float32) ** 2
    return stroke


def _read(path: Path) -> Sound | None:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return _from_attack(sound if rate == RATE else soxr.resample(sound, rate, RATE))


def _text(node: ElementTree.Element, tag: str, default: float) -> float:
    return float(node.findtext(tag) or default)


def hydrogen_kit(folder: Path) -> Kit:
    root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]+"', "", (folder / "drumkit.xml").read_text(errors="replace"), count=1))
    kit: Kit = {}
    for instrument in root.iter("instrument"):
        name = (instrument.findtext("name") or "").lower()
        piece = next((piece for piece, pattern in NAMES.items() if re.search(pattern, name)), None)
        layers = sorted(instrument.iter("layer"), key=lambda layer: _text(layer, "max", 1))
        strokes = []
        for layer in layers:
            path = folder / (layer.findtext("filename") or "")
            if piece and path.is_file() and (sound := _read(path)) is not None:
                strokes.append(Stroke(_text(layer, "max", 1), sound * _text(layer, "gain", 1)))
        if piece and strokes:
            kit.setdefault(piece, []).append(strokes)
    return kit


def soundfont_kit(font: Path, preset: int) -> Kit:
    """Every piece at four strengths, one stroke each LONGEST_S, played by fluidsynth."""
    velocities = (32, 64, 96, 127)
    track, plan = mido.MidiTrack([mido.Message("program_change", channel=9, program=preset)]), []
    for piece, notes in NOTES.items():
        for note in notes:
            for velocity in velocities:
                track.append(mido.Message("note_on", channel=9, note=note, velocity=velocity))
                track.append(mido.Message("note_off", channel=9, note=note, time=int(LONGEST_S * 960)))
                plan.append((piece, velocity))
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "strokes.mid", Path(folder) / "strokes.wav"
        mido.MidiFile(tracks=[track]).save(midi)
        subprocess.run(["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE), "-F", wav, font, midi],
                       check=True, capture_output=True)  # fmt: skip
        sound = soundfile.read(wav, dtype="float32", always_2d=True)[0].mean(axis=1)
    kit: Kit = {}
    for index, (piece, velocity) in enumerate(plan):
        stroke = _from_attack(sound[int(index * LONGEST_S * RATE) :][: int(LONGEST_S * RATE)])
        if stroke is None:
            continue
        variants = kit.setdefault(piece, [])
        if velocity == velocities[0]:
            variants.append([])
        if variants:
            variants[-1].append(Stroke(velocity / 127, stroke))
    return {piece: [v for v in variants if v] for piece, variants in kit.items() if any(variants)}


def _modes(random: np.random.Generator, hz: list[float], decay_s: float, time_s: Wave) -> Wave:
    sound = np.zeros_like(time_s)
    for number, mode_hz in enumerate(hz):
        amplitude = random.uniform(0.2, 1) / (1 + number)
        ringing = np.sin(2 * np.pi * mode_hz * time_s + random.uniform(0, 1)) * np.exp(-time_s / decay_s * (1 + 0.4 * number))
        sound += amplitude * ringing
    return sound


def _noise(random: np.random.Generator, low_hz: float, high_hz: float, decay_s: float, time_s: Wave) -> Wave:
    sections = signal.butter(2, [low_hz, min(high_hz, 20_000)], "bandpass", fs=RATE, output="sos")
    noise: Wave = signal.sosfilt(sections, random.standard_normal(len(time_s)))
    return noise / (np.std(noise) + 1e-9) * np.exp(-time_s / decay_s)


def made_kit(random: np.random.Generator) -> Kit:
    """Skins as a few damped modes and a beater's click, wires and metal as noise and many modes. No two alike."""

    def uniform(low: float, high: float) -> float:
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    def skin(hz: float, decay_s: float, bend: float, click: float, wires: float, length_s: float) -> Stroke:
        time_s = np.arange(int(length_s * RATE)) / RATE
        bent_s = time_s + bend * 0.02 * (1 - np.exp(-time_s / 0.02))
        sound = _modes(random, [hz * r for r in (1, 1.59, 2.14, 2.3, 2.65)], decay_s, bent_s)
        sound += click * _noise(random, 1500, uniform(4000, 14_000), uniform(0.002, 0.008), time_s)
        sound += wires * _noise(random, uniform(600, 2000), uniform(6000, 16_000), uniform(0.04, 0.25), time_s)
        return Stroke(1, _ready(sound))

    def metal(low_hz: float, decay_s: float, ring: float, length_s: float) -> Stroke:
        time_s = np.arange(int(length_s * RATE)) / RATE
        sound = _noise(random, low_hz, uniform(12_000, 20_000), decay_s, time_s)
        sound += ring * _modes(random, list(random.uniform(low_hz / 3, 9000, 12)), decay_s, time_s) / 3
        sound += uniform(0.2, 2) * _noise(random, 2500, 16_000, 0.004, time_s)
        return Stroke(1, _ready(sound * (1 - np.exp(-time_s / uniform(0.0002, 0.003)))))

    def _ready(sound: Wave) -> Sound:
        fade = np.ones(len(sound))
        fade[-2000:] = np.linspace(1, 0, 2000)
        stroke = _from_attack((sound * fade / np.max(np.abs(sound)) * 0.5).astype(np.float32))
        assert stroke is not None
        return stroke

    kick_hz, snare_hz, hat_hz, ride_hz = uniform(42, 85), uniform(140, 280), uniform(3000, 8000), uniform(1500, 6000)
    return {
        "kick": [[skin(kick_hz, uniform(0.05, 0.3), uniform(0.2, 3), uniform(0.02, 0.8), 0, 0.8)]],
        "snare": [[skin(snare_hz, uniform(0.03, 0.15), uniform(0.05, 0.8), uniform(0.1, 0.8), uniform(0.15, 1.5), 0.8)]
                  for _ in range(2)],
        "rim": [[skin(uniform(400, 1800), uniform(0.008, 0.04), 0.01, uniform(0.3, 1), uniform(0.01, 0.2), 0.4)]],
        "floor": [[skin(uniform(60, 100), uniform(0.1, 0.5), uniform(0.1, 1), uniform(0.05, 0.5), 0.02, 1.2)]],
        "mid": [[skin(uniform(90, 150), uniform(0.1, 0.4), uniform(0.1, 1), uniform(0.05, 0.5), 0.02, 1.0)]],
        "high": [[skin(uniform(130, 230), uniform(0.08, 0.3), uniform(0.1, 1), uniform(0.05, 0.5), 0.02, 0.8)]],
        "closed": [[metal(hat_hz, uniform(0.015, 0.08), uniform(0.05, 0.6), 0.4)] for _ in range(2)],
        "pedal": [[metal(hat_hz * 0.8, uniform(0.02, 0.08), uniform(0.05, 0.4), 0.4)]],
        "open": [[metal(hat_hz, uniform(0.2, 0.6), uniform(0.05, 0.6), 1.5)]],
        "ride": [[metal(ride_hz, uniform(0.3, 1.5), uniform(0.3, 3), 2.5)]],
        "bell": [[metal(ride_hz / 2, uniform(0.3, 1.5), uniform(2, 8), 2.5)]],
        "crash": [[metal(ride_hz / 2, uniform(0.5, 1.2), uniform(0.1, 1), 2.5)]],
    }  # fmt: skip


def recorded_kits() -> dict[str, Kit]:
    kits = {name: hydrogen_kit(HYDROGEN / name) for name in HYDROGEN_KITS}
    for font, presets in SOUNDFONTS.items():
        kits |= {f"{font.stem} {preset}": soundfont_kit(font, preset) for preset in presets}
    return {name: kit for name, kit in kits.items() if {"kick", "snare", "closed"} <= kit.keys()}


def strokes_of(kit: Kit, piece: str) -> list[list[Stroke]]:
    return next(kit[have] for have in [piece, *INSTEAD.get(piece, []), "snare"] if have in kit)


SETS = (("kick",), ("snare", "rim"), ("high", "mid", "floor"), ("closed", "open", "pedal"), ("ride", "bell"), ("crash",))


def put_together(kits: list[Kit], random: np.random.Generator) -> Kit:
    """A kit whose kick, snare, toms, hi-hat, ride and crash may each come from another maker."""
    together: Kit = {}
    for pieces in SETS:
        kit = kits[random.integers(len(kits))]
        together |= {piece: kit[piece] for piece in pieces if piece in kit} or {pieces[0]: strokes_of(kit, pieces[0])}
    return together
