"""Running it: status, backup, check, and what is done every few seconds or once a day."""

from __future__ import annotations

import logging
from pathlib import Path

from causerie import __version__
from causerie.chat.commands import Backup, CheckStore, Hello, Status
from causerie.chat.errors import BadInput, StoreUnavailable
from causerie.chat.replies import StatusReport, StoreChecked, Welcome
from causerie.server import remembered, turns
from causerie.server.core import Core
from causerie.server.session import Session
from causerie.server.store import DropStaleTokens, StoreFailed

log = logging.getLogger("causerie.store")

PROTOCOL_VERSION = 1
DAY = 86_400_000
FORGET_AT_ONCE = 500


def hello(core: Core, session: Session, command: Hello) -> Welcome:
    """Who this server is, and the bounds that it keeps."""
    if command.html and session.person is None:
        session.outlet.wants_html()
    config = core.config
    return Welcome(
        server=config.server.name,
        software=f"causerie {__version__}",
        version=PROTOCOL_VERSION,
        message_bytes=config.limits.message_bytes,
        frame_bytes=config.limits.frame_bytes,
        registration=config.accounts.registration,
        guests=config.accounts.guests,
    )


def memory_bytes() -> int:
    """What this process holds in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError, ValueError):
        return 0


def status(core: Core, session: Session, command: Status) -> StatusReport:
    """How the server is."""
    directory = core.directory
    counters = dict(core.counters)
    counters.update(
        events_told=core.fanout.told,
        deliveries=core.fanout.delivered,
        commits=core.turns.commits,
        commits_failed=core.turns.failures,
        lagging=len(core.lagging),
    )
    return StatusReport(
        software=f"causerie {__version__}",
        up_seconds=int(core.clock() - core.started),
        connections=len(core.sessions),
        people=len(directory.connected),
        accounts=sum(not person.guest for person in directory.people.values()),
        channels=len(directory.channels),
        memory_bytes=memory_bytes(),
        store="stalled" if core.turns.stalled else "ready",
        counters=counters,
    )


async def backup(core: Core, session: Session, command: Backup) -> StoreChecked:
    """A copy of the store, opened and counted before this says that it is one."""
    target = Path(command.path)
    if not target.is_absolute() or target.exists():
        raise BadInput(why="exists" if target.exists() else "not_absolute", path=command.path[:400])
    try:
        count = await core.store.backup(target)
    except StoreFailed as failure:
        raise StoreUnavailable(why=str(failure), retry_after=turns.RETRY_SECONDS) from None
    return StoreChecked(
        messages=count.messages,
        people=count.people,
        channels=count.channels,
        problems=count.problems,
        path=str(target),
    )


async def check(core: Core, session: Session, command: CheckStore) -> StoreChecked:
    """Read all of the store and say what is wrong with it."""
    try:
        count = await core.store.check()
    except StoreFailed as failure:
        raise StoreUnavailable(why=str(failure), retry_after=turns.RETRY_SECONDS) from None
    return StoreChecked(messages=count.messages, people=count.people, channels=count.channels, problems=count.problems)


def forget_tokens(core: Core) -> None:
    """Drop the tokens that have lain unused for too long."""
    if days := core.config.accounts.token_idle_days:
        core.tick.store(DropStaleTokens(core.now() - days * DAY))
        core.turns.wake()


async def forget_old(core: Core) -> int:
    """Drop what channels keep no longer; how many events went. A bounded piece at a time, so that nobody waits."""
    gone = 0
    for channel in tuple(core.directory.channels.values()):
        if not channel.retention_days:
            continue
        before = core.now() - channel.retention_days * DAY
        try:
            while piece := await core.store.forget_before(channel.id, before, FORGET_AT_ONCE):
                gone += piece
                remembered.forget_before(core, channel.id, before)
        except StoreFailed as failure:
            log.error("cannot drop what %s keeps no longer: %s", channel.name, failure)
            break
    return gone
