"""Statements: one function for each of LibCST's classes, and the table that names them."""

import ast
import sys
from collections.abc import Callable

import libcst as cst

from fastapi_guard.facts.from_libcst.calls import arguments, parameters
from fastapi_guard.facts.from_libcst.conversion import DELETE, STORE, Conversion, identifier
from fastapi_guard.facts.from_libcst.imports import import_, import_from
from fastapi_guard.facts.from_libcst.operators import AUGMENTED
from fastapi_guard.facts.from_libcst.type_parameters import of_definition, type_alias

_KNOWS_BARE_EXCEPT_TUPLES = sys.version_info >= (3, 14)
"""PEP 758: `except A, B:`."""


def expression(conversion: Conversion, node: cst.Expr) -> ast.stmt:
    return ast.Expr(value=conversion.expression(node.value), **conversion.at(node))


def pass_(conversion: Conversion, node: cst.Pass) -> ast.stmt:
    return ast.Pass(**conversion.at(node))


def break_(conversion: Conversion, node: cst.Break) -> ast.stmt:
    return ast.Break(**conversion.at(node))


def continue_(conversion: Conversion, node: cst.Continue) -> ast.stmt:
    return ast.Continue(**conversion.at(node))


def return_(conversion: Conversion, node: cst.Return) -> ast.stmt:
    return ast.Return(value=conversion.optional(node.value), **conversion.at(node))


def delete(conversion: Conversion, node: cst.Del) -> ast.stmt:
    """`del a, b` has two targets, `del (a, b)` one."""
    target = conversion.expression(node.target, DELETE)
    targets = [target]
    if isinstance(target, ast.Tuple) and not node.target.lpar:
        targets = target.elts
    return ast.Delete(targets=targets, **conversion.at(node))


def raise_(conversion: Conversion, node: cst.Raise) -> ast.stmt:
    cause = None if node.cause is None else conversion.expression(node.cause.item)
    return ast.Raise(exc=conversion.optional(node.exc), cause=cause, **conversion.at(node))


def assert_(conversion: Conversion, node: cst.Assert) -> ast.stmt:
    test, message = conversion.expression(node.test), conversion.optional(node.msg)
    return ast.Assert(test=test, msg=message, **conversion.at(node))


def global_(conversion: Conversion, node: cst.Global) -> ast.stmt:
    return ast.Global(names=[identifier(item.name) for item in node.names], **conversion.at(node))


def nonlocal_(conversion: Conversion, node: cst.Nonlocal) -> ast.stmt:
    return ast.Nonlocal(names=[identifier(item.name) for item in node.names], **conversion.at(node))


def assign(conversion: Conversion, node: cst.Assign) -> ast.stmt:
    return ast.Assign(
        targets=[conversion.expression(target.target, STORE) for target in node.targets],
        value=conversion.expression(node.value),
        type_comment=None,
        **conversion.at(node),
    )


def annotated_assign(conversion: Conversion, node: cst.AnnAssign) -> ast.stmt:
    """`simple` says that the target is a name without parentheses, which makes it a variable of its scope."""
    target = conversion.expression(node.target, STORE)
    assert isinstance(target, ast.Name | ast.Attribute | ast.Subscript)
    return ast.AnnAssign(
        target=target,
        annotation=conversion.expression(node.annotation.annotation),
        value=conversion.optional(node.value),
        simple=int(isinstance(target, ast.Name) and not node.target.lpar),
        **conversion.at(node),
    )


def augmented_assign(conversion: Conversion, node: cst.AugAssign) -> ast.stmt:
    target = conversion.expression(node.target, STORE)
    assert isinstance(target, ast.Name | ast.Attribute | ast.Subscript)
    operator = AUGMENTED[type(node.operator)]
    return ast.AugAssign(target=target, op=operator, value=conversion.expression(node.value), **conversion.at(node))


def if_(conversion: Conversion, node: cst.If) -> ast.stmt:
    """Each `elif` is an `if` of its own that stands alone in the `else` before it: built from the last to the first."""
    chain = [node]
    while isinstance(chain[-1].orelse, cst.If):
        chain.append(chain[-1].orelse)
    last = chain[-1].orelse
    orelse = _else(conversion, last) if isinstance(last, cst.Else) else []
    for link in reversed(chain):
        test, body = conversion.expression(link.test), conversion.suite(link.body)
        orelse = [ast.If(test=test, body=body, orelse=orelse, **conversion.at(link))]
    return orelse[0]


def _else(conversion: Conversion, node: cst.Else | cst.Finally | None) -> list[ast.stmt]:
    return [] if node is None else conversion.suite(node.body)


def while_(conversion: Conversion, node: cst.While) -> ast.stmt:
    return ast.While(
        test=conversion.expression(node.test),
        body=conversion.suite(node.body),
        orelse=_else(conversion, node.orelse),
        **conversion.at(node),
    )


def for_(conversion: Conversion, node: cst.For) -> ast.stmt:
    build = ast.For if node.asynchronous is None else ast.AsyncFor
    return build(
        target=conversion.expression(node.target, STORE),
        iter=conversion.expression(node.iter),
        body=conversion.suite(node.body),
        orelse=_else(conversion, node.orelse),
        type_comment=None,
        **conversion.at(node),
    )


def with_(conversion: Conversion, node: cst.With) -> ast.stmt:
    build = ast.With if node.asynchronous is None else ast.AsyncWith
    return build(
        items=[
            ast.withitem(
                context_expr=conversion.expression(item.item),
                optional_vars=None if item.asname is None else conversion.expression(item.asname.name, STORE),
            )
            for item in node.items
        ],
        body=conversion.suite(node.body),
        type_comment=None,
        **conversion.at(node),
    )


def try_(conversion: Conversion, node: cst.Try | cst.TryStar) -> ast.stmt:
    build = ast.Try if isinstance(node, cst.Try) else ast.TryStar
    return build(
        body=conversion.suite(node.body),
        handlers=[_handler(conversion, handler) for handler in node.handlers],
        orelse=_else(conversion, node.orelse),
        finalbody=_else(conversion, node.finalbody),
        **conversion.at(node),
    )


def _handler(conversion: Conversion, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
    if isinstance(node.type, cst.Tuple) and not node.type.lpar and not _KNOWS_BARE_EXCEPT_TUPLES:
        conversion.newer_syntax.add("except without parentheses")
    name = None
    if node.name is not None:
        assert isinstance(node.name.name, cst.Name)
        name = identifier(node.name.name)
    caught, body = conversion.optional(node.type), conversion.suite(node.body)
    return ast.ExceptHandler(type=caught, name=name, body=body, **conversion.at(node))


def match(conversion: Conversion, node: cst.Match) -> ast.stmt:
    cases = [
        ast.match_case(
            pattern=conversion.pattern(case.pattern),
            guard=conversion.optional(case.guard),
            body=conversion.suite(case.body),
        )
        for case in node.cases
    ]
    return ast.Match(subject=conversion.expression(node.subject), cases=cases, **conversion.at(node))


def function(conversion: Conversion, node: cst.FunctionDef) -> ast.stmt:
    build = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
    return build(
        name=identifier(node.name),
        args=parameters(conversion, node.params),
        body=conversion.suite(node.body),
        decorator_list=[conversion.expression(decorator.decorator) for decorator in node.decorators],
        returns=None if node.returns is None else conversion.expression(node.returns.annotation),
        type_comment=None,
        **of_definition(conversion, node.type_parameters),
        **conversion.at(node),
    )


def class_(conversion: Conversion, node: cst.ClassDef) -> ast.stmt:
    bases, keywords = arguments(conversion, (*node.bases, *node.keywords))
    return ast.ClassDef(
        name=identifier(node.name),
        bases=bases,
        keywords=keywords,
        body=conversion.suite(node.body),
        decorator_list=[conversion.expression(decorator.decorator) for decorator in node.decorators],
        **of_definition(conversion, node.type_parameters),
        **conversion.at(node),
    )


STATEMENTS: dict[type[cst.CSTNode], Callable[..., ast.stmt]] = {
    cst.AnnAssign: annotated_assign,
    cst.Assert: assert_,
    cst.Assign: assign,
    cst.AugAssign: augmented_assign,
    cst.Break: break_,
    cst.ClassDef: class_,
    cst.Continue: continue_,
    cst.Del: delete,
    cst.Expr: expression,
    cst.For: for_,
    cst.FunctionDef: function,
    cst.Global: global_,
    cst.If: if_,
    cst.Import: import_,
    cst.ImportFrom: import_from,
    cst.LazyImport: import_,
    cst.LazyImportFrom: import_from,
    cst.Match: match,
    cst.Nonlocal: nonlocal_,
    cst.Pass: pass_,
    cst.Raise: raise_,
    cst.Return: return_,
    cst.Try: try_,
    cst.TryStar: try_,
    cst.TypeAlias: type_alias,
    cst.While: while_,
    cst.With: with_,
}
