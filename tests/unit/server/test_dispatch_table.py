"""The table of commands: nothing is missing from it, and everyone is refused by the right name."""

from collections.abc import AsyncIterator
from types import UnionType
from typing import Any, get_args

import msgspec
import pytest

from causerie.chat import commands as c
from causerie.chat.errors import AdministratorsOnly, ChatError, GuestsRefused, NotLoggedIn, OperatorOnly
from causerie.chat.model import Person
from causerie.server.dispatch import TABLE, Access, dispatch
from causerie.server.engine.session import Answer, Session, Trust
from causerie.server.ports.changes import Change
from tests.people import PASSWORD, House

COMMANDS: list[type[c.Command]] = list(get_args(c.AnyCommand))
SAMPLES: dict[type, Any] = {str: "x", int: 1, bool: True, list[str]: ["x"], dict[str, int]: {}}


def sample(kind: type[c.Command]) -> c.Command:
    """A command of this kind with something in each field that must be given."""
    values = {}
    for field in msgspec.structs.fields(kind):
        if field.required:
            values[field.name] = SAMPLES.get(field.type, "member")
    return kind(**values)


class Listening:
    """An outlet that keeps what it was answered."""

    class encoder:  # noqa: N801
        name = "test"
        snapshots = False

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def answer(self, command: c.Command, answer: Answer) -> None:
        self.answers.append(answer)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House() as house:
        yield house


def test_every_command_has_its_use_case_and_every_use_case_its_command() -> None:
    """A command that is not in the table could be sent and never be done."""
    assert isinstance(c.AnyCommand, UnionType)
    assert set(TABLE) == set(COMMANDS)
    defined = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Command)}
    assert defined - {c.Command, c.Query, c.Logged} == set(COMMANDS)


QUERIES = [kind for kind in COMMANDS if issubclass(kind, c.Query)]
ABOUT: dict[str, object] = {"channel": "home", "name": "boss", "number": 1, "list": "ban"}


async def test_a_query_is_answered_and_stores_and_tells_nothing() -> None:
    """So that a client may send it again; and each one is sent here."""
    async with House() as house:
        await house.account("boss", PASSWORD, admin=True)
        other = await house.native_in("home", "Mia")
        boss = await house.native_in("home", "boss", PASSWORD)
        await other.hears("entered", name="boss")
        await boss.says("home", "one")
        await other.hears("message", text="one")
        stored: list[Change] = []
        house.server.context.commit_loop.also(lambda unit: stored.extend(unit.changes))
        for kind in QUERIES:
            if TABLE[kind][1] is not Access.OPERATOR:
                required = [field.name for field in msgspec.structs.fields(kind) if field.required]
                given = {name: ABOUT[name] for name in required} | ({"text": "one"} if kind is c.Search else {})
                await boss.asks(str(kind.__struct_config__.tag), **given)
        await other.hears_nothing()
        assert stored == []


def test_a_command_says_whether_it_comes_to_an_event_of_a_log() -> None:
    """A wire that held its reader for the answer to one of these would hold it for ever."""
    told = {kind: str(use_case.__annotations__.get("return", "")) for kind, (use_case, _, _) in TABLE.items()}
    logged = {kind for kind, comes_to in told.items() if "Append" in comes_to}
    assert {kind for kind in COMMANDS if issubclass(kind, c.Logged)} == logged


def asked(house: House, kind: type[c.Command], trust: Trust, person: Person | None) -> Answer | None:
    """The answer of the table alone; None: it was let through to its use case."""
    context = house.server.context
    session = Session(Listening(), "test", trust, None)  # type: ignore[arg-type]
    session.person = person
    mark = context.unit.mark()
    reached: list[bool] = []

    def use_case(context: object, session: object, command: object) -> Answer:
        reached.append(True)
        raise NotLoggedIn(never="seen")

    was = TABLE[kind]
    TABLE[kind] = (use_case, *was[1:])
    try:
        assert dispatch(context, session, sample(kind)) is None
    finally:
        TABLE[kind] = was
    (step,) = context.unit.steps[mark[1] :]
    context.unit.back_to(mark)
    assert type(step) is tuple
    return None if reached else step[3]


GUEST = Person(id=1, name="Luc", guest=True)
ACCOUNT = Person(id=2, name="anna")
ADMINISTRATOR = Person(id=3, name="boss", admin=True)

REFUSALS: dict[Access, list[tuple[Trust, Person | None, type[ChatError] | None]]] = {
    Access.ANYONE: [
        (Trust.REFUSED, None, None),
        (Trust.GUESTS, None, None),
        (Trust.PASSWORDS, ACCOUNT, None),
    ],
    Access.PERSON: [
        (Trust.REFUSED, None, GuestsRefused),
        (Trust.GUESTS, None, NotLoggedIn),
        (Trust.PASSWORDS, None, NotLoggedIn),
        (Trust.OPERATOR, None, NotLoggedIn),
        (Trust.GUESTS, GUEST, None),
        (Trust.PASSWORDS, ACCOUNT, None),
    ],
    Access.ADMINISTRATOR: [
        (Trust.REFUSED, None, GuestsRefused),
        (Trust.PASSWORDS, None, NotLoggedIn),
        (Trust.PASSWORDS, GUEST, AdministratorsOnly),
        (Trust.PASSWORDS, ACCOUNT, AdministratorsOnly),
        (Trust.PASSWORDS, ADMINISTRATOR, None),
        (Trust.OPERATOR, None, None),
    ],
    Access.OPERATOR: [
        (Trust.REFUSED, None, GuestsRefused),
        (Trust.PASSWORDS, None, OperatorOnly),
        (Trust.PASSWORDS, ACCOUNT, OperatorOnly),
        (Trust.PASSWORDS, ADMINISTRATOR, OperatorOnly),
        (Trust.OPERATOR, None, None),
    ],
}


async def test_each_access_refuses_whom_it_must_and_lets_in_whom_it_may(house: House) -> None:
    """Every command, by everyone who must not, and by everyone who may."""
    for kind in COMMANDS:
        for trust, person, refusal in REFUSALS[TABLE[kind][1]]:
            answer = asked(house, kind, trust, person)
            expected = type(None) if refusal is None else refusal
            assert type(answer) is expected, (kind, trust, person, answer)


def test_what_changes_rights_or_reads_the_store_is_not_for_everyone() -> None:
    """A table is easily changed by mistake; these lines are the second opinion."""
    administrators = {kind for kind, (_, access, _) in TABLE.items() if access is Access.ADMINISTRATOR}
    assert administrators == {
        c.MakeInvite, c.ListInvites, c.RevokeInvite, c.AddAccount, c.ResetPassword, c.ListAccounts,
        c.DisableAccount, c.SetAdministrator, c.Status, c.AuditLog, c.Disconnect, c.Announce, c.Reload,
    }  # fmt: skip
    assert {kind for kind, (_, access, _) in TABLE.items() if access is Access.OPERATOR} == {
        c.Backup,
        c.CheckStore,
    }
    assert {kind for kind, (_, access, _) in TABLE.items() if access is Access.ANYONE} == {
        c.Hello, c.LogIn, c.Register, c.GiveServerPassword, c.Scram, c.Ping, c.Quit,
    }  # fmt: skip
