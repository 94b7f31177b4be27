"""Make the English words that ship with the rig, in live_rig/audio/words: what guides say most. Wants espeak-ng.

python scripts/speak_words.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_rig.audio.sounds import COMMAND_WORDS
from live_rig.audio.speech import write_spoken
from live_rig.audio.voice import BUNDLED, file_name

SECTIONS = "intro verse chorus pre-chorus bridge solo break head tag out outro ending interlude turnaround coda riff build drop"
CALLS = "band in,watch me,last chorus,double time,half time,drums,bass,brass,quiet,loud,go,stop,slow down,key change,again"
NUMBERS = [str(number) for number in range(1, 17)]


def main() -> int:
    """Speak them all."""
    BUNDLED.mkdir(exist_ok=True)
    for text in [*NUMBERS, *SECTIONS.split(), *CALLS.split(","), *COMMAND_WORDS]:
        write_spoken(text, "en-us", BUNDLED / file_name(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
