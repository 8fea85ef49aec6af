"""The server's certificate: made on first start, named by its fingerprint, loaded for TLS."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from causerie.i18n.text import _

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

CERTIFICATE = "certificate.pem"
KEY = "key.pem"

_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----"


class CertificateError(Exception):
    """A certificate that cannot be made, read or used. Its text is one line for a person."""


def make_certificate(directory: Path, names: Sequence[str], now: datetime, days: int = 3650) -> None:
    """Write a new key and a certificate signed with it, ``key.pem`` and ``certificate.pem``.

    ``names`` are host names and IP addresses; ``now`` is aware. Each file appears whole or not at all, and
    nobody but its owner can read the key at any moment. The key comes first: after a crash in between, an old
    certificate beside it is refused by server_context. Raises CertificateError.
    """
    from datetime import UTC, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    if not names or not all(names):
        raise CertificateError(_("a certificate needs a host name or IP address, and none may be empty"))
    alternatives = [_general_name(name) for name in names]
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "causerie")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    start = now.astimezone(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # An hour back: clients' clocks are not all right.
        .not_valid_before(start - timedelta(hours=1))
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(directory / KEY, key_pem, 0o600)
    _write(directory / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of the first certificate in a PEM file, the server's own: 64 hexadecimal digits in lower case.

    Raises CertificateError if there is none.
    """
    import hashlib

    return hashlib.sha256(first_certificate(pem)).hexdigest()


def first_certificate(pem: bytes) -> bytes:
    """The DER of the first certificate in a PEM file. Raises CertificateError if there is none."""
    import ssl

    start, end = pem.find(_BEGIN), pem.find(_END)
    if not 0 <= start < end:
        raise CertificateError(
            _("there is no certificate in this text; it needs a part that begins with BEGIN CERTIFICATE")
        )
    try:
        return ssl.PEM_cert_to_DER_cert(pem[start : end + len(_END)].decode("ascii"))
    except ValueError as error:
        raise CertificateError(_("the certificate is damaged: it is not base64")) from error


def server_context(certificate: Path, key: Path, alpn: Sequence[str]) -> ssl.SSLContext:
    """What the listener needs for TLS: 1.2 or later, forward secrecy only, ``alpn`` in order of preference.

    ``certificate`` may be a chain, the server's own first. Raises CertificateError.
    """
    import ssl

    if b"-----BEGIN" not in _read(certificate, _("cannot read the certificate {path}: {why}")):
        raise CertificateError(_("{path} is not a certificate in PEM format").format(path=certificate))
    if b"PRIVATE KEY-----" not in _read(key, _("cannot read the key {path}: {why}")):
        raise CertificateError(_("{path} is not a private key in PEM format").format(path=key))

    def no_password() -> str:
        text = _("{path} is encrypted, and causerie cannot ask for a password; store it decrypted, mode 0600")
        raise CertificateError(text.format(path=key))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # TLS 1.2 only; those of 1.3 are all good, and cannot be set here.
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # In 1.3 tickets are bytes sent to each client that asked for nothing. In 1.2 they stay on: without them
    # OpenSSL keeps every session in memory instead.
    context.num_tickets = 0
    context.set_alpn_protocols(list(alpn))
    try:
        context.load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            text = _("{key} is not the key of {certificate}; give the pair that was made together, or delete both")
        else:
            text = _("{certificate} or {key} cannot be used: {why}")
        why = error.reason or _("damaged")
        raise CertificateError(text.format(key=key, certificate=certificate, why=why)) from error
    return context


def _general_name(name: str) -> x509.GeneralName:
    import ipaddress

    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode("ascii"))
    except ValueError as error:
        raise CertificateError(_("not a host name: {name!r}").format(name=name)) from error


def _read(path: Path, refusal: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(refusal.format(path=path, why=error.strerror)) from error


def _write(path: Path, content: bytes, mode: int) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)  # of a start that was killed
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise CertificateError(_("cannot write {path}: {why}").format(path=path, why=error.strerror)) from error
