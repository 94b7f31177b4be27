"""Imports go one way: ui -> live_rig.control -> …, live_rig -> cython_core -> nothing of ours; never live_rig -> Qt."""

import ast
import importlib
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
OURS = {"live_rig", "cython_core", "ui"}
CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)


def imported(path: Path, *, when_run: bool = False) -> set[str]:
    """Every module that a file imports; `when_run` leaves out what only the type checker does."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".pyx", ".pxd"):
        return {a or b for a, b in CIMPORT.findall(text)}
    nodes = list(ast.walk(ast.parse(text)))
    if when_run:
        checks = [node for node in nodes if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        unseen = {inner for node in checks for inner in ast.walk(node)}
        nodes = [node for node in nodes if node not in unseen]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}


def imports_of(package: str) -> list[tuple[str, str]]:
    paths = [path for path in (CHECKOUT / package).rglob("*") if path.suffix in (".py", ".pyi", ".pyx", ".pxd")]
    assert paths
    return [(path.relative_to(CHECKOUT).as_posix(), name) for path in paths for name in imported(path)]


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_the_core_imports_nothing_of_ours_but_itself() -> None:
    assert [row for row in imports_of("cython_core") if within(row[1], "live_rig", "ui")] == []


def test_the_engine_imports_neither_the_window_nor_qt() -> None:
    assert [row for row in imports_of("live_rig") if within(row[1], "ui", "PyQt6")] == []


def test_the_window_knows_the_engine_by_its_door_only() -> None:
    ours = [row for row in imports_of("ui") if within(row[1], "live_rig", "cython_core")]
    assert [row for row in ours if not within(row[1], "live_rig.control.protocol")] == []


def test_no_import_goes_in_a_circle() -> None:
    modules = {module_name(path): path for package in OURS for path in (CHECKOUT / package).rglob("*.py")}
    graph = {
        name: {ours for each in imported(path, when_run=True) for ours in (each, each.rpartition(".")[0])}
        for name, path in modules.items()
    }
    TopologicalSorter(
        {name: (near & modules.keys()) - {name} for name, near in graph.items()}
    ).prepare()  # CycleError names the circle


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize(("name", "packages", "answer"), [("ui.stage", ("ui",), True), ("uid", ("ui",), False)])
def test_a_package_is_not_another_that_starts_like_it(name: str, packages: tuple[str, ...], answer: bool) -> None:
    assert within(name, *packages) is answer


@pytest.mark.parametrize("folder", ["bench", "scripts"])
def test_what_benches_and_scripts_want_of_ours_is_there(folder: str) -> None:
    wanted = [row for row in imports_of(folder) if row[0].endswith(".py") and within(row[1], *OURS)]
    assert wanted
    assert [row for row in wanted if not is_there(row[1])] == []


def is_there(name: str) -> bool:
    """Is it a module, or a name in one?"""
    module, _, part = name.rpartition(".")
    return hasattr(importlib.import_module(module), part) if module else bool(importlib.import_module(name))
