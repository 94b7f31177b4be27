"""Builds the compiled core. Everything else about the project stands in pyproject.toml."""

import os
import shutil
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py

# Native libraries beyond libc and libm, per module.
LIBRARIES = {"stretcher": ["rubberband"], "transposer": ["rubberband"]}

# No contraction into fused multiply-adds and no -ffast-math: a tick gives the same bits on every machine that has IEEE floats.
COMPILE_ARGS = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-ffp-contract=off", "-fno-math-errno"]

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": True,
}


# What ships beside the code; in a wheel it lies inside the package, where live_rig.paths finds it.
SHIPPED = ("presets", "examples")


class BuildWithShipped(build_py):
    """Copies the presets and the bundled show into the package that is built. An editable install reads them where they are."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for name in SHIPPED:
                place = Path(self.build_lib, "live_rig", name)
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(name, place, ignore=shutil.ignore_patterns("__pycache__", ".*", "*.py"))


def extension(source: Path) -> Extension:
    """The extension module of one .pyx file."""
    libraries = list(LIBRARIES.get(source.stem, []))
    if sys.platform.startswith("linux"):
        libraries += ["m", "pthread", "rt"]
    headers = [path.as_posix() for path in Path("cython_core").glob("*.h")]
    return Extension(
        f"cython_core.{source.stem}", [source.as_posix()], depends=headers, libraries=libraries, extra_compile_args=COMPILE_ARGS
    )


setup(
    ext_modules=cythonize(
        [extension(path) for path in sorted(Path("cython_core").glob("*.pyx"))], compiler_directives=DIRECTIVES
    ),
    cmdclass={"build_py": BuildWithShipped},
    options={"build_ext": {"parallel": os.cpu_count()}},
)
