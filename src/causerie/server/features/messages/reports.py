"""Reports: a message shown to those who moderate where it was said, until one of them has looked at it.

Open reports are few. They are read from the store when the first is asked for, and kept in memory from then on, so
that two moderators who close one at the same time do not both do it.
"""

from __future__ import annotations

from collections.abc import Iterable

from causerie.chat import message_policy, policy
from causerie.chat.commands import CloseReport, Report, Reports
from causerie.chat.errors import NoSuchReport, TooMany
from causerie.chat.events import Message, Reported
from causerie.chat.model import Channel, Person, Role
from causerie.chat.replies import Done, ReportLine, ReportList
from causerie.chat.texts import check_reason
from causerie.server import message_cache
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.ports.changes import Complaint, PutReport
from causerie.server.send_quota import keep_guest

OPEN_MOST = 10_000
"""Open reports of all people, guests among them, who come and go."""

LISTED_MOST = 200


async def report(context: Context, session: Session, command: Report) -> Done:
    """Show a message that one may read to those who moderate there. To report it twice is to report it once."""
    reason = check_reason(command.reason)
    reports = await _open(context)
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    message_policy.check_report(channel, person, standing, message.author)
    mine = [one for one in reports.values() if one.person == person.id]
    if any((one.channel, one.target) == (channel.id, message.number) for one in mine):
        return Done()
    most = context.config.conversation.reports_person
    if len(mine) >= most or len(reports) >= OPEN_MOST:
        raise TooMany(why="reports", most=most if len(mine) >= most else OPEN_MOST)
    keep_guest(context, session)
    new = Complaint(context.new_id(), channel.id, context.now(), person.id, message.number, message.author, reason)
    context.apply(PutReport(new))
    told = Reported(
        channel=channel.name,
        report=new.id,
        at=new.at,
        person=person.id,
        name=person.name,
        target=message.number,
        whom=message.author,
        whom_name=message.author_name,
        reason=reason,
        guest=person.guest,
        whom_guest=message.guest,
    )
    for ears in _told(context, channel, message.author):
        context.unit.tell_one(ears, told)
    return Done()


async def reports(context: Context, session: Session, command: Reports) -> ReportList:
    """The open reports that are for this person, the oldest first, with what the messages say by now."""
    open_ = await _open(context)
    person = session.person
    if person is None:
        return ReportList(reports=[])
    mine = _for(context, person, open_.values())[:LISTED_MOST]
    texts: dict[tuple[int, int], Message] = {}
    for place in {one.channel for one in mine}:
        numbers = sorted({one.target for one in mine if one.channel == place})
        found = await context.store.messages(context.state.channels[place], numbers)
        texts.update(((place, message.number), message) for message in found)
    names = {number: await _name(context, number) for one in mine for number in (one.person, one.whom)}
    if session.person is None:
        return ReportList(reports=[])
    lines = []
    # Meanwhile one may moderate no longer, and another may have closed some.
    for one in _for(context, session.person, [one for one in mine if one.id in open_]):
        message = texts.get((one.channel, one.target))
        lines.append(
            ReportLine(
                report=one.id,
                channel=context.state.channels[one.channel].name,
                at=one.at,
                name=names[one.person],
                target=one.target,
                whom_name=message.name if message is not None else names[one.whom],
                text=message.text if message is not None else "",
                reason=one.reason,
            )
        )
    return ReportList(reports=lines)


async def close_report(context: Context, session: Session, command: CloseReport) -> Done:
    """A report was looked at: it is forgotten, and what came of it is in the audit log."""
    note = check_reason(command.note)
    known = (await _open(context)).get(command.report)
    names = [await _name(context, one) for one in (known.whom, known.person)] if known is not None else []
    # While the names were looked up, another may have closed it.
    reports = await _open(context)
    person, one = session.person, reports.get(command.report)
    if person is None or one is None or not _for(context, person, (one,)):
        raise NoSuchReport(report=command.report)
    context.apply(PutReport(one, open=False))
    place = context.state.channels[one.channel].name
    audit(
        context, session, "report_closed", channel=place, number=one.target, name=names[0], by=names[1],
        reason=one.reason, note=note,
    )  # fmt: skip
    return Done()


async def _open(context: Context) -> dict[int, Complaint]:
    if context.state.reports is None:
        read = await context.store.reports(tuple(context.state.channels))
        if context.state.reports is None:
            context.state.reports = {one.id: one for one in read}
    return context.state.reports


async def _name(context: Context, number: int) -> str:
    person = context.state.people.get(number) or await context.store.guest(number)
    return person.name if person is not None else ""


def _moderators(context: Context, channel: Channel) -> list[int]:
    """Who has the role and may use it; in a direct conversation nobody."""
    if channel.access == "direct":
        return []
    people = context.state.people
    return [
        number
        for number, standing in context.state.standings[channel.id].items()
        if standing.role >= Role.MODERATOR and number in people and not people[number].disabled
    ]


def _for(context: Context, person: Person, reports: Iterable[Complaint]) -> list[Complaint]:
    """Those of the reports that are for this person."""
    state, found = context.state, []
    moderators: dict[int, list[int]] = {}
    for one in reports:
        channel = state.channels[one.channel]
        if channel.id not in moderators:
            moderators[channel.id] = _moderators(context, channel)
        standing = state.standing(channel.id, person.id)
        if policy.may_handle(channel, person, standing, one.whom, moderators[channel.id]):
            found.append(one)
    return found


def _told(context: Context, channel: Channel, whom: int) -> list[Session]:
    """The connections of those who are told of a report: of moderators, or of administrators where there are none."""
    state = context.state
    people = [one for one in _moderators(context, channel) if one != whom]
    if not people:
        connected = (state.people[number] for number in state.connected)
        people = [person.id for person in connected if person.admin and person.id != whom]
    return [own for number in people for own in state.connected.get(number, ())]
