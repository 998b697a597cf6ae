"""The pass over LibCST trees, the units it runs on and what they know."""

import ast
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from fastapi_guard.facts import field_table
from fastapi_guard.facts.fields import FIELDS
from fastapi_guard.facts.names import names_of
from fastapi_guard.facts.positions import positions_of
from fastapi_guard.facts.slices import unit_texts, without_unwanted_methods
from fastapi_guard.facts.unit import Surroundings, Unit, read_unit
from fastapi_guard.facts.walk import children, concrete_types, nodes_and_parents, walk

SAMPLES = sorted(Path(cst.__file__).parent.glob("_nodes/*.py")) + sorted(Path(ast.__file__).parent.glob("asyncio/*.py"))


def unit_of(text: str, module: str = "app.main") -> Unit:
    """The last unit of a module."""
    tree = ast.parse(text)
    last = list(unit_texts(tree, text))[-1]
    unit = read_unit(last, Surroundings("app/main.py", module, names_of(tree, module)))
    assert isinstance(unit, Unit)
    return unit


def resolved(text: str) -> list[str | None]:
    """What the callees of the last unit's calls are."""
    unit = unit_of(text)
    return [unit.resolve(node) for node in walk(unit.module) if isinstance(node, cst.Call)]


def test_field_table_is_that_of_the_installed_libcst() -> None:
    """The generated table says what LibCST itself visits."""
    assert field_table.derive() == FIELDS
    assert field_table.render() == Path(field_table.__file__).with_name("fields.py").read_text()


@pytest.mark.parametrize("path", SAMPLES[:12], ids=lambda path: path.name)
def test_the_walk_sees_what_a_visitor_sees(path: Path) -> None:
    """Every node but whitespace and punctuation, in LibCST's own order."""
    module = cst.parse_module(path.read_text())
    seen: list[cst.CSTNode] = []

    class Recorder(cst.CSTVisitor):
        def on_visit(self, node: cst.CSTNode) -> bool:
            if type(node).__name__ in FIELDS:
                seen.append(node)
            return True

    module.visit(Recorder())

    assert [id(node) for node in walk(module)] == [id(node) for node in seen]


@pytest.mark.parametrize("path", SAMPLES[:4], ids=lambda path: path.name)
def test_positions_are_those_of_libcst(path: Path) -> None:
    """Writing the tree out once finds the spans of LibCST's position provider."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text()), unsafe_skip_copy=True)
    expected = {
        node: (span.start.line, span.start.column, span.end.line, span.end.column)
        for node, span in wrapper.resolve(PositionProvider).items()
        if node is not wrapper.module
    }
    positions = positions_of(wrapper.module)
    del positions[wrapper.module]

    assert positions == expected


def test_every_node_has_its_parent() -> None:
    """The parent of a node holds it among its children."""
    module = cst.parse_module("def f(a=1):\n    return [b for b in a]\n")
    nodes, parent_by_id = nodes_and_parents(module)

    assert nodes == list(walk(module))
    assert parent_by_id.keys() == {id(node) for node in nodes} - {id(module)}
    assert all(node in children(parent_by_id[id(node)]) for node in nodes[1:])


def test_abstract_types_stand_for_concrete_ones() -> None:
    """A rule on `cst.BaseCompoundStatement` looks at every compound statement."""
    assert {cst.If, cst.FunctionDef} <= set(concrete_types(cst.BaseCompoundStatement))
    assert concrete_types(cst.Return) == (cst.Return,)


def test_units() -> None:
    """A unit starts at its first decorator; statements that share a line are one unit."""
    text = '# top\n@a\n@b(\n  1)\ndef f():\n    pass\n\nx = 1; y = """\n"""; z = 2\nlast = 1'

    assert [(unit.first_line, unit.text) for unit in unit_texts(ast.parse(text), text)] == [
        (2, "@a\n@b(\n  1)\ndef f():\n    pass\n"),
        (8, 'x = 1; y = """\n"""; z = 2\n'),
        (10, "last = 1\n"),
    ]


def test_methods_that_nobody_looks_into_become_empty_lines() -> None:
    """What stays keeps its lines; a class without anything left gets a `pass`."""
    text = (
        "class A:\n    x = 1\n\n    @p\n    def f(self):\n        return 1\n\n    def g(self):\n        return wanted\n"
    )
    alone = "class A:\n\tdef f(self):\n\t\treturn 1\n"

    def sliced(text: str) -> str:
        [unit] = unit_texts(ast.parse(text), text)
        return without_unwanted_methods(unit, lambda method: "wanted" in method).text

    assert sliced(text) == "class A:\n    x = 1\n\n\n\n\n\n    def g(self):\n        return wanted\n"
    assert sliced(alone) == "class A:\n\tpass\n\n"


def test_a_function_knows_its_line_also_in_a_slice() -> None:
    """Functions of LibCST pair with those of `ast` that were not left out."""
    text = "x = 1\nclass A:\n    def f(self):\n        return 1\n\n    @p\n    def g(self):\n        return wanted\n"
    unit_text = list(unit_texts(ast.parse(text), text))[-1]
    unit_text = without_unwanted_methods(unit_text, lambda method: "wanted" in method)
    unit = read_unit(
        unit_text, Surroundings("app/main.py", "app.main", names_of(ast.parse(text), "app.main"), frozenset({7}))
    )
    assert isinstance(unit, Unit)
    [function] = [node for node in unit.nodes if isinstance(node, cst.FunctionDef)]

    assert unit.is_endpoint(function)
    assert unit.location(function).line == 7


def test_locations_are_those_of_the_file() -> None:
    """Lines count from the file's first, columns are code points from 1, the end is exclusive."""
    unit = unit_of("x = 1\n\n\ndef f():\n    s = '𝒳é'; g(s)\n")
    call = next(node for node in walk(unit.module) if isinstance(node, cst.Call))

    location = unit.location(call)

    assert (location.path, location.line, location.column) == ("app/main.py", 5, 15)
    assert (location.end_line, location.end_column) == (5, 19)


def test_names_resolve_through_imports() -> None:
    """Aliases, modules and imports within functions are followed."""
    assert resolved("from fastapi import HTTPException as E\nE(404)\n") == ["fastapi.HTTPException"]
    assert resolved("import fastapi as f\nf.exceptions.HTTPException(1)\n") == ["fastapi.exceptions.HTTPException"]
    assert resolved("import os.path\nos.path.join()\n") == ["os.path.join"]
    assert resolved("def f():\n    from fastapi import Depends as D\n    return D()\n") == ["fastapi.Depends"]
    assert resolved("try:\n    import orjson as j\nexcept ImportError:\n    j = None\nj.x()\n") == ["orjson.x"]


def test_relative_imports_resolve_against_the_module() -> None:
    """Dots are counted from the module's package."""
    assert resolved("from .deps import get_user\nget_user()\n") == ["app.deps.get_user"]
    assert resolved("from . import deps\ndeps.get_user()\n") == ["app.deps.get_user"]


def test_own_names_and_builtins_resolve() -> None:
    """A name of the module is `module.name`; `open` is a builtin until something else binds it."""
    assert resolved("def helper(): ...\nhelper()\n") == ["app.main.helper"]
    assert resolved("open('x')\n") == ["builtins.open"]
    assert resolved("from a import *\nopen('x')\n") == [None]


@pytest.mark.parametrize(
    "binding",
    [
        "def f(E):",
        "def f(*E):",
        "def f():\n    E = 1",
        "def f():\n    for x, E in y:\n        pass",
        "def f():\n    with x as E:\n        pass",
        "def f():\n    def E(): ...",
    ],
)
def test_a_name_that_the_function_binds_is_unknown(binding: str) -> None:
    """Parameters and local variables hide what the module imports."""
    assert resolved(f"from fastapi import HTTPException as E\n{binding}\n    return E(404)\n") == [None]


def test_decorators_and_defaults_stand_outside_of_their_function() -> None:
    """A parameter does not hide the name from the function's own decorator or default."""
    text = "from fastapi import Depends\n@Depends()\ndef f(Depends=Depends()):\n    Depends()\n"

    assert resolved(text) == ["fastapi.Depends", "fastapi.Depends", None]
