"""Words and queries in the terms of SQLite's FTS5: how it cuts texts, and what it is asked with.

Its tokenizer unicode61 is told that letters, numbers and marks make words (sqlite.org/fts5.html#unicode61_tokenizer),
and drops case and accents of Latin letters. The rest is done by `causerie.chat.words`.
"""

from __future__ import annotations

from collections.abc import Iterable

from causerie.chat.words import phrases

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"


def facets(author: int, channel: int) -> str:
    """The words of the index's second column, which a query's text never reaches: who said it, and where."""
    return f"a{author} c{channel}"


def match_expression(text: str, author: int = 0, channels: Iterable[int] = ()) -> str:
    """A query for the columns `text` and `facet` (sqlite.org/fts5.html#full_text_query_syntax).

    `text` is as a person typed it, see `words.phrases`. `author` 0 and no `channels`: not asked; several channels: any
    of them. Empty when nothing is asked that the index knows. Never raises, and whatever the text holds is looked for,
    never obeyed: each phrase stands in quotes.
    """
    parts = []
    if found := [f'"{words}"' + (" *" if prefix else "") for words, prefix in phrases(text)]:
        parts.append("text : (" + " AND ".join(found) + ")")
    if author:
        parts.append(f'facet : "a{int(author)}"')
    if places := [f'"c{int(channel)}"' for channel in channels]:
        parts.append("facet : (" + " OR ".join(places) + ")")
    return " AND ".join(parts)
