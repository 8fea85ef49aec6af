"""`connect`: all that a chat needs, put together."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from causerie import __version__
from causerie.chat.replies import Welcome
from causerie.chat.view import KEPT
from causerie.client.authentication import Credentials
from causerie.client.backoff import Backoff
from causerie.client.certificates import KnownServers, Vouch
from causerie.client.chat import Chat
from causerie.client.memory import Kept, Memory
from causerie.client.server_address import ServerAddress
from causerie.client.session import Session
from causerie.client.transport import Connector


def new_key() -> str:
    """A letter's key: 128 random bits."""
    return secrets.token_hex(16)


def connect(
    where: str | ServerAddress,
    *,
    name: str = "",
    password: str = "",
    token: str = "",
    guest: bool = False,
    register: bool = False,
    device: str = "",
    client: str = f"causerie {__version__}",
    memory: Memory | None = None,
    known: KnownServers | None = None,
    vouch: Vouch | None = None,
    reconnect: bool = True,
    patient: bool = False,
    keep: int = KEPT,
    backoff: Backoff | None = None,
    clock: Callable[[], float] = time.monotonic,
    keys: Callable[[], str] = new_key,
) -> Chat:
    """A chat, not connected yet: `async with connect(...) as chat`, or `await chat.open()`.

    `where`: HOST:PORT, causerie://HOST:PORT, or an invite link, which makes the account `name` with `password`;
    `register` makes it without one, where the server lets anybody. Otherwise one logs in by what `memory` holds, by
    `token`, by `name` and `password`, or, with none of these or with `guest`, as a guest, whose name may be blank.

    `known` and `vouch`: which certificates are accepted that no link and no authority vouches for (see certificates).
    `reconnect` false: the first loss of the connection is the end. `patient`: the first connection is tried for ever
    too, and `open` does not wait for it. `keep`: messages in each view.

    Raises ValueError for an address or a combination that cannot be, and BrokenMemory.
    """
    server = ServerAddress.parse(where) if isinstance(where, str) else where
    kept = memory.get() if memory is not None else Kept()
    if password and not name:
        raise ValueError("a password needs a name")
    if (server.invite or register) and not (password or token or kept.token or guest):
        raise ValueError("to make an account, give name and password")
    guest = guest or not (password or token or kept.token)
    credentials = Credentials(
        name=name,
        password=password,
        token=token,
        invite=server.invite,
        register=register,
        guest=guest and not password,
        device=device,
    )
    session = Session(credentials, keys, kept, client, keep)
    return Chat(
        session,
        Connector(server, known, vouch),
        str(server),
        clock=clock,
        memory=memory,
        backoff=backoff,
        reconnect=reconnect,
        patient=patient,
    )


async def greeting(
    where: str | ServerAddress, *, known: KnownServers | None = None, vouch: Vouch | None = None
) -> Welcome:
    """What a server says of itself before anybody logs in. `known` and `vouch`: see `connect`.

    Raises ValueError for what is no address, Unreachable, ChatError and Ended.
    """
    server = ServerAddress.parse(where) if isinstance(where, str) else where
    session = Session(None, new_key, client=f"causerie {__version__}")
    connector = Connector(server, known, vouch)
    async with Chat(session, connector, str(server), clock=time.monotonic, reconnect=False) as chat:
        assert chat.welcome is not None
        return chat.welcome


def connect_operator(path: Path) -> Chat:
    """The operator's own chat with a server on this machine, over its control socket: nobody logs in."""
    server = ServerAddress(path=path, secure=False)
    session = Session(None, new_key, client=f"causerie {__version__}")
    return Chat(session, Connector(server), str(server), clock=time.monotonic, reconnect=False)
