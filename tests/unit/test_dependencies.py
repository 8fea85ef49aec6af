"""The versions that are installed are the versions that are tested: pyproject.toml, the constraints, what runs here."""

from __future__ import annotations

import os
import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.pin_dependencies import FOR_EDITABLE, LOWEST, NEWEST, ROOT, pythons, requirements

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
NAMED = [Requirement(line) for line in requirements(PROJECT)]
LOWER = re.compile(r">=([^,]+)")

INSTALLED_FROM = os.environ.get("CAUSERIE_CONSTRAINTS", NEWEST.name)
"""Which of the two files this venv was installed with; empty: with none, by ./test --newest."""


def pins(path: Path) -> list[Requirement]:
    """The lines of a constraints file."""
    return [Requirement(line) for line in path.read_text().splitlines() if not line.startswith("#")]


def pinned(path: Path, name: str, python: str) -> str:
    """The version of a package for this Python on Linux; empty where it is not installed."""
    there = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
    found = [
        one
        for one in pins(path)
        if canonicalize_name(one.name) == canonicalize_name(name)
        and (one.marker is None or one.marker.evaluate({key: str(value) for key, value in there.items()}))
    ]
    assert len(found) <= 1, f"{name} is pinned twice for Python {python}"
    return str(found[0].specifier).removeprefix("==") if found else ""


@pytest.mark.parametrize("path", [NEWEST, LOWEST], ids=lambda path: path.name)
def test_every_line_pins_one_version(path: Path) -> None:
    for one in pins(path):
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(one.specifier)), one
        assert not one.extras
        assert one.url is None


@pytest.mark.parametrize("python", pythons(PROJECT))
@pytest.mark.parametrize("path", [NEWEST, LOWEST], ids=lambda path: path.name)
def test_all_that_is_named_is_pinned_within_its_range(path: Path, python: str) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    for one in NAMED:
        if one.marker is not None and not one.marker.evaluate(environment):
            continue
        version = pinned(path, one.name, python)
        assert version, f"{one.name} is not in {path.name} for Python {python}: run tools/pin_dependencies.py"
        assert version in one.specifier, (
            f"{one.name}=={version} in {path.name} is not what pyproject.toml allows: run tools/pin_dependencies.py"
        )


def test_the_lowest_that_is_allowed_is_the_lowest_that_is_tested() -> None:
    for one in NAMED:
        if one.name == Requirement(FOR_EDITABLE).name:
            continue
        lower = LOWER.search(str(one.specifier))
        assert lower is not None, f"{one.name} has no lower bound in pyproject.toml"
        tested = [
            Version(str(line.specifier).removeprefix("=="))
            for line in pins(LOWEST)
            if canonicalize_name(line.name) == canonicalize_name(one.name)
        ]
        assert Version(lower[1]) in tested, (
            f"pyproject.toml allows {one.name} {lower[1]}, and the tests run with {tested}:"
            " run tools/pin_dependencies.py"
        )


def needed() -> dict[str, str]:
    """All that causerie and its extra `dev` need here, and what that needs, with the versions that are installed."""
    found: dict[str, str] = {}
    wanted = [Requirement("causerie[dev]")]
    while wanted:
        one = wanted.pop()
        about = metadata.distribution(one.name)
        name = canonicalize_name(one.name)
        key = f"{name}[{','.join(sorted(one.extras))}]"
        if key in found:
            continue
        found[key] = about.version
        for line in about.requires or ():
            more = Requirement(line)
            if more.marker is None or any(more.marker.evaluate({"extra": extra}) for extra in one.extras or {""}):
                wanted.append(more)
    return {key.partition("[")[0]: version for key, version in found.items() if not key.startswith("causerie[")}


def test_what_is_installed_here_is_what_is_pinned() -> None:
    here = default_environment()
    for name, version in needed().items():
        if INSTALLED_FROM:
            expected = pinned(ROOT / INSTALLED_FROM, name, here["python_version"])
            assert version == expected, (
                f"{name} {version} is installed, and {expected or 'no version'} is pinned: after a change of"
                " pyproject.toml run `python tools/pin_dependencies.py`, and then ./test, which installs what is pinned"
            )
        else:
            for one in NAMED:
                if canonicalize_name(one.name) == name and (one.marker is None or one.marker.evaluate()):
                    assert version in one.specifier


def test_python_is_one_that_is_named() -> None:
    assert default_environment()["python_version"] in pythons(PROJECT)
