"""Addresses to listen on and networks, as people write them in settings and on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from causerie.i18n.text import _

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

EVERY = "*"
"""The host that stands for every interface, in IPv4 and, where the machine has it, IPv6."""

_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


class Address(msgspec.Struct, frozen=True):
    """Where to listen. `host` is EVERY, a host name, or an IPv4 or IPv6 address without brackets.

    `port` is 0 to 65535; 0 asks the system for any free one.
    """

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read "HOST:PORT", "[::1]:5000", "*:5000" or ":5000" (the same as "*:5000").

        Raises ValueError, whose text says in the reader's language what is wrong and what to write.
        """
        host, colon, port = text.rpartition(":")
        if not colon or host.count("[") != host.count("]") or "]" in port:
            raise ValueError(_("{text!r} has no port: write HOST:PORT, for example *:5000").format(text=text))
        if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
            raise ValueError(_("{port!r} is not a port: it is a number from 0 to 65535").format(port=port))
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
            if ":" not in host or not is_host(host):
                raise ValueError(_("{host!r} is not an IPv6 address").format(host=host))
        elif ":" in host:
            if not is_host(host):
                raise ValueError(_("{host!r} is neither a host name nor an address").format(host=host))
            raise ValueError(_("an IPv6 address goes in brackets: write [{host}]:{port}").format(host=host, port=port))
        elif host not in ("", EVERY) and not is_host(host):
            raise ValueError(_("{host!r} is neither a host name nor an address").format(host=host))
        return cls(host or EVERY, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_host(text: str) -> bool:
    """Whether `text` can be a host name (RFC 1123, letters of any script), or an IPv4 or IPv6 address.

    Nothing is looked up.
    """
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        import ipaddress

        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
        return text.isprintable() and not re.search(r"[\s/\[\]]", text)
    labels = text.removesuffix(".").split(".")
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """Read a network, "192.168.0.0/16" or "fd00::/8", or a single address.

    Raises ValueError, whose text says in the reader's language what is wrong and what to write.
    """
    import ipaddress

    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            _("{text!r} is not a network: write one like 192.168.0.0/16 or fd00::/8").format(text=text)
        ) from None
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(
            _("{text!r} is an address within a network: write {network}").format(text=text, network=loose)
        ) from None


def within(named: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an address is in one of these networks."""
    if not named:
        return lambda host: False
    import ipaddress

    networks = [ipaddress.ip_network(network, strict=False) for network in named]

    def is_in(host: str) -> bool:
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in networks)

    return is_in
