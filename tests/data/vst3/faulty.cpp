/* A gain that can be asked to fail: while the input is louder than 0.9 it crashes, hangs, or gives NaN, as its parameter "fault" says.
   With -DWORDS the gain has two places, which it calls "Low" and "1", and the fault is a switch. With -DLOOKS_WHEN_LOW it looks ahead only
   while the gain is under a half. */
#include "DistrhoPlugin.hpp"

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#ifndef LOADING /* 1 crashes, 2 hangs, 3 takes three seconds, 4 says a lot, 5 leaves a process behind, 6 ends its host, while it is loaded */
#define LOADING 0
#endif
#ifndef LATENCY_FRAMES
#define LATENCY_FRAMES 0
#endif

START_NAMESPACE_DISTRHO

class Faulty : public Plugin {
public:
    Faulty() : Plugin(2, 0, 0) {
        look();
        if (LOADING == 1) std::raise(SIGSEGV);
        while (LOADING == 2) pause();
        if (LOADING == 3) sleep(3);
        for (int line = 0; LOADING == 4 && line < 200000; ++line) printf("{\xff la la la la la la la la la la %d\n", line);
        if (LOADING == 5 && fork() == 0) for (sleep(30);; _exit(0)) {}
        if (LOADING == 6) exit(0);
    }

protected:
    const char* getLabel() const override { return "Faulty"; }
    const char* getMaker() const override { return "Live Rig tests"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('L', 'R', 'f', 't'); }

    void initParameter(uint32_t index, Parameter& parameter) override {
        parameter.hints = kParameterIsAutomatable;
        if (index == 0) {
            parameter.name = parameter.symbol = "gain";
            parameter.ranges.def = parameter.ranges.max = 1.0f;
#ifdef WORDS
            parameter.enumValues.count = 2;
            parameter.enumValues.restrictedMode = true;
            parameter.enumValues.values = new ParameterEnumerationValue[2] { { 0.25f, "Low" }, { 1.0f, "1" } };
#endif
        } else {
            parameter.hints |= kParameterIsInteger;
            parameter.name = parameter.symbol = "fault";
            parameter.ranges.max = 3.0f;
#ifdef WORDS
            parameter.ranges.max = 1.0f;
            parameter.enumValues.count = 2;
            parameter.enumValues.restrictedMode = true;
            parameter.enumValues.values = new ParameterEnumerationValue[2] { { 0.0f, "Off" }, { 1.0f, "On" } };
#endif
        }
    }

    float getParameterValue(uint32_t index) const override { return index == 0 ? gain : fault; }
    void setParameterValue(uint32_t index, float value) override {
        (index == 0 ? gain : fault) = value;
        look();
    }

    void run(const float** inputs, float** outputs, uint32_t frames) override {
        for (uint32_t i = 0; i < frames; ++i) {
            if (std::fabs(inputs[0][i]) > 0.9f) fail();
            for (int side = 0; side < CHANNELS; ++side)
                outputs[side][i] = gain * delayed(side, inputs[side][i]) * (bad ? NAN : 1.0f);
            if (ahead > 0) at = (at + 1) % ahead;
        }
        bad = false;
    }

private:
    void fail() {
        const int kind = static_cast<int>(fault + 0.5f);
        if (kind == 1) std::raise(SIGSEGV);
        while (kind == 2) pause();
        bad = kind == 3;
    }

    void look() {
        ahead = LATENCY_FRAMES;
#ifdef LOOKS_WHEN_LOW
        if (gain >= 0.5f) ahead = 0;
#endif
        setLatency(ahead);
    }

    float delayed(int side, float now) {
        if (ahead == 0) return now;
        const float then = past[side][at];
        past[side][at] = now;
        return then;
    }

    float gain = 1.0f, fault = 0.0f, past[CHANNELS][LATENCY_FRAMES + 1] = {};
    int ahead = 0, at = 0;
    bool bad = false;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(Faulty)
};

Plugin* createPlugin() { return new Faulty; }

END_NAMESPACE_DISTRHO
