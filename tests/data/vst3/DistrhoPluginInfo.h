/* A plugin for tests: a gain that can be asked to fail. Compile with -DLATENCY_FRAMES=n for one that looks ahead, and with
   -DMOVES=n for one that has a window. */
#define DISTRHO_PLUGIN_BRAND "Live Rig tests"
#define DISTRHO_PLUGIN_NAME "Faulty"
#define DISTRHO_PLUGIN_URI "urn:live-rig:faulty"
#ifdef MOVES
#define DISTRHO_PLUGIN_HAS_UI 1
#define DISTRHO_UI_DEFAULT_WIDTH 200
#define DISTRHO_UI_DEFAULT_HEIGHT 100
#else
#define DISTRHO_PLUGIN_HAS_UI 0
#endif
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_NUM_INPUTS 2
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_WANT_LATENCY 1
