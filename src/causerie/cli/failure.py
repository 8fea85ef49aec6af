"""The failure of a command: one line on standard error, and an exit status."""

from __future__ import annotations

BROKEN = 1
"""Exit status: it could not be done."""

MISUSED = 2
"""Exit status: what was asked, or the settings file, is wrong; asking again changes nothing."""


class Failure(Exception):
    """The command was not done. `str()` is one line that says what went wrong and what to do.

    `code` and `data` are a refusal's own, for programs; `code` is empty where the server was not asked.
    """

    def __init__(
        self,
        line: str,
        status: int = BROKEN,
        code: str = "",
        data: dict[str, str | int | float] | None = None,
    ) -> None:
        super().__init__(line)
        self.status = status
        self.code = code
        self.data = data or {}
