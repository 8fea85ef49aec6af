"""Where a session stands, and the only ways from one state to the next, as a table.

CONNECTING ──up──> GREETING ──welcomed──> LOGGING_IN ──inside──> LIVE
    ^  └───────cut──────┴─────────cut─────────┴────────cut───────┘
   dial                             v
    └───────────────────────────── LOST          and from each of them: over ──> CLOSED
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """Where a session stands; `value` is a word for logs."""

    CONNECTING = "connecting"
    GREETING = "greeting"
    LOGGING_IN = "logging in"
    LIVE = "live"
    LOST = "lost"
    CLOSED = "closed"


class Step(Enum):
    """What can happen to one."""

    UP = "up"
    WELCOMED = "welcomed"
    INSIDE = "inside"
    CUT = "cut"
    DIAL = "dial"
    OVER = "over"


class Misused(RuntimeError):
    """A mistake of the program that drives the session: in this state, that step cannot be."""


NEXT: dict[tuple[State, Step], State] = {
    (State.CONNECTING, Step.UP): State.GREETING,
    (State.GREETING, Step.WELCOMED): State.LOGGING_IN,
    (State.LOGGING_IN, Step.INSIDE): State.LIVE,
    (State.CONNECTING, Step.CUT): State.LOST,
    (State.GREETING, Step.CUT): State.LOST,
    (State.LOGGING_IN, Step.CUT): State.LOST,
    (State.LIVE, Step.CUT): State.LOST,
    (State.LOST, Step.DIAL): State.CONNECTING,
    **{(state, Step.OVER): State.CLOSED for state in State if state is not State.CLOSED},
}


def after(state: State, step: Step) -> State:
    """The state after a step. Raises Misused."""
    try:
        return NEXT[state, step]
    except KeyError:
        raise Misused(f"a session that is {state.value} cannot be {step.value}") from None
