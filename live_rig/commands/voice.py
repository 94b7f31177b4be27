"""`live-rig voice SHOW`: what the guide is to say, spoken into the show's folder `voice` once, and only read on stage."""

import argparse
from pathlib import Path

from live_rig.audio.sounds import COMMAND_WORDS
from live_rig.audio.speech import write_spoken
from live_rig.audio.voice import FOLDER, file_name
from live_rig.conducting.calls import said_in
from live_rig.errors import ShowError
from live_rig.show.setlist import Show
from live_rig.show.store import read_show
from live_rig.show.write import whole_file

ENGLISH = "en"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The show, and in which language it is spoken."""
    parser.add_argument("show", type=Path, metavar="SHOW", help="the folder of a show")
    parser.add_argument("--language", default=ENGLISH, metavar="LANG", help="one of espeak-ng's, such as en, de, pt-br (en)")
    parser.add_argument("--again", action="store_true", help="speak those that are there, too")
    parser.add_argument(
        "--word", action="append", default=[], metavar="WORD=SPOKEN", help='say it otherwise: --word "last time=letztes Mal"'
    )


def run(args: argparse.Namespace) -> int:
    """Speak every cue, the counts and the commands' words, and say how many."""
    show = read_show(args.show)
    otherwise = dict(spoken_otherwise(word) for word in args.word)
    texts = {text: otherwise.get(text, text) for text in [*words_of(show), *otherwise]}
    folder = show.folder / FOLDER
    missing = [text for text in texts if args.again or not (folder / file_name(text)).exists()]
    for text in missing:
        with whole_file(folder / file_name(text)) as place:
            write_spoken(texts[text], args.language, place)
    kept = f", kept {len(texts) - len(missing)} that were there (--again speaks them all)" if len(missing) < len(texts) else ""
    print(f"Spoke {len(missing)} words and cues into {folder}{kept}.")
    print("To say one yourself, record it over its file.")
    return 0


def words_of(show: Show) -> list[str]:
    """All that the guide may say in a show, each once."""
    said = [each.text for song in show.songs for each in said_in(song)]
    return list(dict.fromkeys([*said, *COMMAND_WORDS]))


def spoken_otherwise(text: str) -> tuple[str, str]:
    """("last time", "letztes Mal") of the option's value. ShowError where there is nothing to say."""
    word, equals, spoken = text.partition("=")
    if not (equals and word.strip() and spoken.strip()):
        raise ShowError(
            f'"{text}" is not a word and how it is spoken', where="--word", do='Write it as "last time=letztes Mal"'
        )
    return word.strip(), spoken.strip()
