"""Rows that go in by blocks are all there, in their order, or none is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from causerie.stores.sqlite.insert import BLOCK, Insert


@pytest.mark.parametrize("rows", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_every_row_in_its_order(rows: int) -> None:
    """Fewer than a block, blocks, and what is left over, with a value that is the same in each."""
    given = [(f"the {number}th", number) for number in range(rows)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT, kind TEXT, number INTEGER)")
        Insert("log (text, kind, number)", "(?, 'message', ?)").put(connection, given)
        found = connection.execute("SELECT id, text, kind, number FROM log ORDER BY id").fetchall()
    assert found == [(number + 1, text, "message", number) for text, number in given]


def test_a_value_that_cannot_be_held_is_an_error() -> None:
    """In the midst of a block, for the caller to roll back."""
    given: list[tuple[str]] = [(str(number),) for number in range(2 * BLOCK)]
    given[BLOCK + 3] = ("\ud800",)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE log (text TEXT)")
        with pytest.raises(UnicodeEncodeError):
            Insert("log (text)", "(?)").put(connection, given)
