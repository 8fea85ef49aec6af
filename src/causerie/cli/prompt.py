"""The input line at the foot of the terminal; other output is printed above it.

The system's own line editing cuts a line at 4,095 bytes without a word (termios(3), canonical mode), and mixes what is
typed with what is printed. So the terminal is read with prompt_toolkit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.output import create_output
from prompt_toolkit.patch_stdout import patch_stdout

Words = Callable[[str, bool], Iterable[str]]
"""What may stand for the beginning of a word; the second: whether it is the first word of the line."""


class PromptedLines:
    """See TypedLines. `prompt` gives what stands before the line, `words` what Tab completes."""

    interactive = True

    def __init__(self, prompt: Callable[[], str], words: Words) -> None:
        self._prompt = prompt
        # What was typed is erased: it comes back as a message, when the server has it. The Up key brings it back too.
        self._session: PromptSession[str] = PromptSession(
            erase_when_done=True,
            completer=_Completed(words),
            complete_while_typing=False,
            output=create_output(always_prefer_tty=True),
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """See TypedLines. Between two lines the terminal stays as it is, so that no key is echoed or acted on there."""
        with self._session.app.input.raw_mode(), patch_stdout() if sys.stdout.isatty() else nullcontext():
            yield

    async def next(self) -> str | None:
        """See TypedLines. Ctrl+C empties a line, and leaves where it is empty; Ctrl+D leaves."""
        while True:
            try:
                return await self._session.prompt_async(self._prompt)
            except EOFError:
                return None
            except KeyboardInterrupt:
                if not self._session.default_buffer.text:
                    return None


class _Completed(Completer):
    def __init__(self, words: Words) -> None:
        self._words = words

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        line = document.text_before_cursor
        begun = line.rpartition(" ")[2]
        if begun:
            for word in self._words(begun, begun == line):
                yield Completion(word, start_position=-len(begun))
