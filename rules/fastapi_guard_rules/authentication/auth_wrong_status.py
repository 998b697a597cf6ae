"""FG122 auth-wrong-status."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    FORBIDDEN,
    MEDIUM,
    NO_SUCH_USER,
    NOT_AUTHENTICATED,
    RAISING_VERIFIERS,
    WARNING,
    WRONG_LOGIN,
    Finding,
    HttpError,
    Unit,
    known_error,
    lets_errors_out,
    rule,
    tests_around,
    walk,
)

LOGIN = re.compile(
    r"(?:^|[_/-])(?:log_?in|sign_?in|logon|authenticate|access_?token|access-token|token|refresh)(?:$|[_/-])"
)
ANOTHER_SECRET = re.compile(
    r"reset|verif|confirm|activat|invit|recover|forgot|unsubscribe|csrf|captcha|otp|webhook|change|update|delete"
)
"""Endpoints whose token or password is a part of what they were sent, and not the caller's credential."""

NO_CREDENTIAL = re.compile(r"\bcsrf\b|\b(?:continuation|next|page|paging|sync) token\b|\bsuper ?user\b|\bconfigur\w+")
"""Messages about tokens that say nothing of who calls, and about credentials that the server itself lacks."""

CREDENTIALS = re.compile(r"(?:^|_)(?:access_?)?(?:token|credentials?|authorization|api_?key|jwt|bearer|oauth2?)(?:$|_)")
PRINCIPAL = re.compile(r"(?:^|_)(?:current_?(?:user|admin|account|principal)|auth_user|usuario_actual)(?:$|_)")
NOT_ABOUT_RIGHTS = re.compile(
    r"password|passwd|hash|token|session|version|active|disabled|locked|otp|totp|mfa|code|verify|check_pw"
)

VERIFYING = re.compile(r"(?:verify|check|validate|compare)\w*(?:password|passwd|pwd|hash)|checkpw|^verify$")
"""Functions that compare a password with its hash."""

VERIFYING_METHODS = sorted({name.rpartition(".")[2] for name in RAISING_VERIFIERS})


@rule("FG122", severity=WARNING, confidence=MEDIUM, words=["HTTPException", *VERIFYING_METHODS])
def auth_wrong_status(looked_at: cst.Raise | cst.Call, unit: Unit) -> Iterator[Finding]:
    """A missing or invalid credential is answered with something else than 401, or a lack of rights with 401."""
    if isinstance(looked_at, cst.Raise):
        yield from _of_raise(looked_at, unit)
    elif unit.resolve(looked_at) in RAISING_VERIFIERS:
        yield from _of_verifier(looked_at, unit)


def _of_verifier(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A library says by an exception that a signature is wrong, and the handler lets it out."""
    function = unit.enclosing_function(call)
    if function is None or not (unit.is_endpoint(function) or unit.is_dependency(function)):
        return
    if lets_errors_out(call, unit):
        name = function.name.value
        yield Finding(
            unit.location(call),
            f"`{name}` answers 500 for a signature that is missing or wrong: nobody catches what this raises",
            help="Catch its errors and raise 400 or 401.",
            symbol=unit.symbol(function),
        )


def _of_raise(statement: cst.Raise, unit: Unit) -> Iterator[Finding]:
    error = known_error(statement.exc, unit)
    function = unit.enclosing_function(statement)
    if error is None or error.status is None or function is None:
        return
    if error.status == 401:
        if not _lacks_rights(error, statement, function, unit):
            return
        reason = "the caller is known and may not (403)"
    elif error.status in (400, 403, 404, 422, 500):
        if not _is_stranger(error, error.status, function, unit):
            return
        reason = "nobody was authenticated (401)"
    else:
        return
    yield Finding(
        unit.location(error.call),
        f"`{function.name.value}` answers {error.status} although {reason}",
        symbol=unit.symbol(function),
    )


def _is_stranger(error: HttpError, status: int, function: cst.FunctionDef, unit: Unit) -> bool:
    """Whether the error is for a credential that is missing, wrong, or of nobody."""
    words = error.words
    name = function.name.value.lower()
    if unit.is_endpoint(function):
        if not _logs_in(function) or ANOTHER_SECRET.search(name):
            return (
                status == 403
                and NOT_AUTHENTICATED.search(words) is not None
                and not ANOTHER_SECRET.search(name + words)
            )
        if status == 400 and _follows_oauth2(function):
            return False
        return _is_about_a_login(words)
    if NO_CREDENTIAL.search(words) or ANOTHER_SECRET.search(name):
        return False
    if not unit.is_dependency(function) and not _takes_credentials(function):
        return status != 400 and _verifies_a_password(function) and _is_about_a_login(words)
    if NOT_AUTHENTICATED.search(words):
        return True
    return NO_SUCH_USER.search(words) is not None and _takes_credentials(function)


def _is_about_a_login(words: str) -> bool:
    return any(pattern.search(words) for pattern in (WRONG_LOGIN, NO_SUCH_USER, NOT_AUTHENTICATED))


def _verifies_a_password(function: cst.FunctionDef) -> bool:
    """A login that an endpoint leaves to a service: it is called so, and checks a password."""
    if LOGIN.search(function.name.value.lower()) is None:
        return False
    called = [node.func for node in walk(function.body) if isinstance(node, cst.Call)]
    names = [
        func.attr.value if isinstance(func, cst.Attribute) else func.value
        for func in called
        if isinstance(func, (cst.Attribute, cst.Name))
    ]
    return any(VERIFYING.search(name.lower()) for name in names)


def _logs_in(function: cst.FunctionDef) -> bool:
    texts = [function.name.value.lower()]
    for decorator in function.decorators:
        texts += [str(node.evaluated_value).lower() for node in walk(decorator) if isinstance(node, cst.SimpleString)]
    return any(LOGIN.search(text) for text in texts)


def _follows_oauth2(function: cst.FunctionDef) -> bool:
    """RFC 6749 has the token endpoint answer 400 to a wrong password."""
    return any(isinstance(node, cst.Name) and "OAuth2" in node.value for node in walk(function.params))


def _takes_credentials(function: cst.FunctionDef) -> bool:
    return any(
        isinstance(node, cst.Param) and CREDENTIALS.search(node.name.value.lower()) for node in walk(function.params)
    )


def _lacks_rights(error: HttpError, statement: cst.Raise, function: cst.FunctionDef, unit: Unit) -> bool:
    """Whether the caller is known: the condition compares what he is, or the message speaks of rights."""
    if NOT_AUTHENTICATED.search(error.words) or WRONG_LOGIN.search(error.words):
        return False
    for test in tests_around(statement, unit):
        for node in walk(test):
            if (
                isinstance(node, (cst.Attribute, cst.Subscript))
                and isinstance(node.value, cst.Name)
                and PRINCIPAL.search(node.value.value.lower())
            ):
                return NOT_ABOUT_RIGHTS.search(unit.module.code_for_node(test).lower()) is None
    is_principal_given = any(
        isinstance(node, cst.Param) and PRINCIPAL.search(node.name.value.lower()) for node in walk(function.params)
    )
    return is_principal_given and FORBIDDEN.search(error.words) is not None
