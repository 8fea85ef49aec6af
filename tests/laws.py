"""The laws of replay over random histories, for as long as one wants: `.venv/bin/python -m tests.laws --minutes 60`.

    python -m tests.laws [--minutes 60] [--examples 100] [--seed SEED] [LAW ...]

Rounds of so many examples for each law, each round from a seed of its own, until the time is over. A history that
breaks a law is made as short as can be and kept in tests/unit/broken_laws/: commit it with the mend, under a name that
says what it found, for every run of the tests plays what is there. Exit status 1 when one was found.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

KEPT = Path(__file__).parent / "unit" / "broken_laws"

LAWS = (
    "tests/unit/test_replay_law.py",
    "tests/unit/client/test_session_law.py",
    "tests/unit/server/test_core_machine.py",
    "tests/unit/server/test_undo.py",
)


def round_of(laws: list[str], examples: int, seed: int) -> bool:
    """Whether all laws held."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--timeout=0", f"--hypothesis-seed={seed}", *laws]
    environment = {**os.environ, "CAUSERIE_LAW_EXAMPLES": str(examples), "CAUSERIE_LAW_KEEP": str(KEPT)}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws", description="Random histories, held to the laws.")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (60); a round that has begun is finished")
    parser.add_argument("--examples", type=int, default=100, help="histories of a round for each law (100)")
    parser.add_argument("--seed", type=int, help="of the first round; a failure names its own")
    parser.add_argument("laws", nargs="*", metavar="LAW", help="test files (all that have laws)")
    about = parser.parse_args()
    laws = about.laws or [law for law in LAWS if Path(law).exists()]
    until, rounds, seed = time.monotonic() + 60 * about.minutes, 0, about.seed
    while time.monotonic() < until or not rounds:
        seed = random.SystemRandom().randrange(2**32) if seed is None else seed
        rounds += 1
        print(f"round {rounds}, seed {seed}", flush=True)
        if not round_of(laws, about.examples, seed):
            print(f"a law does not hold: python -m tests.laws --examples {about.examples} --seed {seed}", flush=True)
            return 1
        seed = None
    print(f"the laws held in {rounds} rounds of {about.examples} histories")
    return 0


if __name__ == "__main__":
    sys.exit(main())
