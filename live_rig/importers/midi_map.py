"""The tempo map in a Standard MIDI File: tempi, meters and markers."""

from contextlib import suppress
from pathlib import Path

import mido
from mido.midifiles.meta import KeySignatureError

from live_rig.importers.time_line import Imported, MeterAt, Tempo, TimeLine, imported, unfit


def read_midi_map(path: Path, end_s: float) -> Imported:
    """Tempi hold until the next; a marker begins a section. ShowError for what cannot be read."""
    try:
        file = mido.MidiFile(path, clip=True)
        if not file.ticks_per_beat > 0:
            raise unfit(path, "its clock is not one of beats")
        line = TimeLine([], [], [])
        for track in file.tracks:
            tick = 0
            for message in track:
                tick += message.time
                quarter = tick / file.ticks_per_beat
                if message.type == "set_tempo" and message.tempo > 0:
                    line.tempi.append(Tempo(quarter, mido.tempo2bpm(message.tempo)))
                elif message.type == "time_signature":
                    line.meters.append(MeterAt(quarter, f"{message.numerator}/{message.denominator}"))
                elif message.type in ("marker", "cue_marker") and (named := name(message.text)):
                    line.names.append((quarter, named))
    except FileNotFoundError:
        raise unfit(path, "it is not there", "Check the name") from None
    except (OSError, EOFError, ValueError, IndexError, KeyError, TypeError, AttributeError, KeySignatureError):
        raise unfit(path, "it is no MIDI file, or it ends too soon", "Export it again as a Standard MIDI File") from None
    if not line.tempi:
        raise unfit(path, "there is no tempo in it")
    line.tempi.insert(0, Tempo(0.0, 120.0))  # until another is said, as the format has it
    line.meters.insert(0, MeterAt(0.0, "4/4"))
    return imported(line, end_s, path)


def name(text: str) -> str:
    """A marker's name. Most programs write UTF-8 where the format knows no alphabet, and it is read byte by byte."""
    with suppress(UnicodeDecodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text.strip()
