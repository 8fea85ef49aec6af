"""SQL as every Python that is named takes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import causerie.stores

_FOLDER = Path(causerie.stores.__path__[0])
FILES = sorted([*_FOLDER.rglob("*.py"), *_FOLDER.rglob("*.sql")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_parameter_is_numbered(path: Path) -> None:
    # Python 3.12 deprecates values in a sequence for ?1, which it takes for a name; a later one may raise an error.
    assert not re.search(r"\?[0-9]", path.read_text()), "name it, and pass a dict"
