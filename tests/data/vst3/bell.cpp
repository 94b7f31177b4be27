/* An instrument: a stroke sounds at its frame, half as loud as it was struck, eight frames up and eight down, and dies away by a
   2000th a frame; letting the note go, or "all off", ends it. Controller 4, the pedal of a hi-hat, is the gain of all outputs but the
   first. With -DLATENCY_FRAMES=n it looks ahead: all that comes later by so many frames, and it says so. With -DPAIRS each pair of outputs
   is a bus of its own. */
#include "DistrhoPlugin.hpp"

#ifndef LATENCY_FRAMES
#define LATENCY_FRAMES 0
#endif

START_NAMESPACE_DISTRHO

class Bell : public Plugin {
public:
    Bell() : Plugin(1, 0, 0) { setLatency(LATENCY_FRAMES); }

protected:
    const char* getLabel() const override { return "Bell"; }
    const char* getMaker() const override { return "Live Rig tests"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('L', 'R', 'b', 'l'); }

    void initParameter(uint32_t, Parameter& parameter) override {
        parameter.hints = kParameterIsAutomatable;
        parameter.name = parameter.symbol = "gain";
        parameter.ranges.def = parameter.ranges.max = 1.0f;
    }

#ifdef PAIRS
    void initAudioPort(bool input, uint32_t index, AudioPort& port) override {
        Plugin::initAudioPort(input, index, port);
        port.groupId = index / 2;
    }

    void initPortGroup(uint32_t group, PortGroup& pair) override {
        pair.name = pair.symbol = String("pair ") + String(static_cast<int>(group));
    }
#endif

    float getParameterValue(uint32_t) const override { return gain; }
    void setParameterValue(uint32_t, float value) override { gain = value; }

    void run(const float**, float** outputs, uint32_t frames, const MidiEvent* events, uint32_t count) override {
        uint32_t next = 0;
        for (uint32_t i = 0; i < frames; ++i) {
            for (; next < count && events[next].frame <= i; ++next) hear(events[next].data);
            outputs[0][i] = delayed(gain * (age++ / 8 % 2 ? -level : level));
            for (int output = 1; output < CHANNELS; ++output) outputs[output][i] = outputs[0][i] * pedal;
            level *= 1.0f - 1.0f / 2000.0f;
        }
    }

private:
    void hear(const uint8_t* data) {
        const int kind = data[0] & 0xF0;
        if (kind == 0x90 && data[2] > 0) {
            level = 0.5f * data[2] / 127.0f;
            note = data[1];
            age = 0;
        } else if ((kind == 0x80 || kind == 0x90) && data[1] == note) {
            level = 0.0f;
        } else if (kind == 0xB0 && data[1] == 4) {
            pedal = data[2] / 127.0f;
        } else if (kind == 0xB0 && data[1] >= 120) {
            level = 0.0f;
        }
    }

    float delayed(float now) {
        past[at] = now;
        at = (at + 1) % (LATENCY_FRAMES + 1);
        return past[at];
    }

    float gain = 1.0f, level = 0.0f, pedal = 1.0f, past[LATENCY_FRAMES + 1] = {};
    int note = -1, age = 0, at = 0;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(Bell)
};

Plugin* createPlugin() { return new Bell; }

END_NAMESPACE_DISTRHO
