"""Strings: plain, formatted, templated, and several side by side, which `ast` has as one."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import Conversion
from fastapi_guard.facts.from_libcst.positions import Place

_KNOWS_NESTED_QUOTES = sys.version_info >= (3, 12)
"""PEP 701: anything may stand between the braces of an f-string."""
_KNOWS_TEMPLATES = sys.version_info >= (3, 14)

_ESCAPE_OR_QUOTE = re.compile(r"\\.|\\\Z|\"", re.DOTALL)
_Literal = cst.SimpleString | cst.FormattedString | cst.TemplatedString
_Part = cst.BaseFormattedStringContent | cst.BaseTemplatedStringContent


def simple(conversion: Conversion, node: cst.SimpleString, context: ast.expr_context) -> ast.expr:
    return ast.Constant(value=_value(node), kind=_kind(node), **conversion.at(node))


def formatted(conversion: Conversion, node: cst.FormattedString, context: ast.expr_context) -> ast.expr:
    return _joined(conversion, node, [node])


def templated(conversion: Conversion, node: cst.TemplatedString, context: ast.expr_context) -> ast.expr:
    return _joined(conversion, node, [node])


def concatenated(conversion: Conversion, node: cst.ConcatenatedString, context: ast.expr_context) -> ast.expr:
    """One constant where all are plain, one f-string where one of them is formatted."""
    literals = list(_literals(node))
    plain = [literal for literal in literals if isinstance(literal, cst.SimpleString)]
    if len(plain) < len(literals):
        return _joined(conversion, node, literals)
    values = [_value(literal) for literal in plain]
    value: str | bytes
    if isinstance(values[0], bytes):
        value = b"".join(part for part in values if isinstance(part, bytes))
    else:
        value = "".join(part for part in values if isinstance(part, str))
    return ast.Constant(value=value, kind=_kind(plain[0]), **conversion.at(node))


def _literals(node: cst.ConcatenatedString) -> Iterator[_Literal]:
    rest: list[cst.BaseExpression] = [node]
    while rest:
        current = rest.pop()
        if isinstance(current, cst.ConcatenatedString):
            rest += (current.right, current.left)
        else:
            assert isinstance(current, _Literal)
            yield current


def _kind(node: _Literal) -> str | None:
    return "u" if isinstance(node, cst.SimpleString) and node.value.startswith("u") else None


def _value(node: cst.SimpleString) -> str | bytes:
    text = node.value
    if "\\" not in text and "\r" not in text and text[0] in "\"'":
        width = 3 if text.startswith(('"""', "'''")) and len(text) >= 6 else 1
        return text[width:-width]
    value = ast.literal_eval(text)
    assert isinstance(value, str | bytes)
    return value


def _joined(conversion: Conversion, node: cst.BaseExpression, literals: Sequence[_Literal]) -> ast.expr:
    if any(isinstance(literal, cst.TemplatedString) for literal in literals):
        if not _KNOWS_TEMPLATES:
            conversion.newer_syntax.add("template string")
    elif not _KNOWS_NESTED_QUOTES:
        _note_newer_braces(conversion, literals)
    values: list[ast.expr] = []
    for literal in literals:
        if isinstance(literal, cst.SimpleString):
            value = _value(literal)
            assert isinstance(value, str)
            values.append(ast.Constant(value=value, kind=_kind(literals[0]), **conversion.at(literal)))
        else:
            values += _parts(conversion, literal.parts, _is_raw(literal), _kind(literals[0]))
    values = _merged(values)
    if sys.version_info >= (3, 14) and any(isinstance(literal, cst.TemplatedString) for literal in literals):
        return ast.TemplateStr(values=values, **conversion.at(node))
    return ast.JoinedStr(values=values, **conversion.at(node))


def _note_newer_braces(conversion: Conversion, literals: Sequence[_Literal]) -> None:
    """Before PEP 701 an f-string was no part of the grammar; whether the old rules allow this one, only trying tells."""
    if conversion.newer_syntax:
        return
    for literal in literals:
        if isinstance(literal, cst.FormattedString):
            start, end = conversion.inner(literal)
            try:
                ast.parse(f"({conversion.positions.source(start, end)})")
            except (SyntaxError, ValueError):
                conversion.newer_syntax.add("nested quotes in an f-string")
                return


def _is_raw(node: cst.FormattedString | cst.TemplatedString) -> bool:
    return "r" in node.start.rstrip("\"'").lower()


def _read(text: str, is_raw: bool) -> str:
    """What the text between braces says: doubled braces are one, escapes are what they stand for."""
    text = _with_newlines(text).replace("{{", "{").replace("}}", "}")
    if is_raw or "\\" not in text:
        return text
    value = ast.literal_eval(f'"""{_ESCAPE_OR_QUOTE.sub(_quotable, text)}"""')
    assert isinstance(value, str)
    return value


def _quotable(match: re.Match[str]) -> str:
    """Quotes may stand alone in the text of a triple-quoted literal; a backslash before a brace escapes nothing."""
    found = match.group()
    return "\\" + found if found in ("\\", '"') else found


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parts(conversion: Conversion, nodes: Sequence[_Part], is_raw: bool, kind: str | None) -> list[ast.expr]:
    values: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, cst.FormattedStringText | cst.TemplatedStringText):
            place = conversion.between(*conversion.outer(node))
            values.append(ast.Constant(value=_read(node.value, is_raw), kind=kind, **place))
        else:
            assert isinstance(node, cst.FormattedStringExpression | cst.TemplatedStringExpression)
            values += _replacement(conversion, node, is_raw, kind)
    return values


def _replacement(
    conversion: Conversion,
    node: cst.FormattedStringExpression | cst.TemplatedStringExpression,
    is_raw: bool,
    kind: str | None,
) -> list[ast.expr]:
    """`{x}` is a value; `{x=}` is the text `x=` and a value, shown by repr unless it says how."""
    start, end = conversion.outer(node)
    expression = conversion.expression(node.expression)
    conversion_code = ord(node.conversion) if node.conversion else -1
    before: list[ast.expr] = []
    if node.equal is not None:
        text_end = conversion.outer(node.whitespace_after_expression)[1]
        place = conversion.between(start + 1, text_end)
        text = _with_newlines(conversion.positions.source(start + 1, text_end))
        before.append(ast.Constant(value=text, kind=kind, **place))
        if node.conversion is None and node.format_spec is None:
            conversion_code = ord("r")
    spec = None
    if node.format_spec is not None:
        spec = _format_spec(conversion, node, is_raw, kind, end)
    place = conversion.between(start, end)
    if sys.version_info >= (3, 14) and isinstance(node, cst.TemplatedStringExpression):
        source_start = conversion.outer(node.expression)[0]
        source = conversion.positions.source(source_start, conversion.outer(node.expression)[1])
        interpolation = ast.Interpolation(
            value=expression, str=source, conversion=conversion_code, format_spec=spec, **place
        )
        return [*before, interpolation]
    value = ast.FormattedValue(value=expression, conversion=conversion_code, format_spec=spec, **place)
    return [*before, value]


def _format_spec(
    conversion: Conversion,
    node: cst.FormattedStringExpression | cst.TemplatedStringExpression,
    is_raw: bool,
    kind: str | None,
    end: int,
) -> ast.JoinedStr:
    """From the colon to the closing brace, which it does not hold."""
    spec = node.format_spec or ()
    start = conversion.outer(spec[0])[0] if spec else end - 1
    values = _merged(_parts(conversion, spec, is_raw, kind))
    return ast.JoinedStr(values=values, **conversion.between(start - 1, end - 1))


def _merged(values: Sequence[ast.expr]) -> list[ast.expr]:
    """Texts side by side are one; empty ones are none."""
    merged: list[ast.expr] = []
    for value in values:
        last = merged[-1] if merged else None
        if not isinstance(value, ast.Constant):
            merged.append(value)
        elif isinstance(last, ast.Constant):
            merged[-1] = _both(last, value)
        else:
            merged.append(value)
    return [value for value in merged if not isinstance(value, ast.Constant) or value.value]


def _both(first: ast.Constant, second: ast.Constant) -> ast.Constant:
    place: Place = {
        "lineno": first.lineno,
        "col_offset": first.col_offset,
        "end_lineno": second.end_lineno or second.lineno,
        "end_col_offset": second.end_col_offset or second.col_offset,
    }
    assert isinstance(first.value, str)
    assert isinstance(second.value, str)
    return ast.Constant(value=first.value + second.value, kind=first.kind, **place)
