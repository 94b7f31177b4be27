"""One module per `live-rig` command: `add_arguments(parser)` and `run(args) -> exit code`."""
