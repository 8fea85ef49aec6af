"""Errors of the client itself; the server's refusals are in `causerie.chat.errors`.

    ClientError
    ├── Unreachable         no connection could be made
    │   └── CertificateRefused    CertificateUnknown  CertificateChanged
    ├── ConnectionLost      the connection was lost before the reply
    ├── SessionEnded        the session is over, and does not reconnect
    ├── UnexpectedReply     the reply is of a kind that this version does not know
    ├── TooManyRequests  OutboxFull    bounds of the client
    ├── NotAMessage         a slash command that is no message: use `ask` or `say`
    ├── AccountChanged      the message was written by another person than the one who is logged in now
    └── StorageDamaged      the saved session cannot be read

`str()` is one line in English for a log; programs that talk to people choose their words by the type.
"""

from __future__ import annotations


class ClientError(Exception):
    """The base of all."""


class Unreachable(ClientError):
    """No connection to `where` could be made. `about`: why, in words; `why`: the exception behind it, if any."""

    def __init__(self, where: str, about: str, why: BaseException | None = None) -> None:
        super().__init__(f"{where}: {about}")
        self.where = where
        self.about = about
        self.why = why


class CertificateRefused(Unreachable):
    """The server's certificate is not trusted; nothing was sent. `found`: its SHA-256, in hexadecimal."""

    def __init__(self, where: str, about: str, found: str) -> None:
        super().__init__(where, about)
        self.found = found


class CertificateUnknown(CertificateRefused):
    """The certificate was never accepted here, and nobody could be asked, or they declined."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(where, f"its certificate is not known here (SHA-256 {found})", found)


class CertificateChanged(CertificateRefused):
    """The certificate is another one than `known`, which the link names or somebody accepted before."""

    def __init__(self, where: str, found: str, known: str) -> None:
        super().__init__(where, f"it shows another certificate (SHA-256 {found}) than it should ({known})", found)
        self.known = known


class ConnectionLost(ClientError):
    """The connection was lost before the reply: the command may have been done, or not."""

    def __init__(self, why: str = "") -> None:
        super().__init__(f"the connection broke before the answer came{': ' if why else ''}{why}")
        self.why = why


class SessionEnded(ClientError):
    """The session is over. `code`: the server's disconnect reason, "closed" from this side, empty where it was lost."""

    def __init__(self, code: str = "") -> None:
        super().__init__(f"the session is over ({code or 'the connection broke'})")
        self.code = code


class UnexpectedReply(ClientError):
    """A reply, of the kind `kind`, that this version does not know or did not expect."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the server answered {kind!r}, which is not understood here")
        self.kind = kind


class TooManyRequests(ClientError):
    """The client has as many requests pending as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} requests wait for their replies already")
        self.most = most


class OutboxFull(ClientError):
    """The outbox holds as many messages as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} messages wait to be sent already")
        self.most = most


class NotAMessage(ClientError):
    """A slash command that is no message (/join, say) was given to `send` or `post`: `Chat.say` does what fits."""

    def __init__(self) -> None:
        super().__init__("a slash command that is no message is asked, not sent")


class AccountChanged(ClientError):
    """The message was written by another account: it is not sent in the name of the one that is logged in now."""

    def __init__(self) -> None:
        super().__init__("written by somebody else than the one who is logged in now")


class StorageDamaged(ClientError):
    """The saved session in the file `path` cannot be read. Move the file away to start afresh."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be read ({why}); move it away to start afresh")
        self.path = path
        self.why = why
