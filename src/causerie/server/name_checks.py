"""Checks a name before it is taken: its form, whether it or one like it is taken, whether it passes for the staff."""

from __future__ import annotations

from causerie.chat.errors import NameTaken
from causerie.chat.names import person_name, reserved_word, skeleton
from causerie.chat.official_names import sounds_official
from causerie.server.context import Context


def checked_name(text: str) -> tuple[str, str]:
    """A person's name as it is kept, and its skeleton. Raises BadName."""
    name = person_name(text)
    return name, skeleton(name)


def checked_guest_name(context: Context, text: str, mine: int) -> tuple[str, str]:
    """The name and its skeleton, if the guest whose id is `mine` may have it. Raises BadName, NameTaken."""
    name, mark = checked_name(text)
    if reserved_word(name) or sounds_official(name, own_names(context)):
        raise NameTaken(name=name, why="reserved")
    owner = context.state.names.get(mark)
    if owner is not None and owner != mine:
        raise NameTaken(name=name, why="taken" if context.state.people[owner].name == name else "look_alike")
    return name, mark


def own_names(context: Context) -> tuple[str, ...]:
    """What the server itself is called."""
    config = context.config
    return config.server.name, config.irc.network, config.irc.server_name
