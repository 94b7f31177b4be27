/* An instrument: a stroke sounds at its frame, half as loud as it was struck, eight frames up and eight down, and dies away by a
   2000th a frame; letting the note go, or "all off", ends it. Controller 4, the pedal of a hi-hat, is the right side's gain. */
#include "DistrhoPlugin.hpp"

START_NAMESPACE_DISTRHO

class Bell : public Plugin {
public:
    Bell() : Plugin(1, 0, 0) {}

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

    float getParameterValue(uint32_t) const override { return gain; }
    void setParameterValue(uint32_t, float value) override { gain = value; }

    void run(const float**, float** outputs, uint32_t frames, const MidiEvent* events, uint32_t count) override {
        uint32_t next = 0;
        for (uint32_t i = 0; i < frames; ++i) {
            for (; next < count && events[next].frame <= i; ++next) hear(events[next].data);
            outputs[0][i] = gain * (age++ / 8 % 2 ? -level : level);
            outputs[1][i] = outputs[0][i] * pedal;
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

    float gain = 1.0f, level = 0.0f, pedal = 1.0f;
    int note = -1, age = 0;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(Bell)
};

Plugin* createPlugin() { return new Bell; }

END_NAMESPACE_DISTRHO
