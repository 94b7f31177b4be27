"""What the instrument plays, written to sound files while it plays."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from live_rig.errors import DeviceError

if TYPE_CHECKING:
    from live_rig.engine import Engine

BUSES = {"mix": slice(0, 2), "drums": slice(2, 4), "band": slice(4, 6), "click": slice(6, 7), "guide": slice(7, 8)}
COUNT = 8


class BusFiles:
    """mix, drums, band, click and guide as WAV files in a folder; the engine's last eight outputs are these buses."""

    def __init__(self, engine: "Engine", folder: Path) -> None:
        self._engine = engine
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._files = {
                name: soundfile.SoundFile(
                    folder / f"{name}.wav", "w", round(engine.samplerate_hz), sides.stop - sides.start, subtype="PCM_24"
                )
                for name, sides in BUSES.items()
            }
        except (OSError, soundfile.LibsndfileError) as error:
            raise DeviceError(
                "The files cannot be written", where=f"{folder}: {error}", do="Choose another folder with --out"
            ) from error

    def collect(self) -> None:
        """Write what was played since the last call; must be called more often than the capture ring is long."""
        played = self._engine.device.collect()
        for name, sides in BUSES.items():
            self._files[name].write(np.ascontiguousarray(played[:, -COUNT:][:, sides]))

    def close(self) -> None:
        """The last of it, and whole files."""
        self.collect()
        for file in self._files.values():
            file.close()
