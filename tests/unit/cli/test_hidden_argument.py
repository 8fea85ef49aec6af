"""What another user of the machine can read of a process that was given a secret."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc here")

PROGRAM = """
import sys
from causerie.cli.hidden_argument import hide_argument
link = sys.argv[1]
print(hide_argument(link.partition("=")[2]), link, flush=True)
sys.stdin.read()
"""


def test_a_token_is_not_in_the_list_of_processes() -> None:
    """The program still has it; the system shows stars, and the other arguments as they were."""
    link = "causerie://host:5000#admin=0123456789abcdef"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, link, "--other", link],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == f"True {link}\n"
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        hidden = b"causerie://host:5000#admin=" + b"*" * 16
        assert shown[-4:] == [hidden, b"--other", hidden, b""]
        process.communicate("")
