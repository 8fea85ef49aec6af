"""The control socket: whoever may open it is the machine's own operator, and speaks the native protocol there.

It lies in the data directory, 0600: the file system says who may. The command line's accounts, invites, backups and
status go through it, so that they work while the server runs.
"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import NoReturn

from causerie.protocols.wire import Protocol
from causerie.server.context import Context
from causerie.server.engine.session import Session, Trust
from causerie.socket_path import bindable
from causerie.transport.connection import Connection
from causerie.transport.intake import Intake
from causerie.transport.listener import Admission, Listener

NAME = "control.sock"


class _Control(Listener):
    def __init__(self, context: Context, protocol: Protocol) -> None:
        super().__init__(Admission(context, lambda host: True), (protocol,), "never", _no_tls)

    def came(self, intake: Intake) -> None:
        intake.host = "control"

    def left(self, intake: Intake) -> None:
        pass

    def open_session(self, connection: Connection) -> Session:
        session = Session(connection, connection.host, Trust.OPERATOR, None)
        self.context.open(session)
        return session


def _no_tls() -> NoReturn:
    raise NotImplementedError


async def open_control_socket(context: Context, data: Path, protocol: Protocol) -> asyncio.AbstractServer:
    """Listen on it. Only one server holds the data directory, so that a socket left behind is nobody's.

    Raises OSError.
    """
    path = data / NAME
    path.unlink(missing_ok=True)
    listener = _Control(context, protocol)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        with bindable(path) as address:
            bound.bind(address)
        return await asyncio.get_running_loop().create_unix_server(listener.connection, sock=bound)
    except OSError:
        bound.close()
        raise
    finally:
        os.umask(old)
