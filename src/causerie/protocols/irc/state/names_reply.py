"""Who is in a channel, as NAMES lists it: made for channels of thousands, into which hundreds come at once.

It reads what the core has just said that the asker may know.
"""

from __future__ import annotations

from causerie.chat.model import MEMBER, ROLE_NAMES
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.syntax.names import prefixes


def roll(faces: Faces, channel: int, asker: int, every: bool, hosts: bool, room: int) -> list[str]:
    """The nicks of those in the channel with this id, with what stands before them (`every`: see names.prefixes), as
    many to a line as fit. `hosts`: with user and host. Who has mode i is not shown to those who are not there.
    `room`: bytes on one line."""
    view = faces.view
    standings, person_of = view.standings(channel), view.person
    here = view.present(channel)
    shown: list[str] = []
    own = standings.get(asker)
    if own is None or not own.inside:
        here = {number: count for number, count in here.items() if "i" not in faces.of(number).modes}
    for number in here if asker in here else (*here, asker):
        standing = standings.get(number)
        person = person_of(number)
        if person is None or standing is None or not (standing is MEMBER or standing.inside):
            continue
        name = faces.source(number, person.name) if hosts else person.name
        shown.append(name if standing is MEMBER else prefixes(ROLE_NAMES[standing.role], every, standing.voiced) + name)
    return _lines(" ".join(shown), room)


def _lines(names: str, room: int) -> list[str]:
    """Names on lines of so many bytes; no name is cut, and one that is longer has a line to itself."""
    data = names.encode()
    lines: list[str] = []
    start = 0
    while len(data) - start > room:
        end = data.rfind(b" ", start, start + room + 1)
        if end < 0 and (end := data.find(b" ", start)) < 0:
            break
        lines.append(data[start:end].decode())
        start = end + 1
    if start < len(data):
        lines.append(data[start:].decode())
    return lines
