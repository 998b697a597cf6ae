"""One iterative pass over a LibCST tree: no visitor, no recursion, no whitespace."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.facts.fields import FIELDS

_FIELDS_BY_TYPE: dict[type[cst.CSTNode], tuple[str, ...]] = {
    getattr(cst, name): tuple(reversed(fields)) for name, fields in FIELDS.items() if hasattr(cst, name)
}
"""Children are put on a stack, so the last field comes first."""


def walk(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`root` and every node below it that means something, in the order of the source."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(_children_backwards(node))


def parents(root: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """The parent of every node below `root`."""
    parent_by_node: dict[cst.CSTNode, cst.CSTNode] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        for child in _children_backwards(node):
            parent_by_node[child] = node
            stack.append(child)
    return parent_by_node


def concrete_types(node_type: type) -> tuple[type[cst.CSTNode], ...]:
    """The types of nodes that can stand in a tree and are a `node_type`: several for `cst.BaseExpression`."""
    return tuple(concrete for concrete in _FIELDS_BY_TYPE if issubclass(concrete, node_type))


def _children_backwards(node: cst.CSTNode) -> list[cst.CSTNode]:
    fields = _FIELDS_BY_TYPE.get(type(node))
    if fields is None:  # a node that a newer LibCST knows: its own, slower account of itself
        return list(reversed(node.children))
    children: list[cst.CSTNode] = []
    for name in fields:
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            children.append(value)
        elif isinstance(value, (list, tuple)):
            children.extend(reversed(value))
    return children
