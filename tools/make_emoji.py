"""Write src/causerie/chat/emoji.txt: every emoji in its fully-qualified form, a line each.

    .venv/bin/python tools/make_emoji.py

The list is Unicode's own (UTS #51, emoji-test.txt), as the `emoji` package carries it. The package itself is no
dependency: it takes 70 ms and 10 MiB to load, and its list changes once a year.
"""

from __future__ import annotations

from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "src/causerie/chat/emoji.txt"


def emoji_list() -> str:
    """The file's text."""
    from emoji import EMOJI_DATA, STATUS

    whole = STATUS["fully_qualified"]
    return "".join(f"{text}\n" for text, about in sorted(EMOJI_DATA.items()) if about["status"] == whole)


if __name__ == "__main__":
    OUTPUT.write_text(emoji_list(), encoding="utf-8")
