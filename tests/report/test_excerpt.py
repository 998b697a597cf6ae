"""Source excerpts point at the right cells, whatever the line holds."""

from fastapi_guard.location import Location
from fastapi_guard.report.excerpt import Marker, excerpt, lines_of
from fastapi_guard.report.ink import Ink, width_of


def drawn(text: str, location: Location, *, width: int = 40, label: str = "") -> list[str]:
    return list(excerpt(lines_of(text), location, Marker("^", "red", label), Ink(False), 2, width))


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert drawn("x = '日本e\u0301' + yz", Location("a.py", 1, 14, 1, 16)) == [
        "   |",
        " 1 | x = '日本e\u0301' + yz",
        "   |               ^^",
    ]


def test_tabs_and_invisible_characters_are_shown_with_a_width() -> None:
    assert drawn("\tx\u202e\x1b = y", Location("a.py", 1, 8, 1, 9)) == [
        "   |",
        " 1 |     x\\u202e\\x1b = y",
        "   |                   ^",
    ]


def test_a_long_line_is_cut_around_the_span() -> None:
    lines = drawn("a" * 100 + " here " + "b" * 100, Location("a.py", 1, 102, 1, 106))

    assert lines == [
        "   |",
        " 1 | ...aaaaaaaaaa here bbbbbbbbbbbbb...",
        "   |               ^^^^",
    ]
    assert max(map(width_of, lines)) <= 40


def test_a_label_without_room_stands_below() -> None:
    assert drawn("call(a)", Location("a.py", 1, 1, 1, 8), width=30, label="a label that is rather long here") == [
        "   |",
        " 1 | call(a)",
        "   | ^^^^^^^",
        "   | a label that is rather",
        "   | long here",
    ]


def test_many_lines_are_elided_in_the_middle() -> None:
    text = "".join(f"line{number}\n" for number in range(1, 10))

    assert drawn(text, Location("a.py", 1, 1, 9, 6)) == [
        "   |",
        " 1 | / line1",
        " 2 | | line2",
        " 3 | | line3",
        "   | | ...",
        " 9 | | line9",
        "   | |_____^",
    ]


def test_places_outside_the_text_have_no_excerpt() -> None:
    assert drawn("x = 1\n", Location("a.py", 7, 1, 7, 2)) == []
    assert drawn("x", Location("a.py", 1, 5, 1, 9)) == ["   |", " 1 | x", "   |     ^"]


def test_form_feeds_and_unicode_separators_end_no_line() -> None:
    assert lines_of("a\x0cb\u2028c\r\nd\re\n") == ["a\x0cb\u2028c", "d", "e", ""]
