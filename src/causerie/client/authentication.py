"""Logging in: which command to send first (token, invite, password, guest), and which after a refusal."""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.commands import LogIn, Register
from causerie.chat.errors import ChatError, InviteRefused, LoginFailed, NameTaken, RegistrationClosed
from causerie.chat.replies import LoggedIn


class Credentials(Struct, frozen=True, kw_only=True):
    """What the user logs in with. With `register`, or an `invite`'s token, the account is made first.

    `guest`: log in without an account, `name` may be blank. `device` names this client in the list of sessions.
    """

    name: str = ""
    password: str = ""
    token: str = ""
    invite: str = ""
    register: bool = False
    guest: bool = False
    device: str = ""


class Authentication:
    """The log-in commands to try, one after the other. `token`: the one to log in with next time, if there is one."""

    def __init__(self, credentials: Credentials, token: str = "") -> None:
        self.token = credentials.token or token
        self._credentials = credentials
        self._may_be_registered = False
        self._remaining: list[LogIn | Register] = []
        self._now: LogIn | Register | None = None
        self._register_refusal: ChatError | None = None

    def begin(self) -> LogIn | Register | None:
        """On a new connection: the first command to try. None: there are no credentials."""
        have, commands = self._credentials, list[LogIn | Register]()
        if self.token:
            commands.append(LogIn(token=self.token, device=have.device))
        if have.password:
            by_password = LogIn(name=have.name, password=have.password, token=self.token, device=have.device, keep=True)
            if have.invite or have.register:
                commands.append(
                    Register(name=have.name, password=have.password, invite=have.invite, device=have.device)
                )
                # The connection was lost before the reply: the account may have been made.
                commands += [by_password] if self._may_be_registered else []
            else:
                commands.append(by_password)
        elif have.guest:
            commands.append(LogIn(guest=True, name=have.name, device=have.device, keep=True))
        self._remaining, self._register_refusal = commands, None
        return self._next()

    def refused(self, error: ChatError) -> LogIn | Register | ChatError:
        """The command was refused: the next one to try, or the error to report when there is none."""
        was = self._now
        if isinstance(was, LogIn) and was.token and not was.password and isinstance(error, LoginFailed):
            self.token = ""
        if isinstance(was, Register):
            may_exist = isinstance(error, NameTaken | InviteRefused | RegistrationClosed)
            self._may_be_registered = self._may_be_registered and may_exist
            self._remaining = self._remaining if self._may_be_registered else []
            self._register_refusal = error
        elif not isinstance(error, LoginFailed):
            self._remaining = []
        return self._next() or self._register_refusal or error

    def logged_in(self, logged_in: LoggedIn) -> None:
        """Logged in: the token is used from now on, and a password is not kept longer than needed."""
        self.token = logged_in.token or self.token
        have, guest = self._credentials, logged_in.guest
        password = "" if self.token or guest else have.password
        self._credentials = Credentials(name=logged_in.name, password=password, guest=guest, device=have.device)
        self._may_be_registered = False
        self._now = None

    def connection_lost(self) -> None:
        """The connection was lost."""
        self._may_be_registered = self._may_be_registered or isinstance(self._now, Register)
        self._now = None

    def token_revoked(self) -> None:
        """The token was revoked."""
        self.token = ""

    def _next(self) -> LogIn | Register | None:
        self._now = self._remaining.pop(0) if self._remaining else None
        return self._now
