"""Writes constraints.txt and constraints-lowest.txt: the versions that are tested, and the lowest that are.

    python tools/pin_dependencies.py

Both are resolved from pyproject.toml for every Python that it names at once, extras and build requirements included,
by uv, which is installed into a folder of its own for the while. constraints.txt gets the newest versions that
pyproject.toml allows and constraints-lowest.txt the lowest of what it names. Only versions that are ready built are
taken, and that each Python has them is checked. Then: `./test`, `./test --lowest`.

No hashes: pip, once it sees one, asks for one of everything, and an editable folder has none.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
NEWEST = ROOT / "constraints.txt"
LOWEST = ROOT / "constraints-lowest.txt"

FOR_EDITABLE = "editables~=0.3"
"""hatchling asks for it while it builds an editable install, beside what pyproject.toml names."""

HEAD = """\
# {what}.
# Written by tools/pin_dependencies.py, not by hand.
"""
WHAT = {
    NEWEST: "What ./causerie and ./test install",
    LOWEST: "What ./test --lowest installs: the lowest versions that pyproject.toml allows",
}


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    with tempfile.TemporaryDirectory() as folder:
        uv = install_uv(Path(folder))
        for path, resolution in ((NEWEST, "highest"), (LOWEST, "lowest-direct")):
            path.write_text(HEAD.format(what=WHAT[path]) + resolve(uv, requirements(project), resolution))
            print(f"{path.name}: {len(path.read_text().splitlines()) - 2} versions")
        for python in pythons(project):
            subprocess.run(
                [uv, "pip", "compile", "-q", "--python-version", python, "--python-platform", "linux",
                 "--only-binary", ":all:", "--constraint", NEWEST, "-"],
                input="\n".join(requirements(project)), text=True, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
            print(f"Python {python}: all ready built")
    return 0


def install_uv(folder: Path) -> str:
    """uv in a folder of its own, by pip; the path of its program."""
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "-q", "uv"], check=True)
    return str(programs / "uv")


def requirements(project: dict[str, dict[str, object]]) -> list[str]:
    """All that is named: to run it, the extras, to build it; not the project itself, which an extra names too."""
    about = project["project"]
    extras = about["optional-dependencies"]
    assert isinstance(extras, dict)
    named = [about["dependencies"], *extras.values(), project["build-system"]["requires"], [FOR_EDITABLE]]
    lines = [line for group in named if isinstance(group, list) for line in group]
    return [line for line in lines if re.split(r"[\[<>=!~; ]", line)[0] != about["name"]]


def pythons(project: dict[str, dict[str, object]]) -> list[str]:
    """The versions of Python that the classifiers name, as "3.11"."""
    classifiers = project["project"]["classifiers"]
    assert isinstance(classifiers, list)
    return re.findall(r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(classifiers), re.MULTILINE)


def resolve(uv: str, lines: list[str], resolution: str) -> str:
    """name==version lines, with a marker where a version is not for all."""
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    done = subprocess.run(
        [uv, "pip", "compile", "-q", "--universal", "--python-version", lowest, "--resolution", resolution,
         "--only-binary", ":all:", "--no-header", "--no-annotate", "--no-emit-index-url", "--upgrade", "-"],
        input="\n".join(lines), text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
