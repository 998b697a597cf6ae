"""What LibCST reads becomes the tree that `ast.parse` makes, place by place, and newer syntax the nearest thing to it."""

import ast
import sys
import warnings

import pytest

from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.from_libcst import CannotParse, convert, to_ast

EXPRESSIONS = """\
x
(x)
((x))
None, True, False, __debug__
...
0, 00, 1_000, 0xFF, 0b1_0, 0o17
1.5, 1e3, .5, 1_0.0_1
2j, 1.5J, 1_0j
'a'
u'a', U'a', b'a', rb'\\d', R'\\d', '\\x41\\n\\N{EM DASH}'
'''a'b''', \"\"\"a"b\"\"\", '', ""
'a' "b" r'\\c'
u'a' 'b'
b'a' b'b'
(u'a' u'b')
'é' + ü
ﬁ.ﬁ(ﬁ=ﬁ)
a.b.c
(a).b
(a . b)
a[1]
a[1, 2]
a[1, 2,]
a[(1, 2)]
a[1:2]
a[:], a[::], a[ : : ], a[1:], a[:2], a[::3], a[1:2:3]
a[( 1 ) : ( 2 )]
a[1:2, ::3 , *b]
a[*b]
a[*b, c]
a[b:=1]
a()
a(b, *c, d=e, **f)
a(b=1, *c, **d, e=2)
a(b, c, )
a(b for b in c)
a (  b for b in c  )
a((b for b in c))
a((b for b in c), d)
a(( b ))
a(*b, *c)
a(b := 1)
(a)((b))
(b for b in c)
((b for b in c))
[b for b in c if d if e for f in g]
{b for b in c}
{b: c for b, c in d}
[b for b, in c]
[b for (b, c) in d]
[await b async for b in c]
()
( )
(a,)
((a,))
( a , b , )
a, b
a, b,
a,
*a, b
(*a, (b))
[]
[a, *b, ]
{a, *b}
{}
{a: b, **c, 'd': e, }
-a, +a, ~a, not a
- - a
not (not a)
-(1)
a + b * c ** -d // e / f % g @ h
(a + b) + (c + d)
a << b >> c & d | e ^ f
a and b and c
a and b or c and d
(a and b) and c
a and (b and c)
a or not b or (c)
a < b <= c > d >= e == f != g
a is b is not c in d not in e
(a < b) < c
a if b else c
(a) if (b) else (c if d else e)
lambda: 0
lambda a, /, b, c=1, *d, e, f=2, **g: (a, b)
lambda *, a: a
lambda a=1, /: a
(lambda: (yield))
(a := b)
((a := (b)))
(yield)
(yield a)
(yield a, b)
(yield from a)
await a
(await a).b
f''
f'a'
f'{a}'
f'a{b!r}c{d:>{e}}f'
f'{a=}', f'{ a = }', f'{a=!s}', f'{a=:>3}'
f'{{}}{a}}}'
'a' f'{b}' 'c' f'd'
'' f'{a}'
rf'\\d{a}', f'\\n{a}\\x41', f'\\N{EM DASH}{a}'
f'''a "{b}" "c"'''
f'{a:%Y-%m-%d}'
f'{a, b}', f'{(lambda: 1)}', f'{ {1: 2}[1] }', f'{*a, b}'
f'{a:}'
f'é{a}é'
"""

STATEMENTS = [
    "",
    "\n",
    "# only a comment",
    "pass",
    "pass; pass;",
    "(a)\n",
    "a; (b) ;c\n",
    "a = 1,  # why\n",
    "a = b = c, d = e\n",
    "(a) = [b, *c] = (d, (e, f)) = g\n",
    "a.b = a[c] = d\n",
    "a = yield\n",
    "a: int\n",
    "a: int = 1\n",
    "a.b: int = 1\n",
    "a[b]: int\n",
    "a: int = b, c\n",
    "a += 1; a -= 1; a *= 1; a /= 1; a //= 1; a %= 1; a @= 1; a &= 1; a |= 1; a ^= 1; a <<= 1; a >>= 1; a **= 1\n",
    "a.b += c\n",
    "del a\n",
    "del a, b\n",
    "del a,\n",
    "del (a, b)\n",
    "del (a), [b, c.d], e[0]\n",
    "assert a\n",
    "assert a, b\n",
    "raise\n",
    "raise a\n",
    "raise a from (b)\n",
    "global a, b\n",
    "def f():\n    nonlocal a, b\n",
    "import a\n",
    "import a.b.c as d, e\n",
    "from a import b\n",
    "from a.b import (c as d, e,)\n",
    "from a import (  # why\n    b,\n    c\n)\n",
    "from . import a\n",
    "from .... a . b import c\n",
    "from ...a import *\n",
    "if a: pass\n",
    "if a: b; c;\n",
    "if a:\n    b;\n",
    "if a:\n    b\nelif c:\n    d\nelif e:\n    f\nelse:\n    g\n",
    "if a:\n    b\nelse:\n    if c:\n        d\n",
    "while a:\n    break\n    continue\nelse:\n    b\n",
    "for a in b: pass\n",
    "for a, b in c, d:\n    e\nelse:\n    f\n",
    "for a in *b, c: pass\n",
    "for (a, *b) in c: pass\n",
    "async def f():\n    async for a in b:\n        pass\n    async with c as d: pass\n",
    "with a: pass\n",
    "with a as b, c as (d, e): pass\n",
    "with (a): pass\n",
    "with (a) as b: pass\n",
    "with (a, b): pass\n",
    "with (a, b) as c: pass\n",
    "with (a as b, c,): pass\n",
    "with a() as b.c, d as e[0]:\n    pass\n",
    "try:\n    a\nexcept:\n    b\n",
    "try:\n    a\nexcept b:\n    c\nexcept (d, e) as f:\n    g\nelse:\n    h\nfinally:\n    i\n",
    "try:\n    a\nexcept (b, c) :\n    d\ne = f'{g} {h}'\n",
    "try:\n    a\nfinally:\n    b;\n",
    "try:\n    a\nexcept* b as c:\n    d\nexcept *(e, f):\n    g\n",
    "def f(): pass\n",
    "def f(a, b: int = 1, /, c=2, *d: e, f, g: (h) = 3, **i: j) -> (k): return\n",
    "def f(a, /): return a, b\n",
    "def f(*, a): return (yield)\n",
    "def f(*a: *b): return *c, d\n",
    "@a\n@b.c(d)\n@(e)\nasync def f():\n    '''Doc.'''\n",
    "class A: pass\n",
    "class A(): pass\n",
    "@a\nclass A(B, C[d], *e, metaclass=M, **f):\n    a: int = 1\n\n    def g(self): ...\n",
    "match a:\n    case 1 | -1 | 1.5 | 1 + 2j | -1 - 2j | 'a' 'b' | b'c' | None | True: pass\n",
    "match a, b:\n    case c, *d: pass\n    case [c, *_]: pass\n    case (c, (d)): pass\n    case (c,): pass\n    case c,: pass\n",
    "match a:\n    case []: pass\n    case (): pass\n    case ((1)): pass\n    case *a,: pass\n",
    "match (a):\n    case {}: pass\n    case {'a': b, c.d: _, **e}: pass\n    case {-1: (a | b),}: pass\n",
    "match a:\n    case A(): pass\n    case a.B(c, d=e, f=[g],): pass\n    case _ if (h): pass\n",
    "match a:\n    case (b as c): pass\n    case 1 | 2 as d: pass\n    case A.b: pass\n    case _: pass\n",
    "match = case = type = 1\nmatch(a)\ntype(b)\n",
    "if a:\n\tb\n\tif c:\n\t  d\n",
    "if a:\r\n    b = '''c\r\nd'''\r\n    e = f'''{b}\r\nc'''\r\n",
    "a = 1\rb = 2\r",
    "a = \\\n    b + \\\n  c\n",
    "a = (\n    # why\n    b  # and\n    + c\n)  # so\n",
    "é = 'ü'; ö = é + \"日本\" + z\n",
    "if a:\n    b\n    # the end\n\n\n# of it\nc",
    "\x0ca = 1\n",
    "# -*- coding: utf-8 -*-\na = 1\n",
    "f(a)(b)[c].d(e for e in f)(g)\n",
    "class A:\n    @property\n    def b(self): return 1; \n\n    c = 1\n",
]

QUOTED_BRACES_HAVE_PLACES = sys.version_info >= (3, 13)


def dump(tree: ast.Module) -> str:
    if not QUOTED_BRACES_HAVE_PLACES:
        without_places_in_formatted_strings(tree)
    return ast.dump(tree, include_attributes=True)


def without_places_in_formatted_strings(tree: ast.Module) -> None:
    """Python 3.11 gives what stands in an f-string places of its own making (fixed by PEP 701); 3.12 adds empty texts."""
    for string in ast.walk(tree):
        if not isinstance(string, ast.JoinedStr):
            continue
        for node in ast.walk(string):
            if isinstance(node, ast.JoinedStr):
                node.values = [part for part in node.values if not isinstance(part, ast.Constant) or part.value]
            if node is not string and isinstance(node, ast.expr):
                node.lineno = node.col_offset = node.end_lineno = node.end_col_offset = 0


def parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


@pytest.mark.parametrize("text", EXPRESSIONS.splitlines())
def test_an_expression_has_the_tree_and_the_places_of_ast(text: str) -> None:
    expected = dump(parse(text))

    actual = dump(to_ast(text))

    assert expected == actual


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_has_the_tree_and_the_places_of_ast(text: str) -> None:
    expected = dump(parse(text))

    actual = dump(to_ast(text))

    assert expected == actual


@pytest.mark.parametrize("text", [*EXPRESSIONS.splitlines(), *STATEMENTS])
def test_what_the_running_python_reads_holds_no_newer_syntax(text: str) -> None:
    assert convert(text).newer_syntax == frozenset()


NEWER = [
    # PEP 695
    ("type X = int\n", "X = int\n"),
    ("type X[T] = list[T]\n", "X = list[T]\n"),
    ("type X[T: int = str, *Ts, **P] = T\n", "X = T\n"),
    ("def f[T: (int, str), *Ts, **P](a: T) -> T: ...\n", "def f(a: T) -> T: ...\n"),
    ("class A[T](B): ...\n", "class A(B): ...\n"),
    # PEP 701
    ("x = f'{a['b']}'\n", "x = f'{a[\"b\"]}'\n"),
    ("x = f'{f'{f'{1}'}'}'\n", "x = f'''{f\"{f'{1}'}\"}'''\n"),
    ("x = f'{\n    a  # why\n}'\n", "x = f'{a}'\n"),
    # PEP 750
    ("x = t'a{b!r:>{c}}'\n", "x = f'a{b!r:>{c}}'\n"),
    # PEP 758
    ("try:\n    a\nexcept A, B:\n    c\n", "try:\n    a\nexcept (A, B):\n    c\n"),
    ("try:\n    a\nexcept* A, B:\n    c\n", "try:\n    a\nexcept* (A, B):\n    c\n"),
    # PEP 798
    ("x = {**a for a in b}\n", "x = {a: a for a in b}\n"),
    # PEP 810
    ("lazy import a.b as c\n", "import a.b as c\n"),
    ("lazy from .a import b\n", "from .a import b\n"),
]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons know some of this")
@pytest.mark.parametrize("text, older", NEWER)
def test_newer_syntax_becomes_the_nearest_older_thing(text: str, older: str) -> None:
    expected = ast.dump(parse(older))

    converted = convert(text)

    assert expected == ast.dump(converted.tree)
    assert converted.newer_syntax


def test_what_stands_in_an_f_string_has_its_own_place() -> None:
    tree = to_ast("x = (f'é{a}'\n    f'{b['c']:>{d}}')\n")

    places = {
        node.id: (node.lineno, node.col_offset, node.end_col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
    }

    assert places == {"x": (1, 0, 1), "a": (1, 10, 11), "b": (2, 7, 8), "d": (2, 16, 17)}


def test_a_list_comprehension_may_unpack() -> None:
    statement = to_ast("x = [*a for a in b]\n").body[0]

    assert isinstance(statement, ast.Assign)
    assert isinstance(statement.value, ast.ListComp)
    assert isinstance(statement.value.elt, ast.Starred)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="older Pythons have no nodes for them")
@pytest.mark.parametrize(
    "text",
    [
        "type X = int\n",
        "type X[T: int, *Ts, **P] = (T, P)\n",
        "def f[T: (int, str), *Ts, **P](a: T) -> T: ...\n",
        "async def f[ T , ](): ...\n",
        "class A[T](B): ...\n",
        "x = f'{a['b']}{f'{f'{1}'}'}'\n",
    ],
)
def test_type_parameters_have_nodes_where_python_has_them(text: str) -> None:
    expected = dump(parse(text))

    converted = convert(text)

    assert expected == dump(converted.tree)
    assert converted.newer_syntax == frozenset()


@pytest.mark.skipif(sys.version_info < (3, 13), reason="older Pythons have no place for them")
@pytest.mark.parametrize(
    "text", ["type X[T: int = str, *Ts = *tuple[int], **P = [int]] = T\n", "class A[T = (int)]: ...\n"]
)
def test_type_parameters_have_defaults_where_python_has_them(text: str) -> None:
    expected = dump(parse(text))

    assert expected == dump(to_ast(text))


@pytest.mark.parametrize("text", ["(\n", "a b\n", "def f(:\n", "if a:\n", "x = 'a\n", "  a\n b\n", "x = '\ud800'\n"])
def test_what_is_no_python_is_refused(text: str) -> None:
    with pytest.raises(CannotParse) as refusal:
        to_ast(text)

    assert refusal.value.line >= 1
    assert refusal.value.column >= 1


DEEP = {
    "elif": "if a: pass\n" + "".join(f"elif a{i}: pass\n" for i in range(1_000)),
    "else if": "".join(" " * i + "if a: pass\n" + " " * i + "else:\n" for i in range(99)) + " " * 99 + "pass\n",
    "attributes": "x = a" + ".b" * 1_000,
    "sum": "x = a" + " + b" * 1_000,
    "union": "x: " + "A | " * 1_000 + "None",
    "conjunction": "x = a" + " and b" * 1_000,
    "comparison": "x = a" + " < b" * 1_000,
    "texts": "x = (" + "'a'\n" * 1_000 + ")",
    "brackets": "x = " + "[" * 190 + "]" * 190,
    "parentheses": "x = " + "(" * 199 + "a" + ")" * 199,
    "negations": "x = " + "not " * 300 + "a",
}


@pytest.mark.skipif(sys.version_info[:2] == (3, 12), reason="3.12 limits nested calls from C, whatever the stack")
@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_deep_code_is_read_on_a_deep_stack(text: str) -> None:
    def both() -> tuple[str, str]:
        return dump(parse(text)), dump(to_ast(text))

    expected, actual = with_deep_stack(both)

    assert expected == actual
