"""The engine process: everything with a file, a device, a socket or a clock."""

import os

# Nothing here multiplies large matrices: the thread a core that numpy would start for it in every process is for nothing.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
