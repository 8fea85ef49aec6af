"""A server's address, as a person writes it: a link, HOST:PORT, or a socket's path."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from msgspec import Struct

from causerie import links
from causerie.address import EVERY, Address
from causerie.i18n.text import _

SCHEME = "causerie://"


class ServerAddress(Struct, frozen=True, kw_only=True):
    """See the module.

    `pin`: SHA-256 of the certificate that it must show, in hexadecimal. `invite`: a token that makes an account.
    `secure`: over TLS; in clear it is spoken to on this machine only, unless the user says so. `path`: a socket in the
    file system, instead of host and port.
    """

    host: str = ""
    port: int = 0
    pin: str = ""
    invite: str = ""
    secure: bool = True
    path: Path | None = None

    @classmethod
    def parse(cls, text: str) -> ServerAddress:
        """Read "HOST:PORT", "causerie://HOST:PORT", the same with #pin=..., or an invite link.

        Raises ValueError, whose text says for a person what is wrong.
        """
        text = text.strip()
        fragment = text.partition("#")[2]
        if "://" in text and any(part.startswith(("invite=", "admin=")) for part in fragment.split("&")):
            link = links.parse(text)
            return cls(host=link.host, port=link.port, pin=link.pin or "", invite=link.token)
        if "://" in text and not text.lower().startswith(SCHEME):
            links.parse(text)  # says what is wrong
        pin = dict(parse_qsl(fragment)).get("pin", "")
        if fragment and (len(pin) != 64 or not set(pin) <= set("0123456789abcdef")):
            raise links.LinkError(
                _("the pin in the link is damaged (64 hexadecimal digits); copy the whole link again")
            )
        place = text.partition("#")[0]
        place = place[len(SCHEME) :].removesuffix("/") if "://" in place else place
        address = Address.parse(place)
        host = "localhost" if address.host == EVERY else address.host
        return cls(host=host, port=address.port, pin=pin, secure=bool(pin) or not is_loopback(host))

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else str(Address(self.host, self.port))


def is_loopback(host: str) -> bool:
    """Whether it is this machine, by its name or address alone; nothing is looked up."""
    if host.casefold() == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
