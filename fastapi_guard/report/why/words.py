"""How the parts of an explanation are said, whatever the format."""

from collections.abc import Mapping

from fastapi_guard.location import Location
from fastapi_guard.project.explanation import Explanation, Step, StepKind
from fastapi_guard.project.model import Dependant, Guard, SecurityScheme, Verdict, Via

_WAYS: Mapping[Via, str] = {
    Via.PARAMETER: "`{}`, a parameter of the handler{},",
    Via.ALIAS: "`{}`, a parameter of the handler by an alias{},",
    Via.DECORATOR: "`{}`, in `dependencies=` of the route{},",
    Via.ROUTER: "`{}`, in `dependencies=` of the router{},",
    Via.INCLUDE: "`{}`, in `dependencies=` of the inclusion{},",
    Via.APP: "`{}`, in `dependencies=` of the application{},",
    Via.MIDDLEWARE: "the middleware `{}`",
    Via.WRAPPER: "`{}`, a decorator under the route,",
    Via.BODY: "the handler `{}` itself",
}


def conclusion(explanation: Explanation) -> str:
    """One sentence: the verdict and what it rests on."""
    authentication = explanation.operation.authentication
    decisive = authentication.by[0] if authentication.by else None
    reason = authentication.reason
    if authentication.verdict is Verdict.REQUIRED and decisive is not None:
        roots = {root.name for root in explanation.operation.dependencies}
        below = "" if decisive.name in roots else " or below one"
        who = _WAYS[decisive.via].format(decisive.name, below)
        where = f" at {decisive.rejects_at.start_only}" if decisive.rejects_at else ""
        because = f": {reason}" if reason else ""
        return f"A stranger is rejected by {who}{where}".rstrip(",") + f"{because}."
    if authentication.verdict is Verdict.OPTIONAL:
        return f"Identity is looked at and its absence is allowed: {reason}." if reason else "Identity is optional."
    if authentication.verdict is Verdict.INEFFECTIVE:
        return f"What looks like a guard rejects nobody: {reason}."
    if authentication.verdict is Verdict.UNKNOWN:
        return f"It is not known whether a stranger is rejected: {reason}."
    return "Nothing that runs before the handler looks at who calls, and neither does the handler."


def public_text(explanation: Explanation) -> str:
    """Why a stranger may call the operation; empty when nothing says so."""
    reason = explanation.operation.public_reason
    return "" if reason is None else f"It may be public: {reason or 'declared public'}."


def step_text(step: Step, explanation: Explanation) -> str:
    """What stands at a step of the way, and what it lacks."""
    added = "no `dependencies=`" if not step.dependencies else ""
    if step.is_outside and step.dependencies:
        added = "its dependencies do not run in what it mounts"
    prefix = f" under `{step.prefix}`" if step.prefix else ""
    if step.kind is StepKind.APPLICATION:
        return _joined(f"application `{step.name}`", added)
    if step.kind is StepKind.ROUTER:
        return _joined(f"router `{step.name}`", f"prefix `{step.prefix}`" if step.prefix else "", added)
    if step.kind is StepKind.INCLUDE:
        return _joined(f"includes `{step.name}`{prefix}", added)
    if step.kind is StepKind.MOUNT:
        return _joined(f"mounts `{step.name}`{prefix}", "dependencies from outside do not run in it")
    if step.kind is StepKind.DECORATOR:
        return _joined(f"registers `{explanation.operation.title}`", added)
    effect = effect_text(explanation.effect_of(step.name, step.location))
    if step.kind is StepKind.WRAPPER:
        return _joined(f"wrapped by `{step.name}`", effect or "says nothing about identity")
    return _joined(f"handler `{step.name}`", "takes no dependency" if not step.dependencies else "", effect)


def dependency_text(node: Dependant, explanation: Explanation) -> str:
    """A dependency with the parameter that takes it and what it does to a stranger."""
    if node.unresolved:
        return f"unknown: could not be resolved, {node.unresolved}"
    name = f"{node.parameter}: `{node.name}`" if node.parameter else f"`{node.name}`"
    scopes = f"scopes {', '.join(node.scopes)}" if node.scopes else ""
    effect = effect_text(explanation.effect_of(node.name, node.location))
    scheme = scheme_text(node.scheme) if node.scheme else ""
    others = " or ".join(f"`{other.name}`" for other in node.alternatives)
    return _joined(name, scopes, scheme if node.scheme else effect, f"or {others}, chosen elsewhere" if others else "")


def place_of(node: Dependant) -> Location | None:
    """Where a dependency is written: its code, the scheme, or where it is asked for."""
    return node.location or (node.scheme.location if node.scheme else None) or node.declared_at


def scheme_text(scheme: SecurityScheme) -> str:
    """What a security scheme does to a request without credential."""
    if scheme.auto_error is None:
        return "security scheme, its `auto_error` is not known"
    if scheme.auto_error:
        return "security scheme, refuses a request without credential and verifies none"
    return "security scheme with `auto_error=False`, gives None without a credential"


def effect_text(guard: Guard | None) -> str:
    """What a guard does to a stranger; empty when it is none."""
    if guard is None:
        return ""
    if guard.verdict is Verdict.REQUIRED:
        where = f" at {guard.rejects_at.start_only}" if guard.rejects_at else ""
        return f"rejects a stranger{where}" + (f" ({guard.reason})" if guard.reason else "")
    word = {Verdict.OPTIONAL: "lets a stranger pass", Verdict.INEFFECTIVE: "rejects nobody"}.get(
        guard.verdict, "unknown"
    )
    return f"{word}: {guard.reason}" if guard.reason else word


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
