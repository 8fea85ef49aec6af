"""One process full of chat clients: connects them, lets some talk, counts what all of them hear.

A message carries `~<hexadecimal ns of the monotonic clock>~`, so whatever the wire language is, its
deliveries can be counted and timed. Every `~` is counted; one client in `SAMPLE` reads the markers too, for
the latency.
"""

from __future__ import annotations

import contextlib
import errno
import math
import re
import select
import socket
import struct
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

SAMPLE = 7
IN_FLIGHT = 250
"""Connections that a process makes at the same time."""
QUIET = 3.0
"""Seconds without a delivery after which the rest counts as lost."""
STUCK = 20.0
"""Seconds without one more client inside after which connecting is given up."""

_MARKER = re.compile(rb"~([0-9a-f]{8,16})~")


@dataclass(frozen=True, slots=True)
class Load:
    """What is done. `rate` messages a second of each sender; 0: as many as `window` in flight allow."""

    clients: int
    channels: int
    senders: int
    window: int
    rate: float
    seconds: float
    payload: int = 64


class Client:
    """One connection. `inside` once it has read that it is in its channel."""

    __slots__ = ("channel", "heard", "inside", "name", "rest", "sampled", "sent", "sock", "unsent")

    def __init__(self, number: int, load: Load) -> None:
        self.name = f"Guest{number:06}"
        self.channel = number % load.channels
        self.sampled = number % SAMPLE == 0
        self.inside = False
        self.rest = b""
        self.unsent = b""
        self.heard = 0
        self.sent = 0
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # An address has some 28,000 ports to connect from.
        self.sock.bind((f"127.0.0.{1 + number // 20_000}", 0))

    def send(self, data: bytes) -> None:
        """Send, or keep what the system does not take yet."""
        if not self.unsent:
            try:
                data = data[self.sock.send(data) :]
            except BlockingIOError:
                pass
            except OSError:
                return
        self.unsent += data


class Classic:
    """What a client says in the classic protocol. `tildes`: in each delivery; `echoes`: one hears oneself."""

    tildes = 2
    echoes = True

    def hello(self, client: Client) -> bytes:
        """Come in; the first answer says that one is."""
        body = f'"us": "{client.name}", "pwd": "", "channel": "load{client.channel}"'
        return f'{{"CONN": {{{body}}}}}'.encode()

    def say(self, client: Client, text: str) -> bytes:
        """Say something."""
        body = f'"USER": "{client.name}", "CHANNEL": "load{client.channel}", "PAYLOAD": "{text}"'
        return f'{{"SEND": {{{body}}}}}'.encode()

    def is_inside(self, data: bytes) -> bool:
        """Whether this answer says that one is in."""
        return data.startswith(b"OK")


class Native:
    """What a client says in the native protocol."""

    tildes = 2
    echoes = True

    def hello(self, client: Client) -> bytes:
        """Come in; the channel's snapshot says that one is."""
        return (
            '{"do":"hello","version":1}\n'
            f'{{"do":"login","guest":true,"name":"{client.name}"}}\n'
            f'{{"do":"join","channel":"load{client.channel}"}}\n'
        ).encode()

    def say(self, client: Client, text: str) -> bytes:
        """Say something."""
        return f'{{"do":"send","channel":"load{client.channel}","text":"{text}"}}\n'.encode()

    def is_inside(self, data: bytes) -> bool:
        """Whether this answer says that one is in."""
        return b'"is":"snapshot"' in data


class Irc:
    """What a client says in IRC. A third tilde is in `nick!~user@host`."""

    tildes = 3
    echoes = False

    def hello(self, client: Client) -> bytes:
        """Come in; the end of the channel's list of names says that one is."""
        return f"NICK {client.name}\r\nUSER {client.name} 0 * :x\r\nJOIN #load{client.channel}\r\n".encode()

    def say(self, client: Client, text: str) -> bytes:
        """Say something."""
        return f"PRIVMSG #load{client.channel} :{text}\r\n".encode()

    def is_inside(self, data: bytes) -> bool:
        """Whether this answer says that one is in."""
        return b" 366 " in data


class IrcTagged(Irc):
    """The same by a client that asks for tags, times and its own words."""

    echoes = True

    def hello(self, client: Client) -> bytes:
        """Come in, having asked."""
        return b"CAP REQ :message-tags server-time echo-message\r\nCAP END\r\n" + super().hello(client)


PROTOCOLS: dict[str, type[Classic | Native | Irc]] = {
    "classic": Classic,
    "native": Native,
    "irc": Irc,
    "irc-tagged": IrcTagged,
}


class Crowd:
    """The clients of one process: those of all that are `part`, modulo `parts`."""

    def __init__(self, protocol: str, port: int, load: Load, part: int, parts: int) -> None:
        self.load = load
        self.port = port
        self.protocol = PROTOCOLS[protocol]()
        self.epoll = select.epoll()
        self.clients: dict[int, Client] = {}
        self.waiting = list(range(part, load.clients, parts))[::-1]
        self.senders: list[Client] = []
        self.inside = self.dead = self.tildes = 0
        self.latencies = array("d")
        self.last = 0.0
        self.counting = False

    def connect(self, in_flight: int = IN_FLIGHT, most: float = math.inf) -> float:
        """Bring everybody in, so many at the same time, within `most` seconds; the seconds that it took."""
        began = moved = now = time.monotonic()
        total = len(self.waiting)
        while (done := self.inside + self.dead) < total and now - moved <= STUCK and now - began < most:
            while self.waiting and total - len(self.waiting) - self.inside - self.dead < in_flight:
                self._begin(self.waiting.pop())
            self.pump(0.1)
            now = time.monotonic()
            if self.inside + self.dead != done:
                moved = now
        return moved - began

    def _begin(self, number: int) -> None:
        client = Client(number, self.load)
        error = client.sock.connect_ex(("127.0.0.1", self.port))
        if error == errno.ECONNREFUSED:
            client.sock.close()
            self.dead += 1
            return
        if error not in (0, errno.EINPROGRESS):
            raise SystemExit(f"cannot connect: {errno.errorcode.get(error, error)}")
        client.unsent = self.protocol.hello(client)
        self.clients[client.sock.fileno()] = client
        self.epoll.register(client.sock, select.EPOLLIN | select.EPOLLOUT)
        if number < self.load.senders:
            self.senders.append(client)

    def pump(self, seconds: float) -> None:
        """Read and write whatever can be, after waiting at most so long."""
        for descriptor, events in self.epoll.poll(seconds, 512):
            client = self.clients[descriptor]
            if events & select.EPOLLOUT:
                data, client.unsent = client.unsent, b""
                client.send(data)
                if not client.unsent:
                    self.epoll.modify(descriptor, select.EPOLLIN)
            if events & ~select.EPOLLOUT:
                self._read(descriptor, client)

    def _read(self, descriptor: int, client: Client) -> None:
        try:
            data = client.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.dead += 1
            self.epoll.unregister(descriptor)
            client.sock.close()
            del self.clients[descriptor]
            if client.inside:
                self.inside -= 1
        elif not client.inside:
            client.rest += data
            if self.protocol.is_inside(client.rest):
                client.inside = True
                client.rest = b""
                self.inside += 1
        elif self.counting and (tildes := data.count(b"~")):
            self.tildes += tildes
            client.heard += tildes
            if client.sampled:
                self._time(client, data)

    def _time(self, client: Client, data: bytes) -> None:
        now = self.last = time.monotonic()
        data = client.rest + data
        end = 0
        for marker in _MARKER.finditer(data):
            self.latencies.append(now - int(marker[1], 16) / 1e9)
            end = marker.end()
        client.rest = data[max(end, len(data) - 20) :]

    def settle(self, seconds: float) -> None:
        """Stay for so long, reading what comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def leave(self) -> None:
        """End all connections at once, so that the system does not hold their ports for a minute."""
        for client in self.clients.values():
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sock.close()
        self.clients.clear()
        self.epoll.close()

    def talk(self, start: float) -> None:
        """Let the senders talk from `start` (monotonic) for as long as the load says."""
        load = self.load
        self.counting = True
        for client in self.senders:
            client.heard = 0
        # Of all that is heard a sender's share is its own words come back; where they do not, as much as another says.
        beside = max(1, load.senders // load.channels - (0 if self.protocol.echoes else 1))
        tildes = self.protocol.tildes
        due = {client: start + self._turn(client) for client in self.senders}
        while (now := time.monotonic()) < start + load.seconds:
            if now >= start:
                for client in self.senders:
                    if load.rate:
                        while due[client] <= now:
                            self._say(client)
                            due[client] += 1 / load.rate
                    else:
                        while client.sent - client.heard // tildes // beside < load.window:
                            self._say(client)
            self.pump(0.0005 if load.rate else 0.001)

    def _turn(self, client: Client) -> float:
        return int(client.name[5:]) / load.senders / load.rate if (load := self.load).rate else 0.0

    def _say(self, client: Client) -> None:
        mark = f"~{time.monotonic_ns():x}~"
        client.sent += 1
        client.send(self.protocol.say(client, mark.ljust(self.load.payload, "x")))
        if client.unsent:
            with contextlib.suppress(OSError, ValueError):
                self.epoll.modify(client.sock, select.EPOLLIN | select.EPOLLOUT)

    def drain(self, expected: int) -> None:
        """Read until all that is expected has come, or nothing comes any more."""
        heard, since = self.tildes, time.monotonic()
        while self.tildes < self.protocol.tildes * expected and time.monotonic() - since < QUIET:
            self.pump(0.01)
            if self.tildes != heard:
                heard, since = self.tildes, time.monotonic()
        self.last = since

    def by_channel(self, what: Callable[[Client], int]) -> dict[int, int]:
        """A sum over the clients of each channel."""
        sums: dict[int, int] = {}
        for client in self.clients.values():
            if value := what(client):
                sums[client.channel] = sums.get(client.channel, 0) + value
        return sums


def work(pipe: Pipe, protocol: str, port: int, load: Load, part: int, parts: int) -> None:
    """What one process does, step by step, as `pipe` tells it; see `chat.py` for the other end."""
    crowd = Crowd(protocol, port, load, part, parts)
    pipe.recv()
    seconds = crowd.connect()
    said: dict[str, Any] = {"inside": crowd.inside, "dead": crowd.dead, "seconds": seconds}
    said["members"] = crowd.by_channel(lambda client: int(client.inside))
    pipe.send(said)
    while not pipe.poll():
        crowd.pump(0.05)
    crowd.talk(pipe.recv())
    pipe.send(crowd.by_channel(lambda client: client.sent))
    while not pipe.poll():
        crowd.pump(0.005)
    crowd.drain(pipe.recv())
    delivered = crowd.tildes // crowd.protocol.tildes
    pipe.send({"delivered": delivered, "last": crowd.last, "latencies": crowd.latencies.tobytes()})
    pipe.recv()
