"""Lines of keys in TOML: nothing that only looks like a key leads astray."""

from __future__ import annotations

import pytest

from causerie.config.toml_lines import Path, line_of

DOCUMENT = '''\
# [fake]  a comment
first = """
[fake]
first = 2 # "
"""" # four quotes: one of them is the text's own

[section] # comment = 1
"quoted key" = '\\' # a literal: the backslash ends nothing
'single' = "\\"]" # an escaped quote
"esc\\u0061ped" = [
  "[fake]", # fake = 1
  """fake = 2
]""",
]
dotted . "in.side" = { x = 1, "]" = "}" }
empty = """"""
after = \'\'\'
it''s = 1
\'\'\'\'

[[many]]
name = 1
[many.sub]
name = 2
[[many]]
name = 3
[[many.deep]]
name = 4
[ a . b ]
last = 1979-05-27 07:32:00
end = ""'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("first",), 2),
        (("section",), 7),
        (("section", "quoted key"), 8),
        (("section", "single"), 9),
        (("section", "escaped"), 10),
        (("section", "dotted"), 15),
        (("section", "dotted", "in.side"), 15),
        (("section", "empty"), 16),
        (("section", "after"), 17),
        (("many",), 21),
        (("many", 0), 21),
        (("many", 0, "name"), 22),
        (("many", 0, "sub"), 23),
        (("many", 0, "sub", "name"), 24),
        (("many", 1), 25),
        (("many", 1, "name"), 26),
        (("many", 1, "deep", 0, "name"), 28),
        (("a",), 29),
        (("a", "b", "last"), 30),
        (("a", "b", "end"), 31),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_key_is_found_on_its_line(path: Path, line: int, newline: str) -> None:
    """Every way of writing a key, among strings and comments full of false ones."""
    assert line_of(DOCUMENT.replace("\n", newline), path) == line


def test_no_key_is_made_up() -> None:
    """What stands in strings, arrays and comments is no key: the line is that of what it is in."""
    assert line_of(DOCUMENT, ("fake",)) == 0
    assert line_of(DOCUMENT, ("section", "fake")) == 7
    assert line_of(DOCUMENT, ("section", "escaped", 1, "fake")) == 10
    assert line_of(DOCUMENT, ("section", "it")) == 7


def test_what_has_no_line_gets_that_of_what_it_is_in() -> None:
    """A key of an inline table stands on the line of the key that holds the table."""
    document = "\na = [{b = 1}]"
    assert line_of(document, ("a", 0, "b")) == 2
    assert line_of(document, ("a", 1, "b")) == 2
    assert line_of(document, ("z",)) == 0
