"""Overwrites a secret in the arguments of the process, which every user of the machine can read.

The system shows a process's arguments from the process's own memory (proc_pid_cmdline(5)), whose place it tells
(proc_pid_stat(5), arg_start and arg_end); there they are overwritten. Until then, some tens of milliseconds from the
start, they could be read: a prompt or the standard input is the better way.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

_ARG_START, _ARG_END = 47, 48  # from 0, in stat


def hide_secret_of(link: str) -> None:
    """Hide what lets one in: all that follows the link's #."""
    hide_argument(link.partition("#")[2])


def hide_argument(secret: str) -> bool:
    """Overwrite it with stars wherever it stands in the arguments; whether it stands there no longer. False where the
    system does not say where they are (Linux does)."""
    wanted = secret.encode(errors="surrogateescape")
    if not wanted:
        return True
    try:
        # The second field is a name in brackets that may hold anything.
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = (int(fields[number - 2]) for number in (_ARG_START, _ARG_END))
        if not 0 < start < end:
            return False
        at = (arguments := ctypes.string_at(start, end - start)).find(wanted)
        while at >= 0:
            ctypes.memset(start + at, ord("*"), len(wanted))
            at = arguments.find(wanted, at + len(wanted))
        return wanted not in Path("/proc/self/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False
