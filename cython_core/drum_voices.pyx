"""The voices of the drums: what each rack makes of its share of them.

The shares always add up to all of the drums. A switch moves the share from one voice to another over `FADE_S`; the one that
lost it gets silence and rings out. Within a voice the wet frames are heard as long as they are there. Where they are missing
the dry ones start at once, plus the last step between wet and dry, which decays over `STEP_S`; when the wet frames are back
they fade in over `FADE_S`. Wet and dry are late by the same number of frames.

A rack that died is a voice without wet frames, and its successor is a switch like any other.
"""

from libc.math cimport fabsf
from libc.string cimport memcpy, memset

from cython_core.atomics cimport exchange, load, store
from cython_core.memory cimport release, reserve
from cython_core.rack_ring cimport ring_map, ring_play, ring_post, ring_read

cdef double FADE_S = 0.010
cdef double STEP_S = 0.002
cdef float QUIET = 1e-5                      # -100 dB: below it a tail has ended, if it stays there
cdef double QUIET_S = 2.0                    # longer than the gaps between a long delay's echoes
cdef double LONGEST_TAIL_S = 20.0
cdef double GONE_S = 0.5                     # a tail missing for so long will not come back
cdef double TAIL_FADE_S = 0.1                # for a tail that does not end by itself


# ------------------------------------------------------------------------------------------------ set-up

cdef bint voices_allot(Voices *voices, double samplerate_hz, int inputs, int max_block, int allowance) noexcept:
    """All voices empty, none playing, and memory for blocks of `max_block` frames. False when there is none."""
    cdef long long capacity = 1 << 10
    cdef int i, side, v
    cdef bint is_there = True
    voices.samplerate_hz, voices.inputs, voices.allowance, voices.longest_delay = samplerate_hz, inputs, allowance, max_block + allowance
    voices.fade_frames = <int>(FADE_S * samplerate_hz)
    voices.step_frames = <int>(STEP_S * samplerate_hz)
    voices.tail_slope = 1.0 / (TAIL_FADE_S * samplerate_hz)
    voices.playing = -1
    while capacity < 8 * voices.longest_delay:
        capacity *= 2
    voices.mask = capacity - 1
    for i in range(inputs):
        voices.line[i] = <float *>reserve(max_block, sizeof(float))
        is_there = is_there and voices.line[i] != NULL
    for side in range(2):
        voices.given[side] = <float *>reserve(max_block, sizeof(float))
        voices.wet[side] = <float *>reserve(max_block, sizeof(float))
        is_there = is_there and voices.given[side] != NULL and voices.wet[side] != NULL
        for v in range(VOICES):
            voices.voice[v].fed[side] = <float *>reserve(capacity, sizeof(float))
            is_there = is_there and voices.voice[v].fed[side] != NULL
    voices.shares = <double *>reserve(max_block, sizeof(double))
    voices.leaving = <double *>reserve(max_block, sizeof(double))
    return is_there and voices.shares != NULL and voices.leaving != NULL


cdef void voices_free(Voices *voices) noexcept:
    cdef int i, side, v
    for i in range(MAX_INPUTS):
        release(voices.line[i])
    for side in range(2):
        release(voices.given[side])
        release(voices.wet[side])
        for v in range(VOICES):
            release(voices.voice[v].fed[side])
    release(voices.shares)
    release(voices.leaving)


cdef void voice_prepare(Voices *voices, int v, const float *mix, bint takes_lines, unsigned char *memory, void *bell) noexcept:
    """An empty voice is ready for the rack whose rings lie in `memory`; NULL: for the dry drums."""
    cdef Voice *voice = &voices.voice[v]
    cdef long long capacity = voices.mask + 1
    cdef float *left = voice.fed[0]
    cdef float *right = voice.fed[1]
    memset(left, 0, capacity * sizeof(float))
    memset(right, 0, capacity * sizeof(float))
    memset(voice, 0, sizeof(Voice))
    voice.fed[0], voice.fed[1], voice.tail_gain = left, right, 1.0
    voice.takes_lines = takes_lines
    if memory != NULL:
        ring_map(&voice.link, memory, voices.inputs if takes_lines else 2, capacity, bell)
        voice.wetness = 1.0
    voice_remix(voices, v, mix)
    memcpy(voice.gain, voice.wanted_gain, sizeof(voice.gain))
    store(&voice.stage, READY)


cdef void voice_remix(Voices *voices, int v, const float *mix) noexcept:
    """Change the dry mix of a voice, within the next block."""
    cdef int i
    for i in range(voices.inputs):
        voices.voice[v].wanted_gain[i][0], voices.voice[v].wanted_gain[i][1] = mix[2 * i], mix[2 * i + 1]


cdef void voice_hurry(Voices *voices, int v) noexcept:
    """End the tail of a voice that rings."""
    store(&voices.voice[v].hurried, 1)


cdef bint voice_withdraw(Voices *voices, int v, bint is_wanted) noexcept:
    """Take a voice away if it is silent, or ready and no longer wanted."""
    cdef Voice *voice = &voices.voice[v]
    cdef long long stage = load(&voice.stage)
    if stage == DONE or (stage == READY and not is_wanted and not exchange(&voice.claimed, 1)):
        store(&voice.stage, EMPTY)
    return load(&voice.stage) == EMPTY


# ------------------------------------------------------------------------------------------------ in the callback

cdef void voices_switch(Voices *voices, int v, long long frame) noexcept nogil:
    """Voice v plays from the block at `frame` on, if it may. One that still rings gets the drums back."""
    cdef Voice *voice = &voices.voice[v]
    if load(&voice.stage) == RINGING:
        voice.ringing_frames = voice.quiet_frames = 0
        voice.is_ending = False                  # where its tail was being faded out, it comes up again
        store(&voice.hurried, 0)
    elif load(&voice.stage) == READY and not exchange(&voice.claimed, 1):
        voice.first_frame = frame
    else:
        return
    if voices.playing >= 0:
        store(&voices.voice[voices.playing].stage, RINGING)
    store(&voice.stage, PLAYING)
    voices.playing = v


cdef void voices_step(Voices *voices, const DrumBlock *block, float *left, float *right) noexcept nogil:
    """Feed a block to the racks; `left` and `right` get what is due of all voices. Constant time, no allocation, no wait."""
    cdef int v
    memset(left, 0, block.frames * sizeof(float))
    memset(right, 0, block.frames * sizeof(float))
    memset(voices.leaving, 0, block.frames * sizeof(double))
    for v in range(VOICES):
        if voices.voice[v].stage == RINGING:
            feed(voices, &voices.voice[v], block, False)
    if voices.playing >= 0:
        feed(voices, &voices.voice[voices.playing], block, True)
    for v in range(VOICES):
        if voices.voice[v].stage == PLAYING or voices.voice[v].stage == RINGING:
            sound(voices, &voices.voice[v], block, left, right)
            end_of_tail(voices, &voices.voice[v], block.frames)


cdef void feed(Voices *voices, Voice *voice, const DrumBlock *block, bint plays) noexcept nogil:
    """Give the voice its share of the block, and post it to its rack. The voice that plays gets all that those that leave have given up."""
    cdef double slope = 1.0 / voices.fade_frames, share = voice.share
    cdef long long start = block.frame & voices.mask
    cdef int n, side, frames = block.frames
    for n in range(frames):
        if plays:
            share = max(0.0, 1.0 - voices.leaving[n])
        else:
            share = max(0.0, share - slope)
            voices.leaving[n] += share
        voices.shares[n] = share
    mix_inputs(voices, voice, block)
    for side in range(2):
        for n in range(frames):
            voices.given[side][n] = <float>(voices.shares[n] * voices.given[side][n])
            voice.fed[side][(start + n) & voices.mask] = voices.given[side][n]
    voice.share = share
    if voice.link.ring != NULL:
        pass_on_midi(voice, block, plays)
        post(voices, voice, block)


cdef void mix_inputs(Voices *voices, Voice *voice, const DrumBlock *block) noexcept nogil:
    """All inputs to stereo, each with its gain and pan."""
    cdef int i, side
    for side in range(2):
        memset(voices.given[side], 0, block.frames * sizeof(float))
        for i in range(voices.inputs):
            add_input(voices.given[side], block.heard[i], block.frames, voice.gain[i][side], voice.wanted_gain[i][side])
            voice.gain[i][side] = voice.wanted_gain[i][side]


cdef void add_input(float *to, const float *heard, int frames, float gain, float wanted) noexcept nogil:
    """A gain that has been changed gets there within the block."""
    cdef float slope = (wanted - gain) / frames
    cdef int n
    if gain == wanted:
        for n in range(frames):
            to[n] += wanted * heard[n]
    else:
        for n in range(frames):
            to[n] += (gain + slope * (n + 1)) * heard[n]


cdef void pass_on_midi(Voice *voice, const DrumBlock *block, bint plays) noexcept nogil:
    """What is struck goes to the rack that plays; what is let go, and pedals, to those that ring, too: no note hangs there."""
    cdef int i
    for i in range(block.midi_count):
        if plays or not is_struck(block.midi[i]):
            ring_play(&voice.link, block.frame + min(block.midi_at[i], block.frames - 1), block.midi[i])


cdef bint is_struck(int message) noexcept nogil:
    """Whether it begins a note."""
    return (message >> 16 & 0xF0) == 0x90 and (message & 0x7F) > 0


cdef void post(Voices *voices, Voice *voice, const DrumBlock *block) noexcept nogil:
    cdef long long delay = max(block.delay, block.frames + voices.allowance)
    cdef int i, n
    if not voice.takes_lines:
        ring_post(&voice.link, <const float *const *>voices.given, block.frame, block.frames, delay)
        return
    for i in range(voices.inputs):
        for n in range(block.frames):
            voices.line[i][n] = <float>(voices.shares[n] * block.heard[i][n])
    ring_post(&voice.link, <const float *const *>voices.line, block.frame, block.frames, delay)


cdef void sound(Voices *voices, Voice *voice, const DrumBlock *block, float *left, float *right) noexcept nogil:
    """Add to `left` and `right` what is heard of the voice: wet where that is there, else dry.

    Where the delay has been set anew, wet and dry come by one crossfade from the dry drums at the old delay: the shares of all voices add up at
    either delay, but those of some at the old one and of others at the new do not.
    """
    cdef bint is_wet = not block.is_delay_new and read_wet(voices, voice, block)
    cdef double wetness = voice.wetness, slope = 1.0 / voices.fade_frames
    cdef double loudest = 0.0
    cdef float dry, heard, before, before_share
    cdef float *out
    cdef int side, n, frames = block.frames
    if voice.link.ring != NULL and not is_wet:
        if voice.stage == PLAYING:
            store(&voices.blocks_dry, voices.blocks_dry + 1)
        if voice.wetness > 0.0:
            voice.step[0] = voice.last[0] - voice.last_dry[0]
            voice.step[1] = voice.last[1] - voice.last_dry[1]
            voice.step_left = voices.step_frames
    for side in range(2):
        out = left if side == 0 else right
        wetness = voice.wetness if is_wet else 0.0
        dry = heard = 0.0
        for n in range(frames):
            dry = voice.fed[side][(block.frame + n - block.delay) & voices.mask]
            heard = dry
            if is_wet:
                wetness = min(1.0, wetness + slope)
                heard = voices.wet[side][n] if wetness == 1.0 else <float>(dry + wetness * (voices.wet[side][n] - dry))
            if n < block.delay_fade_left:
                before = voice.fed[side][(block.frame + n - block.old_delay) & voices.mask]
                before_share = <float>(block.delay_fade_left - n) / voices.fade_frames
                dry += (before - dry) * before_share
                heard += (before - heard) * before_share
            if n + 1 < voice.step_left:
                heard += voice.step[side] * (voice.step_left - n - 1) / voices.step_frames
            loudest = max(loudest, fabsf(heard))
            if voice.is_ending:
                out[n] += <float>(heard * max(0.0, voice.tail_gain - n * voices.tail_slope))
            elif voice.tail_gain < 1.0:
                out[n] += <float>(heard * min(1.0, voice.tail_gain + n * slope))
            else:
                out[n] += heard
        voice.last[side] = heard
        voice.last_dry[side] = dry
    voice.wetness = wetness
    if not voice.is_ending:
        voice.tail_gain = min(1.0, voice.tail_gain + frames * slope)
    voice.missing_frames = 0 if is_wet else voice.missing_frames + frames
    voice.step_left = max(0, voice.step_left - frames)
    voice.quiet_frames = voice.quiet_frames + frames if loudest < QUIET else 0


cdef bint read_wet(Voices *voices, Voice *voice, const DrumBlock *block) noexcept nogil:
    """Copy the wet frames due in this block to `wet`. Before a voice's first frame there is silence, and that is no fault."""
    cdef long long due = block.frame - block.delay
    cdef int lead = <int>min(<long long>block.frames, max(<long long>0, voice.first_frame - due))
    if voice.link.ring == NULL:
        return False
    memset(voices.wet[0], 0, lead * sizeof(float))
    memset(voices.wet[1], 0, lead * sizeof(float))
    return lead == block.frames or ring_read(&voice.link, due + lead, block.frames - lead, voices.wet[0] + lead, voices.wet[1] + lead)


cdef void end_of_tail(Voices *voices, Voice *voice, int frames) noexcept nogil:
    """A voice that rings is done when it has been quiet for long, or cannot ring; what does not end by itself is faded out."""
    if voice.stage != RINGING or voice.share > 0.0:
        return
    voice.ringing_frames += frames if voice.ringing_frames else 1      # the first block may still have had a share
    if voice.ringing_frames <= voices.longest_delay:                     # the last of its share is still on its way
        return
    if voice.is_ending:
        voice.tail_gain -= frames * voices.tail_slope
    voice.is_ending = voice.is_ending or load(&voice.hurried) or voice.ringing_frames > LONGEST_TAIL_S * voices.samplerate_hz
    cdef bint is_gone = voice.link.ring == NULL or voice.missing_frames > GONE_S * voices.samplerate_hz
    if (is_gone and voice.step_left == 0) or voice.tail_gain <= 0.0 or voice.quiet_frames > QUIET_S * voices.samplerate_hz:
        store(&voice.stage, DONE)
