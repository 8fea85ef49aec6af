"""Mutations: small faults put into the code that decides, one at a time, and whether a test notices each.

    python -m tests.mutations [PATH ...] [--again] [--children 2] [--list]

Needs mutmut: `.venv/bin/pip install -c constraints.txt -e '.[mutations]'`. A PATH is a file or folder of src/; without
one, all that `[tool.mutmut]` in pyproject.toml names. Each mutant is tried with the tests that call its function, as
found out in the first run, which therefore runs them all once. What is found is kept in mutants/: a run that was
ended goes on where it was, and a function that has changed is tried anew. `--again` tries survivors anew too, after a
test was written; `--list` tries nothing.

A mutant that no test notices is printed as the line that was changed and what it became, in the form of
tests/mutations_survivors.toml: a test is missing, or the mutant changes nothing that anybody could notice and belongs
there, with the reason. Exit status 1 when there is one that is not there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
MADE = ROOT / "mutants"
LISTED = Path(__file__).with_name("mutations_survivors.toml")

EXAMPLES = "5"
"""Random histories of each law: a mutant that only a rare one notices is to be found by a test of its own."""


class Survivor(NamedTuple):
    """`function`: its module and name. `was`, `became`: the lines that were changed, without what they have in common
    with others."""

    function: str
    was: str
    became: str


class Found(NamedTuple):
    """What became of a mutant; `status` is mutmut's word for it."""

    name: str
    status: str


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__.split("\n", 1)[0])
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders of src/ (all)")
    parser.add_argument("--again", action="store_true", help="try those anew that survived")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="how many at once (one a core)")
    parser.add_argument("--list", action="store_true", help="say what is known, and try nothing")
    about = parser.parse_args()
    paths = [path.resolve().relative_to(ROOT) for path in about.paths]
    os.chdir(ROOT)
    os.environ["CAUSERIE_LAW_EXAMPLES"] = EXAMPLES
    if not about.list:
        make()
        untried = {"not checked", "check was interrupted by user"} | (
            {"survived", "no tests"} if about.again else set()
        )
        names = [found.name for found in results(paths) if found.status in untried]
        print(f"{len(names)} mutants to try", flush=True)
        if (
            names
            and subprocess.run(
                [Path(sys.executable).with_name("mutmut"), "run", f"--max-children={about.children}", *names],
                check=False,
            ).returncode
        ):
            return 2
    return report(paths)


def make() -> None:
    """Makes the mutants of what has changed; what was found of others stays."""
    from mutmut.__main__ import CatchOutput, copy_src_dir, create_mutants

    # mutmut copies what there is, and leaves what there is no more.
    for folder in ("tests", "bench", "tools"):
        shutil.rmtree(MADE / folder, ignore_errors=True)
    for copy in (MADE / "src").rglob("*.py"):
        if not (ROOT / copy.relative_to(MADE)).exists():
            copy.unlink()
    MADE.mkdir(exist_ok=True)
    copy_src_dir()
    with CatchOutput(spinner_title="making mutants"):
        create_mutants(os.cpu_count() or 1)


def results(paths: list[Path]) -> Iterator[Found]:
    """Of each mutant of these files and folders, or of all."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.stats import status_by_exit_code
    from mutmut.utils.file_utils import walk_mutatable_files

    for path in sorted(walk_mutatable_files()):
        if paths and not any(path.is_relative_to(wanted) for wanted in paths):
            continue
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            yield Found(name, status_by_exit_code[code])


def report(paths: list[Path]) -> int:
    """Says what survived and is not listed, and what is listed and does not survive. The exit status."""
    counts: dict[str, int] = {}
    survivors: list[Survivor] = []
    functions = set()
    for found in results(paths):
        counts[found.status] = counts.get(found.status, 0) + 1
        functions.add(function_of(found.name))
        if found.status in ("survived", "no tests"):
            survivors.append(survivor(found.name))
    listed = set(known())
    new = [one for one in survivors if one not in listed]
    for one in new:
        print(f'\n[[survivor]]\nfunction = "{one.function}"\nwas = {quoted(one.was)}\nbecame = {quoted(one.became)}')
    for one in sorted(listed - set(survivors)):
        if one.function in functions:
            print(f"\nlisted in {LISTED.name}, and does not survive: {one.function}: {one.became}")
    print(
        "\n" + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) + f"; {len(new)} not listed"
    )
    return 1 if new else 0


def known() -> list[Survivor]:
    """Those that are listed with a reason."""
    listed = tomllib.loads(LISTED.read_text())["survivor"]
    return [Survivor(one["function"], one["was"], one["became"]) for one in listed]


def survivor(name: str) -> Survivor:
    """A mutant of mutmut, as it is listed."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name).splitlines()[2:]
    was, became = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in ("-", "+"))
    return Survivor(function_of(name), was, became)


def function_of(name: str) -> str:
    """A mutant's function: module.Class.function of mutmut's module.xǁClassǁfunction__mutmut_1."""
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    return f"{module}.{mangled.removeprefix('x').removeprefix('_').lstrip('ǁ').replace('ǁ', '.')}"


def quoted(text: str) -> str:
    """A string of TOML."""
    return f"'''\n{text}'''" if "\n" in text or "'" in text else f"'{text}'"


if __name__ == "__main__":
    sys.exit(main())
