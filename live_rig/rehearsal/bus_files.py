"""What the instrument plays, written to sound files while it plays."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from live_rig.errors import DeviceError
from live_rig.wiring import APART, APART_OUTPUTS

if TYPE_CHECKING:
    from live_rig.engine import Engine


class BusFiles:
    """mix, drums, band, click and guide as WAV files in a folder; the engine's last eight outputs are these buses.

    They appear when they are whole. Where the disk takes no more they never do: the stage says so, and the music goes on.
    """

    def __init__(self, engine: "Engine", folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self.fault: DeviceError | None = None  # why nothing is written any more
        self._files: dict[str, soundfile.SoundFile] = {}
        rate_hz = round(engine.samplerate_hz)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, sides in APART.items():
                channels = sides.stop - sides.start
                self._files[name] = soundfile.SoundFile(self._making(name), "w", rate_hz, channels, "PCM_24", format="WAV")
        except (OSError, soundfile.LibsndfileError) as error:
            self._drop()
            raise DeviceError(
                "The files cannot be written", where=f"{folder}: {error}", do="Choose another folder with --out"
            ) from error

    def collect(self) -> None:
        """Write what was played since the last call; must be called more often than the capture ring is long."""
        played = self._engine.device.collect()
        if self.fault:
            return
        try:
            for name, sides in APART.items():
                self._files[name].write(np.ascontiguousarray(played[:, -APART_OUTPUTS:][:, sides]))
        except (OSError, soundfile.LibsndfileError) as error:
            self._give_up(error)

    def close(self) -> None:
        """The last of it, and whole files."""
        self.collect()
        if self.fault:
            return
        try:
            for file in self._files.values():
                file.close()
            for name in APART:
                self._making(name).replace(self._folder / f"{name}.wav")
        except (OSError, soundfile.LibsndfileError) as error:
            self._give_up(error)

    def _making(self, name: str) -> Path:
        return self._folder / f".making-{name}.wav"

    def _give_up(self, error: Exception) -> None:
        self._drop()
        do = "Make room there, or choose another folder with --out"
        self.fault = DeviceError("What is played is not written any more", where=f"{self._folder}: {error}", do=do)
        self._engine.alerts.say(str(self.fault))

    def _drop(self) -> None:
        """Nothing half-written stays."""
        for name, file in self._files.items():
            with suppress(OSError, soundfile.LibsndfileError):
                file.close()
            with suppress(OSError):
                self._making(name).unlink(missing_ok=True)
