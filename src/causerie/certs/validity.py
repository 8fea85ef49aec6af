"""When a certificate expires, and the warning to the operator when that is soon.

The one date is read by hand: to import cryptography for it would cost each start 0.2 s, and the server 10 MB for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from causerie.certs.certificate import first_certificate
from causerie.i18n.text import _

DAY_MS = 86_400_000
SOON_MS = 14 * DAY_MS
"""Whoever renews certificates by a program has done it long before (Let's Encrypt: 30 days before the end)."""

_VERSION, _UTC_TIME = 0xA0, 0x17


def good_until(pem: bytes) -> int:
    """When the first certificate in a PEM file ends, in ms since 1970 (RFC 5280, section 4.1); 0: that is not known.

    Raises CertificateError if there is none.
    """
    der = first_certificate(pem)
    try:
        _tag, whole = next(_parts(der))
        _tag, signed = next(_parts(whole))
        fields = [content for tag, content in _parts(signed) if tag != _VERSION]
        _serial, _algorithm, _issuer, validity, *_more = fields
        _from, (tag, until) = _parts(validity)
        text = until.decode("ascii")
        if tag == _UTC_TIME:  # years of two digits (4.1.2.5.1)
            text = ("20" if text < "50" else "19") + text
        return int(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()) * 1000
    except (ValueError, IndexError, StopIteration):
        return 0


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element (X.690, sections 8.1.2 and 8.1.3)."""
    at = 0
    while at < len(der):
        tag, size = der[at], der[at + 1]
        at += 2
        if size & 0x80:
            digits = size & 0x7F
            size = int.from_bytes(der[at : at + digits])
            at += digits
        yield tag, der[at : at + size]
        at += size


def warning(ends: int, now: int) -> str:
    """What is wrong with a certificate that ends then (ms since 1970); "": nothing, or it is not known (0)."""
    if not ends or ends - now >= SOON_MS:
        return ""
    day = f"{datetime.fromtimestamp(ends / 1000, UTC):%Y-%m-%d}"
    if ends <= now:
        return _(
            "the certificate ended on {day}, and clients refuse it; put a new one in its place, then send SIGHUP"
        ).format(day=day)
    return _("the certificate ends on {day}; put a new one in its place before, then send SIGHUP").format(day=day)
