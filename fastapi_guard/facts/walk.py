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


def nodes_and_parents(root: cst.CSTNode) -> tuple[list[cst.CSTNode], dict[int, cst.CSTNode]]:
    """What `walk` yields, and the parent of every node below `root` by the node's `id`: LibCST's own hash is slow."""
    nodes: list[cst.CSTNode] = []
    parent_by_id: dict[int, cst.CSTNode] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        nodes.append(node)
        children = _children_backwards(node)
        for child in children:
            parent_by_id[id(child)] = node
        stack.extend(children)
    return nodes, parent_by_id


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below a node that mean something, in the order of the source."""
    return _children_backwards(node)[::-1]


def concrete_types(node_type: type) -> tuple[type[cst.CSTNode], ...]:
    """The types of nodes that can stand in a tree and are a `node_type`: several for `cst.BaseExpression`."""
    return tuple(concrete for concrete in _FIELDS_BY_TYPE if issubclass(concrete, node_type))


def _children_backwards(node: cst.CSTNode) -> list[cst.CSTNode]:
    fields = _FIELDS_BY_TYPE.get(type(node))
    if fields is None:  # a node that a newer LibCST knows: its own, slower account of itself
        return list(reversed(node.children))
    found: list[cst.CSTNode] = []
    for name in fields:
        value = getattr(node, name)
        if value is None:
            continue
        kind = type(value)
        if kind in _FIELDS_BY_TYPE:
            found.append(value)
        elif kind is list or kind is tuple:
            found.extend(reversed(value))
        elif isinstance(value, cst.CSTNode):
            found.append(value)
    return found
