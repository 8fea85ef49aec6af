"""What a protocol answers by itself, in order with the core's answers.

A protocol knows some answers without the core: what it can do (CAP), who fits a mask (WHO), that it is alive (PING).
Each takes its place in the session's queue of commands, and is counted as one, so that it is told after what was asked
before and ahead of what is asked next. No client can ask for it: it is no command of chat/commands.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from causerie.chat.commands import Command


class LocalAnswer(Command, frozen=True, kw_only=True, gc=True):
    """See the module. `data`: the answer; a wire that makes it when its turn has come knows it by `id`. `work`: what is
    to be done before, a slice at each step (slices.py), when it is its person's turn."""

    data: bytes = b""
    work: Iterator[None] | None = None
