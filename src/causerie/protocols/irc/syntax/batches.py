"""Lines that belong together (IRCv3 batch): written by the server in one piece, so that none is open beside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def within(reference: str, lines: Sequence[str]) -> Iterator[str]:
    """The lines with the tag of the batch that they are in. Of a batch among them, that is its first line and its last;
    its own lines have its own tag already."""
    inner = ""
    for line in lines:
        if inner:
            if line.endswith(f" BATCH -{inner}"):
                inner = ""
                yield tagged(f"batch={reference}", line)
            else:
                yield line
        else:
            inner = opened(line)
            yield tagged(f"batch={reference}", line)


def batch(start: str, reference: str, lines: Sequence[str], end: str) -> list[str]:
    """A whole batch, between its first line and its last."""
    return [start, *within(reference, lines), end]


def is_one(lines: Sequence[str]) -> bool:
    """Whether the lines are one batch, from its first line to its last."""
    reference = opened(lines[0])
    return bool(reference) and lines[-1].endswith(f" BATCH -{reference}")


def opened(line: str) -> str:
    """The reference of the batch that a line opens; "" where it opens none."""
    words = line.split(" ", 4)
    at = (words[0][:1] == "@") + 1
    if len(words) > at + 1 and words[at] == "BATCH" and words[at + 1][0] == "+":
        return words[at + 1][1:]
    return ""


def tagged(tag: str, line: str) -> str:
    """A line with one more tag."""
    return f"@{tag};{line[1:]}" if line[:1] == "@" else f"@{tag} {line}"
