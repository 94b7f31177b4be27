"""What can go wrong, in words for someone holding sticks.

RigError
├── ShowError     something written down: a show, a song, a stem, a preset, a script
├── DeviceError   something plugged in: a sound card, a MIDI port, a disk
│   └── OtherwiseError  a sound card that is there, and otherwise than the show wants it
│       └── RateError   it runs at another rate
├── RackError     effects and plugins
└── DoorError     the control door: its port, its token, its messages
    └── RefusedError  what a client asked for and did not get
"""


class RigError(Exception):
    """What is wrong, where, and what to do next: three short phrases, the last one an order."""

    def __init__(self, what: str, *, where: str, do: str) -> None:
        super().__init__(f"{what} ({where}). {do}.")
        self.what, self.where, self.do = what, where, do


class ShowError(RigError):
    """A fault in what is written down."""


class DeviceError(RigError):
    """A fault of a device, or of the machine."""


class OtherwiseError(DeviceError):
    """A device that is there, and otherwise than it is wanted."""


class RateError(OtherwiseError):
    """It runs at another rate."""


class RackError(RigError):
    """A fault of an effect or a plugin."""


class DoorError(RigError):
    """A fault at the control door."""


class RefusedError(DoorError):
    """Not done: the engine's own answer, which says already what is wrong and what to do."""

    def __init__(self, says: str) -> None:
        Exception.__init__(self, says)
        self.what, self.where, self.do = says, "", ""
