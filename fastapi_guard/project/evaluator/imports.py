"""Import statements: names bound to modules of the project or to library names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.assignments import set_name
from fastapi_guard.project.evaluator.externals import external_attribute
from fastapi_guard.project.evaluator.ways import FALLS
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    Alias,
    External,
    Module,
    Sequence,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def run_import(interpreter: Interpreter, statement: ast.Import, scope: Scope) -> int:
    for alias in statement.names:
        path = interpreter.finder.resolve(alias.name, scope.module.path)
        if path is not None:
            interpreter.import_module(path)
        if alias.asname:
            set_name(scope, alias.asname, _imported_module(interpreter, alias.name, scope))
            continue
        top = alias.name.split(".", 1)[0]
        set_name(scope, top, _imported_module(interpreter, top, scope))
    return FALLS


def _imported_module(interpreter: Interpreter, name: str, scope: Scope) -> Value:
    path = interpreter.finder.resolve(name, scope.module.path)
    if path is None:
        return External(name)
    module = interpreter.module(path)
    return Module(module) if module is not None else Unknown(f"{path} could not be parsed")


def run_import_from(interpreter: Interpreter, statement: ast.ImportFrom, scope: Scope) -> int:
    importer = scope.module.path
    name = statement.module or ""
    if statement.level:
        path = interpreter.finder.relative(name, statement.level, importer)
    else:
        path = interpreter.finder.resolve(name, importer)
    if path is None:
        for alias in statement.names:
            if alias.name == "*":
                continue
            if statement.level:
                external: Value = Unknown(f"{'.' * statement.level}{name} could not be found")
            else:
                external = external_attribute(External(name), alias.name)
            set_name(scope, alias.asname or alias.name, external)
        return FALLS
    module = interpreter.module(path)
    if module is None:
        for alias in statement.names:
            set_name(scope, alias.asname or alias.name, Unknown(f"{path} could not be parsed"))
        return FALLS
    interpreter.import_module(path)
    for alias in statement.names:
        if alias.name == "*":
            _import_star(interpreter, path, scope)
            continue
        submodule = interpreter.finder.submodule(path, alias.name)
        if submodule is not None:
            interpreter.import_module(submodule)
        bound = alias.asname or alias.name
        if path != importer and not path.endswith("/"):
            set_name(scope, bound, Alias(path, alias.name))
            continue
        package = interpreter.module(submodule) if submodule is not None else None
        set_name(scope, bound, Module(package) if package is not None else External(f"{name}.{alias.name}"))
    return FALLS


def _import_star(interpreter: Interpreter, path: str, scope: Scope) -> None:
    module = interpreter.run_module(path)
    if module is None:
        return
    exported = module.names.get("__all__")
    if isinstance(exported, Sequence) and exported.is_complete:
        names = [str(constant(item)) for item in exported.items if isinstance(constant(item), str)]
    else:
        names = [name for name in module.names if not name.startswith("_")]
    for name in names:
        set_name(scope, name, Alias(path, name))
