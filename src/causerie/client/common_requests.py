"""The requests that are made most, as methods on top of `ask`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import TypeVar

from causerie.chat.commands import Command, History, Leave, Members, Search
from causerie.chat.events import LoggedEvent
from causerie.chat.replies import Done, Found, Member, MemberList, Page, Reply

R = TypeVar("R", bound=Reply)

MAX_MEMBERS = 10_000
MAX_PAGE = 200


class CommonRequests(ABC):
    """See the module."""

    @abstractmethod
    async def ask(self, command: Command, reply: type[R] = Reply) -> R:  # type: ignore[assignment]
        """Send a command and wait for its reply, of the type `reply`."""

    async def leave(self, channel: str, reason: str = "") -> None:
        """Leave a channel for good. Raises as `ask`."""
        await self.ask(Leave(channel=channel, reason=reason), Done)

    async def history(self, channel: str, before: int = 0, after: int = 0, around: int = 0, limit: int = 50) -> Page:
        """A page of a channel's log, see `History`; at most MAX_PAGE events. Raises as `ask`."""
        limit = min(limit, MAX_PAGE)
        return await self.ask(History(channel=channel, before=before, after=after, around=around, limit=limit), Page)

    async def pages(self, channel: str, before: int = 0, most: int = 1000) -> AsyncIterator[Page]:
        """Pages of a channel's log, newest page first, until its beginning or `most` events. Raises as `ask`."""
        while most > 0:
            page = await self.history(channel, before=before, limit=most)
            if not page.events:
                return
            yield page
            most -= len(page.events)
            before = page.events[0].number
            if not page.more or before <= 1:
                return

    async def since(self, channel: str, after: int = 0, most: int = 100_000) -> AsyncIterator[LoggedEvent]:
        """The events of a channel's log above the number `after`, oldest first, `most` at most. Raises as `ask`."""
        while most > 0:
            # `after` 0 is "not given", and would bring the newest page.
            page = await self.history(channel, after=after, around=0 if after else 1, limit=min(most, MAX_PAGE))
            for event in page.events[:most]:
                if event.number > after:
                    yield event
            most -= len(page.events)
            if not page.events or not page.more or page.events[-1].number <= after:
                return
            after = page.events[-1].number

    async def members(self, channel: str, most: int = MAX_MEMBERS) -> list[Member]:
        """A channel's members by name, all pages of them up to `most`. Raises as `ask`."""
        members: list[Member] = []
        while len(members) < most:
            after = members[-1].name if members else ""
            page = await self.ask(Members(channel=channel, after=after, limit=most - len(members)), MemberList)
            members += page.members
            if not page.more or not page.members:
                break
        return members

    async def search(self, text: str = "", channel: str = "", before: int = 0, limit: int = 20) -> Found:
        """Find messages, see `Search`, which has more to ask for. Raises as `ask`."""
        return await self.ask(Search(text=text, channel=channel, before=before, limit=limit), Found)
