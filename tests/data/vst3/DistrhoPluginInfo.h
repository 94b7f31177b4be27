/* Plugins for tests: a gain that can be asked to fail, and with -DINSTRUMENT a bell. Compile with -DLATENCY_FRAMES=n for a gain
   or a bell that looks ahead, with -DMOVES=n for a gain that has a window, and with -DCHANNELS=n for n inputs and outputs in place of two. */
#ifndef CHANNELS
#define CHANNELS 2
#endif
#define DISTRHO_PLUGIN_BRAND "Live Rig tests"
#ifdef INSTRUMENT
#define DISTRHO_PLUGIN_NAME "Bell"
#define DISTRHO_PLUGIN_URI "urn:live-rig:bell"
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#else
#define DISTRHO_PLUGIN_NAME "Faulty"
#define DISTRHO_PLUGIN_URI "urn:live-rig:faulty"
#define DISTRHO_PLUGIN_NUM_INPUTS CHANNELS
#endif
#define DISTRHO_PLUGIN_WANT_LATENCY 1
#ifdef MOVES
#define DISTRHO_PLUGIN_HAS_UI 1
#define DISTRHO_UI_DEFAULT_WIDTH 200
#define DISTRHO_UI_DEFAULT_HEIGHT 100
#else
#define DISTRHO_PLUGIN_HAS_UI 0
#endif
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_NUM_OUTPUTS CHANNELS
