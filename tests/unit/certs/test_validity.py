"""Until when a certificate is good, and what is said when that is soon."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from causerie.certs.certificate import CERTIFICATE, CertificateError, first_certificate, make_certificate
from causerie.certs.validity import DAY_MS, good_until, warning

NOW = datetime(2026, 12, 1, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000


@pytest.mark.parametrize("days", [1, 3650, 9000, 30_000])
def test_it_ends_when_cryptography_says_so(tmp_path: Path, days: int) -> None:
    """Before 2050 years have two digits in a certificate, then four."""
    make_certificate(tmp_path, ["localhost"], NOW, days)
    pem = (tmp_path / CERTIFICATE).read_bytes()
    assert good_until(pem) == NOW_MS + days * DAY_MS
    assert good_until(pem) == x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp() * 1000


@pytest.fixture(scope="module")
def der(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("certificate")
    make_certificate(folder, ["localhost"], NOW)
    return first_certificate((folder / CERTIFICATE).read_bytes())


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4), st.integers(0, 2000))
def test_what_is_no_certificate_has_no_end(der: bytes, damages: list[tuple[int, int]], size: int) -> None:
    damaged = bytearray(der)
    for at, value in damages:
        damaged[at % len(der)] = value
    text = base64.encodebytes(damaged[: size % len(der)])
    assert isinstance(good_until(b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"), int)


def test_text_without_a_certificate() -> None:
    with pytest.raises(CertificateError):
        good_until(b"nothing")


def test_what_is_said() -> None:
    assert warning(NOW_MS + 15 * DAY_MS, NOW_MS) == ""
    assert warning(0, NOW_MS) == ""
    assert "ends on 2026-12-04" in warning(NOW_MS + 3 * DAY_MS, NOW_MS)
    assert "ended on 2026-11-28" in warning(NOW_MS - 3 * DAY_MS, NOW_MS)
