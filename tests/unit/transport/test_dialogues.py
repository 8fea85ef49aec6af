"""The layers of a connection without sockets: bytes in, bytes out, cut anywhere, and who is here.

Each dialogue is held in pieces of one byte, of seven, and whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.certs.identity import Identity
from causerie.config.settings import Accounts, Config, Limits
from causerie.server.context import Context
from causerie.transport.intake import CROWDED
from causerie.transport.layer import Layer
from causerie.transport.listener import Admission, Listener
from causerie.transport.peer import Peer
from causerie.transport.proxy_header import SIGNATURE
from causerie.transport.states import Hold
from causerie.transport.work_queue import TURN_SECONDS
from tests.unit.transport.playbook import (
    Codec,
    Playbook,
    Tls,
    Web,
    came,
    closes,
    ends,
    gone,
    hears,
    opens,
    said,
    stays,
)

CUTS = pytest.mark.parametrize("cut", [1, 7, 1 << 20], ids=["byte by byte", "by seven", "whole"])
CLASSIC = b'{"CONN":{"us":"","pwd":"","channel":"home"}}'
IRC = b"NICK Ann\r\nUSER ann 0 * :Ann\r\n"
NATIVE = b'{"do":"hello","version":1}\n{"do":"login","guest":true,"name":"Ann"}\n'
PROXY = b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 5000\r\n"


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    """The core over an empty store."""
    config = Config(accounts=Accounts(hash_memory=64, hash_passes=1), limits=Limits(exempt=("127.0.0.0/8",)))
    async with bootstrap.offline(config, tmp_path) as opened:
        yield opened


@pytest.fixture
async def listener(context: Context, tmp_path: Path) -> Listener:
    """An address that takes every language, in clear and by TLS."""
    return a_listener(context, tmp_path)


def a_listener(context: Context, data: Path, proxied: bool = False) -> Listener:
    """`proxied`: a proxy connects from everywhere."""
    protocols = [protocol.at(context.view()) for protocol in bootstrap.PROTOCOLS]
    identity = Identity(context.config, data, [name for protocol in protocols for name in protocol.alpn])
    admission = Admission(context, lambda host: True, lambda host: proxied)
    return Listener(admission, protocols, "auto", identity.context)


@CUTS
@pytest.mark.parametrize(
    ("says", "answer", "language"),
    [(CLASSIC, b"OK", "classic"), (IRC, b" 001 ", "irc"), (NATIVE, b'"logged_in"', "native")],
    ids=["classic", "irc", "native"],
)
@pytest.mark.parametrize("by", ["clear", "tls"])
async def test_the_first_bytes_choose_the_language(
    listener: Listener, context: Context, cut: int, says: bytes, answer: bytes, language: str, by: str
) -> None:
    """In clear and by TLS, however they are cut; who goes is gone."""
    play = Playbook(listener, cut, (Tls(),) if by == "tls" else ())
    await (play >> opens() >> said(says) << hears(answer))
    assert (play.connection.protocol.name, play.session.secure) == (language, by == "tls")
    await (play >> gone())
    assert not context.sessions
    assert listener.admission.addresses.open == 0


@CUTS
@pytest.mark.parametrize("codecs", [(Web,), (Tls, Web)], ids=["clear", "tls"])
async def test_a_line_is_a_message_of_websocket(listener: Listener, cut: int, codecs: tuple[type[Codec], ...]) -> None:
    """RFC 6455; IRCv3 websocket: below it clear or TLS, above it a wire that knows nothing of either."""
    play = Playbook(listener, cut, tuple(codec() for codec in codecs))
    await (play >> opens() >> said(b"NICK Ann") >> said(b"USER ann 0 * :Ann") << hears(b" 001 "))
    assert play.session.secure == (len(codecs) == 2)
    await (play << hears(b" 422 ") >> said(b"PING x") << hears(b"PONG") >> said(b"QUIT") << closes())


@CUTS
async def test_a_proxy_says_whom_it_connects(context: Context, tmp_path: Path, cut: int) -> None:
    """The header is over before anything else begins, TLS or a language."""
    for header, host in (
        (PROXY, "192.0.2.7"),
        (SIGNATURE + bytes((0x21, 0x11, 0, 12, 192, 0, 2, 8, 127, 0, 0, 1, 1, 1, 2, 2)), "192.0.2.8"),
    ):
        play = Playbook(a_listener(context, tmp_path, proxied=True), cut)
        await (play >> opens() >> came(header) << stays() >> said(IRC) << hears(b" 001 "))
        assert play.session.host == host
        await (play >> gone())


@CUTS
async def test_who_is_no_proxy_is_told_so(context: Context, tmp_path: Path, cut: int) -> None:
    """An address from which a proxy connects takes nothing else."""
    play = Playbook(a_listener(context, tmp_path, proxied=True), cut)
    await (play >> opens() >> said(IRC) << hears(b"a proxy connects from your address") << closes())


@CUTS
async def test_what_is_no_language_is_told_which_there_are(listener: Listener, cut: int) -> None:
    """In one line, and closed."""
    play = Playbook(listener, cut)
    await (play >> opens() >> said(b"\1\2\3\4\5\6\7\n") << hears(b"these first bytes are no language") << closes())
    assert not listener.context.sessions


@CUTS
async def test_broken_tls_is_closed(listener: Listener, context: Context, cut: int) -> None:
    """And noted for the log; nobody was here."""
    play = Playbook(listener, cut)
    await (play >> opens() >> came(b"\x16\x03\x01\x00\x20" + b"a" * 32) << closes())
    assert not context.sessions
    assert len(listener.admission.half_open) == 0


async def test_half_a_hello_costs_no_tls(listener: Listener) -> None:
    """OpenSSL's memory is for who has said all of their first record."""
    play = Playbook(listener)
    await (play >> opens() >> came(b"\x16\x03\x01\x02\x00" + b"a" * 100) << stays())
    assert not isinstance(play.intake.get_protocol(), Layer)
    assert len(listener.admission.half_open) == 1
    await (play >> gone())
    assert len(listener.admission.half_open) == 0


@CUTS
@pytest.mark.parametrize("by", ["clear", "tls"])
async def test_what_was_said_before_the_end_is_answered_before_it(listener: Listener, cut: int, by: str) -> None:
    """The client shuts down its side behind what it says."""
    play = Playbook(listener, cut, (Tls(),) if by == "tls" else ())
    await (play >> opens() >> said(NATIVE) << hears(b'"logged_in"'))
    await (play >> said(b'{"do":"channels","id":7}\n') >> ends() << hears(b'"re":7') << closes())
    assert not listener.context.sessions


@CUTS
async def test_a_stranger_says_only_so_much(listener: Listener, context: Context, cut: int) -> None:
    """Bytes of a language that nobody logs in with, and of none: both are closed with a line that says why."""
    play = Playbook(listener, max(cut, 64))
    await (play >> opens() >> said(b"NICK a\r\n" * 1000) << closes())
    assert context.counters["flooded"] == 1
    play = Playbook(listener, max(cut, 64))
    await (play >> opens() >> said(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 4000) << hears(b"431") << closes())
    assert not context.sessions


async def test_what_does_not_fit_into_a_turn_waits_for_the_next(listener: Listener) -> None:
    """The order stays, and the socket is read from again."""
    play = Playbook(listener)
    await (play >> opens() >> said(IRC) << hears(b" 422 "))
    await play.settle(play.intake.is_reading)
    listener.work_queue.used = TURN_SECONDS
    play.gives(b"PING one\r\n")
    play.gives(b"PING two\r\n")
    assert play.intake.waits
    await (play << hears(b":one") << hears(b":two"))
    assert not play.intake.waits


async def test_the_socket_is_not_read_from_while_much_waits(listener: Listener) -> None:
    """Its peer does not read either; when it does, all that waits is answered."""
    play = Playbook(listener)
    await (play >> opens() >> said(IRC) << hears(b" 422 "))
    play.intake.pause_writing()
    lines = listener.bounds.frame // 8 + 1
    play.gives(b"PING x\r\n" * lines + b"PING end\r\n")
    assert not play.raw.reading
    play.intake.resume_writing()
    await play.settle(lambda: play.raw.reading and b":end" in play.heard)


@pytest.mark.parametrize(("crowd", "peer"), [(CROWDED + 1, Peer.GONE), (0, Peer.HERE)], ids=["crowded", "quiet"])
async def test_nothing_is_worked_for_who_is_gone_where_many_wait(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, crowd: int, peer: Peer
) -> None:
    """It is not read from while much of it waits, so that nobody else finds out."""
    play = Playbook(listener)
    await (play >> opens() >> said(IRC) << hears(b" 422 "))
    monkeypatch.setattr("causerie.transport.intake.look", lambda transport: peer)
    play.connection.pause_writing()
    play.gives(b"PING x\r\n" * 200)
    unread = play.intake.unread
    for _ in range(crowd):
        Idle(listener).waits()
    play.connection.go_on(Hold.UNREAD)
    if peer is Peer.GONE:
        await (play << closes())
        assert play.intake.unread == unread
    else:
        await (play << hears(b"PONG"))


async def test_who_is_gone_while_nothing_is_read_from_them_is_found_out(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for an answer, with 64 KiB behind it: neither is worked for until somebody looks."""
    play = Playbook(listener)
    await (play >> opens() >> said(IRC) << hears(b" 422 "))
    await play.settle(play.intake.is_reading)
    play.connection.pause_writing()
    play.gives(b"WHO * %cn\r\n" * (listener.bounds.frame // 11 + 1))
    assert play.intake.is_full
    listener.admission.sweep_silent()
    await listener.context.commit_loop.told()
    assert not play.raw.closing
    monkeypatch.setattr("causerie.transport.intake.look", lambda transport: Peer.GONE)
    listener.admission.sweep_silent()
    await (play << closes())


@pytest.mark.parametrize("crowded", [True, False])
async def test_who_ended_their_side_is_answered_unless_they_are_one_of_a_crowd(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, crowded: bool
) -> None:
    """A script that sends much and reads until the end gets its answers; two thousand of them were a flood."""
    play = Playbook(listener)
    await (play >> opens() >> said(IRC) << hears(b" 422 "))
    await play.settle(play.intake.is_reading)
    play.connection.pause_writing()
    play.gives(b"WHO * %cn\r\n" * (listener.bounds.frame // 11 + 1))
    await listener.context.commit_loop.told()
    monkeypatch.setattr("causerie.transport.intake.look", lambda transport: Peer.SILENT)
    play.intake.end_if_gone(crowded)
    assert play.raw.closing == crowded


class Idle:
    """One more that waits in the queue, for ever."""

    def __init__(self, listener: Listener) -> None:
        self._queue = listener.work_queue

    def waits(self) -> None:
        """It waits."""
        from causerie.transport.work_queue import Rank

        self._queue.add(self, Rank.BACKLOG)

    def work(self) -> None:
        """See Worker."""
        self.waits()
