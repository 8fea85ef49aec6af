"""What a client notes of itself and follows before it is registered: held here, and asked of the core once it is in.

Source: IRCv3 draft/metadata-3, "before-connect". It is answered as the core would, within the bounds that the core
keeps; whether it is so then, the core says. Of who never comes in nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from causerie.chat import commands as c
from causerie.chat.errors import ChatError, TooMany
from causerie.chat.metadata import check_key, check_value
from causerie.chat.replies import Done, MetadataKeys, MetadataLine, MetadataList, MetadataPage
from causerie.config.settings import Limits
from causerie.server.engine.session import Answer

NOBODY = "*"
"""What one is called who has no nick yet."""

HELD_MOST = 4096
"""Characters of all keys and values together: whoever does not log in shall cost little."""


@dataclass(slots=True)
class Ahead:
    """`held`: values by key, "" for one that is taken away, at most limits.metadata_keys. `cleared`: all that was noted
    before goes first. `follows`: keys in their order, at most limits.metadata_follows."""

    limits: Limits
    held: dict[str, str] = field(default_factory=dict)
    cleared: bool = False
    follows: dict[str, bool] = field(default_factory=dict)

    def answer(self, command: c.Command, noted: Mapping[str, str]) -> Answer:
        """Take a command about oneself. `noted`: what is noted of the account that the client has logged in to."""
        try:
            if isinstance(command, c.SetMetadata):
                return self._set(command.key, command.value, noted)
            if isinstance(command, c.FollowMetadata):
                return self._follow(list(command.keys), command.on)
        except ChatError as error:
            return error
        now = self._now(noted)
        if isinstance(command, c.SyncMetadata):
            lines = [MetadataLine(key=key, value=now[key], name=NOBODY) for key in self.follows if key in now]
            return MetadataPage(lines=lines)
        return MetadataList(name=NOBODY, metadata=now)

    def commands(self) -> list[c.Command]:
        """What the core is asked once the person is in. The last one's answer is waited for."""
        first: list[c.Command] = [c.SetMetadata()] if self.cleared else []
        # What is taken away makes room.
        in_order = sorted(self.held.items(), key=lambda note: note[1] != "")
        notes = [c.SetMetadata(key=key, value=value) for key, value in in_order]
        return [*first, *notes, c.FollowMetadata(keys=list(self.follows))]

    def _now(self, noted: Mapping[str, str]) -> dict[str, str]:
        both = {**({} if self.cleared else noted), **self.held}
        return {key: value for key, value in both.items() if value}

    def _set(self, key: str, value: str, noted: Mapping[str, str]) -> Answer:
        now, most = self._now(noted), self.limits.metadata_keys
        if not key:
            self.held.clear()
            self.cleared = True
            return MetadataList(name=NOBODY, metadata=now)
        value = check_value(value, self.limits.metadata_value_bytes)
        more = value and key not in now and len(now) >= most
        if more or (check_key(key) not in self.held and len(self.held) >= most):
            raise TooMany(why="metadata", most=most)
        self._check_room(len(key) + len(value))
        self.held[key] = value
        return Done()

    def _check_room(self, more: int) -> None:
        if sum(map(len, (*self.held, *self.held.values(), *self.follows))) + more > HELD_MOST:
            raise TooMany(why="metadata", most=HELD_MOST)

    def _follow(self, keys: list[str], on: bool) -> MetadataKeys:
        most, new, refused = self.limits.metadata_follows, list[str](), ""
        for key in keys if on else ():
            if key in self.follows:
                continue
            if len(self.follows) >= most:
                refused = key
                break
            self._check_room(len(key))
            self.follows[check_key(key)] = True
            new.append(key)
        if not on:
            for key in keys:
                self.follows.pop(key, None)
        return MetadataKeys(keys=list(self.follows), new=new, refused=refused, most=most)
