"""The way from an application down to its handlers, and what each step of it lacks, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence

from fastapi_guard.finding import Proof, Related
from fastapi_guard.project.grouping import Cause, OpenGroup
from fastapi_guard.project.model import Dependant, IncludeContext, PathOperation, RouterPlace, Via

DEPENDENCY_VIAS = frozenset({Via.PARAMETER, Via.ALIAS, Via.DECORATOR, Via.ROUTER, Via.INCLUDE, Via.APP})
"""How a guard reaches an operation that another operation could have as well."""


def short_name(place: RouterPlace) -> str:
    """A router or application as its team calls it: `app`, `create_app()`, `tasks.router`."""
    parts = place.name.replace(":", ".").split(".")
    if not parts[-1] or "<" in parts[-1]:
        return "the application" if place.is_application else "the router"
    return ".".join(parts[-2:] if parts[-1] == "router" else parts[-1:])


def titles_of(operations: Sequence[PathOperation]) -> str:
    """Operations as a message names them: at most three."""
    titles = [f"`{title}`" for title in dict.fromkeys(operation.title for operation in operations)]
    if len(titles) > 3:
        titles[2:] = [f"{len(titles) - 2} more operations"]
    return " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def proof_of(group: OpenGroup) -> tuple[Proof, ...]:
    """The *why* tree of a group: each step from the application to where the group's cause lies."""
    return _merged(_way(operation, group.cause) for operation in group.operations)


def inclusions(group: OpenGroup) -> tuple[Related, ...]:
    """The inclusions that could have protected a group."""
    if group.cause is Cause.APPLICATION:
        return ()
    steps = (step for operation in group.operations for step in operation.contexts if not step.router.is_application)
    found = {step.location: Related(step.location, f"included here {_lack(step.dependencies)}") for step in steps}
    return tuple(found.values())


def near_miss(group: OpenGroup) -> str:
    """What most of a group's guarded neighbours use, as a hint; empty when that cannot be said."""
    guards = [
        guard
        for operation in group.guarded
        for guard in operation.authentication.by
        if guard.via in DEPENDENCY_VIAS and guard.location
    ]
    counts = Counter(guard.name for guard in guards)
    best = max(guards, key=lambda guard: counts[guard.name], default=None)
    if best is None or best.location is None:
        return ""
    neighbours = "siblings" if group.guarded[0].router.location == group.place.location else "other operations"
    return f"{neighbours} use `{best.name.rpartition('.')[2]}` ({best.location.start_only})"


def _way(operation: PathOperation, cause: Cause) -> Proof:
    steps = operation.contexts[:1] if cause is Cause.APPLICATION else operation.contexts
    top = Proof(f"`{short_name(operation.application)}` {_has(operation.application)}", operation.application.location)
    nodes = [top, *(node for step in steps for node in _step(step))]
    if cause is Cause.HANDLER:
        own = [root for root in operation.dependencies if root.via in (Via.DECORATOR, Via.PARAMETER, Via.ALIAS)]
        text = f"`{operation.endpoint_name.rpartition('.')[2]}` takes nothing that authenticates"
        if own:
            text = f"`{operation.endpoint_name.rpartition('.')[2]}` depends on {_names(own)} only"
        nodes.append(Proof(text, operation.location))
    return _chain(nodes)


def _step(step: IncludeContext) -> tuple[Proof, ...]:
    name = short_name(step.router)
    if step.router.is_application:
        mounted = Proof(f"mounts `{name}`, in which dependencies from outside do not run", step.location)
        return mounted, Proof(f"`{name}` {_has(step.router)}", step.router.location)
    included = Proof(f"includes `{name}` {_lack(step.dependencies)}", step.location)
    return included, Proof(f"`{name}` {_has(step.router)}", step.router.location)


def _has(place: RouterPlace) -> str:
    return f"has {_names(place.dependencies)} only" if place.dependencies else "has no `dependencies=`"


def _lack(dependencies: tuple[Dependant, ...]) -> str:
    return f"with {_names(dependencies)} only" if dependencies else "without `dependencies=`"


def _names(dependencies: Iterable[Dependant]) -> str:
    names = dict.fromkeys(f"`{root.name.rpartition('.')[2] or '…'}`" for root in dependencies)
    return ", ".join(names)


def _chain(nodes: list[Proof]) -> Proof:
    tree = nodes[-1]
    for node in reversed(nodes[:-1]):
        tree = Proof(node.text, node.location, (tree,))
    return tree


def _merged(trees: Iterable[Proof]) -> tuple[Proof, ...]:
    """Trees with the same root are one tree."""
    children: dict[tuple[object, str], list[Proof]] = {}
    for tree in trees:
        children.setdefault((tree.location, tree.text), []).append(tree)
    return tuple(
        Proof(same[0].text, same[0].location, _merged(child for tree in same for child in tree.children))
        for same in children.values()
    )
