"""The engine's state in the words of the stage: what the instrument, the song and the device say, joined."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cython_core.authority import Leader, Reason
from cython_core.exchange import NoticeKind
from cython_core.transport import State, Turn
from live_rig.band.keys import Keys, in_key
from live_rig.conducting.chart import cue_now_and_next, section_at
from live_rig.control.protocol import SILENCE_DB, FormPart, StageState, StemStrip
from live_rig.decibels import linear
from live_rig.show.cue import EVERYBODY, Cue
from live_rig.show.section import Section
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.wiring import Wiring

WHY = {
    Reason.ASKED: "asked for",
    Reason.COUNTED_IN: "count-in",
    Reason.INSISTED: "kept pushing",
    Reason.CONDUCTED: "conducting",
    Reason.CUED_IN: "band in",
}
TOOK = {
    Leader.SHARED: "band and drummer share it",
    Leader.BAND: "the band has it",
    Leader.DRUMMER: "the drummer took it",
    Leader.CONDUCTOR: "the conductor took it",
}
KNOWN = 0.35  # the follower's confidence from which its beat is worth showing
TURNS = {Turn.CUT: "cut-off", Turn.LAST: "last hit", Turn.GO_ON: "on with the drummer"}


def level_db(peak: float) -> float:
    """A linear peak in dB below full scale; SILENCE_DB for silence."""
    return 20 * math.log10(peak) if peak > linear(SILENCE_DB) else SILENCE_DB


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine knows beside the instrument's own snapshot."""

    show: Show
    song: Song | None
    song_number: int  # from 0
    samplerate_hz: float
    device: str
    counts: Mapping[str, int]  # of the device: callbacks, late
    blocks_dry: int
    preset: str  # that sounds
    coming: str  # another one, and with what, in words
    effects: str
    click_on: bool
    handover: Mapping[str, Any] | None  # the newest notice, in this song, of who leads or that the band found him again
    alerts: tuple[str, ...]
    wiring: Wiring
    hears: str  # who hears what, in words
    said: str  # the conductor's own words, while they are to be seen
    keys: Keys  # of the songs


def stage_state(now: Mapping[str, Any], around: Surroundings) -> StageState:
    """What a window shows; now: the instrument's newest snapshot."""
    song = around.song
    fields: dict[str, Any] = {
        "time_s": now["frame"] / around.samplerate_hz,
        "setlist": tuple(song.title for song in around.show.songs),
        "keys": {pedal.removeprefix("key:"): text for pedal, text in around.show.pedals.items() if pedal.startswith("key:")},
        "song_number": around.song_number + 1 if song else 0,
        "song_count": len(around.show.songs),
        "leader": leader(now),
        "confidence": now["confidence"],
        "asynchrony_ms": now["asynchrony_ms"] if is_heard(now) else None,
        "drummer_share": now["share"] if now["leader"] == Leader.SHARED else 0.0,
        "limit": limit(now),
        "is_playing": now["state"] == State.PLAYING,
        "is_vamping": bool(now["is_vamping"]),
        "is_holding": bool(now["is_holding"]),
        "is_listening": now["state"] == State.LISTENING,
        "is_counting": now["state"] == State.COUNTING,
        "last_handover": last_handover(around.handover, song),
        "input_db": level_db(now["input_peak"]),
        "drums_db": level_db(now["drums_peak"]),
        "band_db": level_db(now["band_peak"]),
        "click_on": around.click_on,
        "click_hushed": bool(now["is_click_hushed"] and around.click_on and around.wiring.drummers),
        "takes_over": Leader(now["leads_next"]).name.lower() if now["leads_next"] >= 0 else "",
        "mixes": tuple(mix.name for mix in around.wiring.mixes),
        "hears": around.hears,
        "preset": around.preset,
        "coming": around.coming,
        "effects": around.effects,
        "device": around.device,
        "blocks": around.counts["callbacks"],
        "blocks_late": around.counts["late"],
        "blocks_dry": around.blocks_dry,
        "alerts": around.alerts,
        **tempo_fields(now),
    }
    if song is not None:
        fields |= song_fields(song, now)
        fields["stems"] = stem_strips(song, now, around.wiring.buses)
        fields["transposed"] = around.keys.of(song)
        fields["queued"] = fields["queued"] or key_to_come(song, now, around.keys)
    if around.said:
        fields["now"] = around.said
    return StageState(**fields)


def key_to_come(song: Song, now: Mapping[str, Any], keys: Keys) -> str:
    """The key that is being made, or waits for its bar line, in words."""
    if asked := keys.asked(song):
        return f"{in_key(asked.semitones)}, soon"
    return in_key(keys.of(song)) if now["key_waits"] else ""


def stem_strips(song: Song, now: Mapping[str, Any], buses: Sequence[str]) -> tuple[StemStrip, ...]:
    """The stems as they are set at the desk."""
    return tuple(
        StemStrip(
            name=stem.name,
            bus=stem.bus or buses[0],
            level_db=level_db(now["stem_level"][number]),
            pan=now["stem_pan"][number],
            is_muted=bool(now["stem_muted"][number]),
            is_solo=bool(now["stem_solo"][number]),
        )
        for number, stem in enumerate(song.stems)
    )


def leader(now: Mapping[str, Any]) -> str:
    """Who has the tempo. A drummer who plays alone has it, whoever will when the band comes in; in silence nobody has."""
    if now["state"] == State.LISTENING:
        return "drummer" if is_heard(now) else ""
    return "" if now["state"] in (State.SILENT, State.ENDED) else Leader(now["leader"]).name.lower()


def limit(now: Mapping[str, Any]) -> str:
    """The limit of tempo that the band is held at, in words."""
    if not now["tempo_limit"]:
        return ""
    return f"no {'slower' if now['tempo_limit'] < 0 else 'faster'} than {now['limit_bpm']:.0f}"


def is_heard(now: Mapping[str, Any]) -> bool:
    """Whether the follower knows where the drummer is."""
    return bool(now["drummer_found"] and now["confidence"] >= KNOWN)


def tempo_fields(now: Mapping[str, Any]) -> dict[str, Any]:
    """Tempo and beat: the band's while it plays, else the drummer's as far as he is known."""
    if now["state"] in (State.PLAYING, State.COUNTING):
        return {"bpm": now["bpm"]}
    if is_heard(now):
        place = now["drummer_bar_beat"]
        return {"bpm": now["drummer_bpm"], "beat_in_bar": int(place) + 1, "phase": place % 1.0}
    return {"bpm": 0.0, "beat_in_bar": 0}


def song_fields(song: Song, now: Mapping[str, Any]) -> dict[str, Any]:
    """Where in the song it is, and what comes."""
    fields: dict[str, Any] = {
        "song_id": song.id,
        "song_title": song.title,
        "chart_bpm": song.tempo_bpm,
        "form": tuple(
            FormPart(name=s.name, first_bar=s.first_bar, length_bars=s.length_bars, is_vamp=s.is_vamp) for s in song.sections
        ),
        "bars": song.bars,
        "beats_per_bar": song.beats_per_bar,
        "queued": queued(song, now) or last_time(section_of(song, now), now),
        "queued_in_beats": queued_in_beats(song, now),
    }
    first, _ = song.bar_and_beat(now["start_beat"])
    if now["state"] not in (State.PLAYING, State.COUNTING):
        cues = [called(cue) for cue in song.cues if cue.bar >= first]
        begins = f"start at {place_named(song, first)}" if first > 1 else ""
        return fields | {
            "next_section": section_at(song, first).name,
            "next_cue": cues[0] if cues else "",
            "queued": fields["queued"] or begins,
        }
    counts = now["state"] == State.COUNTING
    bar, in_bar = counted(song, first, now["song_beat"]) if counts else song.bar_and_beat(now["song_beat"])
    section = section_at(song, bar)
    number = song.sections.index(section)
    cue, coming = cue_now_and_next(song, bar)
    return fields | {
        "section": section.name,
        "next_section": song.sections[number + 1].name if number + 1 < len(song.sections) else "",
        "bar": bar,
        "bar_in_section": max(0, bar - section.first_bar + 1),
        "bars_in_section": section.length_bars,
        "round": now["rounds"] + 1,
        "rounds": section.times,
        "beats_per_bar": song.beats_in(first if counts else bar),
        "beat_in_bar": int(in_bar) + 1,
        "phase": in_bar % 1.0,
        "now": cue_now(cue, bar),
        "next_cue": called(coming) if coming else "",
        "bars_to_next_cue": bars_until(song, coming.bar, now["song_beat"]) if coming else None,
    }


def counted(song: Song, first: int, song_beat: float) -> tuple[int, float]:
    """While the click counts up to bar `first`: as if the bars before were like that one. Bar 0 is that of the pickup."""
    beats, start = song.beats_in(first), song.bar_start(max(first, 1))
    bars = math.floor((song_beat - start) / beats + 1e-9)
    return max(first, 1) + bars, max(0.0, song_beat - start - bars * beats)


def place_named(song: Song, bar: int) -> str:
    """The section that a bar lies in, and the bar where it is not its first."""
    section = section_at(song, bar)
    return section.name if bar == section.first_bar else f"{section.name}, bar {bar}"


def section_of(song: Song, now: Mapping[str, Any]) -> Section:
    """The section that sounds now."""
    return section_at(song, song.bar_and_beat(now["song_beat"])[0])


def last_time(section: Section, now: Mapping[str, Any]) -> str:
    """A vamp that was released is said to be going round for the last time."""
    return "last time" if now["state"] == State.PLAYING and section.is_vamp and not now["is_vamping"] else ""


def cue_now(cue: Cue | None, bar: int) -> str:
    """The words that hold in a bar, with their count: "Trumpets  4 of 12"."""
    if cue is None or (cue.for_bars and bar >= cue.bar + cue.for_bars):
        return ""
    return f"{called(cue)}  {bar - cue.bar + 1} of {cue.for_bars}" if cue.for_bars else called(cue)


def called(cue: Cue) -> str:
    """A cue's words, with who is meant: "saxes: backgrounds"."""
    return cue.say if cue.to == EVERYBODY else f"{cue.to}: {cue.say}"


def bars_until(song: Song, bar: int, song_beat: float) -> float:
    """Bars from a song beat to the start of a bar."""
    here, place = song.bar_and_beat(song_beat)
    return max(0.0, bar - here - place / song.beats_in(here))


def queued_in_beats(song: Song, now: Mapping[str, Any]) -> float:
    """Beats until what is queued happens; NaN where nothing is, or where it has a moment of its own."""
    at = math.nan
    if now["queued"] in (Turn.JUMP, Turn.CUT, Turn.LAST):
        at = now["queued_at"]
    elif now["is_released"]:
        at = song.bar_start(song.sections[now["section"]].last_bar + 1)
    elif now["is_to_be_held"]:
        at = song.bar_start(song.bar_and_beat(now["song_beat"])[0] + 1)
    return max(0.0, at - now["song_beat"]) if math.isfinite(at) else math.nan


def queued(song: Song, now: Mapping[str, Any]) -> str:
    """What waits for its bar line, in words."""
    turn = now["queued"]
    if turn == Turn.JUMP:
        return f"to {place_named(song, song.bar_and_beat(now['queued_beat'])[0])}"
    if turn in TURNS:
        return TURNS[turn]
    return "hold" if now["is_to_be_held"] else ""


def last_handover(notice: Mapping[str, Any] | None, song: Song | None) -> str:
    """The newest change of who leads: "the drummer took it at bar 12: count-in"; or that the band found him again."""
    if notice is None:
        return ""
    if notice["kind"] == NoticeKind.BACK_ON_BEAT:
        return f"back on the beat{at_bar(song, notice)}"
    why = WHY.get(notice["why"], "")
    return f"{TOOK[Leader(notice['who'])]}{at_bar(song, notice)}" + (f": {why}" if why else "")


def at_bar(song: Song | None, notice: Mapping[str, Any]) -> str:
    """Where it happened; nothing where there is no song."""
    return f" at bar {song.bar_and_beat(notice['beat'])[0]}" if song is not None else ""
