"""`./causerie` in a copy of this folder: it runs that folder's code, whatever is installed in its venv."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy with a space in its name, and a venv that was installed into (the packages are those that run this)."""
    copy = tmp_path / "a copy"
    copy.mkdir()
    for name in ("causerie", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    venv.create(copy / ".venv", with_pip=False, symlinks=True)
    (site_packages(copy) / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = copy / ".venv/bin/causerie"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    bash(copy, 'venv_state "" >.venv/installed')
    return copy


def site_packages(folder: Path) -> Path:
    """Where its venv keeps packages."""
    return next((folder / ".venv/lib").glob("python3*/site-packages"))


def bash(folder: Path, line: str) -> int:
    """Run a line after .ci/venv, in the folder; its exit status."""
    done = subprocess.run(["bash", "-c", f". .ci/venv; {line}"], cwd=folder, timeout=SECONDS, check=False)
    return done.returncode


def version(folder: Path) -> str:
    """What `./causerie --version` says, asked from elsewhere."""
    done = subprocess.run(
        [folder / "causerie", "--version"], cwd="/", capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "it installed something, though nothing had changed"
    return done.stdout.split()[-1]


def set_version(package: Path, number: str) -> None:
    (package / "__init__.py").write_text(f'__version__ = "{number}"\n')


def up_to_date(folder: Path, extras: str = "") -> bool:
    """Whether ./causerie would install nothing."""
    return bash(folder, f'venv_state "{extras}" | cmp -s - .venv/installed') == 0


def test_what_is_pulled_runs(folder: Path) -> None:
    set_version(folder / "src/causerie", "9.8.7")
    assert version(folder) == "9.8.7"


def test_a_copy_of_the_code_in_the_venv_is_not_what_runs(folder: Path) -> None:
    shutil.copytree(folder / "src/causerie", site_packages(folder) / "causerie")
    set_version(site_packages(folder) / "causerie", "0.0.1")
    bash(folder, 'venv_state "" >.venv/installed')
    set_version(folder / "src/causerie", "9.8.7")
    assert version(folder) == "9.8.7"


def test_what_is_installed_past_it_is_noticed(folder: Path) -> None:
    assert up_to_date(folder)
    assert not up_to_date(folder, "desktop")
    (site_packages(folder) / "msgspec-99.0.dist-info").mkdir()
    assert not up_to_date(folder), "another version of a package"
    (site_packages(folder) / "msgspec-99.0.dist-info").rmdir()
    assert up_to_date(folder)
    (site_packages(folder) / "causerie").mkdir()
    assert not up_to_date(folder), "a copy of causerie"


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_what_is_asked_for_is_noticed(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write("# more\n")
    assert not up_to_date(folder)


def test_a_folder_that_was_moved_is_noticed(folder: Path) -> None:
    moved = folder.with_name("elsewhere")
    folder.rename(moved)
    assert not up_to_date(moved)
