"""What is said through the control door: JSON messages, one model each.

A client says `hello` with the token and is told `welcome`; from then on it gets a `state` 30 times a second, and where it
wants it the `desk` when that has changed. Every `command` it sends is answered with one `done`. Whatever cannot be understood
is answered with `refused`, in words.
This module knows no socket and no engine: the windows import it, and nothing else of `live_rig`.
"""

import math
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

VERSION = 1
STATES_PER_S = 30
DEFAULT_PORT = 8330
TOKEN = "LIVE_RIG_TOKEN"  # in the environment of a window that an engine has opened
SILENCE_DB = -120.0
NOT_UNDERSTOOD = "Not a message"


class Kind(NamedTuple):
    """One row of the table. `value` shows what follows the word: empty for nothing, in [brackets] if optional."""

    value: str
    says: str


# Keys, pedals, scripts and the door use these words.
COMMANDS = {
    "start": Kind("", "start the song from where it stands"),
    "stop": Kind("", "stop the band; a count brings it in again"),
    "next": Kind("", "release the vamp, or go to the next section; when nothing plays: the next song"),
    "previous": Kind("", "back to the previous section; when nothing plays: the previous song"),
    "next-song": Kind("", "load the next song of the set"),
    "previous-song": Kind("", "load the previous song of the set"),
    "song": Kind("ID", "load a song by its id"),
    "section": Kind("NAME", "go to a section at the next bar line; `solo@beat`, `solo@phrase`: at the next of those"),
    "bar": Kind("NUMBER", "go to a bar, in the same way: `17`, `17@beat`, `17@phrase`"),
    "unqueue": Kind("", "take back what is queued, or where to start"),
    "band-in": Kind("", "the band comes in at the next bar line"),
    "vamp": Kind("", "go round in this section until next"),
    "hold": Kind("", "come to rest on the next downbeat, until next"),
    "cut-off": Kind("", "the band stops on the next beat; in the last eight bars the song is over then"),
    "finale": Kind("[cue|drummer]", "the last hit: two beats from now, or on the drummer's own stroke"),
    "take": Kind("", "the drummer takes the tempo"),
    "give": Kind("", "the drummer gives the tempo to the band"),
    "conduct": Kind("[BPM]", "the conductor takes the tempo"),
    "tempo": Kind("BPM", "the conductor's tempo"),
    "tap": Kind("[beat|half-bar|bar]", "one tap of the conductor's tempo"),
    "curve": Kind("", "the conductor's tempo is the curve written in the song"),
    "rit": Kind("[BARS]", "the conductor slows down over so many bars, two if not said, to six tenths of the tempo"),
    "share": Kind("PERCENT", "band and drummer share the tempo: 0 is all the band's, 100 all the drummer's"),
    "gives-way": Kind("never|stubborn|patient|easy", "how much the drummer must push until the band gives way"),
    "re-enter": Kind("[SECTION]", "silence now, and in again on the drummer's next one: at this section, or the one named"),
    "one": Kind("", "said on the drummer's one, where the stage shows another beat as the one: it is here"),
    "twice": Kind("", "the drummer's beats are twice as fast as the stage counts them"),
    "half": Kind("", "the drummer's beats are half as fast as the stage counts them"),
    "say": Kind("WORDS", "show these words to everybody, such as: watch me"),
    "count-in": Kind("", "count the song in with the click"),
    "preset": Kind("NAME", "the drums sound like this preset; with `at beat` or `at bar` after it, from there on"),
    "knob": Kind("KNOB=NUMBER", "turn a knob or a macro of the preset: `snare.gain_db=2`, `crush=0.5`"),
    "snapshot": Kind("NAME", "recall a snapshot of the preset"),
    "undo": Kind("", "take back the last turn of a knob"),
    "redo": Kind("", "turn it again"),
    "compare": Kind("", "A/B: the preset as it is written, and back to what you made of it"),
    "save-preset": Kind("NAME", "keep what you made of it, as a preset of the show"),
    "editor": Kind("[PLUGIN]", "a plugin's own window: `snare.Faulty`; without a name the next one's; `off` shuts it"),
    "pad": Kind("PAD[=VELOCITY]", "strike a pad by its name, as hard as can be, or `clap=64`; a loop that runs ends"),
    "pads-off": Kind("", "whatever was struck on pads fades at once"),
    "talkback": Kind("[on|off]", "open the talkback microphone, or shut it; without a word, the other way round"),
    "panic": Kind("", "everything quiet at once; the drums go on dry"),
    "mute": Kind("STEM", "mute a stem, or unmute it"),
    "solo": Kind("STEM", "hear this stem alone, or all of them again"),
    "level": Kind("STEM=DB", "set the level of a stem"),
    "pan": Kind("STEM=PLACE", "place a stem, from -1 (left) to 1 (right)"),
    "key": Kind(
        "KEY", "the song in another key, in semitones from the recording: `key -2`, `up`, `down`; of another song: `lantern=3`"
    ),
    "mix": Kind("MIX.SOURCE=DB", "set what a listener hears: drummer.click=-6"),
    "click": Kind("on|off", "the click in the drummer's ears"),
}

Leader = Literal["band", "drummer", "conductor", "shared", ""]
Effects = Literal["on", "dry", "restarting", "none"]


def _or_silence(db: object) -> object:
    """The logarithm of nothing, and of rubbish, is silence."""
    return SILENCE_DB if isinstance(db, float) and not db > SILENCE_DB else db


def _or_unknown(value: object) -> object:
    """The core says NaN for what is not known; JSON has no such word."""
    return None if isinstance(value, float) and math.isnan(value) else value


LevelDb = Annotated[FiniteFloat, BeforeValidator(_or_silence)]
Known = Annotated[FiniteFloat | None, BeforeValidator(_or_unknown)]
Count = Annotated[int, Field(ge=0)]


class Message(BaseModel):
    """A misspelt key is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_wire(self) -> str:
        """One line of JSON."""
        return self.model_dump_json()


class Hello(Message):
    """First thing a client says."""

    type: Literal["hello"] = "hello"
    token: Annotated[str, Field(max_length=200)]
    client: Annotated[str, Field(max_length=80)] = ""  # who is asking, for the log
    wants_desk: bool = False  # to be told of knobs and presets, too


class Command(Message):
    """Please do this. Answered with one `done` of the same id."""

    type: Literal["command"] = "command"
    id: Annotated[int, Field(ge=0, lt=2**53)]
    command: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=200)] = ""


class Welcome(Message):
    """The token was right."""

    type: Literal["welcome"] = "welcome"
    version: int = VERSION


class Done(Message):
    """The answer to one command: done, or why not."""

    type: Literal["done"] = "done"
    id: int
    ok: bool
    says: str = ""


class Refused(Message):
    """What was sent was not understood, or not allowed."""

    type: Literal["refused"] = "refused"
    says: str


class FormPart(Message):
    """One section of the song, as far as a window draws it."""

    name: str
    first_bar: int  # 1-based
    length_bars: int
    is_vamp: bool = False


class StemStrip(Message):
    """One stem, as it is set at the desk now."""

    name: str
    bus: str
    level_db: LevelDb
    pan: FiniteFloat  # -1 left, 1 right
    is_muted: bool
    is_solo: bool


class StageState(Message):
    """All that a stage window shows, at one moment. What is not known has the value written here."""

    type: Literal["state"] = "state"
    time_s: FiniteFloat = 0.0  # since the instrument started

    song_id: str = ""
    song_title: str = ""
    song_number: Count = 0  # 1-based; 0 = no song
    song_count: Count = 0
    setlist: tuple[str, ...] = ()  # titles, in order
    keys: dict[str, str] = Field(default_factory=dict)  # the show's own: "PgDown" -> "next"
    chart_bpm: Known = None  # the song's written tempo
    transposed: int = 0  # semitones from the recording: the key it is heard in, or will be from the next bar line

    form: tuple[FormPart, ...] = ()  # the song's sections, in order
    section: str = ""
    next_section: str = ""
    bar: int = 0  # 1-based in the song; pickups are 0 and below
    bars: Count = 0  # in the song
    bar_in_section: Count = 0  # 1-based
    bars_in_section: Count = 0
    round: Count = 1  # of a section that is played several times
    rounds: Count = 1

    beat_in_bar: Count = 0  # 1-based; 0 = not known yet
    beats_per_bar: Count = 4
    phase: FiniteFloat = 0.0  # 0 to 1 within the beat
    bpm: FiniteFloat = 0.0  # 0 = not known yet
    leader: Leader = ""
    drummer_share: FiniteFloat = 0.0  # 0 to 1: how much of a shared lead is the drummer's
    limit: str = ""  # "no faster than 340": the song's limit of tempo that the band is held at
    confidence: FiniteFloat = 0.0  # 0 to 1: how sure the follower is
    asynchrony_ms: Known = None  # band beat minus drummer beat: above 0 the drummer is early

    is_playing: bool = False  # the band sounds
    is_vamping: bool = False
    is_holding: bool = False
    is_listening: bool = False  # the drummer is alone, the band waits
    is_counting: bool = False  # the click counts, and then the band comes in

    now: str = ""  # the cue that holds now
    next_cue: str = ""
    bars_to_next_cue: Known = None
    queued: str = ""  # what waits for its place in the song
    queued_in_beats: Known = None  # until it happens
    last_handover: str = ""  # "drummer took it at bar 12: pedal"

    input_db: LevelDb = SILENCE_DB  # peaks, in dB below full scale
    drums_db: LevelDb = SILENCE_DB
    band_db: LevelDb = SILENCE_DB
    click_on: bool = False
    click_hushed: bool = False  # not in the drummer's ears: he leads, and it would only echo him
    takes_over: Leader = ""  # on a bar line to come, once the drummer has had his click back for a bar
    stems: tuple[StemStrip, ...] = ()  # of the song
    mixes: tuple[str, ...] = ()  # who has one
    hears: str = ""  # who hears what on which output, in words

    preset: str = ""  # that sounds
    coming: str = ""  # another preset that was called, and with what it comes: "then dub at the bar"
    effects: Effects = "none"
    device: str = ""
    blocks: Count = 0  # asked for by the device so far
    blocks_late: Count = 0
    blocks_dry: Count = 0  # played without effects because the rack was late
    alerts: tuple[str, ...] = ()  # what is wrong, newest first


class Knob(Message):
    """What can be turned in the preset that is heard: a knob or a macro, by the name that the command `knob` takes."""

    name: str  # "snare.Compressor.threshold_db"; a macro has no dot
    value: FiniteFloat
    written: FiniteFloat  # where the preset has it
    low: Known = None  # None: only the plugin itself knows
    high: Known = None
    is_switch: bool = False  # 0 or 1
    says: str = ""


class MixLevel(Message):
    """How loud a source is for one listener: what `mix drummer.click=-6` turns."""

    mix: str
    source: str
    level_db: FiniteFloat  # -60: not at all


class Desk(Message):
    """How the kit sounds, and what can be turned. Sent to those who want it, at first and when it has changed."""

    type: Literal["desk"] = "desk"
    presets: tuple[str, ...] = ()  # of the show, and those that ship
    preset: str = ""  # the one that is heard; empty: the drums are dry
    title: str = ""
    knobs: tuple[Knob, ...] = ()
    macros: tuple[Knob, ...] = ()
    snapshots: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()  # that may have a window: "snare.Faulty"
    side: Literal["A", "B"] = "A"
    can_undo: bool = False
    can_redo: bool = False
    mixes: tuple[MixLevel, ...] = ()  # who hears what, mix by mix
    free_name: str = ""  # what a preset made of it could be called


class DoorAddress(Message):
    """Where a running engine's door is, as its runtime file (door.json) says."""

    url: str  # ws://127.0.0.1:PORT
    token: str
    pid: int


FromClient = Annotated[Hello | Command, Field(discriminator="type")]
FromServer = Annotated[Welcome | StageState | Desk | Done | Refused, Field(discriminator="type")]
_FROM_CLIENT: TypeAdapter[FromClient] = TypeAdapter(FromClient)
_FROM_SERVER: TypeAdapter[FromServer] = TypeAdapter(FromServer)


class MessageError(ValueError):
    """Text that is not a message; the words say why, in one line."""


def _refusal(error: ValidationError) -> MessageError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return MessageError(f"{NOT_UNDERSTOOD}: {_in_words(first)}" + (f" ({where})" if where else ""))


def _in_words(error: ErrorDetails) -> str:
    match error["type"]:
        case "string_too_long":
            return f"it is longer than {error['ctx']['max_length']} letters"
        case "string_unicode":
            return "it has letters that cannot be sent"
        case _:
            return error["msg"]


def command(number: int, word: str, value: str = "") -> Command:
    """A command to send. Raises MessageError where the door would not take it."""
    try:
        return Command(id=number, command=word, value=value)
    except ValidationError as error:
        raise _refusal(error) from None


def read_from_client(text: str) -> Hello | Command:
    """What a client said. Raises MessageError."""
    try:
        return _FROM_CLIENT.validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from None


def read_from_server(text: str) -> Welcome | StageState | Desk | Done | Refused:
    """What the engine said. Raises MessageError."""
    try:
        return _FROM_SERVER.validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from None
