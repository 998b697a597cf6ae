"""What a function's signature leaves unsaid."""

import ast


def unannotated(definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> tuple[str, ...]:
    """The parameters without annotation, in their order; not `self` and `cls`, and none of a lambda."""
    if isinstance(definition, ast.Lambda):
        return ()
    spec = definition.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    first = {each.arg for each in every[:1] if each.arg in ("self", "cls")}
    return tuple(each.arg for each in every if each.annotation is None and each.arg not in first)
