"""One table: each command, the use case that does it, and who may ask.

A use case answers at once or, where it must wait for the store or for a password, with a coroutine; its session's next
command is then taken when it is done, so that a session's answers keep their order. Refusals are answers too. What
nobody foresaw is logged with its trace, undone, and answered as `internal`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any

from causerie.chat import commands as c
from causerie.chat import policy
from causerie.chat.errors import (
    ChatError,
    GuestsRefused,
    Internal,
    NotLoggedIn,
    OperatorOnly,
    ShuttingDown,
    StoreUnavailable,
    TooFast,
    UnknownCommand,
)
from causerie.server import (
    accounts,
    channels,
    history,
    invites,
    login,
    messages,
    moderation,
    operations,
    presence,
    refill,
    turns,
)
from causerie.server.core import Core
from causerie.server.session import Answer, Session, Trust
from causerie.server.store import Append, StoreFailed

log = logging.getLogger("causerie.dispatch")


class Access(IntEnum):
    """Who may ask: whoever is connected, whoever is logged in, administrators, the machine's own operator."""

    ANYONE = 0
    PERSON = 1
    ADMINISTRATOR = 2
    OPERATOR = 3


UseCase = Callable[[Core, Session, Any], "Answer | Coroutine[Any, Any, Answer]"]

TABLE: dict[type[c.Command], tuple[UseCase, Access]] = {
    c.Hello: (operations.hello, Access.ANYONE),
    c.LogIn: (login.log_in, Access.ANYONE),
    c.Register: (accounts.register, Access.ANYONE),
    c.Ping: (presence.ping, Access.ANYONE),
    c.Quit: (presence.quit, Access.ANYONE),
    c.Send: (messages.send, Access.PERSON),
    c.Join: (channels.join, Access.PERSON),
    c.Leave: (channels.leave, Access.PERSON),
    c.Direct: (channels.direct, Access.PERSON),
    c.SetTopic: (channels.set_topic, Access.PERSON),
    c.SetChannel: (channels.set_channel, Access.PERSON),
    c.Channels: (channels.channels, Access.PERSON),
    c.Look: (channels.look, Access.PERSON),
    c.Members: (channels.members, Access.PERSON),
    c.Away: (presence.away, Access.PERSON),
    c.LogOut: (presence.log_out, Access.PERSON),
    c.History: (history.history, Access.PERSON),
    c.Search: (history.search, Access.PERSON),
    c.Resume: (refill.resume, Access.PERSON),
    c.SetPassword: (accounts.set_password, Access.PERSON),
    c.Sessions: (accounts.sessions, Access.PERSON),
    c.Revoke: (accounts.revoke, Access.PERSON),
    c.InviteTo: (moderation.invite, Access.PERSON),
    c.Kick: (moderation.kick, Access.PERSON),
    c.Ban: (moderation.ban, Access.PERSON),
    c.Unban: (moderation.unban, Access.PERSON),
    c.Mute: (moderation.mute, Access.PERSON),
    c.SetRole: (moderation.set_role, Access.PERSON),
    c.MakeInvite: (invites.make, Access.ADMINISTRATOR),
    c.ListInvites: (invites.invites, Access.ADMINISTRATOR),
    c.RevokeInvite: (invites.revoke, Access.ADMINISTRATOR),
    c.AddAccount: (accounts.add_account, Access.ADMINISTRATOR),
    c.ResetPassword: (accounts.reset_password, Access.ADMINISTRATOR),
    c.ListAccounts: (accounts.accounts, Access.ADMINISTRATOR),
    c.DisableAccount: (accounts.disable, Access.ADMINISTRATOR),
    c.SetAdministrator: (accounts.set_administrator, Access.ADMINISTRATOR),
    c.Status: (operations.status, Access.ADMINISTRATOR),
    c.Backup: (operations.backup, Access.OPERATOR),
    c.CheckStore: (operations.check, Access.OPERATOR),
}

_UNMETERED = (c.Send, c.Quit)
"""Sending has its own measure; leaving is never too fast."""


def _check_access(session: Session, access: Access) -> None:
    if session.trust is Trust.OPERATOR and access is not Access.PERSON:
        return
    if session.trust < Trust.GUESTS:
        raise GuestsRefused(setting="server.plaintext")
    if access is Access.OPERATOR:
        raise OperatorOnly()
    if session.person is None:
        raise NotLoggedIn()
    if access is Access.ADMINISTRATOR:
        policy.check_administrator(session.person)


def _meter(core: Core, session: Session, error: ChatError, metered: bool) -> None:
    """What is refused without having been measured as a command costs as much as one."""
    if isinstance(error, TooFast) or (not metered and session.bucket and session.bucket.spend(core.clock())):
        session.flooding = True


def refuse(core: Core, session: Session, error: ChatError) -> None:
    """Answer what was no command at all."""
    _meter(core, session, error, metered=False)
    core.tick.answer(session, c.Command(id=error.mark), error)
    core.turns.wake()


def dispatch(core: Core, session: Session, command: c.Command) -> Coroutine[Any, Any, Answer] | None:
    """Do a command: what it comes to is put in the tick. A coroutine comes back when it must be waited for; whoever
    drives the session awaits `finish` with it before the next command."""
    tick = core.turns.tick
    mark = tick.mark()
    answer: Answer
    kind = type(command)
    try:
        entry = TABLE.get(kind)
        if entry is None:
            raise UnknownCommand()
        use_case, access = entry
        if access and (session.person is None or access > 1):
            _check_access(session, access)
        if core.leaving:
            raise ShuttingDown()
        bucket = session.bucket
        if bucket is not None and kind not in _UNMETERED and (wait := bucket.spend(core.clock())):
            raise TooFast(retry_after=round(wait + 0.05, 1))
        came_to = use_case(core, session, command)
        if isinstance(came_to, Coroutine):
            return came_to
        answer = came_to
    except ChatError as error:
        tick.back_to(mark)
        _meter(core, session, error, metered=kind not in _UNMETERED)
        answer = error
    except Exception:
        log.exception("a command failed: %s", type(command).__name__)
        tick.back_to(mark)
        answer = Internal()
    if type(answer) is Append:
        answer.asked = session, command
    else:
        tick.answer(session, command, answer)
    if core.turns.resting:
        core.turns.wake()
    return None


async def finish(core: Core, session: Session, command: c.Command, waiting: Coroutine[Any, Any, Answer]) -> None:
    """Wait for what a command comes to, and put it in the tick that is collecting then."""
    answer: Answer
    try:
        # What the session asked before is done first: a page of history holds the message sent just before it.
        await core.turns.told()
        answer = await waiting
    except ChatError as error:
        answer = error
    except StoreFailed as failure:
        log.error("the store did not answer: %s", failure)
        answer = StoreUnavailable(retry_after=turns.RETRY_SECONDS)
    except Exception:
        log.exception("a command failed: %s", type(command).__name__)
        answer = Internal()
    if not session.closed:
        core.turns.tick.answer(session, command, answer)
    core.turns.wake()
