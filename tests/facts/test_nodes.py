"""The nodes of Python's own trees are those of `ast.walk`, without contexts and operators, in its order."""

import ast
import re
from pathlib import Path

from fastapi_guard.facts.nodes import lines_of, nodes_below, nodes_of, nodes_on

SILENT = (ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)
HERE = Path(__file__).read_text(encoding="utf-8")

STATEMENTS = '''
@decorated("select it")
def read(self, *, key="b"):
    return f"""
        {self.quote("x")} from trips
    """, [
        "select name from users",
    ]
'''


def test_nodes_below_are_those_of_walk() -> None:
    for text in (HERE, STATEMENTS):
        tree = ast.parse(text)
        expected = [node for node in ast.walk(tree) if not isinstance(node, SILENT)]
        assert nodes_below(tree) == expected
        assert list(nodes_of(tree)) == expected


def test_nodes_on_lines_are_what_stands_there_and_around() -> None:
    tree = ast.parse(STATEMENTS)
    lines = lines_of(re.compile("select"), STATEMENTS)
    assert lines == [2, 7]
    texts = [node.value for node in nodes_on(tree, lines) if isinstance(node, ast.Constant)]
    assert "select it" in texts, "a decorator stands above the line of its `def`"
    assert "select name from users" in texts
    assert "b" not in texts
