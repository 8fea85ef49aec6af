"""How one gets in: by token, by an invitation, by name and password, or as a guest; and what to try next."""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.commands import LogIn, Register
from causerie.chat.errors import ChatError, InviteRefused, LoginFailed, NameTaken, RegistrationClosed
from causerie.chat.replies import LoggedIn


class Credentials(Struct, frozen=True, kw_only=True):
    """What the user has. With `register`, or an `invite`'s token, the account is made; neither needs a token yet.

    `guest`: come in without an account, `name` may be blank. `device` names this client in the list of sessions.
    """

    name: str = ""
    password: str = ""
    token: str = ""
    invite: str = ""
    register: bool = False
    guest: bool = False
    device: str = ""


class Entrance:
    """The ways in, one after the other. `token` is the one that works by now, if one does."""

    def __init__(self, credentials: Credentials, token: str = "") -> None:
        self.token = credentials.token or token
        self._have = credentials
        self._uncertain = False
        self._left: list[LogIn | Register] = []
        self._now: LogIn | Register | None = None
        self._said: ChatError | None = None

    def begin(self) -> LogIn | Register | None:
        """On a new connection: the first way. None: there is none, nothing was given."""
        have, ways = self._have, list[LogIn | Register]()
        if self.token:
            ways.append(LogIn(token=self.token, device=have.device))
        if have.password:
            by_password = LogIn(name=have.name, password=have.password, token=self.token, device=have.device, keep=True)
            if have.invite or have.register:
                ways.append(Register(name=have.name, password=have.password, invite=have.invite, device=have.device))
                # The connection broke before it was answered: it may have been done.
                ways += [by_password] if self._uncertain else []
            else:
                ways.append(by_password)
        elif have.guest:
            ways.append(LogIn(guest=True, name=have.name, device=have.device, keep=True))
        self._left, self._said = ways, None
        return self._next()

    def refused(self, error: ChatError) -> LogIn | Register | ChatError:
        """The way that was tried is closed: the next one, or what to say when all are."""
        was = self._now
        if isinstance(was, LogIn) and was.token and not was.password and isinstance(error, LoginFailed):
            self.token = ""
        if isinstance(was, Register):
            self._uncertain = self._uncertain and isinstance(error, NameTaken | InviteRefused | RegistrationClosed)
            self._left = self._left if self._uncertain else []
            self._said = error
        elif not isinstance(error, LoginFailed):
            self._left = []
        return self._next() or self._said or error

    def inside(self, logged_in: LoggedIn) -> None:
        """One is in: by the token from now on; a password is not held longer than it is needed."""
        self.token = logged_in.token or self.token
        have, guest = self._have, logged_in.guest
        password = "" if self.token or guest else have.password
        self._have = Credentials(name=logged_in.name, password=password, guest=guest, device=have.device)
        self._uncertain = False
        self._now = None

    def cut(self) -> None:
        """The connection broke."""
        self._uncertain = self._uncertain or isinstance(self._now, Register)
        self._now = None

    def forget(self) -> None:
        """The token is no good any more."""
        self.token = ""

    def _next(self) -> LogIn | Register | None:
        self._now = self._left.pop(0) if self._left else None
        return self._now
