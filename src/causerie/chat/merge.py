"""Puts replies into a view: a page of history, read state, drafts, followed threads.

An answer says how things stood when they were read; it may come after events that it does not know of. So a page is
brought up to date by the changes that the view remembers, and a read marker that is older than one's own last words
is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from causerie.chat.annotate import annotated, targets
from causerie.chat.commands import Command, Draft
from causerie.chat.events import Message
from causerie.chat.model import Level
from causerie.chat.replay import marked, marked_thread
from causerie.chat.replies import Done, DraftLine, Page, ReadLine, Reply, ThreadLine
from causerie.chat.texts import line_ends
from causerie.chat.view import KEPT, Missing, View


def brought_up(view: View, messages: Iterable[Message], number: int) -> tuple[Message, ...]:
    """These messages, which stand as they were after event `number`, as they stand in the view.

    For answers that are shown beside the view: a thread, search. Raises Missing, when so much was changed since that
    they have to be asked for again.
    """
    if number < view.recent_after:
        raise Missing(view.channel, number, view.recent_after + 1)
    after = []
    for message in messages:
        for change in view.recent:
            if change.number > number and message.number in targets(change):
                message = annotated(message, change, view.me)
        after.append(message)
    return tuple(after)


def apply_page(view: View, page: Page, keep: int = KEPT) -> View:
    """The view with a page's messages in their places. What it knew between them is what the page says. Raises Missing.

    Messages that are newer than the view come by their events. `keep`: how many messages stay, the newest.
    """
    if page.channel != view.channel or not page.events:
        return view
    first, last = page.events[0].number, min(page.events[-1].number, view.number)
    said = (event for event in page.events if isinstance(event, Message) and event.number <= view.number)
    messages = {message.number: message for message in brought_up(view, said, page.number)}
    for message in view.messages:
        # Where no history is kept, the view may know what the page does not.
        if not first <= message.number <= last or not view.history:
            messages.setdefault(message.number, message)
    kept = [messages[number] for number in sorted(messages)][-keep:] if keep else []
    stale = frozenset(number for number in view.stale if not first <= number <= last)
    gaps = tuple(gap for known in view.gaps for gap in _less(known, first, last))
    return replace(view, messages=tuple(kept), stale=stale, gaps=gaps)


def _less(gap: tuple[int, int], first: int, last: int) -> list[tuple[int, int]]:
    """What is left of a gap when the events from `first` to `last` are known."""
    after, upto = gap
    if last <= after or first > upto:
        return [gap]
    return [part for part in ((after, first - 1), (last, upto)) if part[0] < part[1]]


def apply_read(view: View, line: ReadLine) -> View:
    """The view with one's marker, and what one wants to be notified of, as a line of the unread command's answer."""
    if line.channel != view.channel:
        return view
    return replace(marked(view, line.upto, line.said, line.mentions, line.number), level=line.level)


def apply_level(view: View, level: Level | None) -> View:
    """The view with what one wants to be notified of, as the preferred command's answer has it."""
    return replace(view, level=level)


def apply_threads(view: View, lines: Iterable[ThreadLine]) -> View:
    """The view with the threads that one follows, as the threads command's answer has them, and no others."""
    follows = []
    for line in lines:
        if line.channel == view.channel:
            view = marked_thread(view, line.thread, (line.upto, line.replies - line.unread, line.last))
            follows.append(line.thread)
    return replace(view, follows=frozenset(follows)) if view.follows.symmetric_difference(follows) else view


def apply_draft(view: View, line: DraftLine) -> View:
    """The view with one's draft, as a line of the drafts command's answer is."""
    if line.channel != view.channel:
        return view
    return replace(view, draft=line.text, draft_reply=line.reply, draft_at=line.at)


def apply_drafts(view: View, drafts: Iterable[DraftLine]) -> View:
    """The same with all of them: where none of them is the channel's, it has none, or none any more."""
    for line in drafts:
        if line.channel == view.channel:
            return apply_draft(view, line)
    return apply_draft(view, DraftLine(view.channel, "", view.draft_at)) if view.draft else view


def apply_done(view: View, command: Command, reply: Reply) -> View:
    """The view after one's own command was done, where the server sends no event about it to the session that asked:
    a draft is told to one's other devices only."""
    if (
        not isinstance(command, Draft)
        or not isinstance(reply, Done)
        or command.channel.casefold() != view.channel.casefold()
    ):
        return view
    text = line_ends(command.text) if command.text.strip() else ""
    return apply_draft(view, DraftLine(view.channel, text, reply.at, command.reply if text else 0))
