"""The house as its documents say: what they name is there, and its files know each other one way only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
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
    "docs/dependencies.md",
    "docs/desktop.md",
    "docs/glossary.md",
    "docs/performance.md",
    "docs/security.md",
    "docs/protocol/classic.md",
    "docs/protocol/irc.md",
    "docs/protocol/native.md",
    *(str(path.relative_to(HOUSE)) for path in DECISIONS),
]

ELSEWHERE = {
    "causerie.toml",
    "causerie.db",
    "search.db",
    "control.sock",
    "/home/anna/.local/share/causerie",
    # ADR 8 says where else the port might have been.
    "compare.py",  # beside the project
    "stores/port.py",
    "buses/port.py",
}
"""Files of somebody who runs it, and files that a decision was against."""

BELOW = (
    HOUSE,
    PACKAGE,
    HOUSE / "tests",
    HOUSE / "tests" / "plays",
    HOUSE / "docs",
    HOUSE / "tests" / "unit" / "server",
)
"""Where a path may begin, as the documents say themselves; a document's own directory too."""

ENDS = "py|md|toml|sql|json|mo|po|service|txt|db"
PACKAGES = sorted(str(path.parent.relative_to(PACKAGE)) for path in PACKAGE.glob("*/**/__init__.py"))
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
    rooms = (path.parent for path in PACKAGE.rglob("__init__.py"))
    bases = ((HOUSE / document).parent, *BELOW, *rooms)
    return any((base / path).exists() for base in bases)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_exists(document: str) -> None:
    """A file that moved leaves a document that sends people nowhere."""
    assert [path for path in paths(document) if not is_there(path, document)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_function_that_is_named_exists(document: str) -> None:
    """`file.name` or `room/file.name`, where there is such a file: the name is in it, or it is a setting."""
    missing = []
    keys = {setting.key for setting in settings()}
    files: dict[str, list[Path]] = {}
    for path in PACKAGE.rglob("*.py"):
        files.setdefault(path.stem, []).append(path)
    for code in _CODE.findall(_FENCE.sub("", read(document))):
        found = _NAME.fullmatch(code.rpartition("/")[2])
        if found is None or found[2] in ENDS.split("|") or found[1] not in files:
            continue
        room = code.rpartition("/")[0]
        named = [path for path in files[found[1]] if path.parent.as_posix().endswith(room)]
        if found[0] in keys or any(_has(path, found[2]) for path in named):
            continue
        missing.append(code)
    assert missing == []


def _has(path: Path, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", path.read_text()) is not None


def test_the_picture_of_the_whole_stays_one_page() -> None:
    """Whoever comes new reads it in five minutes; what is in a package, its own first line says."""
    assert len(read("ARCHITECTURE.md").split()) <= 700


def test_every_package_is_drawn_or_named() -> None:
    """Each package directly below causerie, and each room of the server, is in ARCHITECTURE.md."""
    text = read("ARCHITECTURE.md")
    rooms = [path.parent.name for path in (*PACKAGE.glob("*/__init__.py"), *PACKAGE.glob("server/*/__init__.py"))]
    assert len(rooms) > 12
    assert [room for room in rooms if f"{room}/" not in text] == []


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_package_says_what_is_in_it(package: str) -> None:
    """In the docstring of its `__init__`."""
    module = ast.parse((PACKAGE / package / "__init__.py").read_text())
    assert ast.get_docstring(module)


def imports() -> dict[str, set[str]]:
    """For each module of causerie those that it imports, in a function or for its types alone too."""
    modules = {_module(path): path for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                assert node.level == 0, f"{path}: imports here are absolute"
                inside = {f"{node.module}.{alias.name}" for alias in node.names}
                # `from package import module` needs the module; anything else is of the file itself.
                named |= inside & modules.keys() or {node.module}
        found[module] = named & modules.keys() - {module}
    return found


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_no_circle_of_files() -> None:
    """A file that names another, which names it, can be read and changed only with it."""
    graph = imports()
    assert sum(map(len, graph.values())) > 1500
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("a circle of files: " + " imports ".join(reversed(error.args[1])))
