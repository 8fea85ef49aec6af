"""The roster of a large channel: its names stay in order whatever comes, goes, is renamed or undone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.model import BANNED, MEMBER, Channel, Person
from causerie.chat.names import skeleton
from causerie.server.engine.apply.people import drop_guest
from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.passing import PutGuest
from causerie.server.engine.roster import LEAST, Roster
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports.changes import PutChannel, PutPerson, PutStanding

CHANNEL = 1
people = st.integers(1, 8)
steps = st.lists(st.tuples(people, st.sampled_from(["", "a", "b", "ba", "c"])), max_size=30)


@given(
    st.dictionaries(people, st.sampled_from(["a", "b", "c"])),
    steps,
    st.integers(0, 30),
    st.sampled_from(["", "a", "b"]),
)
def test_names_are_in_order_and_an_undo_puts_them_back(
    names: dict[int, str], steps: list[tuple[int, str]], keep: int, after: str
) -> None:
    """As a dictionary that is sorted each time."""
    roster, plain, undo = Roster(names), dict(names), UndoLog()
    kept = dict(names)
    for at, (person, name) in enumerate(steps):
        if at == keep:
            kept, mark = dict(plain), len(undo)
        if name:
            undo.put(roster, person, name)
            plain[person] = name
        else:
            undo.drop(roster, person)
            plain.pop(person, None)
        assert roster == plain
    assert list(roster.above(after)) == sorted((name, person) for person, name in plain.items() if name > after)
    undo.back_to(mark if keep < len(steps) else len(undo))
    left = kept if keep < len(steps) else plain
    assert list(roster.above("")) == sorted((name, person) for person, name in left.items())


def state_of(accounts: int) -> State:
    """A channel with so many members."""
    state = State()
    TABLE[PutChannel](state, PutChannel(Channel(CHANNEL, "tea")), UndoLog())
    for number in range(1, accounts + 1):
        person = Person(number, f"p{number * 7919 % 10_000:04}")
        TABLE[PutPerson](state, PutPerson(person, skeleton(person.name)), UndoLog())
        TABLE[PutStanding](state, PutStanding(CHANNEL, number, MEMBER), UndoLog())
    return state


def in_order(state: State) -> list[tuple[str, int]]:
    """By going through all of them."""
    return sorted((state.name_of(person), person) for person in state.standings[CHANNEL])


def test_a_channel_that_grows_has_one_and_every_change_is_in_it() -> None:
    """People come, go, are renamed, are banned as guests and leave; and all of it is undone."""
    state, undo = state_of(LEAST), UndoLog()
    assert not state.rosters
    guest, banned = Person(9_001, "zoe", guest=True), Person(9_002, "abe", guest=True)
    for one, standing in ((guest, MEMBER), (banned, BANNED)):
        TABLE[PutGuest](state, PutGuest(one, skeleton(one.name)), undo)
        TABLE[PutStanding](state, PutStanding(CHANNEL, one.id, standing), undo)
    assert list(state.on_record(CHANNEL)) == in_order(state)
    assert CHANNEL in state.rosters
    before, mark = in_order(state), len(undo)
    TABLE[PutPerson](state, PutPerson(Person(5, "renamed"), "renamed"), undo)
    TABLE[PutStanding](state, PutStanding(CHANNEL, 6, None), undo)
    drop_guest(state, guest, undo)
    drop_guest(state, banned, undo)
    after = in_order(state)
    assert list(state.on_record(CHANNEL)) == after
    assert {(5, "renamed"), (9_002, "abe")} <= {(person, name) for name, person in after}
    assert not {6, 9_001} & {person for _, person in after}
    undo.back_to(mark)
    assert list(state.on_record(CHANNEL)) == in_order(state) == before
    undo.back_to(0)
    assert not state.rosters
