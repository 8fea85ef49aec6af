"""Running it: status, backup, check, and what is done every few seconds or once a day."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from causerie import __version__
from causerie.chat.commands import PROTOCOL_VERSION, Announce, Backup, CheckStore, Disconnect, Hello, Reload, Status
from causerie.chat.errors import BadInput, ChatError, StoreUnavailable, Unavailable
from causerie.chat.events import Announced, Disconnected
from causerie.chat.replies import Done, StatusReport, StoreChecked, Welcome
from causerie.chat.texts import check_text
from causerie.server import message_cache
from causerie.server.audit import owe_audit
from causerie.server.context import Context
from causerie.server.engine import commit_loop
from causerie.server.engine.session import Session
from causerie.server.features.presence import channel_presence, presence, read_state
from causerie.server.ports.changes import DropStaleTokens
from causerie.server.ports.store import StoreFailed

log = logging.getLogger("causerie.store")

COUNTERS = ("flooded", "lagged", "logins_refused", "never_logged_in", "stalled", "turned_away")
"""The names in `context.counters`: each is reported from the start, as 0, so that graphs have no holes."""

DAY = 86_400_000
FORGET_AT_ONCE = 500


def hello(context: Context, session: Session, command: Hello) -> Welcome:
    """Who this server is, and the bounds that it keeps."""
    if command.html and session.person is None:
        session.outlet.wants_html()
    config = context.config
    return Welcome(
        server=config.server.name,
        software=f"causerie {__version__}",
        version=PROTOCOL_VERSION,
        message_bytes=config.limits.message_bytes,
        frame_bytes=config.limits.frame_bytes,
        registration=config.accounts.registration,
        guests=config.accounts.guests,
        password_min=config.accounts.password_min,
    )


def memory_bytes() -> int:
    """What this process holds in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError, ValueError):
        return 0


def status(context: Context, session: Session, command: Status) -> StatusReport:
    """How the server is."""
    state = context.state
    counters = {name: context.counters[name] for name in COUNTERS}
    counters.update(
        events_told=context.fanout.told,
        deliveries=context.fanout.delivered,
        commits=context.commit_loop.commits,
        commits_failed=context.commit_loop.failures,
        lagging=len(context.lagging),
    )
    return StatusReport(
        software=f"causerie {__version__}",
        up_seconds=int(context.clock() - context.started),
        connections=len(context.sessions),
        people=len(state.connected),
        accounts=sum(not person.guest for person in state.people.values()),
        channels=len(state.channels),
        memory_bytes=memory_bytes(),
        store="stalled" if context.commit_loop.stalled else "ready",
        counters=counters,
        listening=context.listening,
        certificate_until=context.certificate_until,
    )


async def backup(context: Context, session: Session, command: Backup) -> StoreChecked:
    """A copy of the store, opened and counted before this says that it is one."""
    if context.backup is None:
        raise BadInput(why="no_file")
    target = Path(command.path)
    if not target.is_absolute() or target.exists():
        raise BadInput(why="exists" if target.exists() else "not_absolute", path=command.path[:400])
    if not target.parent.is_dir():
        raise BadInput(why="no_directory", path=str(target.parent)[:400])
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise BadInput(why="not_writable", path=str(target.parent)[:400])
    try:
        count = await context.backup(target)
    except StoreFailed as failure:
        raise StoreUnavailable(why=str(failure), retry_after=commit_loop.RETRY_SECONDS) from None
    return StoreChecked(
        messages=count.messages,
        people=count.people,
        channels=count.channels,
        problems=count.problems,
        path=str(target),
    )


async def check(context: Context, session: Session, command: CheckStore) -> StoreChecked:
    """Read all of the store and say what is wrong with it."""
    try:
        count = await context.store.check()
    except StoreFailed as failure:
        raise StoreUnavailable(why=str(failure), retry_after=commit_loop.RETRY_SECONDS) from None
    return StoreChecked(messages=count.messages, people=count.people, channels=count.channels, problems=count.problems)


def disconnect(context: Context, session: Session, command: Disconnect) -> Done:
    """End all of a person's connections. This holds, and is recorded, whatever else cannot be stored."""
    person = context.state.person(command.name)
    reason = check_text(command.reason, presence.AWAY_BYTES) if command.reason else ""
    owe_audit(context, session, "disconnected", name=person.name, reason=reason)
    by = (session.person.id, session.person.name) if session.person is not None else (0, "")
    told = Disconnected(channel="", person=by[0], name=by[1], whom=person.id, whom_name=person.name, reason=reason)
    for own in tuple(context.state.connected.get(person.id, ())):
        context.unit.tell_one(own, told)
        channel_presence.go(context, own, "disconnected", reason)
    return Done()


def announce(context: Context, session: Session, command: Announce) -> Done:
    """Say something to everybody."""
    text = check_text(command.text, context.config.limits.message_bytes)
    person = session.person
    about = (person.id, person.name) if person is not None else (0, "")
    told = Announced(channel="", at=context.now(), person=about[0], name=about[1], text=text)
    for own in context.sessions:
        if own.person is not None:
            context.unit.tell_one(own, told)
    return Done()


def reload(context: Context, session: Session, command: Reload) -> Done:
    """Read the settings again; what is wrong with them is said, and all stays as it was."""
    try:
        if context.reload is None:
            raise Unavailable(why="settings")
        context.reload()
    except ChatError:
        raise
    except Exception as error:  # whatever is wrong with a file, those who are connected must not notice
        log.error("settings not read again, all stays as it was: %s", error)
        raise Unavailable(why=str(error)[:300]) from None
    owe_audit(context, session, "reloaded")
    return Done()


def forget_tokens(context: Context) -> None:
    """Drop the tokens that have lain unused for too long."""
    if days := context.config.accounts.token_idle_days:
        context.apply(DropStaleTokens(context.now() - days * DAY))
        context.commit_loop.wake()


async def forget_old(context: Context) -> int:
    """Drop what channels keep no longer; how many events went. A bounded piece at a time, so that nobody waits."""
    gone = 0
    for channel in tuple(context.state.channels.values()):
        if not channel.retention_days:
            continue
        before = context.now() - channel.retention_days * DAY
        mentioned: frozenset[int] = frozenset()
        try:
            while (piece := await context.store.forget_before(channel.id, before, FORGET_AT_ONCE)).events:
                gone += piece.events
                mentioned |= piece.mentioned
                message_cache.forget_before(context, channel.id, before)
            await read_state.mentions_dropped(context, channel.id, mentioned)
        except StoreFailed as failure:
            log.error("cannot drop what %s keeps no longer: %s", channel.name, failure)
            break
    return gone
