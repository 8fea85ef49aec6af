"""One decoder under atheris: `python -m tests.fuzzing.guided DECODER COUNT`. It ends the process when it is done.

Good inputs are where it begins; what it learns is forgotten with the process.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path


def main(name: str, count: int) -> None:
    """Let atheris choose so many inputs."""
    import atheris

    with atheris.instrument_imports(include=["causerie"]):
        from tests.fuzzing.decoders import DECODERS
    decode, good = DECODERS[name]

    def one(data: bytes) -> None:
        decode(data, random.Random(data))

    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(good):
            (Path(corpus) / str(number)).write_bytes(data)
        atheris.Setup(
            [sys.argv[0], f"-runs={count}", "-max_len=6000", "-timeout=60", "-rss_limit_mb=4096", corpus], one
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
