"""`connect` and its like: a chat with all its parts."""

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
from causerie.client.certificates import ConfirmCertificate, KnownServers
from causerie.client.chat import Chat
from causerie.client.connector import Connector
from causerie.client.server_address import ServerAddress
from causerie.client.session import Session
from causerie.client.storage import SavedSession, Storage


def new_key() -> str:
    """An idempotency key of 128 random bits."""
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
    storage: Storage | None = None,
    known_servers: KnownServers | None = None,
    confirm_certificate: ConfirmCertificate | None = None,
    reconnect: bool = True,
    patient: bool = False,
    keep: int = KEPT,
    backoff: Backoff | None = None,
    clock: Callable[[], float] = time.monotonic,
    keys: Callable[[], str] = new_key,
) -> Chat:
    """A chat, not connected yet: `async with connect(...) as chat`, or `await chat.open()`.

    `where`: HOST:PORT, causerie://HOST:PORT, or an invite link, which makes the account `name` with `password`;
    `register` makes it without one, where the server lets anybody. Otherwise it logs in by what `storage` holds, by
    `token`, by `name` and `password`, or, with none of these or with `guest`, as a guest, whose name may be blank.

    `known_servers`, `confirm_certificate`: which certificates are trusted that no link and no authority vouches for.
    `reconnect` false: the first loss of the connection is the end. `patient`: the first connection is tried for ever
    too, and `open` does not wait for it. `keep`: messages in each view.

    Raises ValueError for an address or a combination that cannot be, and StorageDamaged.
    """
    server = ServerAddress.parse(where) if isinstance(where, str) else where
    saved = storage.get() if storage is not None else SavedSession()
    if password and not name:
        raise ValueError("a password needs a name")
    if (server.invite or register) and not (password or token or saved.token or guest):
        raise ValueError("to make an account, give name and password")
    guest = guest or not (password or token or saved.token)
    credentials = Credentials(
        name=name,
        password=password,
        token=token,
        invite=server.invite,
        register=register,
        guest=guest and not password,
        device=device,
    )
    session = Session(credentials, keys, saved, client, keep)
    return Chat(
        session,
        Connector(server, known_servers, confirm_certificate),
        str(server),
        clock=clock,
        storage=storage,
        backoff=backoff,
        reconnect=reconnect,
        patient=patient,
    )


async def fetch_welcome(
    where: str | ServerAddress,
    *,
    known_servers: KnownServers | None = None,
    confirm_certificate: ConfirmCertificate | None = None,
) -> Welcome:
    """What a server says of itself before anybody logs in. `known_servers` and `confirm_certificate`: see `connect`.

    Raises ValueError for what is no address, Unreachable, ChatError and SessionEnded.
    """
    server = ServerAddress.parse(where) if isinstance(where, str) else where
    session = Session(None, new_key, client=f"causerie {__version__}")
    connector = Connector(server, known_servers, confirm_certificate)
    async with Chat(session, connector, str(server), clock=time.monotonic, reconnect=False) as chat:
        assert chat.welcome is not None
        return chat.welcome


def connect_operator(path: Path) -> Chat:
    """The operator's connection to a server on this machine, over its control socket, without a log-in."""
    server = ServerAddress(path=path, secure=False)
    session = Session(None, new_key, client=f"causerie {__version__}")
    return Chat(session, Connector(server), str(server), clock=time.monotonic, reconnect=False)
