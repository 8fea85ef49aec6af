"""What a protocol says of an event that it cannot show: one readable line, in the server's language.

One table for all of them; docs/protocol/readings.md is the same table with a word on each. A protocol takes from it
what it has no words of its own for. Lines begin with `* `, which no name does.
"""

from __future__ import annotations

import re
from typing import Any

from causerie.chat import events as e
from causerie.chat.events import Event
from causerie.i18n.text import _, ngettext, once_per_language

_LINE_END = re.compile("[\n\r]+")


@once_per_language
def lines() -> dict[str, str]:
    """Each reading by its name: the event's, and where there are several which of them."""
    return {
        "message.action": _("* {name} {text}"),
        "message.reply": _("(to message {reply}) {text}"),
        "message.deleted": _("(deleted)"),
        "edited": _("* {name}: {text} (edited)"),
        "deleted": _("* {name} deleted message {target}"),
        "deleted.many": _("* {name} deleted {count} messages"),
        "reacted": _('* {name} reacted {emoji} to "{words}"'),
        "reacted.off": _('* {name} took {emoji} back from "{words}"'),
        "pinned": _('* {name} pinned "{words}"'),
        "pinned.off": _('* {name} took "{words}" off the pins'),
        "topic": _("* {name} set the topic: {topic}"),
        "topic.none": _("* {name} took the topic away"),
        "stands.invited": _("* {name} invited {whom} to {channel}"),
        "stands.banned": _("* {name} banned {whom} from {channel}"),
        "stands.muted": _("* {name} muted {whom} for {time}"),
        "stands.reader": _("* {name} made {whom} a reader of {channel}, who may not speak"),
        "stands.member": _("* {name} made {whom} a member of {channel}"),
        "stands.moderator": _("* {name} made {whom} a moderator of {channel}"),
        "stands.owner": _("* {name} made {whom} an owner of {channel}"),
        "stands.voiced": _("* {name} lets {whom} speak where only moderators do"),
        "stands.unvoiced": _("* {name} lets {whom} no longer speak where only moderators do"),
        "stands.unmuted": _("* {name} lets {whom} speak again"),
        "stands.out": _("* {name} put {whom} out of {channel}"),
        "stands.unbanned": _("* {name} lets {whom} come back to {channel}"),
        "masked": _("* {name} put {mask} on the list of {channel}: {list}"),
        "masked.off": _("* {name} took {mask} off the list of {channel}: {list}"),
        "changed": _("* {name} changed the settings of {channel}"),
        "channel_renamed": _("* {name} renamed {was} to {now}"),
        "renamed": _("* {was} is now {name}"),
        "presence.away": _("* {name} is away: {away}"),
        "presence.dnd": _("* {name} does not want to be disturbed"),
        "presence.back": _("* {name} is back"),
        "reported": _("* {name} reported message {target} by {whom} in {channel}"),
        "confided": _("(to {to}) {name}: {text}"),
        "confided.action": _("(to {to}) * {name} {text}"),
        "announced": _("* {name} to everybody: {text}"),
        "announced.server": _("* the server says: {text}"),
        "disconnected": _("* {name} ends your connection"),
        "disconnected.server": _("* the server ends your connection"),
        "gap": _("* some messages are left out here"),
        "reason": _("{line} ({reason})"),
    }


@once_per_language
def ranks() -> dict[str, str]:
    """Those whom something is confided to, in words."""
    return {"voiced": _("who has a voice"), "moderators": _("the moderators"), "owners": _("the owners")}


SILENT: tuple[type[Event], ...] = (
    e.Typing, e.Signalled, e.Marked, e.Followed, e.Drafted, e.PreferencesChanged, e.AboutChanged, e.WatchedPresence,
    e.MetadataSet, e.Rights,
)  # fmt: skip
"""Events that are for clients only: nobody reads them as a line."""

OWN: tuple[type[Event], ...] = (e.Entered, e.Left, e.Farewell)
"""Events that every protocol has words of its own for."""


def reading(event: Event) -> str:
    """The line that says it; empty for what is not told as a line. Never more than one line."""
    names = _names(event)
    if names is None:
        return ""
    about = _about(event)
    line = lines()[names].format_map(about)
    if about.get("reason"):
        line = lines()["reason"].format(line=line, reason=about["reason"])
    return line


def text(event: e.Message) -> str:
    """What a message says, in one line, with what it answers before it."""
    said = one_line(event.text)
    if event.deleted:
        return lines()["message.deleted"]
    return lines()["message.reply"].format(reply=event.reply, text=said) if event.reply else said


def one_line(said: str) -> str:
    """A text without line ends: one would let a person write what looks like another's line."""
    return _LINE_END.sub(" / ", said) if "\n" in said or "\r" in said else said


def length(seconds: int) -> str:
    """A time for people, in its largest whole unit, rounded up."""
    if seconds < 60:
        return ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    minutes = -(-seconds // 60)
    if minutes < 120:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    days = -(-hours // 24)
    return ngettext("{count} day", "{count} days", days).format(count=days)


def shown(name: str, guest: bool) -> str:
    """A name as it is shown: a guest whose name does not say so is marked, so that it passes for no account."""
    return f"~{name}" if guest and name[:3] != "Gue" else name


def _names(event: Event) -> str | None:
    """Which line is this event's."""
    kind: str = event.__struct_config__.tag  # type: ignore[assignment]
    match event:
        case e.Message():
            return "message.action" if event.action and not event.deleted else None
        case e.Deleted():
            return "deleted" if len(event.targets) == 1 else "deleted.many"
        case e.Masked():
            return kind if event.on else f"{kind}.off"
        case e.Reacted() | e.Pinned():
            if not event.words:
                return None
            return kind if event.on else f"{kind}.off"
        case e.Topic():
            return "topic" if event.topic else "topic.none"
        case e.MembershipChanged():
            if event.channel[:1] == "@":
                return None  # a direct conversation was opened: what is said in it comes next
            return f"stands.{_stands(event)}"
        case e.Presence():
            return "presence.away" if event.away else "presence.dnd" if event.dnd else "presence.back"
        case e.RestrictedMessage():
            if not event.text:
                return None
            return "confided.action" if event.action else kind
        case e.Announced():
            return "announced" if event.name else "announced.server"
        case e.Disconnected():
            return kind if event.name else "disconnected.server"
        case e.Edited() | e.Changed() | e.ChannelRenamed() | e.Renamed() | e.Reported() | e.Gap():
            return kind
    return None


def _stands(event: e.MembershipChanged) -> str:
    if event.role is None:
        return "unbanned" if event.was == "banned" else "out"
    if event.role in ("banned", "invited"):
        return event.role
    if event.muted_until > event.at:
        return "muted"
    if event.voiced is not event.was_voiced and event.role == event.was:
        return "voiced" if event.voiced else "unvoiced"
    return "unmuted" if event.role == event.was else event.role


def _about(event: Event) -> dict[str, Any]:
    """What the line's places are filled with."""
    fields = ((field, getattr(event, field)) for field in event.__struct_fields__)
    about: dict[str, Any] = {field: one_line(value) if type(value) is str else value for field, value in fields}
    if "name" in about:
        about["name"] = shown(about["name"], about.get("guest", False))
    if isinstance(event, e.Message):
        about["text"] = text(event)
    elif isinstance(event, e.Deleted):
        about.update(target=event.targets[0] if event.targets else 0, count=len(event.targets))
    elif isinstance(event, e.MembershipChanged):
        about["whom"] = shown(event.whom_name, event.whom_guest)
        about["time"] = length(-(-max(0, event.muted_until - event.at) // 1000))
    elif isinstance(event, e.RestrictedMessage):
        about["to"] = ranks()[event.to]
    elif isinstance(event, e.Reported):
        about["whom"] = shown(event.whom_name, event.whom_guest)
    return about
