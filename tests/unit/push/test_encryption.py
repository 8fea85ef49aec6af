"""Pushes are sealed for one device, as the specification's own example has it."""

import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from causerie.push.encryption import PLAIN_MOST, encrypt
from tests.push_service import Device, data, text


def test_the_example_of_the_specification_comes_out() -> None:
    """RFC 8291, section 5 and appendix A: the whole body."""
    own = ec.derive_private_key(int.from_bytes(data("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        data("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        data("BTBZMqHH6r4Tts7J_aSIgg"),
        data("DGv6ra1nlYgDCS1FRnbzlw"),
        own,
    )
    assert text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
        "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=300) | st.just(b"x" * PLAIN_MOST))
def test_the_device_reads_what_was_said_and_no_other_does(plain: bytes) -> None:
    """RFC 8291, section 3; RFC 8188, section 2: one record, of which a service need not take more than 4096 bytes."""
    device, other = Device(), Device()
    own = ec.generate_private_key(ec.SECP256R1())
    body = encrypt(plain, device.public, device.auth, os.urandom(16), own)
    assert device.reads(body) == plain.rstrip(b"\0") or plain.endswith((b"\0", b"\2"))
    assert len(body) <= 4096
    with pytest.raises(InvalidTag):
        other.reads(body)


def test_what_cannot_be_sealed_is_refused() -> None:
    """RFC 8291, section 4: 3993 bytes; a key that is no point of the curve."""
    device, own = Device(), ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="at most 3993"):
        encrypt(b"x" * (PLAIN_MOST + 1), device.public, device.auth, bytes(16), own)
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own
        encrypt(b"x", b"\4" + bytes(64), device.auth, bytes(16), own)
