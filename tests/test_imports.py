"""Imports go one way: ui -> live_rig.control -> …, live_rig -> cython_core -> nothing of ours; never live_rig -> Qt."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
OURS = {"live_rig", "cython_core", "ui"}
CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)


def imported(path: Path) -> set[str]:
    """Every module that a file imports, compile time and run time alike."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".pyx", ".pxd"):
        return {a or b for a, b in CIMPORT.findall(text)}
    nodes = list(ast.walk(ast.parse(text)))
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
    modules = {path.relative_to(CHECKOUT).with_suffix("") for name in OURS for path in (CHECKOUT / name).rglob("*.py")}
    names = {".".join(path.parts).removesuffix(".__init__") for path in modules}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for name in OURS:
        for path, other in imports_of(name):
            importer = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            if importer in names:
                graph[importer] |= {each for each in (other, other.rpartition(".")[0]) if each in names} - {importer}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize(("name", "packages", "answer"), [("ui.stage", ("ui",), True), ("uid", ("ui",), False)])
def test_a_package_is_not_another_that_starts_like_it(name: str, packages: tuple[str, ...], answer: bool) -> None:
    assert within(name, *packages) is answer
