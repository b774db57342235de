# SPDX-License-Identifier: GPL-2.0-only
"""The rooms of the book's machinery (docs/_ext/pageflow_book): each uses itself and those to its left."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "_ext" / "pageflow_book"
ROOMS = ("read", "draw", "chapter", "live", "site")


def imported_rooms(source):
    """(line, room) of each import from the top of the package, as a part of a room writes it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            for name in [node.module.split(".")[0]] if node.module else [one.name for one in node.names]:
                yield node.lineno, name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith(PACKAGE.name):
            yield node.lineno, node.module


def against_the_order(room, source):
    """The lines that import from a room to the right, or from something that is no room."""
    allowed = ROOMS[: ROOMS.index(room) + 1]
    return [f"line {line}: {room} may not use {name}" for line, name in imported_rooms(source) if name not in allowed]


def test_every_room_is_known():
    assert {path.parent.name for path in PACKAGE.glob("*/*.py")} == set(ROOMS)
    assert [path.name for path in PACKAGE.glob("*.py")] == ["__init__.py"]
    assert " <- ".join(ROOMS) in ast.get_docstring(ast.parse((PACKAGE / "__init__.py").read_text()))


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/*.py")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_go_one_way(path):
    assert against_the_order(path.parent.name, path.read_text()) == []


@pytest.mark.parametrize(
    "source", ["from ..live import scene", "from ..live.scene import State", "from pageflow_book.live import scene"]
)
def test_an_import_against_the_order_is_found(source):
    assert len(against_the_order("draw", source)) == 1
    assert against_the_order("draw", "from ..read import chain\nfrom . import canvas\nimport re\n") == []


def test_every_part_that_registers_something_is_in_the_list():
    listed = {
        alias.asname or alias.name
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    registering = {path.stem for path in PACKAGE.glob("*/*.py") if "\ndef setup(app):" in path.read_text()}
    assert listed == registering
