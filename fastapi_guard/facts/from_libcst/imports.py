"""Import statements, the lazy ones of PEP 810 included."""

import ast
import sys

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import Conversion, identifier

_KNOWS_LAZY_IMPORTS = sys.version_info >= (3, 15)


def import_(conversion: Conversion, node: cst.Import | cst.LazyImport) -> ast.stmt:
    _note_lazy(conversion, node)
    return ast.Import(names=[_alias(conversion, alias) for alias in node.names], **conversion.at(node))


def import_from(conversion: Conversion, node: cst.ImportFrom | cst.LazyImportFrom) -> ast.stmt:
    _note_lazy(conversion, node)
    if isinstance(node.names, cst.ImportStar):
        names = [ast.alias(name="*", asname=None, **conversion.between(*conversion.outer(node.names)))]
        end = conversion.outer(node.names)[1]
    else:
        names = [_alias(conversion, alias) for alias in node.names]
        end = conversion.inner(node.names[-1])[1] if node.rpar is None else conversion.outer(node.rpar)[1]
    return ast.ImportFrom(
        module=None if node.module is None else _dotted(node.module),
        names=names,
        level=len(node.relative),
        **conversion.between(conversion.inner(node)[0], end),
    )


def _note_lazy(conversion: Conversion, node: cst.CSTNode) -> None:
    if isinstance(node, cst.LazyImport | cst.LazyImportFrom) and not _KNOWS_LAZY_IMPORTS:
        conversion.newer_syntax.add("lazy import")


def _alias(conversion: Conversion, node: cst.ImportAlias) -> ast.alias:
    asname = None
    if node.asname is not None:
        assert isinstance(node.asname.name, cst.Name)
        asname = identifier(node.asname.name)
    return ast.alias(name=_dotted(node.name), asname=asname, **conversion.at(node))


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(identifier(node.attr))
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join((identifier(node), *reversed(parts)))
