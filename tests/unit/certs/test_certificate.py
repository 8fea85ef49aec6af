"""The self-made certificate: what is in it, who can read the key, and that TLS works with it."""

import os
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from causerie.certs.certificate import CertificateError, fingerprint, make_certificate, server_context

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = ["localhost", "café.example", "127.0.0.1", "::1", "fe80::1%eth0"]


def made(directory: Path, now: datetime = NOW) -> tuple[Path, Path]:
    make_certificate(directory, NAMES, now)
    return directory / "certificate.pem", directory / "key.pem"


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[str | None, str | None]:
    """The TLS version and the protocol that both agree on, over a socket pair."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with server.wrap_socket(ours, server_side=True) as accepted:
            accepted.send(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname="localhost") as connected:
            connected.recv(1)
            return connected.version(), connected.selected_alpn_protocol()
    finally:
        thread.join()


def test_the_certificate_names_the_hosts_and_addresses_and_is_for_servers_only(tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(made(tmp_path)[0].read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "xn--caf-dma.example"]
    addresses = ["127.0.0.1", "::1", "fe80::1"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address(address) for address in addresses]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_it_is_valid_from_an_hour_ago_for_ten_years_by_the_clock_that_is_passed_in(tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(made(tmp_path)[0].read_bytes())
    assert certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=3650)


def test_only_the_owner_reads_the_key_and_no_other_file_is_left(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == [certificate, key]


def test_a_key_that_was_open_to_all_is_replaced_by_a_closed_one(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("old")
    (tmp_path / "key.pem").chmod(0o644)
    _, key = made(tmp_path)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" in key.read_bytes()


def test_a_crash_while_writing_leaves_the_old_pair_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = made(tmp_path)
    before = certificate.read_bytes(), key.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CertificateError, match="No space left on device"):
        made(tmp_path)
    assert (certificate.read_bytes(), key.read_bytes()) == before
    assert sorted(tmp_path.iterdir()) == [certificate, key]


@pytest.mark.parametrize("names", [[], [""], ["a..b"], ["é" * 70]])
def test_a_name_that_is_none_is_refused_in_one_line(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(CertificateError) as raised:
        make_certificate(tmp_path, names, NOW)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"nowhere.*No such file"):
        make_certificate(tmp_path / "nowhere", NAMES, NOW)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_trusts_the_certificate_connects_and_agrees_on_a_protocol(
    version: ssl.TLSVersion, tmp_path: Path
) -> None:
    certificate, key = made(tmp_path, datetime.now(UTC))
    server = server_context(certificate, key, ["causerie/1", "irc"])
    client = ssl.create_default_context(cadata=certificate.read_text())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.maximum_version = version
    client.set_alpn_protocols(["irc", "causerie/1"])
    assert handshake(server, client) == (version.name.replace("_", "."), "causerie/1")
    assert server.session_stats()["number"] == 0, "sessions are kept in memory"


def test_the_fingerprint_is_that_of_what_the_client_is_shown(tmp_path: Path) -> None:
    pem = made(tmp_path)[0].read_bytes()
    shown = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    assert fingerprint(pem) == shown
    assert fingerprint(b"# a chain\n" + pem + made(tmp_path)[0].read_bytes()) == shown


def test_nothing_before_tls_1_2_is_spoken(tmp_path: Path) -> None:
    assert server_context(*made(tmp_path), []).minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("pem", [b"", b"hello", b"-----END CERTIFICATE----------BEGIN CERTIFICATE-----"])
def test_a_text_without_a_certificate_has_no_fingerprint(pem: bytes) -> None:
    with pytest.raises(CertificateError):
        fingerprint(pem)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    key.unlink()
    with pytest.raises(CertificateError, match=r"cannot read the key .*key\.pem: No such file"):
        server_context(certificate, key, [])


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate, _ = made(tmp_path)
    _, key = made(tmp_path / "other")
    with pytest.raises(CertificateError, match="is not the key of"):
        server_context(certificate, key, [])


def test_files_given_the_wrong_way_round_are_refused(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    with pytest.raises(CertificateError, match="is not a private key"):
        server_context(key, certificate, [])


def test_an_encrypted_key_is_refused_instead_of_asking_for_a_password(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    secret = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(CertificateError, match="is encrypted"):
        server_context(certificate, key, [])


def test_a_damaged_certificate_is_refused(tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    certificate.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(CertificateError, match="cannot be used"):
        server_context(certificate, key, [])


def test_errors_are_in_the_readers_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    certificate, key = made(tmp_path)
    with pytest.raises(CertificateError, match="n'est pas une clé privée au format PEM"):
        server_context(certificate, certificate, [])
    (tmp_path / "other").mkdir()
    _certificate, other = made(tmp_path / "other")
    with pytest.raises(CertificateError, match="n'est pas la clé de"):
        server_context(certificate, other, [])
    key.unlink()
    with pytest.raises(CertificateError, match="impossible de lire la clé"):
        server_context(certificate, key, [])
