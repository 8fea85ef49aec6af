"""What commands print."""

from __future__ import annotations

import pytest

from causerie.chat.replies import AccountLine
from causerie.cli.output import plain, print_table


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    """Wide characters count twice, marks not at all, and no line ends in blanks."""
    print_table(("NAME", "ROLE"), [("zoe\u0301", "member"), ("李雷", "administrator"), ("x", "")])
    assert capsys.readouterr().out == ("NAME  ROLE\nzoe\u0301   member\n李雷  administrator\nx\n")


def test_json_has_every_field() -> None:
    """Programs need not know the defaults."""
    assert plain([AccountLine(person=1, name="a")]) == [
        {"person": 1, "name": "a", "admin": False, "disabled": False, "here": False, "made_at": 0}
    ]
