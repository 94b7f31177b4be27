"""A song as the transport needs it: where every beat lies in the recording, where the bars and sections are.

Between two mapped beats the recording's tempo is constant; before the first and after the last, the nearest tempo goes on.
Every look-up is bounded: beats are found by index, sections and bars by a short walk.
"""

from libc.math cimport INFINITY, ceil, floor

import numpy as np

from cython_core.faders cimport faders_clear, faders_settle
from cython_core.memory cimport release, reserve

cdef double chart_source(const ChartState *c, double beat) noexcept nogil:
    cdef double place = beat - c.first_beat
    cdef int i = segment(c, place)
    return c.source[i] + (place - i) * (c.source[i + 1] - c.source[i])


cdef double chart_bpm(const ChartState *c, double beat) noexcept nogil:
    cdef int i = segment(c, beat - c.first_beat)
    return 60.0 * c.samplerate_hz / (c.source[i + 1] - c.source[i])


cdef int segment(const ChartState *c, double place) noexcept nogil:
    """Index of the pair of mapped beats around `place`, a distance from the first; the outermost pairs go on outwards."""
    if not place > 0:
        return 0
    if place >= c.beats - 1:
        return c.beats - 2
    return <int>place


cdef double chart_beat_length(const ChartState *c, double beat) noexcept nogil:
    cdef int i = <int>floor(beat - c.first_beat + 1e-9)
    return c.beat_length[max(0, min(i, c.beats - 1))]


cdef bint is_downbeat(const ChartState *c, double beat) noexcept nogil:
    """Whether a whole beat begins a bar; outside the map, bars go on as the song's meter has them."""
    cdef int i = <int>(beat - c.first_beat)
    if 0 <= i < c.beats:
        return c.beat_in_bar[i] == 1
    cdef int edge = 0 if i < 0 else c.beats - 1
    cdef int count = (i - edge + c.beat_in_bar[edge] - 1) % c.beats_per_bar
    return count == 0


cdef double chart_next_bar(const ChartState *c, double beat) noexcept nogil:
    cdef double whole = ceil(beat - 1e-9)
    cdef int tries
    for tries in range(64):
        if is_downbeat(c, whole):
            return whole
        whole += 1
    return whole


cdef double chart_bar_start(const ChartState *c, double beat) noexcept nogil:
    cdef double whole = floor(beat + 1e-9)
    cdef int tries
    for tries in range(64):
        if is_downbeat(c, whole):
            return whole
        whole -= 1
    return whole


cdef int chart_beats_in_bar(const ChartState *c, double beat) noexcept nogil:
    """Before the first mapped bar, those of the song's meter; in the last, which may be cut short, and after it, those of the bar before."""
    cdef double start = chart_bar_start(c, beat), end
    if start < c.first_beat:
        return c.beats_per_bar
    end = chart_next_bar(c, start + 1.0)
    if end >= c.first_beat + c.beats:
        end = chart_bar_start(c, c.first_beat + c.beats - 1.0)
        start = chart_bar_start(c, end - 1.0)
        return c.beats_per_bar if start < c.first_beat else <int>(end - start)
    return <int>(end - start)


cdef int chart_bar(const ChartState *c, double beat) noexcept nogil:
    cdef int whole = <int>floor(beat + 1e-9), bar = 0, i
    if whole < 0:
        return <int>floor(<double>whole / c.beats_per_bar) + 1
    cdef int last = min(whole, c.first_beat + c.beats - 1)
    for i in range(-c.first_beat if c.first_beat < 0 else 0, last - c.first_beat + 1):
        bar += c.beat_in_bar[i] == 1
    return bar + (whole - last + c.beat_in_bar[last - c.first_beat] - 1) // c.beats_per_bar


cdef double chart_curve_bpm(const ChartState *c, double beat) noexcept nogil:
    """Straight from point to point; before the first and after the last, its tempo."""
    cdef int i = 0
    if c.curve_points == 0:
        return 0.0
    while i < c.curve_points and c.curve_beat[i] <= beat:
        i += 1
    if i == 0 or i == c.curve_points:
        return c.curve_bpm[max(i - 1, 0)]
    return c.curve_bpm[i - 1] + (beat - c.curve_beat[i - 1]) / (c.curve_beat[i] - c.curve_beat[i - 1]) * (c.curve_bpm[i] - c.curve_bpm[i - 1])


cdef int chart_section(const ChartState *c, double beat) noexcept nogil:
    cdef int i = 0
    while i < c.sections - 1 and beat >= c.section[i].end_beat - 1e-9:
        i += 1
    return i


cdef double chart_next_phrase(const ChartState *c, double beat) noexcept nogil:
    cdef const Section *section = &c.section[chart_section(c, beat)]
    cdef double end = section.first_beat
    cdef int bar = 0
    while end <= beat + 1e-9 and c.phrase_bars > 0:
        for bar in range(c.phrase_bars):
            end = chart_next_bar(c, end + 1.0)
    return min(end, section.end_beat) if c.phrase_bars > 0 else section.end_beat


cdef double chart_top(const ChartState *c) noexcept nogil:
    return min(<double>c.first_beat, c.section[0].first_beat)


cdef double chart_end(const ChartState *c) noexcept nogil:
    return c.section[c.sections - 1].end_beat


cdef class Chart:
    """A song made ready: beat map, sections, cues, tempo, and the stems that sound.

    source_frames    (n,) float64, n >= 2, rising: frame of the recording at each mapped beat
    beat_in_bar      (n,) int32, 1 on downbeats
    first_beat       number of the first mapped beat: 0, or negative with a pickup
    sections         (first_beat, end_beat, is_vamp, is_finale, times) each, without gaps
    bpm              what the song is told to have
    calls            what the guide says, rising: (song beat, song beat of the cue it leads to, mono float32 at the session's rate or None: the chime)
    stems            what `Band` plays, or None
    gains, pans, mutes   one per stem: linear; -1 to 1; claims
    sends            (buses, stems) linear; without them all go to the first bus
    fermatas         song beats, rising
    phrase_bars      how long a phrase is; 0: as long as its section
    tempo_limits     (slowest, fastest) bpm, one per section, or none at all
    curve            (song beat, bpm), rising
    count_bars       what is counted before bar 1, with a click every count_beats
    beat_lengths     of every mapped beat as it is written, over that of the first meter, or none where all are 1
    """

    def __cinit__(
        self, double samplerate_hz, source_frames, beat_in_bar, int first_beat, sections, double bpm, int beats_per_bar,
        calls=(), int ending=ENDS_WAITING, Stems stems=None, gains=(), pans=(), mutes=(), sends=(), fermatas=(), int phrase_bars=0,
        tempo_limits=(), curve=(), int count_bars=1, int count_beats=1, beat_lengths=(),
    ):
        cdef const double[::1] source = np.ascontiguousarray(source_frames, np.float64)
        cdef const int[::1] in_bar = np.ascontiguousarray(beat_in_bar, np.int32)
        if source.shape[0] < 2 or in_bar.shape[0] != source.shape[0] or not sections or max(map(len, (gains, pans, mutes, *sends))) > MAX_STEMS:
            raise ValueError("a chart needs two beats or more, as many places in the bar, a section, and no more gains than stems")
        cdef ChartState *c = &self.state
        c.samplerate_hz, c.bpm, c.beats_per_bar, c.ending = samplerate_hz, bpm, beats_per_bar, ending
        c.count_bars, c.count_beats = max(1, count_bars), max(1, count_beats)
        c.first_beat, c.beats, c.sections, c.calls = first_beat, <int>source.shape[0], <int>len(sections), <int>len(calls)
        c.source = <double *>reserve(c.beats, sizeof(double))
        c.beat_in_bar = <int *>reserve(c.beats, sizeof(int))
        c.beat_length = <double *>reserve(c.beats, sizeof(double))
        c.section = <Section *>reserve(c.sections, sizeof(Section))
        c.call = <Call *>reserve(max(c.calls, 1), sizeof(Call))
        c.curve_points = <int>len(curve)
        c.curve_beat = <double *>reserve(max(c.curve_points, 1), sizeof(double))
        c.curve_bpm = <double *>reserve(max(c.curve_points, 1), sizeof(double))
        c.fermatas, c.phrase_bars = <int>len(fermatas), phrase_bars
        c.fermata = <double *>reserve(max(c.fermatas, 1), sizeof(double))
        if not (c.curve_beat and c.curve_bpm and c.source and c.beat_in_bar and c.beat_length and c.section and c.call and c.fermata):
            raise MemoryError
        cdef int i
        for i in range(c.beats):
            c.source[i], c.beat_in_bar[i], c.beat_length[i] = source[i], in_bar[i], beat_lengths[i] if len(beat_lengths) else 1.0
        c.is_of_one_meter = not ((np.diff(np.asarray(in_bar)) - 1) % beats_per_bar).any()
        c.has_even_beats = c.is_of_one_meter and all(each == 1 for each in beat_lengths)
        for i in range(c.sections):
            c.section[i].first_beat, c.section[i].end_beat, c.section[i].is_vamp, c.section[i].is_finale = sections[i][:4]
            c.section[i].times = sections[i][4] if len(sections[i]) > 4 else 1
            c.section[i].slowest_bpm, c.section[i].fastest_bpm = tempo_limits[i] if tempo_limits else (0.0, INFINITY)
        for i in range(c.curve_points):
            c.curve_beat[i], c.curve_bpm[i] = curve[i]
        for i in range(c.fermatas):
            c.fermata[i] = fermatas[i]
        self.set_faders(gains, pans, mutes, sends)
        self.set_calls(calls)
        if stems is not None:
            c.stems = stems.bank
        self.stems = stems

    cdef set_faders(self, gains, pans, mutes, sends):
        cdef int s, bus
        faders_clear(&self.state.faders)
        for s in range(len(gains)):
            self.state.faders.level[s] = gains[s]
        for s in range(len(pans)):
            self.state.faders.pan[s] = pans[s]
        for s in range(len(mutes)):
            self.state.faders.is_muted[s] = mutes[s]
        for bus in range(min(len(sends), MAX_BUSES)):
            for s in range(len(sends[bus])):
                self.state.faders.send[bus][s] = sends[bus][s]
        faders_settle(&self.state.faders)

    cdef set_calls(self, calls):
        cdef const float[::1] sound
        cdef int i
        self.spoken = [None if said is None else np.ascontiguousarray(said, np.float32) for _, _, said in calls]
        for i in range(len(calls)):
            self.state.call[i].beat, self.state.call[i].cue_beat = calls[i][:2]
            if self.spoken[i] is not None and len(self.spoken[i]):
                sound = self.spoken[i]
                self.state.call[i].sound, self.state.call[i].frames = &sound[0], <int>sound.shape[0]

    def __dealloc__(self):
        release(self.state.source)
        release(self.state.beat_in_bar)
        release(self.state.beat_length)
        release(self.state.section)
        release(self.state.call)
        release(self.state.curve_beat)
        release(self.state.curve_bpm)
        release(self.state.fermata)

    def source(self, double beat):
        """The frame of the recording that lies at a song beat."""
        return chart_source(&self.state, beat)

    def next_bar(self, double beat):
        """The first downbeat at or after a song beat."""
        return chart_next_bar(&self.state, beat)

    def bar_start(self, double beat):
        """The last downbeat at or before a song beat."""
        return chart_bar_start(&self.state, beat)

    def bar(self, double beat):
        """The number of the bar a song beat lies in; 1 is the first."""
        return chart_bar(&self.state, beat)

    @property
    def address(self):
        """Of the state, for an event that loads it."""
        return <size_t>&self.state

    @property
    def addresses(self):
        """Of all that the step comes to see once it is loaded: its state, its stems and what the guide says in it."""
        stems = () if self.stems is None else (self.stems.address,)
        return {self.address, *stems, *[<size_t>self.state.call[i].sound for i in range(self.state.calls) if self.state.call[i].sound != NULL]}
