"""A human take played on a kit, in a room, through a microphone, with whatever else is on a stage.

Everything is drawn at random from one generator, so a seed is a performance: kit, which of its pieces, tuning, damping,
levels, tempo, room, tone, noise, other players, overload, level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soxr
from kits import LEAD, LONGEST_S, RATE, Kit, Sound, Stroke, strokes_of
from scipy import signal

PIECES = {                              # of Roland's TD-11 and of General MIDI
    35: "kick", 36: "kick", 37: "rim", 38: "snare", 40: "snare", 41: "floor", 43: "floor", 58: "floor", 45: "mid", 47: "mid",
    48: "high", 50: "high", 22: "closed", 42: "closed", 44: "pedal", 26: "open", 46: "open", 49: "crash", 52: "crash",
    55: "crash", 57: "crash", 51: "ride", 59: "ride", 53: "bell",
}  # fmt: skip
KIND = {
    "kick": 0,
    "rim": 1, "snare": 1, "floor": 1, "mid": 1, "high": 1,
    "closed": 2, "pedal": 2, "open": 2, "crash": 2, "ride": 2, "bell": 2,
}  # fmt: skip
USUAL_DB = {                            # of a hard stroke in a usual mix
    "kick": 0, "rim": -7, "snare": 0, "floor": -2, "mid": -3, "high": -4,
    "closed": -13, "pedal": -17, "open": -10, "crash": -4, "ride": -13, "bell": -11,
}  # fmt: skip
Wave = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Note:
    time_s: float
    piece: str
    velocity: float  # 0..1


@dataclass(frozen=True)
class Performance:
    sound: Sound
    rate: int
    notes: list[Note]  # times of the strokes in `sound`


def read_take(path: Path) -> list[Note]:
    now_s, notes = 0.0, []
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type == "note_on" and message.velocity and message.note in PIECES:
            notes.append(Note(now_s, PIECES[message.note], message.velocity / 127))
    return notes


def excerpt(notes: list[Note], length_s: float, random: np.random.Generator) -> list[Note]:
    """A stretch of a take, faster or slower than it was played."""
    pace = float(np.exp(random.uniform(np.log(0.5), np.log(1.25))))
    start_s = random.uniform(0, max(notes[-1].time_s - length_s / pace, 0.01))
    end_s = start_s + (length_s - 1) / pace
    return [Note((n.time_s - start_s) * pace + 0.5, n.piece, n.velocity) for n in notes if start_s <= n.time_s < end_s]


class Player:
    """One kit as it stands tonight: which variant of each piece, its tuning, damping and level."""

    def __init__(self, kit: Kit, random: np.random.Generator) -> None:
        self.random = random
        self.variants: dict[str, list[Stroke]] = {}
        self.loudness_power = random.uniform(1.0, 2.2)  # amplitude = velocity ** this
        self.brightness_db = random.uniform(0, 12)  # what the softest strokes lose at the top
        cymbals_db = random.normal(0, 5)
        for piece in KIND:
            variants = strokes_of(kit, piece)
            chosen = variants[random.integers(len(variants))]
            pitch = 2 ** (random.normal(0, 2.5) / 12)
            gain_db = USUAL_DB[piece] + random.normal(0, 4) + (cymbals_db if KIND[piece] == 2 else 0)
            loudest = max(self._loudness(stroke.sound) for stroke in chosen)
            damped_s = random.choice([9.0, 9.0, random.uniform(0.05, 0.6)])
            tone = self._tone()
            gain = np.float32(10 ** (gain_db / 20) / loudest)
            self.variants[piece] = [Stroke(s.hardest, gain * self._made_ready(s.sound, pitch, damped_s, tone)) for s in chosen]

    @staticmethod
    def _loudness(sound: Sound) -> float:
        early = sound[: int(0.1 * RATE)]
        return float(np.sqrt(np.mean(early**2)) + 0.1 * np.max(np.abs(early))) + 1e-9

    def _tone(self) -> Wave | None:
        if self.random.random() < 0.25:
            return None
        hz = float(np.exp(self.random.uniform(np.log(60), np.log(12_000))))
        return peaking(hz, self.random.normal(0, 6), self.random.uniform(0.5, 2))

    def _made_ready(self, sound: Sound, pitch: float, damped_s: float, tone: Wave | None) -> Sound:
        count = int(len(sound) / pitch)
        sound = np.interp(np.arange(count) * pitch, np.arange(len(sound)), sound)
        sound *= np.exp(-np.arange(count) / RATE / damped_s)
        return (signal.lfilter(tone[:3], tone[3:], sound) if tone is not None else sound).astype(np.float32)

    def stroke(self, note: Note) -> Sound:
        variants = self.variants[note.piece]
        pick = next((s for s in variants if note.velocity <= s.hardest + self.random.normal(0, 0.05)), variants[-1])
        sound = pick.sound * np.float32(note.velocity**self.loudness_power * 10 ** (self.random.normal(0, 1) / 20))
        if len(variants) == 1:
            shelf = 10 ** (-self.brightness_db * (1 - note.velocity) / 20)
            low = signal.lfilter([0.25], [1, -0.75], sound)
            sound = (low + shelf * (sound - low)).astype(np.float32)
        return sound

    def play(self, notes: list[Note], length_s: float) -> Sound:
        stage = np.zeros(int((length_s + 2 * LONGEST_S) * RATE), np.float32)
        for note in notes:
            at = round(note.time_s * RATE) - LEAD
            if at < 0:
                continue
            sound = self.stroke(note)
            if note.piece == "open":
                choked = next((n for n in notes if n.time_s > note.time_s and n.piece in ("closed", "pedal", "open")), None)
                if choked is not None:
                    rings = int((choked.time_s - note.time_s) * RATE)
                    sound = sound[: rings + 400].copy()
                    sound[rings:] *= np.linspace(1, 0, len(sound[rings:]), dtype=np.float32)
            stage[at : at + len(sound)] += sound
        return stage[: int(length_s * RATE)]


def peaking(hz: float, gain_db: float, octaves: float) -> Wave:
    """b0 b1 b2 a0 a1 a2 of a peaking equaliser (R. Bristow-Johnson, Audio EQ Cookbook)."""
    turn, gain = 2 * math.pi * hz / RATE, 10 ** (gain_db / 40)
    alpha = math.sin(turn) * math.sinh(math.log(2) / 2 * octaves * turn / math.sin(turn))
    middle = -2 * math.cos(turn)
    whole = 1 + alpha / gain
    return np.array([1 + alpha * gain, middle, 1 - alpha * gain, whole, middle, 1 - alpha / gain]) / whole


def in_a_room(sound: Sound, random: np.random.Generator) -> Sound:
    """Early reflections and a decaying tail that is darker than the direct sound."""
    decay_s = float(np.exp(random.uniform(np.log(0.08), np.log(1.5))))
    time_s = np.arange(int(min(1.2 * decay_s, 1.2) * RATE)) / RATE
    tail = random.standard_normal(len(time_s)) * 10 ** (-3 * time_s / decay_s) * (time_s > random.uniform(0.002, 0.02))
    tail = signal.lfilter([1 - (dark := random.uniform(0.2, 0.85))], [1, -dark], tail)
    for _ in range(random.integers(0, 6)):
        tail[int(random.uniform(0.002, min(0.03, time_s[-1])) * RATE)] += random.normal(0, 2)
    tail /= np.sqrt(np.sum(tail**2)) + 1e-9
    room: Wave = signal.fftconvolve(sound, tail)[: len(sound)]
    return sound + (room * 10 ** (random.uniform(-25, -3) / 20)).astype(np.float32)


def other_players(frames: int, random: np.random.Generator) -> Wave:
    """Held or plucked chords and basses: sounds that are no drums. Their attacks are not the drummer's."""
    sound, at = np.zeros(frames + 8 * RATE), 0
    attack_s, is_plucked = random.uniform(0.005, 0.2), random.random() < 0.5
    while at < frames:
        length = int(random.uniform(0.2, 4) * RATE)
        time_s = np.arange(length) / RATE
        shape = np.minimum(time_s / attack_s, 1) * np.minimum((length - np.arange(length)) / 2000, 1)
        shape *= np.exp(-time_s / 0.5) if is_plucked else 1
        for _ in range(random.integers(1, 5)):
            sound[at : at + length] += shape * ((55 * 2 ** (random.integers(0, 48) / 12) * time_s + random.random()) % 1 - 0.5)
        at += int(length * random.uniform(0.5, 1.2))
    dull = random.uniform(0.7, 0.98)
    dulled: Wave = signal.lfilter([1 - dull], [1, -dull], sound[:frames])
    return dulled


def noise(frames: int, random: np.random.Generator) -> Wave:
    white = random.standard_normal(frames)
    pinker: Wave = signal.lfilter([1], [1, -random.uniform(0, 0.99)], white)
    hum: Wave = random.uniform(0, 1.5) * np.sin(2 * np.pi * random.choice([50, 60, 100, 120]) * np.arange(frames) / RATE)
    return pinker / np.std(pinker) + hum * (random.random() < 0.3)


def perform(take: list[Note], kit: Kit, length_s: float, random: np.random.Generator) -> Performance:
    notes = excerpt(take, length_s, random)
    sound = Player(kit, random).play(notes, length_s)
    if random.random() < 0.7:
        sound = in_a_room(sound, random)
    if random.random() < 0.6:
        table = peaking(float(np.exp(random.uniform(np.log(60), np.log(14_000)))), random.normal(0, 6), random.uniform(0.5, 3))
        sound = signal.lfilter(table[:3], table[3:], sound)
    if random.random() < 0.3:
        sound = signal.sosfilt(signal.butter(1, random.uniform(30, 150), "highpass", fs=RATE, output="sos"), sound)
    if random.random() < 0.3:
        sound = signal.sosfilt(signal.butter(1, random.uniform(5000, 18_000), "lowpass", fs=RATE, output="sos"), sound)
    power = np.sqrt(np.mean(np.square(sound))) + 1e-6
    if random.random() < 0.3:
        others = other_players(len(sound), random)
        sound = sound + others / (np.std(others) + 1e-9) * power * 10 ** (-random.uniform(8, 40) / 20)
    sound = sound + noise(len(sound), random) * power * 10 ** (-random.uniform(15, 70) / 20)
    peak = np.max(np.abs(sound)) + 1e-9
    if random.random() < 0.25:
        drive = random.uniform(1, 6)
        sound = np.tanh(sound / peak * drive) / np.tanh(drive)
        peak = 1.0
    sound = (sound / peak * 10 ** (random.uniform(-35, -1) / 20)).astype(np.float32)
    rate = int(random.choice([44_100, 48_000]))
    return Performance(sound if rate == RATE else soxr.resample(sound, RATE, rate), rate, notes)
