"""Damaged inputs for every decoder, a million each: `.venv/bin/python -m tests.fuzzing`, from the repository.

    python -m tests.fuzzing [--count 1000000] [--seed SEED] [DECODER ...]
    python -m tests.fuzzing --guided --count 1000000 [DECODER ...]

Without --guided the inputs follow from the seed, which a failure names with the input. With it atheris chooses them by
what the code under test does with them (`.venv/bin/pip install -c constraints.txt atheris`); its findings are left in
the current folder, as it does. Exit status 1 when something was found.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time

from tests.fuzzing import house
from tests.fuzzing.decoders import DECODERS
from tests.fuzzing.inputs import damaged

TELL_SECONDS = 0.2, 30.0
"""How often the progress line is written: on a terminal, and elsewhere."""


class Progress:
    """One line that says how far a decoder is, and how long it will take."""

    def __init__(self, name: str, count: int) -> None:
        self._name, self._count = name, count
        self._began = self._told = time.monotonic()
        self._each = TELL_SECONDS[0 if sys.stderr.isatty() else 1]

    def at(self, done: int) -> None:
        """So many are done; asked after every hundredth."""
        now = time.monotonic()
        if done < self._count and now - self._told < self._each:
            return
        self._told = now
        rate = done / max(now - self._began, 1e-6)
        left = f"{(self._count - done) / rate / 60:.1f} min left" if done < self._count else "done"
        line = f"{self._name:24} {done:>9,} of {self._count:,}  {100 * done // self._count:>3} %  {rate:,.0f}/s  {left}"
        on_terminal = sys.stderr.isatty()
        end = "\n" if done == self._count or not on_terminal else ""
        print(f"\r{line:<100}" if on_terminal else line, end=end, file=sys.stderr, flush=True)


def run(name: str, count: int, seed: str) -> bool:
    """So many inputs for one decoder; whether it took all of them well."""
    decode, good = DECODERS[name]
    dice, progress = random.Random(f"{seed} {name}"), Progress(name, count)
    for number in range(1, count + 1):
        data = damaged(dice, good)
        try:
            decode(data, dice)
        except Exception as error:
            print(f"\n{name}: seed {seed}, input {number}: {data!r}: {error!r}", flush=True)
            return False
        if not number % 100 or number == count:
            progress.at(number)
    return True


def guided(name: str, count: int) -> bool:
    """The same, where atheris chooses; it ends the process in which it runs."""
    return not subprocess.run([sys.executable, "-m", "tests.fuzzing.guided", name, str(count)]).returncode


def main() -> int:
    """Run the decoders named, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("decoders", nargs="*", metavar="DECODER", help=", ".join(DECODERS))
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs for each decoder")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(2**32)))
    parser.add_argument("--guided", action="store_true", help="let atheris choose the inputs")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.decoders if name not in DECODERS]:
        parser.error(f"no decoder is called {unknown[0]}; there are {', '.join(DECODERS)}")
    found = []
    for name in chosen.decoders or DECODERS:
        well = guided(name, chosen.count) if chosen.guided else run(name, chosen.count, chosen.seed)
        if not well:
            found.append(name)
    house.close()
    print(f"seed {chosen.seed}: " + (f"something was found in {', '.join(found)}" if found else "nothing was found"))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
