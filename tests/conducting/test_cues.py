"""A command's words become what the instrument is told."""

import pytest

from cython_core import mix
from cython_core.exchange import EventKind
from cython_core.faders import Switch
from cython_core.transport import Quantum
from live_rig.conducting.chart import cue_now_and_next, section_at
from live_rig.conducting.cues import PLAIN, Sent, events_of, mix_events
from live_rig.control.protocol import COMMANDS
from live_rig.errors import ShowError
from live_rig.show.cue import Cue
from live_rig.show.song import TempoPoint
from live_rig.wiring import wired
from tests.playing import song

TUNE = song(120, "head:4 solo:2~ hit:2!", tempo_curve=(TempoPoint(bar=1, bpm=120),))
OF_THE_SET = {"next-song", "previous-song", "song", "preset", "mix"}
OF_THE_SET |= {"pad", "talkback", "compare", "editor", "key", "knob", "redo", "save-preset", "snapshot", "undo"}


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - OF_THE_SET))
def test_every_command_that_is_not_the_sets_is_the_instruments(command: str) -> None:
    values = {"section": "solo", "bar": "7", "tempo": "90", "click": "on", "share": "50", "gives-way": "easy"}
    values |= {"mute": "click", "solo": "click", "level": "click=-6", "pan": "click=1"}
    assert len(events_of(command, values.get(command, ""), TUNE)) == 1


@pytest.mark.parametrize("command", sorted(OF_THE_SET))
def test_what_concerns_the_set_is_left_to_the_engine(command: str) -> None:
    assert events_of(command, "", TUNE) == []


@pytest.mark.parametrize(
    ("command", "value", "sent"),
    [
        ("tempo", "92.5", Sent(EventKind.TEMPO, 92.5)),
        ("conduct", "", Sent(EventKind.CONDUCT, 0.0)),
        ("conduct", "80", Sent(EventKind.CONDUCT, 80.0)),
        ("section", "solo", Sent(EventKind.GO_TO, 16.0)),
        ("section", "solo@beat", Sent(EventKind.GO_TO, 16.0, Quantum.AT_BEAT)),
        ("section", "solo@phrase", Sent(EventKind.GO_TO, 16.0, Quantum.AT_PHRASE)),
        ("bar", "3", Sent(EventKind.GO_TO, 8.0)),
        ("bar", "3@beat", Sent(EventKind.GO_TO, 8.0, Quantum.AT_BEAT)),
        ("mute", "click", Sent(EventKind.MUTE, Switch.OTHER, 0)),
        ("solo", "click", Sent(EventKind.SOLO, Switch.OTHER, 0)),
        ("pan", "click=-0.5", Sent(EventKind.PAN, -0.5, 0)),
        ("level", "click=0", Sent(EventKind.LEVEL, 1.0, 0)),
        ("level", "click=-20", Sent(EventKind.LEVEL, pytest.approx(0.1), 0)),
        ("tap", "", Sent(EventKind.TAP, 0.0, 0.0)),
        ("tap", "half-bar", Sent(EventKind.TAP, 0.0, 0.5)),
        ("rit", "4", Sent(EventKind.SLOW_DOWN, 4.0, 0.6)),
        ("share", "25", Sent(EventKind.SHARE, 0.25)),
        ("gives-way", "stubborn", Sent(EventKind.GIVE_WAY, 1)),
        ("re-enter", "solo", Sent(EventKind.RE_ENTER, 16.0)),
        ("click", "off", Sent(EventKind.BUS, 0.0, mix.CLICK)),
    ],
)
def test_a_value_becomes_a_number(command: str, value: str, sent: Sent) -> None:
    assert events_of(command, value, TUNE) == [sent]


@pytest.mark.parametrize(
    ("command", "value", "said"),
    [
        ("section", "sollo", '"Tune" has no section "sollo" (command). Say "solo", the nearest there is.'),
        ("section", "solo@once", '"solo@once" is no place to jump (command). Say solo@beat, solo@bar or solo@phrase.'),
        ("bar", "9", '"Tune" has no bar 9 (command). Say 1 to 8.'),
        ("mute", "harp", '"Tune" has no stem "harp" (command). Say one of: click.'),
        ("tempo", "900", "900 bpm is out of reach (command). Say 20 to 400."),
        ("tempo", "nan", "nan bpm is out of reach"),
        ("tempo", "fast", "Say a number, 20 to 400"),
        ("level", "click=loud", "Say a number, -60 to 12, such as bass=-6"),
        ("pan", "click=2", "2 is beyond the last seat (command). Say -1 (left) to 1 (right)."),
        ("click", "maybe", 'Say "click on" or "click off"'),
    ],
)
def test_a_value_that_will_not_do_is_named_with_what_would(command: str, value: str, said: str) -> None:
    with pytest.raises(ShowError) as told:
        events_of(command, value, TUNE)
    assert said in str(told.value)


def test_a_curve_that_nobody_wrote_cannot_be_conducted() -> None:
    with pytest.raises(ShowError, match=r'"Tune" has no tempo curve \(command\). Write a tempo_curve'):
        events_of("curve", "", song(120))


@pytest.mark.parametrize("value", ["click=nan", "click=inf", "click=900"])
def test_no_level_is_beyond_what_a_fader_has(value: str) -> None:
    with pytest.raises(ShowError, match="-60 to 12"):
        events_of("level", value, TUNE)


def test_a_listeners_mix_is_turned_on_his_own_outputs() -> None:
    four = wired(1, 4)
    click = [Sent(EventKind.ROUTE, 0.0, output * mix.BUSES + mix.CLICK) for output in (2, 3)]
    drums = [
        Sent(EventKind.ROUTE, 1.0, 2 * mix.BUSES + mix.DRUMS_LEFT),
        Sent(EventKind.ROUTE, 1.0, 3 * mix.BUSES + mix.DRUMS_RIGHT),
    ]
    assert mix_events("drummer.click=-60", four) == click
    assert mix_events("drummer.drums=0", four) == drums
    with pytest.raises(ShowError, match=r"There is no mix.*house, drummer"):
        mix_events("singer.click=0", four)
    with pytest.raises(ShowError, match=r"There is no source.*drums, pads, click"):
        mix_events("drummer.harp=0", four)


def test_plain_commands_have_one_event_each_and_no_two_the_same() -> None:
    assert len(set(PLAIN.values())) == len(PLAIN)


def test_bars_beyond_the_beat_map_go_on_in_its_meter() -> None:
    assert [TUNE.bar_start(bar) for bar in (1, 2, 8, 9, 12)] == [0, 4, 28, 32, 44]


def test_a_bar_lies_in_one_section_and_outside_the_song_in_the_nearest() -> None:
    assert [section_at(TUNE, bar).name for bar in (0, 1, 4, 5, 6, 7, 99)] == [
        "head",
        "head",
        "head",
        "solo",
        "solo",
        "hit",
        "hit",
    ]


def test_a_cue_holds_until_the_next_one() -> None:
    watch, four = Cue(bar=3, say="watch me"), Cue(bar=5, say="solo")
    cued = TUNE.model_copy(update={"cues": (watch, four)})
    assert [cue_now_and_next(cued, bar) for bar in (1, 3, 4, 5)] == [(None, watch), (watch, four), (watch, four), (four, None)]
