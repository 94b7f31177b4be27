"""What the benches play on: a JACK server of their own, and the rig at work on it."""

# Words of Python, not `python -m`: racks are spawned, and would import that main module, with its PortAudio, once more.
RIG_AT_WORK = "from bench.setting.rig_at_work import main; main()"
LIVE_RIG = "from live_rig.cli import main; raise SystemExit(main())"
