"""People, channels and messages of the contract's tests."""

from __future__ import annotations

from causerie.chat.events import Message
from causerie.chat.model import Channel, Person
from causerie.server.ports.changes import (
    Append,
    Change,
    PutChannel,
    PutPerson,
    Stored,
)
from causerie.server.ports.store import Store

ANNA = Person(id=1, name="anna", admin=True, made_at=10)
BOB = Person(id=2, name="bob", disabled=True, made_at=20)
LUC = Person(id=3, name="Luc", guest=True, made_at=30)
HOME = Channel(id=100, name="home", made_at=5)
SECRET = Channel(id=101, name="secret", access="private", topic="shh", read_only=True, retention_days=7, made_at=6)
FLEETING = Channel(id=102, name="fleeting", history=False, made_at=7)
PLACES: list[Change] = [
    PutPerson(ANNA, "anna", "$argon2id$anna"), PutPerson(BOB, "bob", "$argon2id$bob"), PutPerson(LUC, ""),
    PutChannel(HOME), PutChannel(SECRET), PutChannel(FLEETING),
]  # fmt: skip


def said(text: str, channel: Channel = HOME, author: Person = ANNA, key: str = "", at: int = 1000) -> Append:
    return Append(channel, "message", at, author, text, key, "")


async def numbered(store: Store, *appends: Append) -> list[Stored]:
    """What becomes of these, committed together."""
    results = await store.commit(appends)
    return [results[append] for append in appends]


async def texts(store: Store, channel: Channel = HOME) -> list[tuple[int, str]]:
    """All of a channel's messages."""
    page = await store.page(channel, 0, 0, 1000, newest=False)
    return [(event.number, event.text) for event in page if isinstance(event, Message)]


def about(kind: str, target: int, data: str = "{}", author: Person = ANNA) -> Append:
    return Append(HOME, kind, 2000, author, "", "", data, target=target)


def reply(text: str, thread: int, author: Person = BOB, key: str = "", follow: tuple[int, int] = (0, 0)) -> Append:
    return Append(HOME, "message", 1000, author, text, key, "", target=thread, thread=thread, follow=follow)


async def message(store: Store, number: int, asker: int = 0) -> Message:
    (found,) = await store.messages(HOME, [number], asker)
    return found
