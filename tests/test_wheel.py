"""A wheel built from this tree and installed elsewhere is the whole rig: code, core, window, presets and the bundled show."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
SOURCES = [
    "live_rig",
    "cython_core",
    "ui",
    "presets",
    "examples",
    "setup.py",
    "pyproject.toml",
    "MANIFEST.in",
    "README.md",
    "LICENSE",
]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
OFFLINE = ["--no-index", "--no-deps", "--quiet"]


def succeed(words: list[str | Path], folder: Path, **variables: str) -> str:
    """What a command prints, which must end well."""
    done = subprocess.run([*map(str, words)], cwd=folder, env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was installed, with nothing of the checkout beside it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    tree = folder / "tree with a space"
    tree.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (CHECKOUT / name).is_dir() else shutil.copy2
        copy(CHECKOUT / name, tree / name)
    (tree / "setup.cfg").write_text("[build]\nbuild_lib = built\n")
    compiled = tree / "built" / "cython_core"
    compiled.mkdir(parents=True)
    for extension in (tree / "cython_core").glob("*.so"):  # what is as new as its source is not compiled a second time
        extension.rename(compiled / extension.name)
    succeed([*PIP, "wheel", tree, *OFFLINE, "--no-build-isolation", "--wheel-dir", folder / "wheels"], folder)
    shutil.rmtree(tree)
    (wheel,) = (folder / "wheels").glob("live_rig-*.whl")
    succeed([*PIP, "install", wheel, *OFFLINE, "--target", folder / "installed"], folder)
    return folder / "installed"


def run_installed(installed: Path, code: str) -> str:
    return succeed([sys.executable, "-c", code], installed.parent, PYTHONPATH=str(installed), QT_QPA_PLATFORM="offscreen")


@pytest.mark.slow
def test_every_module_of_the_checkout_can_be_imported(installed: Path) -> None:
    sources = [path for name in ("live_rig", "ui") for path in (CHECKOUT / name).rglob("*.py")]
    cores = list((CHECKOUT / "cython_core").glob("*.pyx"))
    paths = [path.relative_to(CHECKOUT).with_suffix("") for path in sources + cores if path.name != "__init__.py"]
    names = [".".join(path.parts) for path in paths]
    code = f"import importlib\nfor name in {names!r}:\n    print(importlib.import_module(name).__file__)"
    places = run_installed(installed, code).split("\n")[:-1]
    assert len(places) == len(names)
    assert all(Path(place).is_relative_to(installed) for place in places)


@pytest.mark.slow
def test_the_presets_and_the_bundled_show_are_in_it(installed: Path) -> None:
    code = "from live_rig.paths import examples_dir, presets_dir; print(presets_dir()); print(examples_dir())"
    presets, examples = map(Path, run_installed(installed, code).splitlines())
    assert presets.is_relative_to(installed)
    assert examples.is_relative_to(installed)
    assert {path.name for path in presets.glob("*.toml")} == {path.name for path in (CHECKOUT / "presets").glob("*.toml")}
    (show,) = [path.parent for path in examples.glob("*/show.toml")]
    checked = succeed(
        [sys.executable, "-c", "from live_rig.cli import main; raise SystemExit(main())", "check", show],
        installed.parent,
        PYTHONPATH=str(installed),
    )
    assert "No faults." in checked


@pytest.mark.slow
def test_the_command_is_in_it(installed: Path) -> None:
    assert "the band follows the drummer" in succeed(
        [installed / "bin" / "live-rig", "--help"], installed.parent, PYTHONPATH=str(installed)
    )
