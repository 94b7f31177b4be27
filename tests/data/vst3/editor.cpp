/* The window of the plugin for tests: a hand in it moves the gain by itself, MOVES times whenever the host lets it; once: to a quarter. */
#include "DistrhoUI.hpp"

START_NAMESPACE_DISTRHO

class FaultyUI : public UI {
public:
    FaultyUI() : UI(200, 100) {}

protected:
    void parameterChanged(uint32_t, float) override {}
    void onDisplay() override {}

    void uiIdle() override {
        for (int move = 0; move < MOVES; ++move) {
            at = (at + 1) % 1000;
            setParameterValue(0, MOVES == 1 ? 0.25f : at / 1000.0f);
        }
    }

private:
    int at = 0;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(FaultyUI)
};

UI* createUI() { return new FaultyUI; }

END_NAMESPACE_DISTRHO
