"""A message as a row of the timeline: pieces of text with their styles. No Tk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zlib import crc32

from causerie.chat.commands import Send
from causerie.chat.events import Message
from causerie.desktop.models.formatting import Piece, pieces
from causerie.i18n.text import _, ngettext

GROUP_MS = 5 * 60 * 1000
"""Messages of one person within so many ms are grouped under one head."""

QUOTED = 90
"""Characters of an answered message that are shown."""

TONES = 8
"""Colours that names are drawn in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message as it is drawn. `key`: its own name in the timeline; `number` 0: not on the server yet."""

    key: str
    number: int
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class PendingMessage:
    """A message that is not acknowledged. `trouble`: why it was refused; empty: it is on its way."""

    command: Send
    at: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What the row of a message depends on beside the message.

    `new_after`: what is above this number is new (0: nothing is). `today` in local time. `names`: of the channel's
    people, folded; `mine`: one's own. `pins`; `ignored`: people (ids) whose words are hidden; `known`: messages by
    number, for what is answered. `found`: the message that was jumped to. `thread`: the message whose thread this is.
    """

    me: int = 0
    mine: str = ""
    today: date = field(default_factory=date.today)
    new_after: int = 0
    names: frozenset[str] = frozenset()
    pins: Collection[int] = ()
    ignored: Collection[int] = ()
    known: Mapping[int, Message] = field(default_factory=dict)
    found: int = 0
    thread: int = 0


def row(message: Message, before: Message | None, context: RowContext) -> Row:
    """The row of a message below `before`."""
    made: list[Piece] = []
    day = moment(message.at).date()
    new_day = before is None or moment(before.at).date() != day
    is_first_new = bool(context.new_after) and message.number > context.new_after >= (before.number if before else 0)
    if new_day:
        made.append(Piece(f"{day_name(day, context.today)}\n", ("day",)))
        made.append(Piece("\n", ("rule", "new_rule" if is_first_new else "day_rule")))
    if is_first_new:
        if not new_day:
            made.append(Piece("\n", ("rule", "new_rule")))
        made.append(Piece(_("New messages") + "\n", ("new",)))
    grouped = not (new_day or is_first_new) and before is not None and belongs(message, before, context.thread)
    extra = ("found",) if message.number == context.found else ()
    if not grouped:
        made += _head(message.name, message.guest, message.person, message.at, context, extra)
    if message.reply not in (0, context.thread):
        made.append(_quote(message, context))
    made += [Piece(one.text, (*one.styles, *extra), one.act) for one in _body(message, context)]
    if message.edited_at:
        made.append(Piece(" " + _("(edited)"), ("faint",)))
    if message.number in context.pins:
        made.append(Piece("  " + _("pinned"), ("badge",)))
    block = tuple(style for style in made[-1].styles if style in ("pre", "quote"))
    made.append(Piece("\n", ("body", *block, *extra)))
    if message.reactions and not message.deleted:
        made += _reactions(message)
    if message.replies:
        text = ngettext("{count} reply", "{count} replies", message.replies).format(count=message.replies)
        if message.number == context.thread:
            made.append(Piece(f"{text}\n", ("chips", "faint")))
        else:
            made.append(Piece(f"{text} →\n", ("chips", "action"), f"thread:{message.number}"))
    return Row(f"m{message.number}", message.number, tuple(made))


def pending_row(
    pending: PendingMessage,
    before: Message | PendingMessage | None,
    me: int,
    name: str,
    guest: bool,
    context: RowContext,
) -> Row:
    """The row of a message that is being sent, grey; or why it was refused, with actions."""
    made: list[Piece] = []
    own = isinstance(before, PendingMessage) or (before is not None and before.person == me)
    at = 0 if before is None else before.at
    if not own or pending.at - at > GROUP_MS:
        made += _head(name, guest, me, pending.at, context, ())
    text = [Piece(one.text, (*one.styles, "sending"), one.act) for one in pieces(pending.command.text, context.names)]
    made += [Piece(one.text, ("body", *one.styles), one.act) for one in text]
    made.append(Piece("\n", ("body",)))
    if pending.trouble:
        key = pending.command.key
        made.append(Piece("⚠ " + pending.trouble + "   ", ("chips", "error")))
        made.append(Piece(_("Try again"), ("chips", "action"), f"retry:{key}"))
        made.append(Piece("   ", ("chips",)))
        made.append(Piece(_("Edit"), ("chips", "action"), f"back:{key}"))
        made.append(Piece("   ", ("chips",)))
        made.append(Piece(_("Discard"), ("chips", "action"), f"discard:{key}"))
        made.append(Piece("\n", ("chips",)))
    return Row(f"p{pending.command.key}", 0, tuple(made))


def plain(text: str) -> str:
    """A text on one line, without formatting."""
    return " ".join("".join(piece.text for piece in pieces(text)).split())


def belongs(message: Message, before: Message, thread: int = 0) -> bool:
    """Whether a message is grouped with the one before it. `thread`: the one that both are shown in."""
    return (
        before.person == message.person
        and before.name == message.name
        and not message.action
        and not before.action
        and message.reply in (0, thread)
        and before.number != thread
        and 0 <= message.at - before.at <= GROUP_MS
    )


def moment(at: int) -> datetime:
    """Milliseconds since 1970 as local time."""
    return datetime.fromtimestamp(at / 1000)


def day_name(day: date, today: date) -> str:
    """Today, Yesterday, or the date in the reader's words."""
    ago = (today - day).days
    if ago in (0, 1):
        return _("Yesterday") if ago else _("Today")
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
        _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    # TRANSLATORS: a date above a day's messages, as in "Monday, 3 March 2025"
    return _("{weekday}, {day} {month} {year}").format(
        weekday=days[day.weekday()], day=day.day, month=months[day.month - 1], year=day.year
    )


def _head(name: str, guest: bool, person: int, at: int, context: RowContext, extra: tuple[str, ...]) -> list[Piece]:
    head = [Piece(name, ("head", "name", f"tone{crc32(name.casefold().encode()) % TONES}", *extra), f"person:{name}")]
    if guest:
        head.append(Piece("  " + _("guest"), ("head", "faint", *extra)))
    head.append(Piece(f"  {moment(at):%H:%M}\n", ("head", "faint", *extra)))
    return head


def _quote(message: Message, context: RowContext) -> Piece:
    answered = context.known.get(message.reply)
    if answered is None:
        text = _("in reply to an earlier message")
    elif answered.deleted:
        text = _("in reply to a message that was deleted")
    else:
        words = plain(answered.text)
        text = f"{answered.name}: {words[:QUOTED]}{'…' if len(words) > QUOTED else ''}"
    return Piece(f"↪ {text}\n", ("quoted",), f"jump:{message.reply}")


def _body(message: Message, context: RowContext) -> list[Piece]:
    if message.deleted:
        return [Piece(_("This message was deleted."), ("body", "faint"))]
    if message.person in context.ignored:
        return [Piece(_("You ignore {name}.").format(name=message.name), ("body", "faint"))]
    made = [
        Piece(one.text, ("body", *one.styles), one.act) for one in pieces(message.text, context.names, context.mine)
    ]
    if message.action:
        return [
            Piece(f"* {message.name} ", ("body", "italic")),
            *(one._replace(styles=(*one.styles, "italic")) for one in made),
        ]
    if context.me in message.mentions or message.everyone:
        return [one._replace(styles=(*one.styles, "for_me")) for one in made]
    return made


def _reactions(message: Message) -> list[Piece]:
    made = []
    for reaction in message.reactions:
        style = "chip_mine" if reaction.mine else "chip"
        on = "off" if reaction.mine else "on"
        act = f"react:{message.number}:{on}:{reaction.emoji}"
        made.append(Piece(" ", ("chips", style), act))
        made.append(Piece(reaction.emoji, ("chips", style, "emoji"), act))
        made.append(Piece(f" {reaction.count} ", ("chips", style), act))
        made.append(Piece("  ", ("chips",)))
    made.append(Piece("\n", ("chips",)))
    return made
