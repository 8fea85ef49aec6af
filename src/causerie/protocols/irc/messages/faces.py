"""How people are shown in IRC: the user and real name that they gave, the host that they are shown with, their modes.

That is IRC's own memory. Of the state it reads what is shown to everybody: who a person is and who is connected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import ref

from causerie.chat.model import Person
from causerie.i18n.text import _
from causerie.protocols.irc.syntax.lines import one_line
from causerie.server.state_view import StateView

USER = "causerie"
"""The user name of people who never gave one: other protocols have none."""

GUEST = "guest"
"""What a guest's host begins with."""

SHOWN_MOST = 1000
"""Of people who may be gone, whose user and real name are remembered."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Face:
    """What a person gave with USER. `tails`: what follows the nick in a source, `!user@host`, of an account and of a
    guest. `modes`: see umodes.py."""

    user: str
    real_name: str
    tails: tuple[str, str]
    modes: set[str] = field(default_factory=set)


class Faces:
    """See the module. `server`: what the server is called. `hosts`: that of every account, and of every guest; nobody's
    address is shown."""

    def __init__(self, view: StateView) -> None:
        self.view = view
        self.server = view.settings().irc.server_name
        self.hosts = self.server, f"{GUEST}.{self.server}"
        self._nobody = self._face(USER, "")
        # A WeakValueDictionary's `get` would cost as much as the rest of a line.
        self._kept: dict[int, ref[Face]] = {}
        self._was_shown: dict[int, tuple[str, str]] = {}

    def show(self, person: int, user: str, real_name: str) -> Face:
        """What a person is shown as from now on, as long as the face is kept: by each of their connections."""
        face = self._kept_face(person)
        elsewhere = self.view.connections(person) > 1
        if face is None or not elsewhere:
            if elsewhere:
                # Somebody who is here has a user name already, and keeps it.
                user = self.was_shown(person)[0]
            face = self._face(user, real_name)
            self._kept[person] = ref(face, lambda gone: self._unshown(person, gone))
            self._was_shown[person] = user, real_name
            if len(self._was_shown) > SHOWN_MOST:
                del self._was_shown[next(iter(self._was_shown))]
        return face

    def was_shown(self, person: int) -> tuple[str, str]:
        """The user and the real name of somebody who may be gone; the last ones are remembered."""
        return self._was_shown.get(person, (USER, ""))

    def of(self, person: int) -> Face:
        """What a person is shown as."""
        face = self._kept_face(person)
        if face is None and person in self._was_shown:
            user, real_name = self._was_shown[person]
            return self._face(user, real_name)
        return face or self._nobody

    def _face(self, user: str, real_name: str) -> Face:
        account, guest = self.hosts
        return Face(user, real_name, (f"!{user}@{account}", f"!{user}@{guest}"))

    def _kept_face(self, person: int) -> Face | None:
        kept = self._kept.get(person)
        return kept() if kept is not None else None

    def _unshown(self, person: int, gone: ref[Face]) -> None:
        if self._kept.get(person) is gone:
            del self._kept[person]

    def is_guest(self, person: int) -> bool:
        """Whether a person is no account: guests who left are known no longer."""
        known = self.view.person(person)
        return known is None or known.guest

    def host(self, person: int) -> str:
        """What is shown as a person's host."""
        return self.hosts[self.is_guest(person)]

    def real_name(self, person: int, name: str) -> str:
        """A person's real name, as they have it now; the name where none was given."""
        return self.view.about(person) or self.of(person).real_name or name

    def source(self, person: int, name: str) -> str:
        """A person as the source of a line: `nick!user@host`."""
        return name + self.of(person).tails[self.is_guest(person)]

    def source_as_guest(self, person: int, name: str) -> str:
        """The same of somebody who was a guest until now."""
        return name + self.of(person).tails[True]

    def source_named(self, name: str) -> str:
        """The same of who has this name; the name where nobody has it."""
        person = self.view.person_named(name)
        return self.source(person.id, person.name) if person is not None else name

    def away(self, person: int) -> str:
        """Why a person is away, in their words; "" where they are not, or not here."""
        seen = self.view.shown(person)
        return away_text(*seen) if seen is not None else ""

    def modes(self, person: Person) -> str:
        """A person's modes, in order."""
        own = "o" if self.view.is_administrator(person.id) else ""
        return "".join(sorted([*self.of(person.id).modes, own, "" if person.guest else "r"]))


def away_text(away: str, dnd: bool) -> str:
    """What is said of somebody who is away, or not to be disturbed, which IRC knows as away too; "" for neither."""
    return one_line(away) or (_("not to be disturbed") if dnd else "")
