"""What the benches play on: a JACK server of their own, and the rig at work on it."""

import subprocess
import sys

# Words of Python, not `python -m`: racks are spawned, and would import that main module, with its PortAudio, once more.
RIG_AT_WORK = "from bench.setting.rig_at_work import main; main()"
LIVE_RIG = "from live_rig.cli import main; raise SystemExit(main())"


def apart(module: str) -> int:
    """Run a bench's `main` in such words, with the arguments of this process. Returns its exit code."""
    words = f"import sys; from {module} import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", words, *sys.argv[1:]], check=False).returncode
