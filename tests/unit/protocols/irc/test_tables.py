"""The tables: numerics, refusals, capabilities, commands."""

import re

from causerie.chat import errors as core
from causerie.chat.commands import Command
from causerie.protocols.irc.client.commands import COMMANDS, UNREGISTERED
from causerie.protocols.irc.protocol import recognises
from causerie.protocols.irc.state import isupport
from causerie.protocols.irc.syntax import capabilities, errors, numerics
from causerie.protocols.irc.syntax.numerics import Numeric


def test_each_number_is_there_once() -> None:
    """Modern IRC, "Numerics"."""
    numbers = [value.number for value in vars(numerics).values() if isinstance(value, Numeric)]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch("[0-9]{3}", number) for number in numbers)


def test_the_table_of_refusals_names_codes_of_the_core() -> None:
    """A code that was renamed there would be answered with FAIL from then on."""
    codes = {kind.code for kind in vars(core).values() if isinstance(kind, type) and issubclass(kind, core.ChatError)}
    assert set(errors.TABLE) <= codes
    assert {code.partition(":")[0] for _, code in errors.OTHERWISE} <= codes
    assert {key.partition(":")[0] for key in (*errors.TEXTS, *errors.BY_REASON)} <= set(errors.TABLE)


def test_every_refusal_of_the_core_is_decided() -> None:
    """It has a numeric, or is named among those that are a standard reply; every numeric's text can be made."""
    kinds = [kind for kind in vars(core).values() if isinstance(kind, type) and issubclass(kind, core.ChatError)]
    assert {kind.code for kind in kinds} == errors.STANDARD | set(errors.TABLE)
    assert not errors.STANDARD & set(errors.TABLE)
    for kind in kinds:
        found = errors.refusal(Command(), "KICK", kind())
        assert (found is None) is (kind.code in errors.STANDARD)
        assert found is None or (all(found[1]) and "{" not in found[1][-1])


def test_whatever_the_core_refuses_is_a_numeric_or_a_standard_reply() -> None:
    """IRCv3 standard-replies: FAIL, the command, a code in capitals, a text."""
    error = core.BadInput(why="people", most=7)
    assert errors.refusal(Command(), "KICK", error) is None
    assert errors.fail("KICK", error) == "FAIL KICK BAD_INPUT :a direct conversation is of at most 7 people and oneself"


def test_capabilities_have_a_bit_each() -> None:
    """Two with one bit would be negotiated together."""
    bits = list(capabilities.OFFERED.values())
    assert sum(bits) == capabilities.bits(list(capabilities.OFFERED))
    assert len(set(bits)) == len(bits)


def test_what_may_be_said_before_registration_is_a_command() -> None:
    """Modern IRC, "Connection Registration"."""
    assert set(COMMANDS) > UNREGISTERED
    assert "PRIVMSG" not in UNREGISTERED


def test_the_first_bytes_tell_irc_from_the_rest() -> None:
    """Yes, no, or not to be told yet."""
    for first in (b"NICK a", b"CAP LS", b"nick a", b"\r\nUSER a 0 * :b", b"@a=b PING", b":x PING", b"QUIT\r\n"):
        assert recognises(first) is True
    for first in (b"", b"\r\n", b"N", b"PRIVM", b"NICK"):
        assert recognises(first) is None
    for first in (b'{"CONN"', b"GET / HTTP/1.1", b"\x16\x03", b"NICKS a", b"hello there"):
        assert recognises(first) is False


def test_no_token_of_isupport_has_a_space_or_is_empty() -> None:
    """Modern IRC, "RPL_ISUPPORT": at most 13 tokens a line."""
    assert isupport.TOKENS_A_LINE <= 13
