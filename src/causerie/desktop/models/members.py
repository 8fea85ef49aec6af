"""A channel's members, in the order in which they are shown. No Tk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causerie.chat.model import ROLES, Role
from causerie.chat.replies import Member
from causerie.chat.view import View
from causerie.i18n.text import _

MAX_SHOWN = 500
"""Members that are listed, at most."""

PresenceLight = Literal["here", "away", "dnd", "gone"]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member. `note`: their role, or why they are away."""

    name: str
    person: int
    light: PresenceLight
    note: str = ""


def lines(view: View) -> list[MemberLine]:
    """The members: those who are here first, then by name."""
    people = sorted(view.members.values(), key=lambda member: (not member.here, member.name.casefold()))
    return [MemberLine(member.name, member.person, light(member), _note(member)) for member in people[:MAX_SHOWN]]


def light(member: Member) -> PresenceLight:
    """A member's presence."""
    if not member.here:
        return "gone"
    if member.dnd:
        return "dnd"
    return "away" if member.away else "here"


def _note(member: Member) -> str:
    if member.away:
        return member.away
    role = ROLES.get(member.role, Role.MEMBER)
    if role is Role.OWNER:
        return _("owner")
    if role is Role.MODERATOR:
        return _("moderator")
    return _("guest") if member.guest else ""
