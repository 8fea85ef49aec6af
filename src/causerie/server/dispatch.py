"""The command table: for each command its use case, who may ask, and whether it costs a message of the send quota.

A use case answers at once or, where it must wait for the store or for a password, with a coroutine; its session's next
command is then taken when it is done, so that a session's answers keep their order. Refusals are answers too. What
nobody foresaw is logged with its trace, undone, and answered as `internal`. A text that begins with a slash becomes its
command here, so that every protocol has the same ones.
"""

from __future__ import annotations

import logging
import types
from collections.abc import Callable, Coroutine, Generator
from enum import IntEnum
from types import CoroutineType
from typing import Any, cast

from causerie.chat import commands as c
from causerie.chat import slash
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
from causerie.server import audit, catch_up
from causerie.server.context import Context
from causerie.server.elevation import check_administrator
from causerie.server.engine import commit_loop
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Answer, Session, Trust
from causerie.server.features.accounts import (
    accounts,
    certificates,
    configured_passwords,
    invites,
    login,
    push_subscriptions,
    scram,
)
from causerie.server.features.admin import help, operations
from causerie.server.features.channels import channels, masks, memberships, moderation, renaming
from causerie.server.features.messages import (
    client_signals,
    direct,
    drafts,
    edits,
    history,
    messages,
    notification_preferences,
    pins,
    reactions,
    reports,
    restricted_messages,
    threads,
)
from causerie.server.features.presence import (
    channel_presence,
    metadata,
    people,
    presence,
    presence_watch,
    read_state,
    typing,
)
from causerie.server.ports.changes import Append
from causerie.server.ports.store import StoreFailed
from causerie.server.read_shares import in_turn
from causerie.server.send_quota import Brings, counted_inside, nothing, reason, spend, text, words
from causerie.server.walks import local_answer

log = logging.getLogger("causerie.dispatch")


class Access(IntEnum):
    """Who may ask: whoever is connected, whoever is logged in, administrators, the machine's own operator."""

    ANYONE = 0
    PERSON = 1
    ADMINISTRATOR = 2
    OPERATOR = 3


UseCase = Callable[[Context, Session, Any], "Answer | Coroutine[Any, Any, Answer]"]

TABLE: dict[type[c.Command], tuple[UseCase, Access, Brings]] = {
    c.Hello: (operations.hello, Access.ANYONE, nothing),
    c.LogIn: (login.log_in, Access.ANYONE, counted_inside),
    c.GiveServerPassword: (configured_passwords.server_password, Access.ANYONE, nothing),
    c.Scram: (scram.scram, Access.ANYONE, nothing),
    c.Register: (accounts.register, Access.ANYONE, nothing),
    c.Ping: (channel_presence.ping, Access.ANYONE, nothing),
    c.Quit: (channel_presence.quit, Access.ANYONE, counted_inside),
    c.Send: (messages.send, Access.PERSON, words),
    c.Tell: (direct.tell, Access.PERSON, words),
    c.Subscribe: (push_subscriptions.subscribe, Access.PERSON, nothing),
    c.Unsubscribe: (push_subscriptions.unsubscribe, Access.PERSON, nothing),
    c.Signal: (client_signals.signal, Access.PERSON, words),
    c.SendRestricted: (restricted_messages.send_restricted, Access.PERSON, words),
    c.Edit: (edits.edit, Access.PERSON, words),
    c.Delete: (edits.delete, Access.PERSON, words),
    c.DeleteSince: (edits.delete_since, Access.PERSON, words),
    c.Versions: (in_turn(edits.versions), Access.PERSON, nothing),
    c.Join: (channels.join, Access.PERSON, counted_inside),
    c.Leave: (channels.leave, Access.PERSON, reason),
    c.Direct: (direct.direct, Access.PERSON, counted_inside),
    c.SetTopic: (channels.set_topic, Access.PERSON, words),
    c.SetChannel: (channels.set_channel, Access.PERSON, words),
    c.RenameChannel: (renaming.rename_channel, Access.PERSON, words),
    c.Channels: (channels.channels, Access.PERSON, nothing),
    c.Look: (channels.look, Access.PERSON, nothing),
    c.Members: (channels.members, Access.PERSON, nothing),
    c.Away: (presence.away, Access.PERSON, text),
    c.SetPresence: (presence.set_presence, Access.PERSON, text),
    c.IsTyping: (typing.is_typing, Access.PERSON, nothing),
    c.Whois: (people.whois, Access.PERSON, nothing),
    c.SetName: (people.set_name, Access.PERSON, words),
    c.Describe: (people.describe, Access.PERSON, words),
    c.Watch: (presence_watch.watch, Access.PERSON, nothing),
    c.SetMetadata: (metadata.set_metadata, Access.PERSON, words),
    c.Metadata: (metadata.metadata, Access.PERSON, nothing),
    c.FollowMetadata: (metadata.follow_metadata, Access.PERSON, nothing),
    c.SyncMetadata: (metadata.sync_metadata, Access.PERSON, nothing),
    c.Gone: (people.gone, Access.PERSON, nothing),
    c.KeepCertificate: (certificates.keep, Access.PERSON, nothing),
    c.Elevate: (configured_passwords.elevate, Access.PERSON, nothing),
    c.LogOut: (channel_presence.log_out, Access.PERSON, nothing),
    c.React: (reactions.react, Access.PERSON, words),
    c.Reactions: (in_turn(reactions.reactions), Access.PERSON, nothing),
    c.Pin: (pins.pin, Access.PERSON, words),
    c.Pins: (in_turn(pins.pins), Access.PERSON, nothing),
    c.Thread: (in_turn(threads.thread), Access.PERSON, nothing),
    c.Follow: (threads.follow_thread, Access.PERSON, nothing),
    c.Threads: (in_turn(threads.threads), Access.PERSON, nothing),
    c.History: (in_turn(history.history), Access.PERSON, nothing),
    c.Search: (history.search, Access.PERSON, nothing),
    c.Resume: (catch_up.resume, Access.PERSON, nothing),
    c.Mark: (read_state.mark, Access.PERSON, nothing),
    c.Unread: (in_turn(read_state.unread), Access.PERSON, nothing),
    c.Recent: (in_turn(history.recent), Access.PERSON, nothing),
    c.Notify: (notification_preferences.notify, Access.PERSON, nothing),
    c.Prefer: (notification_preferences.prefer, Access.PERSON, nothing),
    c.Preferred: (notification_preferences.preferred, Access.PERSON, nothing),
    c.Why: (notification_preferences.why, Access.PERSON, nothing),
    c.Ignore: (notification_preferences.ignore, Access.PERSON, nothing),
    c.Draft: (drafts.draft, Access.PERSON, nothing),
    c.Drafts: (drafts.drafts, Access.PERSON, nothing),
    c.Help: (help.help, Access.PERSON, nothing),
    c.SetPassword: (accounts.set_password, Access.PERSON, nothing),
    c.Sessions: (accounts.sessions, Access.PERSON, nothing),
    c.Revoke: (accounts.revoke, Access.PERSON, nothing),
    c.InviteTo: (moderation.invite, Access.PERSON, words),
    c.Kick: (moderation.kick, Access.PERSON, words),
    c.Ban: (moderation.ban, Access.PERSON, words),
    c.BanAuthor: (moderation.ban_author, Access.PERSON, words),
    c.Unban: (moderation.unban, Access.PERSON, words),
    c.Mute: (moderation.mute, Access.PERSON, words),
    c.SetRole: (moderation.set_role, Access.PERSON, words),
    c.SetVoice: (moderation.set_voice, Access.PERSON, words),
    c.SetMask: (masks.set_mask, Access.PERSON, words),
    c.Masks: (masks.masks, Access.PERSON, nothing),
    c.Memberships: (memberships.memberships, Access.PERSON, nothing),
    c.Report: (reports.report, Access.PERSON, words),
    c.Reports: (reports.reports, Access.PERSON, nothing),
    c.CloseReport: (reports.close_report, Access.PERSON, nothing),
    c.MakeInvite: (invites.make, Access.ADMINISTRATOR, nothing),
    c.ListInvites: (invites.invites, Access.ADMINISTRATOR, nothing),
    c.RevokeInvite: (invites.revoke, Access.ADMINISTRATOR, nothing),
    c.AddAccount: (accounts.add_account, Access.ADMINISTRATOR, nothing),
    c.ResetPassword: (accounts.reset_password, Access.ADMINISTRATOR, nothing),
    c.ListAccounts: (accounts.accounts, Access.ADMINISTRATOR, nothing),
    c.DisableAccount: (accounts.disable, Access.ADMINISTRATOR, nothing),
    c.SetAdministrator: (accounts.set_administrator, Access.ADMINISTRATOR, nothing),
    c.Disconnect: (operations.disconnect, Access.ADMINISTRATOR, words),
    c.Announce: (operations.announce, Access.ADMINISTRATOR, words),
    c.Reload: (operations.reload, Access.ADMINISTRATOR, nothing),
    c.AuditLog: (audit.audit_log, Access.ADMINISTRATOR, nothing),
    c.Status: (operations.status, Access.ADMINISTRATOR, nothing),
    c.Backup: (operations.backup, Access.OPERATOR, nothing),
    c.CheckStore: (operations.check, Access.OPERATOR, nothing),
}

_LOCAL: tuple[UseCase, Access, Brings] = (local_answer, Access.ANYONE, nothing)

_UNMETERED = (c.Send, c.Quit)
"""Sending has a measure of its own; leaving is never too fast."""


def _check_access(context: Context, session: Session, access: Access) -> None:
    if session.trust is Trust.OPERATOR and access is not Access.PERSON:
        return
    if session.trust < Trust.GUESTS:
        raise GuestsRefused(setting="server.plaintext")
    if access is Access.OPERATOR:
        raise OperatorOnly()
    if session.person is None:
        raise NotLoggedIn()
    if access is Access.ADMINISTRATOR:
        check_administrator(context, session)


def _meter(context: Context, session: Session, error: ChatError, metered: bool) -> None:
    """What is refused without having been measured as a command costs as much as one."""
    if isinstance(error, TooFast) or (not metered and session.bucket and session.bucket.spend(context.clock())):
        session.flooding = True


def too_soon(context: Context, session: Session, command: c.Command) -> float:
    """Seconds until a command would not be refused as too fast: for languages whose clients wait instead."""
    kind, now = type(command), context.clock()
    seconds = session.bucket.wait(now) if session.bucket is not None and kind not in _UNMETERED else 0.0
    entry = TABLE.get(kind)
    if entry is not None and session.person is not None and not session.exempt and entry[2](command):
        bucket = context.state.buckets.get(session.person.id)
        seconds = max(seconds, bucket.wait(now) if bucket is not None else 0.0)
    return seconds


def refuse(context: Context, session: Session, error: ChatError) -> None:
    """Answer what was no command at all."""
    _meter(context, session, error, metered=False)
    context.unit.answer(session, c.Command(id=error.mark), error)
    context.commit_loop.wake()


def dispatch(
    context: Context, session: Session, command: c.Command, along: list[str] | None = None
) -> Coroutine[Any, Any, Answer] | None:
    """Do a command: what it comes to is put in the unit of work. A coroutine comes back when it must be waited for;
    whoever drives the session awaits `finish` with it before the next command. `along`: see `messages.send`."""
    loop = context.commit_loop
    unit = loop.unit
    mark = unit.mark()
    answer: Answer
    kind = type(command)
    try:
        if (kind is c.Send or kind is c.Tell) and command.text[:1] == "/" and not command.literal:  # type: ignore[attr-defined]
            kind = c.Send  # refused now, it costs what a refused message does
            _check_access(context, session, Access.PERSON)
            command = slash.read(command)  # type: ignore[arg-type]
            kind = type(command)
        entry = TABLE.get(kind)
        if entry is None:
            if kind is not LocalAnswer:
                raise UnknownCommand()
            entry = _LOCAL
        use_case, access, brings = entry
        if access and (session.person is None or access > 1):
            _check_access(context, session, access)
        if context.leaving:
            raise ShuttingDown()
        bucket = session.bucket
        if bucket is not None and kind not in _UNMETERED and (wait := bucket.spend(context.clock())):
            raise TooFast(retry_after=round(wait + 0.05, 1))
        if not session.exempt and (brings is words or (brings is not nothing and brings(command))):
            spend(context, session)
        came_to: Any
        if along and kind is c.Send:
            came_to = messages.send(context, session, cast(c.Send, command), along)
        else:
            came_to = use_case(context, session, command)
        if type(came_to) is CoroutineType:
            return came_to
        answer = cast(Answer, came_to)
    except ChatError as error:
        unit.back_to(mark)
        _meter(context, session, error, metered=kind not in _UNMETERED)
        answer = error
    except Exception:
        log.exception("a command failed: %s", type(command).__name__)
        unit.back_to(mark)
        answer = Internal()
    if type(answer) is Append:
        unit.asked[answer] = session, command
    else:
        unit.answer(session, command, answer)
    if loop.resting:
        loop.wake()
    return None


async def finish(context: Context, session: Session, command: c.Command, waiting: Coroutine[Any, Any, Answer]) -> None:
    """Wait for what a command comes to, and put it in the unit of work that is collecting then."""
    answer: Answer
    inside = session.person is not None
    try:
        # What the session asked before is done first: a page of history holds the message sent just before it.
        await context.commit_loop.told()
        if inside and session.person is None:
            raise NotLoggedIn()  # somebody put it out meanwhile
        answer = await _refused_whole(context, waiting)
    except ChatError as error:
        answer = error
    except StoreFailed as failure:
        log.error("the store did not answer: %s", failure)
        answer = StoreUnavailable(retry_after=commit_loop.RETRY_SECONDS)
    except Exception:
        log.exception("a command failed: %s", type(command).__name__)
        answer = Internal()
    finally:
        # Whoever asked may be gone before it began, and it would be reported as never awaited.
        waiting.close()
    if type(answer) is Append:
        # It went into this very unit of work: nothing was waited for since.
        context.commit_loop.unit.asked[answer] = session, command
    elif not session.closed:
        context.commit_loop.unit.answer(session, command, answer)
    context.commit_loop.wake()


@types.coroutine
def _refused_whole(context: Context, waiting: Coroutine[Any, Any, Answer]) -> Generator[Any, Any, Answer]:
    """Await a use case; if it ends with an error, what it changed after it last waited is undone, as with those that
    do not wait. Before that it changed nothing (see ARCHITECTURE.md)."""
    go_on: Callable[[Any], Any] = waiting.send
    given: Any = None
    while True:
        unit = context.commit_loop.unit
        mark = unit.mark()
        try:
            waits_for = go_on(given)
        except StopIteration as over:
            return cast(Answer, over.value)
        except BaseException:
            unit.back_to(mark)
            raise
        try:
            go_on, given = waiting.send, (yield waits_for)
        except BaseException as error:
            go_on, given = waiting.throw, error
