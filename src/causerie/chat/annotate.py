"""Applies changes to messages: edits, deletions, reactions, replies."""

from __future__ import annotations

from bisect import bisect_left

from msgspec.structs import replace

from causerie.chat.events import Deleted, Edited, Message, Reacted, Reaction
from causerie.chat.texts import tags_after_edit
from causerie.chat.view import Change


def targets(change: Change) -> tuple[int, ...]:
    """The numbers of the messages that stand differently after it."""
    if isinstance(change, Deleted):
        return change.targets
    if isinstance(change, Message):
        return (change.thread,) if change.thread else ()
    return (change.target,)


def annotated(message: Message, change: Change, me: int) -> Message:
    """The message after a change that is about it; `me` is who looks at it. One that was deleted says nothing more."""
    if isinstance(change, Message):
        return replace(message, replies=max(message.replies, change.nth))
    if message.deleted:
        return message
    if isinstance(change, Edited):
        return replace(
            message, text=change.text, mentions=change.mentions, everyone=change.everyone, edited_at=change.at,
            tags=tags_after_edit(message.tags),
        )  # fmt: skip
    if isinstance(change, Reacted):
        return replace(message, reactions=_reacted(message.reactions, change, me))
    return replace(
        message, text="", action=False, notice=False, tags={}, mentions=(), everyone="", edited_at=0, deleted=True,
        reactions=(),
    )  # fmt: skip


def annotate(messages: tuple[Message, ...], change: Change, me: int) -> tuple[Message, ...]:
    """The messages (by number, rising) after a change to some of them."""
    changed = None
    for number in targets(change):
        place = bisect_left(messages, number, key=_number)
        if place < len(messages) and messages[place].number == number:
            changed = changed or list(messages)
            changed[place] = annotated(changed[place], change, me)
    return tuple(changed) if changed else messages


def bare(change: Change) -> Change:
    """The change without words that are not needed to make it again."""
    if isinstance(change, Message):
        return Message(
            channel=change.channel, number=change.number, at=change.at, person=change.person, name=change.name, text="",
            thread=change.thread, nth=change.nth,
        )  # fmt: skip
    if isinstance(change, Reacted):
        return replace(change, words="")
    if isinstance(change, Deleted):
        return replace(change, reason="")
    return change


def outdated(change: Change, by: Change) -> bool:
    """Whether a change need not, and must not, be remembered after another: texts that were replaced or deleted."""
    if isinstance(by, Deleted):
        return isinstance(change, Edited | Reacted) and change.target in by.targets
    return isinstance(by, Edited) and isinstance(change, Edited) and change.target == by.target


def _number(message: Message) -> int:
    return message.number


def _emoji(reaction: Reaction) -> str:
    return reaction.emoji


def _reacted(reactions: tuple[Reaction, ...], change: Reacted, me: int) -> tuple[Reaction, ...]:
    """`count` is how many there are now, whatever was known. By emoji, so that all see them in the same order."""
    mine = any(reaction.mine for reaction in reactions if reaction.emoji == change.emoji)
    others = [reaction for reaction in reactions if reaction.emoji != change.emoji]
    if not change.count:
        return tuple(others)
    if change.person == me:
        mine = change.on
    return tuple(sorted((*others, Reaction(emoji=change.emoji, count=change.count, mine=mine)), key=_emoji))
