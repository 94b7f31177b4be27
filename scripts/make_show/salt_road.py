"""Salt Road: a Latin-and-swing AABA showpiece at 330 beats a minute, in D with a raised fourth. The notes.

Read it as a score: the melody and its changes, then what each section of the band does with them. Beats are quarters.
`arrange` in `salt_road_band.py` puts them on the time line.
"""

from make_show.files import Cues, Form

TITLE = "Salt Road"
BPM = 330.0
PRESET = "big-band-room"

FORM: Form = (
    ("intro", 8, False, False),
    ("A1", 8, False, False),
    ("A2", 8, False, False),
    ("bridge", 8, False, False),
    ("A3", 8, False, False),
    ("shout", 16, False, False),
    ("solo", 8, True, False),
    ("way down", 12, False, False),
    ("hold", 8, True, False),
    ("last hit", 2, False, True),
)

CUES: Cues = {
    "intro": ((1, "Band in: riff", "all"), (5, "4 bars to the head", "all")),
    "A1": ((1, "Take the head", "saxes"),),
    "A2": ((1, "Trumpets take it", "brass"), (5, "4 bars to the bridge", "all")),
    "bridge": ((1, "Bridge: swing", "all"), (7, "Back to Latin in 2", "all")),
    "A3": ((1, "Last A, everybody", "all"), (5, "4 bars to the shout", "all")),
    "shout": ((1, "Shout: swing, 16 bars", "all"), (13, "4 bars to the solo", "drums")),
    "solo": ((1, "Drum solo: vamp", "all"), (5, "Vamp: on cue only", "all")),
    "way down": ((1, "Watch me: slowing down", "all"), (9, "Half time, 4 bars to the hold", "all")),
    "hold": ((1, "Hold. Eyes on me", "all"), (3, "Wait for the last hit", "all")),
    "last hit": ((1, "Last hit", "all"),),
}

# The head. A sections are Latin over a pedal, the bridge swings.
MELODY = """
    A4/3 Bb4/.5 A4/.5 | G#4/1' A4/1' C#5/2> | D5/4 | ~/1 E5/.5 F5/.5 E5/1 C#5/1 |
    F5/3> E5/.5 D5/.5 | C#5/1' Bb4/1' A4/2 | G#4/1.5 A4/1.5 Bb4/1 | A4/3 -/1
"""
MELODY_HOME = """
    A4/3 Bb4/.5 A4/.5 | G#4/1' A4/1' C#5/2> | D5/4 | ~/1 E5/.5 F5/.5 E5/1 C#5/1 |
    F5/3> E5/.5 D5/.5 | C#5/1' Bb4/1' A4/2 | C#5/1.5> E5/1.5> C#5/1 | D5/3> -/1
"""
CHANGES = "D:m6 | D:o7 A:7b9 | D:m6 | D:m6 A:7b9 | Bb:maj9 | A:7b9 A:9 | D:o7 | A:7alt"
CHANGES_HOME = "D:m6 | D:o7 A:7b9 | D:m6 | D:m6 A:7b9 | Bb:maj9 | A:7b9 A:9 | A:7b9 | D:m69"

# The basses of two bars each, on beats 1, 4, 7 and 8 of them; the 4 comes a beat before its bar.
PEDAL = ("D2 A2 D3 A2",)
BASS = ("D2 A2 D3 A2", "D2 A2 D3 A2", "Bb1 A1 E2 A2", "D2 A1 A2 C#3")
BASS_HOME = ("D2 A2 D3 A2", "D2 A2 D3 A2", "Bb1 A1 E2 A2", "A1 D2 A2 D2")

BRIDGE = """
    Bb4/1 D5/1 F5/1.5 E5/.5 | ~/2 D5/1 C5/.5 A4/.5 | ~/3 -/1 | C5/1 E5/1 G5/1.5 Ab5/.5 |
    ~/1 G5/.5 F5/.5 Eb5/1.5 D5/.5 | ~/2 C5/1 Bb4/.5 G4/.5 | ~/3 -/1 | Bb4/1 C#5/1 E5/1 G5/1
"""
BRIDGE_CHANGES = "G:m9 | C:13 | F:maj9 | F:69 | F:m9 | Bb:13 | Eb:maj#11 | A:7b9"
BRIDGE_BRASS = """
    -/4 | -/3 G5/.5' A5/.5^ | -/4 | -/4 | -/4 | -/3 F5/.5' G5/.5^ | -/1 D5/1^ -/.5 D5/1.5> | -/4
"""

# Answers of the brass to the saxes' first A, and of the saxes to the trumpets' second.
ANSWER_BRASS = """
    -/4 | -/4 | -/1 F5/.5' A5/1.5^ -/1 | -/4 | -/4 | -/4 | -/1 D5/1' F5/1^ -/1 | -/1 F5/1^ -/.5 C#5/1.5>
"""
ANSWER_SAXES = """
    -/4 | -/4 | -/1 D5/.5 E5/.5 F5/.5 G#5/.5 A5/1> | -/4 | -/4 | -/4 | -/4 | -/1 A5/.5 F5/.5 E5/.5 D5/.5 B4/1>
"""

# Intro: one riff above the other.
RIFF_TROMBONES = "D3/1^ -/.5 A3/.5' G#3/1 A3/1^ | -/1 F3/1' E3/1' D3/1'"
RIFF_SAXES = "-/1 A4/1.5 Bb4/.5 A4/1 | G#4/1 A4/1 D5/2>"
RIFF_TRUMPETS = "-/2 D5/.5' E5/.5' F5/1^ | -/.5 G#5/1^ A5/2.5>f"
INTRO_CHANGES = "D:m6 | D:o7 A:7b9"

# Shout chorus: the brass calls, the saxes answer, the last four bars are everybody's.
SHOUT_CHANGES = """
    D:m69 | D:m6 | Bb:13 | A:7b9 | D:7#9 | G:m6 | Bb:13 A:7b9 | D:m69 A:7alt |
    D:m69 D:m7 | D:m6 | Bb:13 | A:7b9 | G:m6 | D:m6 | E:7b9 A:7alt | D:m69
"""
SHOUT_BRASS = """
    A5/1^ -/1 A5/1' G#5/1 | A5/2>f -/2 | -/4 | -/2 G5/.5' A5/.5' Bb5/1^ |
    C6/1^ -/1 C6/1' A5/1 | C6/.5 Bb5/1.5>f -/2 | -/4 | -/1 F5/1^ -/.5 F5/1.5> |
    A5/1^ -/1 A5/1' C6/1 | D6/2>f -/2 | -/4 | -/1 E5/.5 F5/.5 G5/.5 A5/.5 Bb5/1> |
    ~/1 A5/.5 G5/.5 Bb5/1^ -/1 | A5/1^ F5/1^ D5/1^ F5/1 | G#5/1^ B5/1^ -/.5 Bb5/1.5> | D6/1^ -/1 A5/1^ -/1
"""
SHOUT_SAXES = """
    -/4 | -/1 A4/.5 C5/.5 D5/.5 F5/.5 G5/.5 G#5/.5 | A5/1 F5/.5 D5/.5 C5/1 Ab4/1 | G4/.5 Bb4/.5 C#5/.5 E5/.5 G5/1' -/1 |
    -/4 | -/1 D5/.5 E5/.5 G5/.5 E5/.5 D5/.5 Bb4/.5 | D5/1 F5/1 E5/.5 C#5/.5 Bb4/.5 G4/.5 | A4/1' F5/1^ -/.5 F5/1.5> |
    -/4 | -/1 D5/.5 F5/.5 A5/.5 F5/.5 E5/.5 D5/.5 | C5/1 D5/.5 F5/.5 G5/1 F5/1 | E5/1 C#5/.5 D5/.5 E5/.5 F5/.5 G5/1> |
    ~/1 F5/.5 E5/.5 G5/1^ -/1 | F5/1^ D5/1^ A4/1^ D5/1 | E5/1^ G#5/1^ -/.5 F5/1.5> | A5/1^ -/1 F5/1^ -/1
"""

# The solo vamp: bass and congas go on, the band only punctuates. It ends in silence, so that it goes round without a seam.
VAMP_CHANGES = "D:m69 | D:m6 | D:m69 | D:m6 | Bb:maj9 | A:7b9 | D:o7 | A:7alt"
VAMP_BRASS = """
    A5/1^ -/3 | -/4 | -/1.5 A5/1.5^ -/1 | -/4 |
    A5/1^ -/3 | -/1.5 G5/1.5^ -/1 | G#5/1^ -/3 | -/1 F5/.5' F5/.5' G5/1^ -/1
"""
VAMP_SAXES = """
    F5/1^ -/3 | -/4 | -/1.5 F5/1.5^ -/1 | -/4 |
    F5/1^ -/3 | -/1.5 E5/1.5^ -/1 | F5/1^ -/3 | -/1 C#5/.5' C#5/.5' F5/1^ -/1
"""

# The way down: the bass falls by steps while the conductor takes the tempo from 330 to 120.
DOWN_CHANGES = """
    D:m7 | D:m7 | G:9 | Bb:maj9 | D:m6 | E:7b9 | G:m7 | F:maj9 | E:m7b5 | Eb:maj#11 | A:susb9 | A:7alt
"""
DOWN_LEAD = """
    A5/3> G5/1 | F5/3 G5/1 | F5/2 D5/2 | D5/2 F5/2 | F5/2 D5/1 A4/1 | B4/2 D5/2 |
    D5/2 Bb4/2 | A4/2 C5/2 | D5/2 Bb4/2 | A4/2 D5/2 | D5/2 E5/2 | F5/2 G5/2
"""
DOWN_BASS = """
    D3/2 D2/2 | C3/2 C2/2 | B2/2 B1/2 | Bb2/2 Bb1/2 | A2/2 A1/2 | G#2/2 G#1/2 |
    G2/2 G1/2 | F2/2 C2/2 | E2/2 E1/2 | Eb2/2 Bb1/2 | A1/2 E2/2 | A2/2 A1/2
"""

# The hold: the dominant with both its fifths bent, which only the last hit resolves.
HOLD_CHANGES = "A:7b5#5"
HOLD_BRASS = "A5/4"
HOLD_SAXES = "F5/4"
HIT_CHANGES = "D:m69"
HIT_BRASS = "D6/4"
HIT_SAXES = "A5/4"
