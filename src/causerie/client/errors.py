"""What can go wrong on this side, beside the refusals of the server (`causerie.chat.errors`).

    ClientError
    ├── Unreachable         there is no connection to be had
    │   └── CertificateRefused    CertificateUnknown  CertificateChanged
    ├── Lost                the connection broke before the answer
    ├── Ended               the session is over, and will not come back by itself
    ├── NotUnderstood       the answer is of a kind that this version does not know
    ├── TooMuchAsked  OutboxFull    bounds of this side
    ├── NotALetter          a slash command that says nothing: it is asked, not sent
    ├── SomebodyElse        the letter was written by another person than the one who is logged in now
    └── BrokenMemory        the file in which the client remembers cannot be read

`str()` is one line in English for a log; programs that talk to people choose their words by the type.
"""

from __future__ import annotations


class ClientError(Exception):
    """Any of them."""


class Unreachable(ClientError):
    """There is no connection to `where`. `why` is what the system said, if it said anything."""

    def __init__(self, where: str, about: str, why: BaseException | None = None) -> None:
        super().__init__(f"{where}: {about}")
        self.where = where
        self.about = about
        self.why = why


class CertificateRefused(Unreachable):
    """Nobody vouches for the server's certificate; nothing was sent. `found`: its SHA-256, in hexadecimal."""

    def __init__(self, where: str, about: str, found: str) -> None:
        super().__init__(where, about)
        self.found = found


class CertificateUnknown(CertificateRefused):
    """It was never seen here, and nobody was there to ask, or they said no."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(where, f"its certificate is not known here (SHA-256 {found})", found)


class CertificateChanged(CertificateRefused):
    """It is another one than `known`, which the link says or somebody accepted before."""

    def __init__(self, where: str, found: str, known: str) -> None:
        super().__init__(where, f"it shows another certificate (SHA-256 {found}) than it should ({known})", found)
        self.known = known


class Lost(ClientError):
    """The connection broke before the answer came: what was asked may have been done, or not."""

    def __init__(self, why: str = "") -> None:
        super().__init__(f"the connection broke before the answer came{': ' if why else ''}{why}")
        self.why = why


class Ended(ClientError):
    """The session is over. `code`: the server's farewell, "closed" from this side, empty where it just broke."""

    def __init__(self, code: str = "") -> None:
        super().__init__(f"the session is over ({code or 'the connection broke'})")
        self.code = code


class NotUnderstood(ClientError):
    """An answer, of the kind `kind`, that this version does not know or did not expect."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the server answered {kind!r}, which is not understood here")
        self.kind = kind


class TooMuchAsked(ClientError):
    """So many questions wait for their answers already."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} questions wait for their answers already")
        self.most = most


class OutboxFull(ClientError):
    """So many letters wait to be sent already."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} letters wait to be sent already")
        self.most = most


class NotALetter(ClientError):
    """A slash command that says nothing, /join say: it is asked (`Chat.say` does what fits), and never said aloud."""

    def __init__(self) -> None:
        super().__init__("a slash command is asked, not sent")


class SomebodyElse(ClientError):
    """It was written by somebody else, before: it is not said in the name of who is logged in now."""

    def __init__(self) -> None:
        super().__init__("written by somebody else than the one who is logged in now")


class BrokenMemory(ClientError):
    """The file `path` is not what this program wrote. Take it away to start afresh."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be read ({why}); move it away to start afresh")
        self.path = path
