"""Who hears what: stems on buses, buses on outputs, and a mix for each listener."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.authority import Leader
from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from cython_core.mix import BAND_LEFT, CLICK, DRUMS_LEFT
from cython_core.stems import Stems
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of, mix_events
from live_rig.errors import ShowError
from live_rig.instrument import Instrument
from live_rig.listeners import Listeners
from live_rig.show.mix import Mix, in_words, usual_mixes
from live_rig.show.pad import Talkback
from live_rig.show.song import TempoPoint
from live_rig.show.stem import Stem
from live_rig.wiring import Wiring, wired
from tests.playing import BLOCK, RATE_HZ, song

Sound = npt.NDArray[np.float32]
GUARD = 64  # frames from a bus to its output
TUNE = song(120, "head:16", tempo_curve=(TempoPoint(bar=1, bpm=120), TempoPoint(bar=16, bpm=110)))
SOURCES = ("drums", "band", "click", "count", "guide")
BEAT_S, BAR_S = 0.5, 2.0
EARS = Mix(name="drummer", outputs=(1,), drummer=True, hears={"click": 0.0, "count": 0.0})
BASS = Mix(name="bass", outputs=(2,), hears={"click": 0.0})


class Hall:
    """A rig on its outputs, and all that is heard there so far."""

    def __init__(self, wiring: Wiring, *sounds: Sound, stems: tuple[Stem, ...] = ()) -> None:
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wiring, BLOCK, click_on=True)
        self.song = TUNE.model_copy(update={"stems": stems}) if stems else TUNE
        bank = None
        if sounds:
            bank = Stems(sounds, RATE_HZ)
            bank.all_in_memory()
        self.instrument.load(chart_of(self.song, RATE_HZ, bank, wiring.buses))
        self.heard: list[Sound] = []
        self.told: list[dict[str, float]] = []

    def says(self, *words: str) -> None:
        for each in words:
            word, _, value = each.partition(" ")
            self.instrument.send(
                mix_events(value, self.instrument.wiring) if word == "mix" else events_of(word, value, self.song)
            )

    def plays_for(self, seconds: float) -> Sound:
        """What is heard meanwhile, (outputs, frames)."""
        silence, blocks = np.zeros((1, BLOCK), np.float32), []
        for _ in range(math.ceil(seconds * RATE_HZ / BLOCK)):
            block = np.empty((self.instrument.outputs, BLOCK), np.float32)
            self.instrument.rig.step(silence, block)
            self.instrument.band.serve()
            blocks.append(block)
            self.told += self.instrument.exchange.notices()
        return np.concatenate(blocks, axis=1)


def noise(seed: int, seconds: float = 12.0) -> Sound:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, (2, round(seconds * RATE_HZ))).astype(np.float32)


def tone(hz: float, seconds: float = 12.0) -> Sound:
    wave = 0.4 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    return np.stack([wave, wave]).astype(np.float32)


def is_part_of(heard: Sound, recording: Sound) -> bool:
    """Whether a piece of the recording, to the bit and on the same frames of both sides, is what was heard."""
    first = np.flatnonzero((recording[0] == heard[0, 0]) & (recording[1] == heard[1, 0]))
    return any(np.array_equal(recording[:, at : at + heard.shape[1]], heard) for at in first)


def test_every_bus_is_heard_on_its_own_outputs_and_after_a_second_as_it_was_recorded() -> None:
    buses = ("band", "monitors", "strings", "fx")
    mixes = [Mix(name=bus, outputs=(2 * n + 1, 2 * n + 2), hears={bus: 0.0}) for n, bus in enumerate(buses)]
    stems = tuple(Stem(name=bus, file=f"{bus}.wav", bus=bus) for bus in buses)
    sounds = [noise(n) for n in range(4)]
    hall = Hall(wired(1, 8, mixes, buses), *sounds, stems=stems)
    hall.says("start")
    hall.plays_for(2.0)
    heard = hall.plays_for(1.0)
    for number, sound in enumerate(sounds):
        assert is_part_of(heard[2 * number : 2 * number + 2], sound), buses[number]


def test_a_stem_may_be_sent_to_other_buses_at_a_level_of_its_own() -> None:
    mixes = [Mix(name="house", outputs=(1, 2), hears={"band": 0.0}), Mix(name="ears", outputs=(3, 4), hears={"monitors": 0.0})]
    bass = Stem(name="bass", file="bass.wav", sends={"monitors": -20.0})
    hall = Hall(wired(1, 4, mixes, ("band", "monitors")), tone(220), stems=(bass,))
    hall.says("start")
    hall.plays_for(2.0)
    heard = hall.plays_for(1.0)
    np.testing.assert_allclose(heard[2:], heard[:2] / 10, atol=1e-6)


def loudness(sound: Sound) -> float:
    return float(np.sqrt((sound.astype(np.float64) ** 2).mean()))


def mixed(*words: str, tempo: str = "") -> tuple[Sound, Sound, Sound]:
    """Two stems, 220 and 330 Hz: before the words are said, while it changes, and after."""
    stems = (Stem(name="low", file="low.wav"), Stem(name="high", file="high.wav"))
    hall = Hall(wired(1, 2, [Mix(name="house", outputs=(1, 2))]), tone(220), tone(330), stems=stems)
    hall.says("start", *([tempo] if tempo else []))
    hall.plays_for(3.0)
    before = hall.plays_for(0.5)
    hall.says(*words)
    return before, hall.plays_for(0.5), hall.plays_for(0.5)


def level_of(sound: Sound, hz: float) -> float:
    """How much of a tone there is on each side, linear."""
    window = np.hanning(sound.shape[1])
    carrier = np.exp(-2j * np.pi * hz * np.arange(sound.shape[1]) / RATE_HZ)
    return np.abs((sound * window * carrier).sum(axis=1)) * 2 / window.sum()  # type: ignore[no-any-return]


@pytest.mark.parametrize("tempo", ["", "tempo 135"])
@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        (["mute low"], (0.0, 0.0), (1.0, 1.0)),
        (["mute low", "mute low"], (1.0, 1.0), (1.0, 1.0)),
        (["solo low"], (1.0, 1.0), (0.0, 0.0)),
        (["solo low", "solo high"], (1.0, 1.0), (1.0, 1.0)),
        (["solo low", "solo low"], (1.0, 1.0), (1.0, 1.0)),
        (["solo low", "mute low"], (0.0, 0.0), (0.0, 0.0)),
        (["level high=-20"], (1.0, 1.0), (0.1, 0.1)),
        (["pan low=-1", "pan high=0.5"], (1.0, 0.0), (0.5, 1.0)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_level_pan_mute_and_solo_are_live(
    words: list[str], low: tuple[float, float], high: tuple[float, float], tempo: str
) -> None:
    before, _, after = mixed(*words, tempo=tempo)
    np.testing.assert_allclose(level_of(before, 220), 0.4, rtol=0.03)
    np.testing.assert_allclose(level_of(after, 220) / 0.4, low, atol=0.03)
    np.testing.assert_allclose(level_of(after, 330) / 0.4, high, atol=0.03)


@pytest.mark.parametrize("words", ["mute low", "solo low", "level low=-60", "pan low=-1"])
@pytest.mark.parametrize("tempo", ["", "tempo 135"])
def test_none_of_them_is_heard_as_a_click(words: str, tempo: str) -> None:
    """A click is sound far above the tones: 29 dB below one that is cut off at once. Within 55 dB there is to be none."""
    _, during, _ = mixed(words, tempo=tempo)
    assert above_2_khz(during).max() < 0.4 * 10 ** (-55 / 20)


def above_2_khz(sound: Sound) -> npt.NDArray[np.float64]:
    """What is left of it without all that is lower, away from its edges."""
    spectrum = np.fft.rfft(sound * np.hanning(sound.shape[1]))
    spectrum[:, np.fft.rfftfreq(sound.shape[1], 1 / RATE_HZ) < 2000] = 0
    return np.abs(np.fft.irfft(spectrum))


def strikes(sound: Sound) -> list[float]:
    """When something is struck, in s."""
    loud = np.abs(sound) > 0.05
    return [at / RATE_HZ for at in np.flatnonzero(loud) if not loud[max(0, at - 2400) : at].any()]


def test_the_drummer_who_leads_does_not_hear_the_click_and_the_others_do() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    hall.plays_for(0.5)
    ears, bass = hall.plays_for(4.0)
    assert strikes(ears) == []
    assert len(strikes(bass)) == 8


def test_who_follows_hears_the_click() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("start")
    hall.plays_for(0.5)
    ears, bass = hall.plays_for(4.0)
    assert len(strikes(ears)) == len(strikes(bass)) == 8


TAKEOVERS = [
    ("give", Leader.BAND, 1.9),
    ("conduct 110", Leader.CONDUCTOR, 0.7),
    ("tempo 110", Leader.CONDUCTOR, 2.3),
    ("tap", Leader.CONDUCTOR, 1.9),
    ("rit 2", Leader.CONDUCTOR, 2.3),
    ("curve", Leader.CONDUCTOR, 0.7),
    ("share 40", Leader.SHARED, 1.9),
]


@pytest.mark.parametrize(("words", "leader", "asked_s"), TAKEOVERS, ids=[words for words, *_ in TAKEOVERS])
def test_the_click_is_back_at_least_a_bar_before_somebody_else_takes_over(words: str, leader: Leader, asked_s: float) -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    before = hall.plays_for(asked_s + 0.5)
    hall.says(words)
    assert hall.instrument.exchange.snapshot()["leader"] == Leader.DRUMMER
    after = hall.plays_for(3 * BAR_S)
    ears = strikes(np.concatenate([before, after], axis=1)[0])
    (handover,) = [each for each in hall.told if each["kind"] == NoticeKind.HANDOVER and each["who"] == leader]
    took_s = (handover["frame"] + GUARD) / RATE_HZ
    beats_before = [strike for strike in ears if strike < took_s + 0.1]
    assert len(beats_before) >= 4
    assert took_s - beats_before[0] >= BAR_S - 0.25 * BEAT_S
    assert took_s - asked_s - 0.5 < 2 * BAR_S + 0.1


def test_what_was_asked_for_begins_where_it_is_handed_over() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    hall.plays_for(1.0)
    hall.says("tempo 90")
    hall.plays_for(0.5)
    assert hall.instrument.exchange.snapshot()["bpm"] == pytest.approx(120)
    hall.plays_for(2.5 * BAR_S)
    assert hall.instrument.exchange.snapshot()["bpm"] == pytest.approx(90)


def test_taps_that_come_while_the_click_returns_are_heard() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    hall.plays_for(1.0)
    for _ in range(8):
        hall.says("tap")
        hall.plays_for(60 / 100)
    assert hall.instrument.exchange.snapshot()["leader"] == Leader.CONDUCTOR
    assert hall.instrument.exchange.snapshot()["bpm"] == pytest.approx(100, rel=0.03)


def test_a_hold_does_not_keep_waiting_who_asked_for_the_tempo() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    hall.plays_for(1.7)
    hall.says("give", "hold")
    hall.plays_for(1.5)
    now = hall.instrument.exchange.snapshot()
    assert now["is_holding"]
    assert now["leader"] == Leader.BAND


def test_where_he_has_no_click_the_tempo_is_handed_over_at_once() -> None:
    hall = Hall(wired(1, 2, [BASS]))
    hall.says("take", "start")
    hall.plays_for(1.0)
    hall.says("give")
    hall.plays_for(0.05)
    assert hall.instrument.exchange.snapshot()["leader"] == Leader.BAND


def test_who_takes_it_back_meanwhile_keeps_it() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("take", "start")
    hall.plays_for(1.0)
    hall.says("give")
    hall.plays_for(0.5)
    hall.says("take")
    hall.plays_for(3 * BAR_S)
    assert hall.instrument.exchange.snapshot()["leader"] == Leader.DRUMMER


def test_the_count_is_heard_by_who_is_to_hear_it_even_where_the_click_is_off() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.instrument.send([Sent(EventKind.BUS, 0.0, CLICK)])
    hall.says("count-in")
    ears, bass = hall.plays_for(5.0)
    assert len(strikes(ears)) == 4
    assert strikes(bass) == []


@pytest.mark.parametrize("begins", ["start", "count-in"])
def test_after_a_panic_who_begins_again_hears_count_click_and_guide_as_before(begins: str) -> None:
    guided = Mix(name="guided", outputs=(1,), hears={"guide": 0.0})
    hall = Hall(wired(1, 3, [guided, BASS, Mix(name="drummer", outputs=(3,), hears={"count": 0.0})]))
    hall.says("start")
    hall.plays_for(1.0)
    hall.says("panic", "say watch me")
    hall.plays_for(0.2)
    assert [strikes(heard) for heard in hall.plays_for(2.0)] == [[], [], []]
    hall.says(begins, "say watch me")
    guide, click, count = hall.plays_for(5.0)
    assert strikes(guide)
    assert len(strikes(click)) >= 5
    assert len(strikes(count)) == (4 if begins == "count-in" else 0)


def test_a_click_that_was_off_before_a_panic_stays_off_after_it() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("click off", "start")
    hall.plays_for(1.0)
    hall.says("panic")
    hall.plays_for(1.0)
    hall.says("start")
    assert strikes(hall.plays_for(3.0)[1]) == []


def test_a_listeners_mix_is_his_own() -> None:
    hall = Hall(wired(1, 2, [EARS, BASS]))
    hall.says("start", "mix bass.click=-60")
    hall.plays_for(0.5)
    ears, bass = hall.plays_for(2.0)
    assert len(strikes(ears)) == 4
    assert strikes(bass) == []


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (1, "output 1 (house): drums, band, click, count, guide"),
        (2, "output 1 (drummer): click, count, guide; output 2 (house): drums, band"),
        (4, "outputs 1 and 2 (house): drums, band; outputs 3 and 4 (drummer): drums, band, click, count, guide"),
    ],
)
def test_the_usual_mixes_are_said_in_words(outputs: int, said: str) -> None:
    assert in_words(usual_mixes(outputs), ("band",), has_pads=False) == said


def test_pads_are_named_where_there_are_some() -> None:
    assert in_words(usual_mixes(2), ("band",), has_pads=True).endswith("(house): drums, pads, band")


def test_on_two_outputs_click_and_guide_are_left_and_the_band_right() -> None:
    hall = Hall(wired(1, 2), tone(220))
    hall.says("start")
    hall.plays_for(2.0)
    left, right = hall.plays_for(1.0)
    assert len(strikes(left)) == 2
    assert level_of(left[np.newaxis], 220)[0] < 0.001
    assert level_of(right[np.newaxis], 220)[0] == pytest.approx(0.4, rel=0.02)


def test_neither_click_nor_count_nor_guide_is_in_the_house_unless_asked() -> None:
    assert set(Mix(name="house", outputs=(1, 2)).levels_db(("band", "strings"))) == {"drums", "pads", "band", "strings"}


# As it is set now


def test_every_listeners_levels_are_known_and_follow_what_is_turned() -> None:
    listeners = Listeners(wired(1, 2, [EARS, BASS]), has_pads=False, talkback=None)
    before = listeners.levels
    assert {(level.mix, level.source): level.level_db for level in before} == {
        **{("drummer", source): 0.0 if source in ("click", "count") else -60.0 for source in SOURCES},
        **{("bass", source): 0.0 if source == "click" else -60.0 for source in SOURCES},
    }
    assert listeners.turn("drummer.click=-6") == mix_events("drummer.click=-6", wired(1, 2, [EARS, BASS]))
    assert listeners.turn("bass.drums=-99")
    after = {(level.mix, level.source): level.level_db for level in listeners.levels}
    assert (after["drummer", "click"], after["bass", "click"], after["bass", "drums"]) == (-6.0, 0.0, -60.0)
    with pytest.raises(ShowError, match='There is no source "cowbell"'):
        listeners.turn("drummer.cowbell=0")
    assert before != listeners.levels


def test_the_talkback_is_a_source_where_there_is_one() -> None:
    talkback = Talkback(input=2, to=("bass",), gain_db=-3.0)
    wiring = wired(2, 2, [EARS, BASS]).with_talkback(1, talkback.to, talkback.gain_db)
    levels = Listeners(wiring, has_pads=True, talkback=talkback).levels
    talk = {level.mix: level.level_db for level in levels if level.source == "talkback"}
    assert talk == {"drummer": -60.0, "bass": -3.0}
    assert [level.source for level in levels if level.mix == "bass"] == [
        "drums",
        "pads",
        "band",
        "click",
        "count",
        "guide",
        "talkback",
    ]


def test_at_the_lowest_a_source_is_not_heard_at_all_written_or_turned() -> None:
    mixes = (Mix(name="drummer", outputs=(1, 2), drummer=True, hears={"drums": -60.0, "band": -59.0}),)
    wiring = wired(1, 2, mixes)
    assert not wiring.route[0, DRUMS_LEFT]
    assert wiring.route[0, BAND_LEFT] > 0.0
    assert [sent.value for sent in mix_events("drummer.band=-60", wiring)] == [0.0, 0.0]
