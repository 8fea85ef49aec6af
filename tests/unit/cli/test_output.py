"""What commands print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.replies import AccountLine
from causerie.cli.output import plain, print_table, printable


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    """Wide characters count twice, marks not at all, and no line ends in blanks."""
    print_table(("NAME", "ROLE"), [("zoe\u0301", "member"), ("李雷", "administrator"), ("x", "")])
    assert capsys.readouterr().out == ("NAME  ROLE\nzoe\u0301   member\n李雷  administrator\nx\n")


@given(st.text())
def test_nothing_that_is_printed_commands_a_terminal(text: str) -> None:
    """No control character survives; what is harmless stays as it is."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in shown)
    assert all(a == b for a, b in zip(text, shown, strict=True) if a.isprintable())


def test_direction_cannot_be_turned() -> None:
    """A right-to-left override would show another name than there is; emoji keep their joiners."""
    assert printable("ab\u202ecd") == "ab\ufffdcd"
    assert printable("👩\u200d💻") == "👩\u200d💻"


def test_json_has_every_field() -> None:
    """Programs need not know the defaults."""
    assert plain([AccountLine(person=1, name="a")]) == [
        {"person": 1, "name": "a", "admin": False, "disabled": False, "here": False, "made_at": 0}
    ]
