"""A new rule as text: its module, its page, and the folder of its family. Knows no file system."""

from collections.abc import Mapping
from dataclasses import dataclass

MODULE = '''\
"""{code} {name}."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule


@rule("{code}", severity=WARNING)
def {function}(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """TODO: one sentence that says what is wrong."""
    if False:
        yield Finding(
            operation.registered_at,
            f"`{{operation.path}}` TODO: what is wrong here, with the names of this code",
            operations=operation.places,
            symbol=operation.endpoint_name,
        )
'''
PAGE = """\
# {code} {name}

TODO: one paragraph that says what the rule finds.

## Why

TODO: the harm, not the rule.

## Examples

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/bad")  # error: {code}
def bad(): ...
```

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/good")
def good(): ...
```

## When to ignore it

TODO

## References

TODO
"""


@dataclass(frozen=True, slots=True)
class NewRule:
    """What a rule is called and where it belongs."""

    code: str
    name: str
    """kebab-case."""
    family: str
    """The folder below the package; empty for the package itself."""


class ScaffoldError(Exception):
    """A rule that cannot be made as it was asked for."""


def placed(name: str, code: str | None, family: str | None, family_by_code: Mapping[str, str]) -> NewRule:
    """The rule with the code and the family that were not given, after those of the pack's other rules."""
    families = sorted(set(family_by_code.values()))
    if code is None:
        if family is None and len(families) != 1:
            raise ScaffoldError(f"give --code or --family{' (' + ', '.join(families) + ')' if families else ''}")
        chosen = families[0] if family is None else family
        return NewRule(_next_code(chosen, family_by_code), name, chosen)
    if family is None:
        alike = {known for other, known in family_by_code.items() if other[:-2] == code[:-2]}
        if len(alike) != 1:
            raise ScaffoldError(f"no family has codes like {code}: give --family")
        family = alike.pop()
    return NewRule(code, name, family)


def files_of(new: NewRule) -> Mapping[str, str]:
    """The content of the rule's files by their path below the package."""
    function = new.name.replace("-", "_")
    folder = f"{new.family}/" if new.family else ""
    words = {"code": new.code, "name": new.name, "function": function}
    return {f"{folder}{function}.py": MODULE.format(**words), f"{folder}{function}.md": PAGE.format(**words)}


def _next_code(family: str, family_by_code: Mapping[str, str]) -> str:
    codes = sorted(code for code, known in family_by_code.items() if known == family)
    if not codes:
        raise ScaffoldError(f"the family `{family}` has no rule yet: give --code")
    prefix, number = codes[-1][:-3], int(codes[-1][-3:])
    taken = {int(code[-3:]) for code in family_by_code if code[:-3] == prefix}
    return f"{prefix}{next(free for free in range(number + 1, number + 1001) if free not in taken):03}"
