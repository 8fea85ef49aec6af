"""Every decoder against inputs that were good and then were damaged: only its own errors come out.

2,000 inputs for each decoder, a million with `--faults`; `python -m tests.fuzzing` is that with a progress line. The
inputs follow from a seed; a failure names the seed and the input, and `CAUSERIE_FUZZ_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.fuzzing import house
from tests.fuzzing.decoders import DECODERS
from tests.fuzzing.inputs import damaged


@pytest.fixture(scope="module", autouse=True)
def ends() -> Iterator[None]:
    """The server that the inputs went to ends with them."""
    yield
    house.close()


BRIEF, THOROUGH = 2_000, 1_000_000


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", DECODERS)
def test_only_its_own_errors_come_out(name: str, thorough: bool) -> None:
    """Damaged inputs are refused by name or taken; nothing else happens, and what was taken keeps its promises."""
    decode, good = DECODERS[name]
    seed = os.environ.get("CAUSERIE_FUZZ_SEED") or str(random.SystemRandom().randrange(2**32))
    dice = random.Random(f"{seed} {name}")
    for count in range(int(os.environ.get("CAUSERIE_FUZZ_COUNT", 0)) or (THOROUGH if thorough else BRIEF)):
        data = damaged(dice, good)
        try:
            decode(data, dice)
        except Exception as error:
            raise AssertionError(f"CAUSERIE_FUZZ_SEED={seed}, input {count}: {name} of {data!r}: {error!r}") from error
