"""What the documents name is there: every path in ARCHITECTURE.md, README.md and those listed below."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from causerie.config.settings import settings

HOUSE = Path(__file__).parents[2]
PACKAGE = HOUSE / "src" / "causerie"
DECISIONS = sorted((HOUSE / "docs" / "adr").glob("*.md"))
DOCUMENTS = [
    "ARCHITECTURE.md",
    "README.md",
    "docs/client.md",
    "docs/security.md",
    *(str(path.relative_to(HOUSE)) for path in DECISIONS),
]

ELSEWHERE = {
    "causerie.toml",
    "causerie.db",
    "search.db",
    "control.sock",
    "/home/anna/.local/share/causerie",
    # ADR 8 says where else the port might have been.
    "stores/port.py",
    "buses/port.py",
}
"""Files of somebody who runs it, and files that a decision was against."""

BELOW = (HOUSE, PACKAGE, HOUSE / "tests", HOUSE / "docs", HOUSE / "tests" / "unit" / "server")
"""Where a path may begin, as the documents say themselves; a document's own directory too."""

PLACES = ("chat", "server", "protocols", "stores", "client", "cli")
ENDS = "py|md|toml|sql|json|mo|po|service|txt"
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)")
_PATH = re.compile(rf"\.?[A-Za-z0-9_./-]+(?:\.(?:{ENDS})|/)")
_NAME = re.compile(r"([a-z_]+)\.([A-Za-z_]\w*)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def read(document: str) -> str:
    return (HOUSE / document).read_text()


def paths(document: str) -> Iterator[str]:
    """Paths in code and links, outside of blocks of code."""
    prose = _FENCE.sub("", read(document))
    for code in _CODE.findall(prose):
        if _PATH.fullmatch(code) and code not in ELSEWHERE:
            yield code
    yield from (link for link in _LINK.findall(prose) if "://" not in link)


def is_there(path: str, document: str) -> bool:
    bases = ((HOUSE / document).parent, *BELOW, *(PACKAGE / place for place in PLACES))
    return any((base / path).exists() for base in bases)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_exists(document: str) -> None:
    """A file that moved leaves a document that sends people nowhere."""
    assert [path for path in paths(document) if not is_there(path, document)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_function_that_is_named_exists(document: str) -> None:
    """`file.name` where there is such a file in the package: the name is in it, or it is a setting."""
    missing = []
    keys = {setting.key for setting in settings()}
    files: dict[str, list[Path]] = {}
    for path in PACKAGE.rglob("*.py"):
        files.setdefault(path.stem, []).append(path)
    for code in _CODE.findall(_FENCE.sub("", read(document))):
        found = _NAME.fullmatch(code.rpartition("/")[2])
        if found is None or found[2] in ENDS.split("|") or found[1] not in files:
            continue
        if found[0] in keys or any(_has(path, found[2]) for path in files[found[1]]):
            continue
        missing.append(code)
    assert missing == []


def _has(path: Path, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", path.read_text()) is not None


def test_the_tree_is_the_tree() -> None:
    """ARCHITECTURE.md draws every module of the package, in its folder, and no file that is nowhere."""
    (block,) = re.findall(r"```\nsrc/causerie/\n(.*?)```", read("ARCHITECTURE.md"), re.DOTALL)
    package = list(itertools.takewhile(lambda line: line.startswith(" "), block.splitlines()))
    drawn: dict[str, set[str]] = {}
    folder = ""
    for line in package:
        indent = len(line) - len(line.lstrip())
        start = re.match(r"  ([a-z]+)/", line)
        if indent == 2:
            folder = start[1] if start else ""
        drawn.setdefault(folder, set()).update(re.findall(r"[a-z][a-z_0-9]+", line))
    missing = []
    for path in PACKAGE.rglob("*.py"):
        place, *below = path.relative_to(PACKAGE).parts
        if path.stem.startswith("__") or place == "cli" or len(below) > 1:
            continue
        words = drawn.get(place if below else "", set())
        # sqlite_rows is drawn as `rows`, one of sqlite's parts.
        if not {path.stem, path.stem.removeprefix("sqlite_")} & words:
            missing.append(str(path.relative_to(PACKAGE)))
    assert sorted(missing) == []
    for line in package:
        for name in re.findall(r"[a-z_0-9]+\.(?:py|sql)", line):
            assert list(PACKAGE.rglob(name)), f"{name} is drawn and is nowhere"
