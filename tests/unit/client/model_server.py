"""A small server of the native protocol, in memory, for the session's tests: right in what it does, never quick.

It takes bytes and gives bytes, as a session does, so that a test decides when which of them arrive. `refuse` and
`swallow` make it as difficult as a real one can be.
"""

from __future__ import annotations

import json
from typing import Any

Line = dict[str, Any]
OTHER = {"person": 2, "name": "other"}


class Connection:
    """One connection's side: what came and is no whole line yet, what is to be sent, who and where it is."""

    def __init__(self) -> None:
        self.unread = b""
        self.out = bytearray()
        self.person: Line | None = None
        self.channels: set[str] = set()

    def emit(self, line: Line) -> None:
        self.out += json.dumps(line).encode() + b"\n"


class ModelServer:
    """See the module. `logs`: each channel's events, the first one numbered 1."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Line]] = {}
        self.connections: list[Connection] = []
        self.refusals: list[str] = []
        self.to_swallow = 0
        self.people: dict[str, Line] = {}
        self.commands: list[Line] = []

    def connect(self) -> Connection:
        connection = Connection()
        self.connections.append(connection)
        return connection

    def connection_lost(self, connection: Connection) -> None:
        self.connections.remove(connection)

    def refuse(self, code: str, times: int) -> None:
        """So many of the next messages are refused for now."""
        self.refusals += [code] * times

    def swallow(self, times: int) -> None:
        """So many of the next events are not told: whoever is told the next one sees a hole."""
        self.to_swallow += times

    def says(self, channel: str, text: str) -> None:
        """Somebody else says something."""
        self._append(channel, {**OTHER, "text": text})

    def receive(self, connection: Connection, data: bytes) -> None:
        *lines, connection.unread = (connection.unread + data).split(b"\n")
        for line in lines:
            command = json.loads(line)
            self.commands.append(command)
            answer = getattr(self, "_" + command["do"])(connection, command)
            if answer is not None:
                connection.emit({"re": command["id"], **answer})
            after = getattr(self, "_after_" + command["do"], None)
            if after is not None:
                after(connection, command)

    def _hello(self, connection: Connection, command: Line) -> Line:
        return {
            "is": "welcome", "server": "model", "software": "", "version": 1, "message_bytes": 16384,
            "frame_bytes": 65536, "registration": "open", "guests": True,
        }  # fmt: skip

    def _login(self, connection: Connection, command: Line) -> Line:
        token = command["token"]
        if token not in self.people:
            token = f"token{len(self.people) + 1}"
            # Person 2 is the other one.
            self.people[token] = {"person": len(self.people) * 10 + 1, "name": command["name"] or "me", "guest": True}
        connection.person = self.people[token]
        return {"is": "logged_in", **connection.person, "token": token}

    def _ping(self, connection: Connection, command: Line) -> Line:
        return {"is": "pong"}

    def _join(self, connection: Connection, command: Line) -> Line:
        connection.channels.add(command["channel"])
        return self._snapshot(command["channel"])

    def _resume(self, connection: Connection, command: Line) -> Line:
        return {"is": "resumed", "channels": [name for name in command["since"] if name in self.logs]}

    def _after_resume(self, connection: Connection, command: Line) -> None:
        for name, number in command["since"].items():
            for event in self.logs[name][max(0, number - 1) :]:  # one that is known is told again
                connection.emit(event)
            connection.emit(self._snapshot(name))
            connection.channels.add(name)

    def _history(self, connection: Connection, command: Line) -> Line:
        log = self.logs[command["channel"]]
        first = command["after"] if command["after"] else max(0, command["around"] - 1)
        # Pages are short, so that a hole takes several.
        return {
            "is": "page", "channel": command["channel"], "events": log[first : first + 2], "more": first + 2 < len(log),
        }  # fmt: skip

    def _send(self, connection: Connection, command: Line) -> Line:
        assert connection.person is not None
        if self.refusals:
            code = self.refusals.pop()
            return {"is": "error", "code": code, "data": {"retry_after": 1.5}}
        channel, key, person = command["channel"], command["key"], connection.person["person"]
        for event in self.logs.setdefault(channel, []):
            if (event["person"], event.get("key")) == (person, key):
                return {"is": "ack", "channel": channel, "number": event["number"], "at": 0, "key": key, "again": True}
        number = self._append(channel, {**connection.person, "text": command["text"], "key": key})
        return {"is": "ack", "channel": channel, "number": number, "at": 0, "key": key}

    def _append(self, channel: str, about: Line) -> int:
        log = self.logs.setdefault(channel, [])
        event = {"is": "message", "channel": channel, "number": len(log) + 1, "at": 0, **about}
        log.append(event)
        for connection in self.connections:
            if channel in connection.channels:
                if self.to_swallow:
                    self.to_swallow -= 1
                else:
                    connection.emit(event)
        return len(log)

    def _snapshot(self, channel: str) -> Line:
        log = self.logs.setdefault(channel, [])
        return {"is": "snapshot", "channel": channel, "access": "public", "topic": "", "number": len(log)}
