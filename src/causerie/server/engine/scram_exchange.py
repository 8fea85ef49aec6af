"""How far a log-in by SCRAM is, between two of its steps."""

from __future__ import annotations

from dataclasses import dataclass

from causerie.chat.model import Person


@dataclass(frozen=True, slots=True)
class ScramExchange:
    """`person`: the account as it was when it began; None: nobody. `said`: what both sides have said of it so far."""

    name: str
    person: Person | None
    header: str
    nonce: str
    said: str
    stored_key: bytes
    server_key: bytes
    proved: bool = False
