"""Keys and values of TOML stand where the scan says."""

from fastapi_guard.config.toml_places import find_places

DOCUMENT = '''\
# [comment]
title = "a # b" # c
dotted . "quo\\u0074ed" . 'x.y' = 1
multi = """
[not.a.table]
key = 1
"""""
literal = \'\'\'
]\'\'\'
list = [ # [
  "one", [2, 3],
  { inner = 4, deep.er = "}" }, # ]
]

  [table]
  key = 1979-05-27 07:32:00

[[things]]
name = "first"
[[things]]
  name = "second"
[things.sub]
key = 'x'
[[things.nested]]
a = {}
[[things.nested]]
a = []
'''


def test_keys_are_found_in_every_kind_of_table() -> None:
    places = find_places(DOCUMENT)

    assert places.keys == {
        ("title",): (2, 1),
        ("dotted",): (3, 1),
        ("dotted", "quoted"): (3, 10),
        ("dotted", "quoted", "x.y"): (3, 26),
        ("multi",): (4, 1),
        ("literal",): (8, 1),
        ("list",): (10, 1),
        ("list", 2, "inner"): (12, 5),
        ("list", 2, "deep"): (12, 16),
        ("list", 2, "deep", "er"): (12, 21),
        ("table",): (15, 4),
        ("table", "key"): (16, 3),
        ("things",): (18, 3),
        ("things", 0): (18, 3),
        ("things", 0, "name"): (19, 1),
        ("things", 1): (20, 3),
        ("things", 1, "name"): (21, 3),
        ("things", 1, "sub"): (22, 9),
        ("things", 1, "sub", "key"): (23, 1),
        ("things", 1, "nested"): (24, 10),
        ("things", 1, "nested", 0): (24, 10),
        ("things", 1, "nested", 0, "a"): (25, 1),
        ("things", 1, "nested", 1): (26, 10),
        ("things", 1, "nested", 1, "a"): (27, 1),
    }


def test_values_are_found_in_lists_and_inline_tables() -> None:
    places = find_places(DOCUMENT)

    assert places.value(("title",)) == (2, 9)
    assert places.value(("list", 0)) == (11, 3)
    assert places.value(("list", 1, 1)) == (11, 14)
    assert places.value(("list", 2, "deep", "er")) == (12, 26)
    assert places.value(("table", "key")) == (16, 9)


def test_windows_line_ends_do_not_move_columns() -> None:
    assert find_places('a = 1\r\nb = "x"\r\n').values == {("a",): (1, 5), ("b",): (2, 5)}


def test_columns_count_code_points() -> None:
    assert find_places('"é😀" = 1\n').values == {("é😀",): (1, 8)}


def test_deep_nesting_is_passed_over() -> None:
    text = "a = " + "[" * 300 + '"]"' + "]" * 300 + "\nb = 2\n"

    assert find_places(text).value(("b",)) == (2, 5)


def test_an_unknown_path_is_at_the_key_around_it() -> None:
    assert find_places("\n[table]\n").value(("table", "missing")) == (2, 2)
