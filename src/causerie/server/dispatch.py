"""One table: each command, the use case that does it, and who may ask.

A use case answers at once or, where it must wait for the store or for a password, with a coroutine; its session's next
command is then taken when it is done, so that a session's answers keep their order. Refusals are answers too. What
nobody foresaw is logged with its trace, undone, and answered as `internal`. A text that begins with a slash becomes its
command here, so that every protocol has the same ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from enum import IntEnum
from types import CoroutineType
from typing import Any, cast

from causerie.chat import commands as c
from causerie.chat import policy, slash
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
    audit,
    certificates,
    channels,
    confiding,
    direct,
    drafts,
    edits,
    help,
    history,
    invites,
    login,
    masks,
    messages,
    metadata,
    moderation,
    named_secrets,
    operations,
    people,
    pins,
    presence,
    reactions,
    read_state,
    refill,
    renaming,
    reports,
    scram,
    signals,
    subscriptions,
    threads,
    turns,
    typing,
    watching,
    who_is_here,
    wishes,
)
from causerie.server.changes import Append
from causerie.server.core import Core
from causerie.server.session import Answer, Session, Trust
from causerie.server.store import StoreFailed

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
    c.Knock: (named_secrets.knock, Access.ANYONE),
    c.Scram: (scram.scram, Access.ANYONE),
    c.Register: (accounts.register, Access.ANYONE),
    c.Ping: (presence.ping, Access.ANYONE),
    c.Quit: (presence.quit, Access.ANYONE),
    c.Send: (messages.send, Access.PERSON),
    c.Tell: (direct.tell, Access.PERSON),
    c.Subscribe: (subscriptions.subscribe, Access.PERSON),
    c.Unsubscribe: (subscriptions.unsubscribe, Access.PERSON),
    c.Signal: (signals.signal, Access.PERSON),
    c.Confide: (confiding.confide, Access.PERSON),
    c.Edit: (edits.edit, Access.PERSON),
    c.Delete: (edits.delete, Access.PERSON),
    c.DeleteSince: (edits.delete_since, Access.PERSON),
    c.Versions: (edits.versions, Access.PERSON),
    c.Join: (channels.join, Access.PERSON),
    c.Leave: (channels.leave, Access.PERSON),
    c.Direct: (direct.direct, Access.PERSON),
    c.SetTopic: (channels.set_topic, Access.PERSON),
    c.SetChannel: (channels.set_channel, Access.PERSON),
    c.RenameChannel: (renaming.rename_channel, Access.PERSON),
    c.Channels: (channels.channels, Access.PERSON),
    c.Look: (channels.look, Access.PERSON),
    c.Members: (channels.members, Access.PERSON),
    c.Away: (who_is_here.away, Access.PERSON),
    c.SetPresence: (who_is_here.set_presence, Access.PERSON),
    c.IsTyping: (typing.is_typing, Access.PERSON),
    c.Whois: (people.whois, Access.PERSON),
    c.SetName: (people.set_name, Access.PERSON),
    c.Describe: (people.describe, Access.PERSON),
    c.Watch: (watching.watch, Access.PERSON),
    c.SetMetadata: (metadata.set_metadata, Access.PERSON),
    c.Metadata: (metadata.metadata, Access.PERSON),
    c.FollowMetadata: (metadata.follow_metadata, Access.PERSON),
    c.SyncMetadata: (metadata.sync_metadata, Access.PERSON),
    c.Gone: (people.gone, Access.PERSON),
    c.KeepCertificate: (certificates.keep, Access.PERSON),
    c.Elevate: (named_secrets.elevate, Access.PERSON),
    c.LogOut: (presence.log_out, Access.PERSON),
    c.React: (reactions.react, Access.PERSON),
    c.Reactions: (reactions.reactions, Access.PERSON),
    c.Pin: (pins.pin, Access.PERSON),
    c.Pins: (pins.pins, Access.PERSON),
    c.Thread: (threads.thread, Access.PERSON),
    c.Follow: (threads.follow_thread, Access.PERSON),
    c.Threads: (threads.threads, Access.PERSON),
    c.History: (history.history, Access.PERSON),
    c.Search: (history.search, Access.PERSON),
    c.Resume: (refill.resume, Access.PERSON),
    c.Mark: (read_state.mark, Access.PERSON),
    c.Unread: (read_state.unread, Access.PERSON),
    c.Recent: (history.recent, Access.PERSON),
    c.Notify: (wishes.notify, Access.PERSON),
    c.Prefer: (wishes.prefer, Access.PERSON),
    c.Preferred: (wishes.preferred, Access.PERSON),
    c.Why: (wishes.why, Access.PERSON),
    c.Ignore: (wishes.ignore, Access.PERSON),
    c.Draft: (drafts.draft, Access.PERSON),
    c.Drafts: (drafts.drafts, Access.PERSON),
    c.Help: (help.help, Access.PERSON),
    c.SetPassword: (accounts.set_password, Access.PERSON),
    c.Sessions: (accounts.sessions, Access.PERSON),
    c.Revoke: (accounts.revoke, Access.PERSON),
    c.InviteTo: (moderation.invite, Access.PERSON),
    c.Kick: (moderation.kick, Access.PERSON),
    c.Ban: (moderation.ban, Access.PERSON),
    c.BanAuthor: (moderation.ban_author, Access.PERSON),
    c.Unban: (moderation.unban, Access.PERSON),
    c.Mute: (moderation.mute, Access.PERSON),
    c.SetRole: (moderation.set_role, Access.PERSON),
    c.SetVoice: (moderation.set_voice, Access.PERSON),
    c.SetMask: (masks.set_mask, Access.PERSON),
    c.Masks: (masks.masks, Access.PERSON),
    c.Report: (reports.report, Access.PERSON),
    c.Reports: (reports.reports, Access.PERSON),
    c.CloseReport: (reports.close_report, Access.PERSON),
    c.MakeInvite: (invites.make, Access.ADMINISTRATOR),
    c.ListInvites: (invites.invites, Access.ADMINISTRATOR),
    c.RevokeInvite: (invites.revoke, Access.ADMINISTRATOR),
    c.AddAccount: (accounts.add_account, Access.ADMINISTRATOR),
    c.ResetPassword: (accounts.reset_password, Access.ADMINISTRATOR),
    c.ListAccounts: (accounts.accounts, Access.ADMINISTRATOR),
    c.DisableAccount: (accounts.disable, Access.ADMINISTRATOR),
    c.SetAdministrator: (accounts.set_administrator, Access.ADMINISTRATOR),
    c.Disconnect: (operations.disconnect, Access.ADMINISTRATOR),
    c.Announce: (operations.announce, Access.ADMINISTRATOR),
    c.Reload: (operations.reload, Access.ADMINISTRATOR),
    c.AuditLog: (audit.audit_log, Access.ADMINISTRATOR),
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
    if access is Access.ADMINISTRATOR and not session.elevated:
        policy.check_administrator(session.person)


def _meter(core: Core, session: Session, error: ChatError, metered: bool) -> None:
    """What is refused without having been measured as a command costs as much as one."""
    if isinstance(error, TooFast) or (not metered and session.bucket and session.bucket.spend(core.clock())):
        session.flooding = True


def too_soon(core: Core, session: Session, command: c.Command) -> float:
    """Seconds until a command would not be refused as too fast: for languages whose clients wait instead."""
    kind = type(command)
    if kind is c.Send or kind is c.Tell:
        bucket = core.buckets.get(session.person.id) if session.person is not None else None
    else:
        bucket = session.bucket if kind is not c.Quit else None
    return bucket.wait(core.clock()) if bucket is not None else 0.0


def refuse(core: Core, session: Session, error: ChatError) -> None:
    """Answer what was no command at all."""
    _meter(core, session, error, metered=False)
    core.tick.answer(session, c.Command(id=error.mark), error)
    core.turns.wake()


def dispatch(core: Core, session: Session, command: c.Command) -> Coroutine[Any, Any, Answer] | None:
    """Do a command: what it comes to is put in the tick. A coroutine comes back when it must be waited for; whoever
    drives the session awaits `finish` with it before the next command."""
    rhythm = core.turns
    tick = rhythm.tick
    mark = tick.mark()
    answer: Answer
    kind = type(command)
    try:
        if (kind is c.Send or kind is c.Tell) and command.text[:1] == "/" and not command.literal:  # type: ignore[attr-defined]
            kind = c.Send  # refused now, it costs what a refused message does
            _check_access(session, Access.PERSON)
            command = slash.read(command)  # type: ignore[arg-type]
            kind = type(command)
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
        if type(came_to) is CoroutineType:
            return came_to
        answer = cast(Answer, came_to)
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
    if rhythm.resting:
        rhythm.wake()
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
    if type(answer) is Append:
        # It went into this very tick: nothing was waited for since.
        answer.asked = session, command
    elif not session.closed:
        core.turns.tick.answer(session, command, answer)
    core.turns.wake()
