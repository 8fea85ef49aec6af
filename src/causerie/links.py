"""Invite links: ``causerie://HOST:PORT/#invite=TOKEN&pin=FINGERPRINT``.

Token and pin stand in the fragment, which a browser never sends (RFC 3986, section 3.5): neither ends up in
the log of a server or a proxy.
"""

import re
from typing import Literal
from urllib.parse import quote

import msgspec

from causerie.i18n.text import _

MAX_LINK = 1024
"""Characters in a link, at most."""

_SCHEME = "causerie://"
_AUTHORITY = re.compile(r"(?:\[(?P<ipv6>[^/?@\[\]]*)\]|(?P<name>[^:/?@\[\]]*)):(?P<port>[0-9]{1,5})")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PIN = re.compile(r"[0-9a-f]{64}")


class LinkError(ValueError):
    """A link that cannot be used. Its text is one line for a person, and never quotes the token."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server is, what lets one in, and which certificate it must show.

    Raises LinkError where a part cannot stand in a link, so that every Link can be formatted.
    """

    host: str
    """A name in ASCII, or an IP address; IPv6 without brackets and without a zone."""
    port: int
    token: str
    """Up to 128 letters, digits, ``-`` and ``_``: base64 for URLs (RFC 4648, section 5), unpadded."""
    kind: Literal["invite", "admin"]
    pin: str | None
    """SHA-256 of the certificate, 64 hexadecimal digits in lower case; None: trust the usual authorities."""

    def __post_init__(self) -> None:
        if not _is_host(self.host):
            raise LinkError(
                _("the host in the link is neither a name nor an IP address: {host}").format(host=_shown(self.host))
            )
        if not 1 <= self.port <= 65535:
            raise LinkError(_("the port in the link must be from 1 to 65535, and it is {port}").format(port=self.port))
        if self.kind not in ("invite", "admin"):
            raise LinkError(_("a link is for 'invite' or 'admin', not for {kind}").format(kind=_shown(self.kind)))
        if not _TOKEN.fullmatch(self.token):
            raise LinkError(_("the token in the link is damaged; copy the whole link again"))
        if self.pin is not None and not _PIN.fullmatch(self.pin):
            raise LinkError(_("the pin in the link is damaged (64 hexadecimal digits); copy the whole link again"))


def format(link: Link) -> str:
    """The link as text."""
    host = f"[{link.host}]" if ":" in link.host else link.host
    pin = "" if link.pin is None else f"&pin={link.pin}"
    return f"{_SCHEME}{host}:{link.port}/#{link.kind}={link.token}{pin}"


def parse(text: str) -> Link:
    """The parts of a link. White space around it is ignored. Raises LinkError."""
    text = text.strip()
    if len(text) > MAX_LINK:
        raise LinkError(_("the link is longer than {most} characters; copy the link alone").format(most=MAX_LINK))
    if text[: len(_SCHEME)].lower() != _SCHEME:
        raise LinkError(
            _("a link to a server begins with {scheme}, and this does not; copy the whole link").format(scheme=_SCHEME)
        )
    address, _hash, fragment = text[len(_SCHEME) :].partition("#")
    authority = _AUTHORITY.fullmatch(address.removesuffix("/"))
    if authority is None:
        raise LinkError(
            _("a link begins with {scheme}HOST:PORT/#, and this does not; copy the whole link").format(scheme=_SCHEME)
        )
    parts = _parts(fragment)
    kinds: list[Literal["invite", "admin"]] = [kind for kind in ("invite", "admin") if kind in parts]
    if len(kinds) != 1:
        raise LinkError(_("the link needs one invite= or admin= after its #; copy the whole link again"))
    ipv6 = authority["ipv6"]
    if ipv6 is not None and ":" not in ipv6:
        raise LinkError(
            _("only an IPv6 address stands in brackets, and this is none: {address}").format(address=_shown(ipv6))
        )
    return Link(
        host=authority["name"] if ipv6 is None else ipv6,
        port=int(authority["port"]),
        token=parts[kinds[0]],
        kind=kinds[0],
        pin=parts.get("pin"),
    )


def qr(text: str) -> str:
    """The text as a QR code for a terminal: two rows of modules a line, in colours that no theme changes."""
    import segno

    # A border of 2 is half of what ISO/IEC 18004 asks for; readers manage, and a link fits a small terminal.
    rows = [bytes(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append(bytes(len(rows[0])))
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    white_on_black, plain = "\x1b[38;5;231;48;5;16m", "\x1b[0m"
    lines = (
        "".join(blocks[above, below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"{white_on_black}{line}{plain}" for line in lines)


def _parts(fragment: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in fragment.split("&"):
        name, _equals, value = part.partition("=")
        if name not in ("invite", "admin", "pin"):
            raise LinkError(_("the link has a part after its # that this version of causerie does not know"))
        if name in parts:
            raise LinkError(_("the link has {name}= twice; copy the whole link again").format(name=name))
        parts[name] = value
    return parts


def _is_host(host: str) -> bool:
    if ":" in host or (host and set(host) <= set("0123456789.")):
        import ipaddress

        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return "%" not in host
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _shown(text: str) -> str:
    """Somebody else's text, short and without control characters."""
    return quote(text[:60], safe=" :/[].,", errors="replace") or "nothing"
