"""The engine from song to song: each begins anew, and what goes wrong is said while all else goes on."""

import shutil
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import NoReturn

import numpy as np
import pytest

from cython_core.exchange import EventKind
from live_rig.audio.midi_ports import MidiPorts
from live_rig.band.lost_stems import WRITTEN_ANEW
from live_rig.control.protocol import COMMANDS
from live_rig.engine import MAX_BLOCK, Engine, Setup
from live_rig.errors import DeviceError, ShowError
from live_rig.show.store import read_show
from live_rig.troubles import STRIKES_LOST
from tests.show.conftest import make_show
from tests.waiting import until


def plays_a_block(engine: Engine, frames: int = MAX_BLOCK) -> None:
    """The largest there is is a twelfth of a second."""
    rig = engine.instrument
    rig.rig.step(np.zeros((rig.wiring.inputs, frames), np.float32), np.empty((rig.outputs, frames), np.float32))


def test_who_took_the_tempo_is_told_of_this_song_and_not_of_the_one_before(engine: Engine) -> None:
    engine.do("take", "")
    plays_a_block(engine)
    assert engine.state().last_handover.startswith("the drummer took it")
    engine.do("song", engine.show.songs[1].id)
    plays_a_block(engine)
    assert engine.state().last_handover == ""
    engine.do("conduct", "120")
    plays_a_block(engine)
    assert engine.state().last_handover.startswith("the conductor took it")


INNER = {kind.name.lower().replace("_", "-") for kind in EventKind} - COMMANDS.keys()


@pytest.mark.parametrize("word", sorted(INNER))
def test_what_the_parts_say_to_one_another_is_no_command(engine: Engine, word: str) -> None:
    with pytest.raises(ShowError, match=f'there is no command "{word}"'):
        engine.do(word, "")


@pytest.mark.parametrize("word", ["twice", "half"])
def test_who_has_played_nothing_is_not_counted_otherwise(engine: Engine, word: str) -> None:
    plays_a_block(engine)
    with pytest.raises(ShowError, match="No tempo of yours is known yet"):
        engine.do(word, "")


def test_a_count_is_no_silence_and_can_be_stopped(engine: Engine) -> None:
    engine.do("count-in", "")
    plays_a_block(engine)
    assert (engine.state().is_counting, engine.state().is_playing) == (True, False)
    engine.do("stop", "")
    plays_a_block(engine)
    assert (engine.state().is_counting, engine.state().is_listening) == (False, True)


def test_a_song_that_is_called_while_another_plays_begins_with_its_own_preset(
    tmp_path: Path, stem_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = make_show(tmp_path / "friday")
    shutil.copytree(show / "songs" / "caravan", show / "songs" / "perdido")
    (show / "show.toml").write_text('title = "A Friday"\nsongs = ["caravan", "perdido"]\n')
    page = show / "songs" / "perdido" / "song.toml"
    presets = (
        page.read_text()
        .replace('meter = "4/4"', 'preset = "brushes"')
        .replace('name = "solo"', 'name = "solo"\npreset = "dub"')
    )
    page.write_text(presets)
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: stem_cache)
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        engine.order.repertoire.decode(engine.order.songs)
        engine.do("bar", "6")  # where the other one has dub
        engine.do("start", "")
        for _ in range(3):
            plays_a_block(engine)
        assert engine.state().bar == 6
        engine.do("next-song", "")
        for _ in range(60):
            plays_a_block(engine, 256)
            engine.state()
        assert engine.colour.name == "brushes"
        engine.do("bar", "5")
        engine.do("start", "")
        for _ in range(6):
            plays_a_block(engine)
            engine.state()
        assert engine.colour.name == "dub"
    finally:
        engine.close()


def test_whoever_wants_to_talk_where_there_are_no_inputs_is_told_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    with (show / "show.toml").open("a") as page:
        page.write("[talkback]\ninput = 2\n")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        with pytest.raises(ShowError, match="There are no inputs here to speak into"):
            engine.do("talkback", "")
    finally:
        engine.close()


def test_where_the_disk_is_full_at_the_start_the_kit_sounds_and_the_first_song_comes_as_soon_as_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=1000)

    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    with monkeypatch.context() as no_room:
        no_room.setattr(shutil, "disk_usage", full)
        engine = Engine(read_show(make_show(tmp_path / "friday")), Setup(device="virtual"))
        try:
            engine.start()
            with pytest.raises(DeviceError, match="The disk is full"):
                engine.do("start", "")
            assert any("The disk is full" in words for words in engine.state().alerts)
            frame = engine.instrument.rig.frame
            until(lambda: engine.instrument.rig.frame > frame)  # it plays
            listen, could_begin = engine._song_change._listen, []

            def listening(leader: int) -> object:
                could_begin.append(engine.order.missing is None)
                return listen(leader)

            monkeypatch.setattr(engine._song_change, "_listen", listening)
            no_room.undo()
            until(lambda: engine.state().is_listening and engine.order.missing is None)
            assert could_begin == [False]  # before it listens: what begins then would be waited out
            engine.do("start", "")
            until(lambda: engine.state().is_playing)
        finally:
            engine.close()


def test_a_song_whose_preset_cannot_be_read_any_more_is_loaded_all_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> NoReturn:
        raise ShowError("There is no number in it", where=f"presets/{name}.toml:4", do="Write one")

    monkeypatch.setattr(engine.colour._shelf, "take", refuse)
    second = engine.show.songs[1]
    assert engine.do("song", second.id) == second.title
    state = engine.state()
    assert state.song_id == second.id
    assert any("There is no number in it" in words for words in state.alerts)


def test_a_pedal_whose_command_fails_inside_the_engine_is_said_and_the_next_is_carried_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> NoReturn:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(engine, "do", fail)
        engine._press("take")
    assert "take failed inside the engine; its log says more" in engine.alerts.now()
    engine._press("click off")
    assert not engine.state().click_on


def test_a_pedal_that_is_not_there_does_not_hide_what_another_asks_for_in_vain(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.midi, "missing", {"FCB1010": "No MIDI from FCB1010"})
    engine.state()
    engine._press("section nowhere")
    for _ in range(3):
        first, *more = engine.state().alerts
        assert (more, 'no section "nowhere"' in first) == (["No MIDI from FCB1010"], True)


def test_what_a_kit_sends_while_the_rig_gets_ready_keeps_no_song_from_being_loaded(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Played(MidiPorts):
        """By somebody who moves the hi-hat's pedal from the moment on in which he is heard."""

        def look(self) -> None:
            super().look()
            for _ in range(2000):
                self._routing.played((0xB9, 4, 64))

    monkeypatch.setattr("live_rig.engine.MidiPorts", Played)
    engine: Engine = request.getfixturevalue("engine")
    plays_a_block(engine)
    engine.do("start", "")
    plays_a_block(engine)
    assert engine.state().is_playing


def again_and_again(engine: Engine, command: str, value: str) -> None:
    for _ in range(2000):
        engine.do(command, value)


def test_while_the_rig_stands_still_neither_a_kit_nor_a_fader_takes_the_place_of_what_silences(
    engine: Engine,
) -> None:
    engine.do("start", "")
    plays_a_block(engine)
    plays_a_block(engine)
    assert engine.state().is_playing
    for _ in range(2000):
        engine._strike(38, 100)
        engine._play((0x99, 38, 100))
    assert STRIKES_LOST in engine.state().alerts
    for number in range(200):
        engine.do("level", f"{engine.order.songs[0].stems[0].name}={-number % 12}")
    with pytest.raises(DeviceError, match="The rig stands still, and too much waits"):
        again_and_again(engine, "click", "on")
    engine._press("click off")
    assert any("The rig stands still" in words for words in engine.alerts.now())
    for _ in range(4):
        engine.do("panic", "")
    engine.do("stop", "")
    plays_a_block(engine)
    assert not engine.state().is_playing


@pytest.mark.parametrize("commands", [("panic",), ("stop",), ("panic", "stop", "pads-off")])
def test_however_often_somebody_silences_a_rig_that_stands_still_he_is_not_refused(
    engine: Engine, commands: tuple[str, ...]
) -> None:
    engine.do("start", "")
    plays_a_block(engine)
    plays_a_block(engine)
    with pytest.raises(DeviceError, match="The rig stands still, and too much waits"):
        again_and_again(engine, "click", "on")
    for _ in range(300):
        for command in commands:
            engine.do(command, "")
    plays_a_block(engine)
    assert not engine.state().is_playing
    engine.do("start", "")
    for command in commands:  # what silenced it before is no reason not to be heard now
        engine.do(command, "")
    plays_a_block(engine)
    plays_a_block(engine)
    assert not engine.state().is_playing


def test_a_song_that_cannot_be_handed_over_is_refused_and_the_one_before_is_still_shown(engine: Engine) -> None:
    with pytest.raises(DeviceError, match="The rig stands still, and too much waits"):
        again_and_again(engine, "click", "on")
    first, second = engine.show.songs[:2]
    with pytest.raises(DeviceError, match="The rig stands still, and too much waits"):
        engine.do("song", second.id)
    assert engine.song == first
    plays_a_block(engine)
    engine.do("song", second.id)
    assert engine.song == second


def test_songs_that_are_loaded_take_no_place_of_what_silences(engine: Engine) -> None:
    with pytest.raises(DeviceError, match="The rig stands still, and too much waits"):
        list(map(engine.order.load, [0] * 2000))
    engine.do("panic", "")


def test_a_song_watch_that_stumbles_goes_on(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_rig.engine.SONGS_LOOKED_AFTER_S", 0.01)
    engine: Engine = request.getfixturevalue("engine")
    looks, is_over = iter("x"), Event()

    def lost(_: object) -> list[str]:
        if next(looks, ""):
            raise ZeroDivisionError
        is_over.set()
        return []

    monkeypatch.setattr(engine.order.repertoire, "lost_stems", lost)
    engine.start()
    assert is_over.wait(20.0)


def test_that_a_song_was_written_anew_is_said_until_it_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        song_toml = show / "songs" / "caravan" / "song.toml"
        song_toml.write_text(song_toml.read_text().replace('"Caravan"', '"Karavan"'))
        engine._look_after_songs()
        assert WRITTEN_ANEW.format(title="Caravan") in engine.state().alerts
        engine.do("song", "caravan")
        state = engine.state()
        assert (state.song_title, WRITTEN_ANEW.format(title="Caravan") in state.alerts) == ("Karavan", False)
    finally:
        engine.close()


def test_what_is_wrong_with_a_preset_is_said_until_it_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    soft = show / "presets" / "soft.toml"
    soft.parent.mkdir(exist_ok=True)
    soft.write_text('title = "Soft"\nbased_on = "dub"\n')
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        engine._prepare_the_rest()
        soft.write_text('title = "Soft"\nbased_on = "dubb"\n')
        for _ in range(2):
            engine._prepare_anew()
        (said,) = engine.alerts.now()
        assert said.startswith('"soft" stays as it was: There is no preset dubb')
        soft.write_text('title = "Soft"\nbased_on = "dub"\n')
        for _ in range(2):
            engine._prepare_anew()
        assert engine.alerts.now() == ()
    finally:
        engine.close()


def test_a_song_that_is_written_anew_may_bring_a_preset_that_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        (show / "presets").mkdir(exist_ok=True)
        (show / "presets" / "fresh.toml").write_text('title = "Fresh"\nbased_on = "dub"\n')
        song_toml = show / "songs" / "caravan" / "song.toml"
        song_toml.write_text('preset = "fresh"\n' + song_toml.read_text())
        engine.do("song", "caravan")
        assert engine.state().alerts == ()
        until(lambda: engine.rack.edits is not None)
        assert (engine.rack.edits and engine.rack.edits.preset.title) == "Fresh"
    finally:
        engine.close()


def test_the_first_song_of_a_show_that_had_none_is_played_as_soon_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = make_show(tmp_path / "friday")
    with_songs = (show / "show.toml").read_text()
    (show / "show.toml").write_text(with_songs.replace('songs = ["caravan"]', ""))
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        engine._prepare_anew()
        plays_a_block(engine)
        assert engine.state().song_count == 0
        (show / "show.toml").write_text(with_songs)
        engine._prepare_anew()
        engine._prepare_anew()
        engine._song_change._coming._worker.submit(bool).result(20.0)
        plays_a_block(engine)
        state = engine.state()
        assert (state.song_id, state.song_number, state.song_count, state.is_listening) == ("caravan", 1, 1, True)
        engine.do("start", "")
        for _ in range(3):
            plays_a_block(engine)
        assert engine.state().is_playing
    finally:
        engine.close()


def test_a_show_without_songs_has_a_kit_that_sounds_and_can_be_silenced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = make_show(tmp_path / "friday")
    (show / "show.toml").write_text('title = "A Friday"\n')
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        engine.do("preset", "dub")
        for command, value in (("click", "on"), ("say", "line check"), ("mix", "drummer.click=-6"), ("pads-off", "")):
            engine.do(command, value)
        plays_a_block(engine)
        state = engine.state()
        assert (engine.colour.name, state.click_on, state.now) == ("dub", True, "line check")
        engine.do("panic", "")
        assert engine.colour.name == ""
        with pytest.raises(ShowError, match="This show has no songs"):
            engine.do("start", "")
    finally:
        engine.close()


def test_a_set_that_is_written_in_another_order_is_so_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    shutil.copytree(show / "songs" / "caravan", show / "songs" / "perdido")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        (show / "show.toml").write_text('title = "A Monday"\nsongs = ["perdido", "caravan"]\n')
        engine._prepare_anew()
        engine._prepare_anew()
        state = engine.state()
        assert (state.song_id, state.song_number, state.song_count) == ("caravan", 2, 2)
        assert "show.toml was written anew: start Live Rig again to use its title" in state.alerts
        engine.do("previous-song", "")
        assert engine.state().song_id == "perdido"
    finally:
        engine.close()


def test_a_pedal_that_is_written_anew_means_that_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "friday")
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        written = (show / "show.toml").read_text()
        (show / "show.toml").write_text(written.replace('"cc:64" = "take"', '"cc:65" = "click on"\n"key:X" = "give"'))
        engine._prepare_anew()
        engine._prepare_anew()
        engine._routing.hear((0xB0, 65, 127))
        assert engine.click_on
        assert engine._routing.command_of((0xB0, 64, 127)) is None
        assert (engine.state().keys, engine.state().alerts) == ({"X": "give"}, ())
    finally:
        engine.close()


def test_a_preset_that_comes_with_a_part_of_the_song_comes_with_its_snapshot_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = make_show(tmp_path / "friday")
    song_toml = show / "songs" / "caravan" / "song.toml"
    song_toml.write_text(song_toml.read_text().replace('name = "solo"', 'name = "solo"\npreset = "two"'))
    (show / "presets").mkdir()
    parts = "".join(
        f'[snapshots.{part}]\n"master.Gain.gain_db" = {gain_db}\n' for part, gain_db in (("head", 12), ("solo", -12))
    )
    (show / "presets" / "two.toml").write_text(f'title = "Two"\n[[effects]]\ntype = "Gain"\n{parts}')
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    engine = Engine(read_show(show), Setup(device="virtual"))
    try:
        engine.colour.keep_ready(["two"])
        until(lambda: engine.rack.kept_ready > 0)
        engine.do("start", "")
        state, stood = engine.state(), []
        while state.section != "solo":
            plays_a_block(engine)
            state = engine.state()
            until(lambda: not engine.rack.next_is_ready)  # the supervisor's thread has called it
            if engine.rack.waits_for_bar and engine.rack.edits:
                stood.append(engine.rack.edits.now["master.Gain.gain_db"])
        assert stood[-1] == -12.0
        assert 12.0 not in stood
    finally:
        engine.close()
