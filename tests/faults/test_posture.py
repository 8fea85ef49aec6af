"""The server as it is installed, with no settings at all: what is open, what is shut, and where no secret is found."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import secrets
import shutil
import socket
import ssl
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from causerie import links
from tests.faults.conftest import Make
from tests.people import ClassicPerson, NativePerson
from tests.server_process import LINE_MOST, ServerProcess, until

pytestmark = pytest.mark.faults

LOOPBACK, PRIVATE, PUBLIC = "127.0.0.1", "10.9.8.7", "8.8.4.4"
"""Where clients come from: this machine, a private network, the world. All are addresses of a network namespace."""

OPEN_UMASK = ["sh", "-c", 'umask 000 && exec "$@"', "sh"]
"""Under the most careless umask there is."""

NETWORK = f"ip link set lo up && ip address add {PRIVATE}/32 dev lo && ip address add {PUBLIC}/32 dev lo"
CLONE_NEWNET = 0x40000000


def tls_client(certificate: Path) -> ssl.SSLContext:
    """A client that trusts the server's own certificate and nothing else."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def modes(directory: Path) -> dict[str, str]:
    """What each file below this directory allows to whom."""
    return {path.name: oct(stat.S_IMODE(path.lstat().st_mode)) for path in directory.rglob("*") if not path.is_dir()}


async def test_files_and_passwords(server: Make) -> None:
    """Files are the owner's alone, no default account opens, and no secret lies about in clear."""
    one = server(config=None, before=OPEN_UMASK).start()
    link = one.says("admin_link")["link"]
    password, wrong = f"seven quiet {secrets.token_hex(8)}", f"seven loud {secrets.token_hex(8)}"
    said = f"between us {secrets.token_hex(8)}"

    operator = await one.operator()
    await operator.asks("add_account", name="anna", password=password)
    invited = await operator.asks("make_invite")
    anna = await one.native()
    await anna.is_refused("login_failed", "login", name="anna", password=wrong)
    await anna.logs_in("anna", password, keep=True)
    await anna.joins("home")
    await anna.says("home", said)
    back = await one.native()
    await back.returns(anna.token)
    for name in ("admin", "user1", "root", "anna"):
        await (await one.native()).is_refused("login_failed", "login", name=name, password=name)
        luc = await one.classic()
        luc.asks_in("home", name, name)
        await luc.hears("NO")

    assert oct(stat.S_IMODE(one.data.stat().st_mode)) == "0o700"
    found = modes(one.data)
    assert {"causerie.db", "control.sock"} <= set(found)
    # Everybody who connects is shown the certificate; it is no secret.
    assert found.pop("certificate.pem") == "0o644"
    assert {name: mode for name, mode in found.items() if mode != "0o600"} == {}

    arguments = one.arguments()
    one.stop()
    lying = {
        "password": password, "wrong password": wrong, "token": anna.token, "invite": invited["token"],
        "administrator's link": links.parse(link).token,
    }  # fmt: skip
    places = {path.name: path.read_bytes() for path in one.data.rglob("*") if path.is_file()}
    places.update(log=one.log().encode(), arguments=arguments.encode())
    for what, secret in lying.items():
        for place, content in places.items():
            assert secret.encode() not in content, f"the {what} is in {place}"
            assert secret.encode().hex().encode() not in content, f"the {what} is in {place}"
            if re.fullmatch("([0-9a-f]{2})+", secret):
                assert bytes.fromhex(secret) not in content, f"the {what} is in {place}"
    assert any(said.encode() in content for content in places.values()), "this looks in the wrong places"
    assert said not in one.log(), "the log holds what people said"
    for person in (operator, anna, back):
        person.hang_up()


async def test_tls(server: Make) -> None:
    """The certificate that the server made works and is checked; TLS 1.2 and 1.3 are spoken, 1.1 is not."""
    one = server(config=None).start()
    one.says("admin_link")
    certificate = next(path for path in one.data.glob("*.pem") if b"BEGIN CERTIFICATE" in path.read_bytes())
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = tls_client(certificate)
        context.minimum_version = context.maximum_version = version
        anna = NativePerson(*await _tls(one, context))
        await anna.asks("hello", version=1)
        await anna.logs_in("Anna")
        anna.tells("quit")

    old = tls_client(certificate)
    with warnings.catch_warnings():
        # That this client offers it is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        await _tls(one, old)
    with pytest.raises(ssl.SSLCertVerificationError):
        await _tls(one, ssl.create_default_context())


async def _tls(
    server: ServerProcess, context: ssl.SSLContext, client: socket.socket | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    client = client or await server.bare_socket()
    return await asyncio.open_connection(sock=client, ssl=context, server_hostname="localhost", limit=LINE_MOST)


class Networks:
    """A server in a network namespace of its own, and clients in it that come from where they like."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.port = server.address.port

    def from_(self, host: str) -> socket.socket:
        """A connection from this address to the same address, which is the server's too."""
        with _namespace(self.server.pid):
            client = socket.socket()
        self.server.keep(client)
        client.settimeout(10)
        client.bind((host, 0))
        client.connect((host, self.port))
        client.setblocking(False)
        return client

    async def native(self, host: str, context: ssl.SSLContext | None = None) -> NativePerson:
        """Somebody from there who has said hello."""
        if context is not None:
            person = NativePerson(*await _tls(self.server, context, self.from_(host)))
        else:
            person = NativePerson(*await asyncio.open_connection(sock=self.from_(host), limit=LINE_MOST))
        await person.asks("hello", version=1)
        return person

    async def classic(self, host: str) -> ClassicPerson:
        """Somebody from there with a classic client."""
        return ClassicPerson(*await asyncio.open_connection(sock=self.from_(host)))


@contextmanager
def _namespace(pid: int) -> Iterator[None]:
    """In the network namespace of that process; a socket made here stays in it."""
    libc = ctypes.CDLL(None, use_errno=True)
    own, other = (os.open(f"/proc/{each}/ns/net", os.O_RDONLY) for each in ("thread-self", pid))
    try:
        if libc.setns(other, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            if libc.setns(own, CLONE_NEWNET) != 0:
                os._exit(1)  # no test may go on in the wrong network
    finally:
        os.close(own)
        os.close(other)


async def test_networks(server: Make) -> None:
    """In clear: this machine may do all, private networks come in as guests, the world is turned away. TLS: all."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a network")
    if shutil.which("ip") is None:
        pytest.skip("ip (package iproute2) is not installed")
    # As installed: no --listen either, so every interface and port 5000, of a network for it alone.
    one = server(config=None, before=["unshare", "--net", "sh", "-c", f'{NETWORK} && exec "$@"', "sh"], listen="")
    one.start()
    one.says("admin_link")
    assert one.address.port == 5000
    networks = Networks(one)
    password = f"seven quiet {secrets.token_hex(8)}"
    operator = await one.operator()
    await operator.asks("add_account", name="anna", password=password)

    # From this machine, in clear.
    here = await networks.native(LOOPBACK)
    await here.logs_in("anna", password)
    luc = await networks.classic(LOOPBACK)
    await luc.enters("home", "anna", password)

    # From a private network, in clear: a guest, and no password.
    guest = await networks.native(PRIVATE)
    await guest.is_refused("in_clear", "login", name="anna", password=password)
    await guest.is_refused("in_clear", "login", token="0" * 64)
    await guest.logs_in("Mia")
    classic = await networks.classic(PRIVATE)
    classic.asks_in("home", "anna", password)
    await classic.hears("NO")
    await classic.enters("home", "Guest-Luc")
    refused = next(line for line in one.log().splitlines() if PRIVATE in line)
    assert "plaintext" in refused

    # From the world, in clear: nothing, said in a line that a person may read.
    for first in (b'{"do":"hello","version":1}\n', b'{"CONN":{"us":"Guest-Eve","pwd":"","channel":"home"}}'):
        reader, writer = await asyncio.open_connection(sock=networks.from_(PUBLIC))
        writer.write(first)
        async with asyncio.timeout(10):
            said = (await reader.read()).decode()
        assert "TLS" in said, said
        assert said.isprintable() or said.endswith("\r\n")
        writer.transport.abort()
    await until(
        lambda: any(PUBLIC in line and "plaintext" in line for line in one.log().splitlines()), "the log says so"
    )

    # By TLS, from anywhere.
    certificate = next(path for path in one.data.glob("*.pem") if b"BEGIN CERTIFICATE" in path.read_bytes())
    for host in (PRIVATE, PUBLIC):
        anna = await networks.native(host, tls_client(certificate))
        await anna.logs_in("anna", password)
        anna.hang_up()
    assert password not in one.log()
    for person in (operator, here, luc, guest, classic):
        person.hang_up()
