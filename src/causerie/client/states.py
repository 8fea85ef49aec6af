"""The states of a session, and the transitions between them, as a table.

CONNECTING ──connected──> GREETING ──welcomed──> LOGGING_IN ──logged in──> LIVE
    ^   └─────────lost──────────┴────────lost─────────┴─────────lost─────────┘
 reconnect                            v
    └─────────────────────────────── LOST          and from each of them: closed ──> CLOSED
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """The state of a session; `value` is a word for logs."""

    CONNECTING = "connecting"
    GREETING = "greeting"
    LOGGING_IN = "logging in"
    LIVE = "live"
    LOST = "lost"
    CLOSED = "closed"


class Step(Enum):
    """What can happen to a session."""

    CONNECTED = "connected"
    WELCOMED = "welcomed"
    LOGGED_IN = "logged in"
    LOST = "lost"
    RECONNECT = "reconnect"
    CLOSED = "closed"


class InvalidTransition(RuntimeError):
    """A mistake of the program that drives the session: this step cannot happen in this state."""


NEXT: dict[tuple[State, Step], State] = {
    (State.CONNECTING, Step.CONNECTED): State.GREETING,
    (State.GREETING, Step.WELCOMED): State.LOGGING_IN,
    (State.LOGGING_IN, Step.LOGGED_IN): State.LIVE,
    (State.CONNECTING, Step.LOST): State.LOST,
    (State.GREETING, Step.LOST): State.LOST,
    (State.LOGGING_IN, Step.LOST): State.LOST,
    (State.LIVE, Step.LOST): State.LOST,
    (State.LOST, Step.RECONNECT): State.CONNECTING,
    **{(state, Step.CLOSED): State.CLOSED for state in State if state is not State.CLOSED},
}


def after(state: State, step: Step) -> State:
    """The state after a step. Raises Misused."""
    try:
        return NEXT[state, step]
    except KeyError:
        raise InvalidTransition(f"a session that is {state.value} cannot be {step.value}") from None
