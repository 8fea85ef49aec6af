"""How many there are of all: counted in slices, and not once for each who asks."""

from __future__ import annotations

from causerie.chat.model import Person
from causerie.config.settings import Config
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.state.counts import PEOPLE_A_SLICE, Census
from causerie.server.engine.state import State
from causerie.server.state_view import StateView

MANY = 4 * PEOPLE_A_SLICE


def test_many_who_ask_at_once_are_counted_for_once() -> None:
    """Each of a crowd that registers asks for the counts before the first one has them."""
    state, settings = State(), Config()
    for number in range(1, MANY + 1):
        state.people[number] = Person(number, f"crowd{number}")
        state.connected[number] = {}
    census = Census(Faces(StateView(state, lambda: settings, lambda: "", lambda: 1_000, lambda: 60.0, 0.0)))
    crowd = [census.recount() for _ in range(3)]
    steps = [len(list(job)) if job is not None else 0 for job in crowd]
    assert steps == [MANY // PEOPLE_A_SLICE, 0, 0]
    assert census.recount() is None
