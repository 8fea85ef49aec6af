"""IRC on addresses of its own: nothing to recognise, TLS with client certificates, proxies, every limit off."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest

from causerie.config.irc import IrcListener, IrcTimeouts
from causerie.config.settings import Guard, Limits
from causerie.transport.connection import Connection
from causerie.transport.proxy_header import SIGNATURE
from tests.irc_people import IrcPerson, irc_as, irc_at, plain
from tests.people import House

LIMITS_OFF: dict[str, Any] = {
    name: 0
    for name in (
        "send_rate", "command_rate", "connections", "connections_address", "connections_address_10min", "login_seconds",
        "idle_seconds", "stalled_seconds", "channels", "channels_person", "members_channel",
    )
}  # fmt: skip
GUARD_OFF: dict[str, Any] = {"failures_account_address": 0, "failures_address": 0, "failures_account": 0}
OFF: dict[str, Any] = {"limits": {**LIMITS_OFF, "exempt": ()}, "guard": GUARD_OFF}
EVERY_LIMIT_OFF = IrcTimeouts(register=0.0, ping=0.0)


def listeners(*kinds: dict[str, bool], **more: Any) -> dict[str, Any]:
    """The section [irc] with these listeners."""
    return {"listen": tuple(IrcListener(host="127.0.0.1", port=0, **kind) for kind in kinds), **more}


def client_context(certificate: Path | None = None) -> ssl.SSLContext:
    """TLS that takes the server's certificate as it is, and shows one of its own if there is one."""
    tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls_context.check_hostname, tls_context.verify_mode = False, ssl.CERT_NONE
    if certificate is not None:
        tls_context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    return tls_context


def connection_of(house: House, nick: str) -> Connection:
    """The server's side of somebody's connection."""
    for session in house.server.context.sessions:
        if session.person is not None and session.person.name == nick:
            assert isinstance(session.outlet, Connection)
            return session.outlet
    raise AssertionError(f"{nick} is not here")


async def sends_bytes(person: IrcPerson, *lines: str) -> None:
    """One byte at a time, each in a packet of its own."""
    for byte in "".join(f"{line}\r\n" for line in lines).encode():
        person.sends(bytes([byte]))
        await person.sent()
        await asyncio.sleep(0)


async def test_an_address_of_its_own_takes_one_byte_at_a_time_and_says_nothing_first() -> None:
    """Modern IRC, "Connection Setup": the client begins; a line ends with its end, however it came."""
    async with House(irc=listeners({})) as house:
        ann = await irc_at(house, 1)
        await sends_bytes(ann, "NICK Ann", "USER ann 0 * :Ann")
        ann.nick = "Ann"
        await ann.hears(":SERVER 001 Ann :*")
        await ann.hears_at_last(":SERVER 422 Ann :*")
        await sends_bytes(ann, "JOIN #home", "PING x")
        await ann.hears_at_last(":SERVER PONG SERVER :x")


async def test_an_address_of_its_own_takes_commands_that_nobody_would_recognise() -> None:
    """Modern IRC, 451 and 421: what comes first is IRC, whatever it is."""
    async with House(irc=listeners({})) as house:
        ann = await irc_at(house, 1)
        ann.sends(b'{"do":"hello"}\n\r\nGET / HTTP/1.1\r\nNICK Ann\r\nUSER ann 0 * :Ann\r\n')
        heard = await ann.hears_at_last(":SERVER 001 Ann :*")
        assert [line.split()[1] for line in heard[:2]] in (["451", "451"], ["421", "421"])


async def test_a_server_with_every_limit_off_takes_bytes_and_bursts() -> None:
    """Issue: "must take lines one byte at a time and in bursts"; nothing is refused, delayed or lost."""
    off = listeners({}, timeouts=EVERY_LIMIT_OFF, flood_bytes=0)
    async with House(**OFF, irc=off) as house:
        for place in (0, 1):
            nick = f"Ann{place}"
            ann = await irc_at(house, place)
            await sends_bytes(ann, f"NICK {nick}", "USER ann 0 * :Ann", "CAP REQ echo-message", "CAP END")
            ann.nick = nick
            await ann.hears_at_last(f":SERVER CAP {nick} ACK :*")
            await ann.answers()
            burst = [f"PRIVMSG #burst{place} :number {number}" for number in range(2000)]
            ann.says(f"JOIN #burst{place}", *burst)
            heard = await ann.answers()
            said = [line.rpartition(":")[2] for line in heard if " PRIVMSG " in line]
            assert said == [f"number {number}" for number in range(2000)]


async def test_tls_is_spoken_where_it_is_wanted_and_only_there() -> None:
    """Setting irc.listen.tls."""
    async with House(irc=listeners({"tls": True}, {})) as house:
        ann = await irc_at(house, 1, ssl=client_context())
        await ann.registers("Ann")
        assert connection_of(house, "Ann").wire is not None
        long = "x" * 400
        bob = await irc_at(house, 1, ssl=client_context())
        await bob.registers("Bob")
        await ann.joins("#home")
        await bob.joins("#home")
        await ann.hears(":Bob!* JOIN #home")
        bob.says(*[f"PRIVMSG #home :{number} {long}" for number in range(500)])
        for number in range(500):
            await ann.hears(f":Bob!* PRIVMSG #home :{number} {long}")
        clear = await irc_at(house, 1)
        clear.says("NICK Eve")
        await clear.hears("ERROR :Closing link: (this address takes TLS only)")
        await clear.hears_the_end()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_clients_certificate_is_known_by_its_fingerprint(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """IRCv3 sasl-3.1, EXTERNAL: whoever signed it; who has none comes in as well."""
    from causerie.certs.certificate import fingerprint, make_certificate

    make_certificate(tmp_path, ["ann"], datetime.datetime.now(datetime.UTC))
    shown = fingerprint((tmp_path / "certificate.pem").read_bytes())
    async with House(irc=listeners({"tls": True})) as house:
        for nick, certificate, expected in (("Ann", tmp_path, shown), ("Bob", None, "")):
            tls_context = client_context(certificate)
            tls_context.minimum_version = tls_context.maximum_version = version
            person = await irc_at(house, 1, ssl=tls_context)
            await person.registers(nick)
            wire = connection_of(house, nick).wire
            assert wire is not None
            assert (wire.secure, wire.certificate) == (True, expected)


async def test_a_certificate_logs_in_whose_it_is(tmp_path: Path) -> None:
    """IRCv3 sasl-3.1, EXTERNAL (RFC 4422, appendix A): offered to who shows one, once its account has kept it."""
    from causerie.certs.certificate import make_certificate

    make_certificate(tmp_path, ["ann"], datetime.datetime.now(datetime.UTC))
    async with House(irc=listeners({"tls": True})) as house:
        await house.account("anna")
        tls_context = client_context(tmp_path)
        for kept in (False, True):
            ann = await irc_at(house, 1, ssl=tls_context)
            ann.says("CAP LS 302", "CAP REQ sasl", "NICK Ann", "USER a 0 * :Ann", "AUTHENTICATE EXTERNAL")
            offered = await ann.hears_at_last(":SERVER CAP * ACK :sasl")
            assert any("sasl=PLAIN,SCRAM-SHA-256,EXTERNAL" in line for line in offered)
            ann.says(f"AUTHENTICATE {base64.b64encode(b'bert').decode()}", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +")
            await ann.hears(":SERVER AUTHENTICATE +", ":SERVER 904 Ann :*", ":SERVER AUTHENTICATE +")
            if kept:
                await ann.hears(":SERVER 900 Ann Ann!~a@guest.SERVER anna :*", ":SERVER 903 Ann :*")
                break
            await ann.hears(":SERVER 904 Ann :*")
            ann.says("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}", "CAP END", "NS CERT ADD", "NS CERT LIST")
            await ann.hears_at_last(":NickServ!* NOTICE anna :Your certificate logs you in from now on.")
            await ann.hears(":NickServ!* NOTICE anna :*: certificate *", ":NickServ!* NOTICE anna :That is all.")
        bob = await irc_at(house, 1, ssl=client_context())
        bob.says("CAP REQ sasl", "AUTHENTICATE EXTERNAL")
        await bob.hears(":SERVER CAP * ACK :sasl", ":SERVER 908 * PLAIN,SCRAM-SHA-256 :*", ":SERVER 904 * :*")


async def test_a_proxy_says_whom_it_connects() -> None:
    """The PROXY protocol, sections 2.1 and 2.2: on the one port and on others, before TLS; the address counts."""
    sections: dict[str, Any] = {"server": {"proxies": ("127.0.0.0/8",), "plaintext": "all"}, "limits": {"exempt": ()}}
    async with House(**sections, irc=listeners({}, {"tls": True})) as house:
        for place in (0, 1):
            ann = await irc_at(house, place)
            ann.sends(b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 6667\r\nPING x\r\n")
            await ann.registers(f"Ann{place}")
            assert connection_of(house, f"Ann{place}").host == "192.0.2.7"
            bob = await irc_at(house, place)
            header = SIGNATURE + bytes((0x21, 0x11, 0, 12, 192, 0, 2, 8, 127, 0, 0, 1, 1, 1, 2, 2))
            await sends_one_by_one(bob, header)
            await bob.registers(f"Bob{place}")
            assert connection_of(house, f"Bob{place}").host == "192.0.2.8"
        liar = await irc_at(house, 1)
        liar.says("NICK Eve")
        await liar.hears("ERROR :Closing link: (a proxy connects from your address, but this is no header*)")
        reader, writer = await asyncio.open_connection(*endpoint(house, 2))
        writer.write(b"PROXY TCP4 192.0.2.9 127.0.0.1 40000 6697\r\n")
        await writer.start_tls(client_context())
        eve = IrcPerson(reader, writer)
        house.people.append(eve)
        await eve.registers("Eve")
        assert connection_of(house, "Eve").host == "192.0.2.9"


async def test_a_header_is_believed_once_and_from_a_proxy_only() -> None:
    """Another one from behind the proxy, or one from who is no proxy, is a line like any other."""
    far, near = b"PROXY TCP4 8.8.8.8 127.0.0.1 1 2\r\n", b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n"
    async with House(server={"proxies": ("127.0.0.1/32",)}) as house:
        eve = await irc_at(house, 0)
        eve.sends(far + near + b"NICK Eve\r\nUSER eve 0 * :Eve\r\n")
        assert b"001" not in await eve.read()
        # The same address, written as the system writes it on a socket of both kinds.
        mapped = await irc_at(house, 0)
        mapped.sends(b"PROXY TCP6 ::ffff:8.8.8.8 ::1 1 2\r\nNICK Eve\r\n")
        await mapped.hears("ERROR :Closing link: (this server is reached from here by TLS only)")
    async with House(irc=listeners({}), limits={"exempt": ()}) as house:
        liar = await irc_at(house, 1)
        liar.sends(far)
        await liar.hears(":SERVER 451 * :*")
        await liar.registers("Liar")
        assert connection_of(house, "Liar").host == "127.0.0.1"


async def sends_one_by_one(person: IrcPerson, data: bytes) -> None:
    for byte in data:
        person.sends(bytes([byte]))
        await asyncio.sleep(0)


def endpoint(house: House, place: int) -> tuple[str, int]:
    address = house.server.identity.listening[place]
    return address.host, address.port


async def test_a_proxy_that_took_tls_may_say_so() -> None:
    """The PROXY protocol, section 2.2.5: a far address may come in clear from the proxy on, as nobody reads along."""
    async with House(server={"proxies": ("127.0.0.1/32",)}) as house:
        address = bytes((8, 8, 8, 8, 127, 0, 0, 1, 1, 1, 2, 2))
        for nick, more in (("Ann", bytes((0x20, 0, 5, 1, 0, 0, 0, 0))), ("Eve", b"")):
            person = await irc_at(house, 0)
            person.sends(SIGNATURE + bytes((0x21, 0x11, 0, len(address + more))) + address + more)
            if more:
                await person.registers(nick)
            else:
                person.says(f"NICK {nick}")
                await person.hears("ERROR :Closing link: (this server is reached from here by TLS only)")


async def test_an_address_counts_behind_a_proxy_too() -> None:
    """Setting limits.connections_address: of those whom the proxy connects, not of the proxy."""
    limits = {"exempt": (), "connections_address": 1}
    async with House(server={"proxies": ("127.0.0.1/32",), "plaintext": "all"}, limits=limits) as house:
        for host, may in (("192.0.2.1", True), ("192.0.2.2", True), ("192.0.2.1", False)):
            person = await irc_at(house, 0)
            person.sends(f"PROXY TCP4 {host} 127.0.0.1 1 2\r\n".encode())
            if may:
                await person.registers(f"Ann{host[-1]}")
            else:
                await person.hears("causerie: too many connections from your address")


async def test_who_is_silent_from_the_first_on_is_told_why_it_ends() -> None:
    """Modern IRC, "ERROR message"; setting irc.timeouts.register: on an address of IRC's own even without a word."""
    async with House(irc=listeners({}, timeouts=IrcTimeouts(register=1.0))) as house:
        ann = await irc_at(house, 1)
        await ann.hears("ERROR :Closing link: (Registration timed out)")
        await ann.hears_the_end()


async def test_clients_in_clear_are_told_to_come_by_tls(free_port: int) -> None:
    """IRCv3 sts: the port in clear, how long it holds by TLS; only with version 302, and never on request."""
    tls = IrcListener(host="127.0.0.1", port=free_port, tls=True)
    async with House(irc={"listen": (tls,), "sts_days": 30.0}) as house:
        clear, secure, old = (
            await irc_at(house, 0),
            await irc_at(house, 1, ssl=client_context()),
            await irc_at(house, 0),
        )
        assert f" sts=port={free_port} " in offered(await clear.answers("CAP LS 302"))
        assert " sts=duration=2592000 " in offered(await secure.answers("CAP LS 302"))
        assert " sts" not in offered(await old.answers("CAP LS"))
        clear.says("CAP REQ sts")
        await clear.hears(":SERVER CAP * NAK :sts")


def offered(lines: list[str]) -> str:
    """The capabilities in the answer to CAP LS."""
    return " " + " ".join(line.rpartition(":")[2] for line in lines) + " "


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_off_is_every_limit() -> None:
    """What is called "every limit off" above leaves out nothing that can be off."""
    from causerie.config.settings import settings

    names = {setting.name for setting in settings() if setting.section == "limits" and setting.zero}
    assert names <= set(LIMITS_OFF) | {"exempt"}
    assert {setting.name for setting in settings() if setting.section == "guard" and setting.zero} == set(GUARD_OFF)
    assert Limits(**LIMITS_OFF)
    assert Guard(**GUARD_OFF)


async def test_the_one_port_still_takes_irc_by_its_first_bytes() -> None:
    """ARCHITECTURE.md, "The tree": the listener asks each language."""
    async with House(irc=listeners({})) as house:
        await irc_as(house, "Ann")
