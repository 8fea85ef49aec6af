"""Which passwords may be chosen, and the form in which they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import WeakPassword
from causerie.chat.passwords import check_password, common_passwords, prepare


def why(password: str, name: str = "camille", least: int = 10, most: int = 256) -> str:
    with pytest.raises(WeakPassword) as refused:
        check_password(password, name, least, most)
    if len(password) > 2:
        assert password not in repr(refused.value)
    return str(refused.value.data["why"])


@pytest.mark.parametrize("password", ["ok-for-10!", "trois petits chats", "été à la plage", "x" * 9 + "yzzy"])
def test_an_unusual_password_of_ten_characters_or_more_is_taken(password: str) -> None:
    check_password(password, "camille")


def test_length_counts_the_prepared_characters_and_both_bounds_are_allowed() -> None:
    check_password("kV7-mQ2-pX", "camille")
    assert why("kV7-mQ2-p") == "too_short"
    assert why("") == "too_short"
    check_password("aV7-" * 63 + "mQ2x", "camille")
    assert why("aV7-" * 64 + "x") == "too_long"
    assert why("e\u0301" * 5 + "kV7z") == "too_short"  # nine characters once composed
    assert why("\x00" * 100_000) == "too_long"  # refused by its size, before any look-up of characters
    with pytest.raises(WeakPassword) as refused:
        check_password("kV7", "camille", least=12)
    assert refused.value.data["least"] == 12


@pytest.mark.parametrize("character", ["\x00", "\n", "\x7f", "\u200b", "\ue000", "\ud800", "\u0378"])
def test_what_opaque_string_forbids_is_named(character: str) -> None:
    assert why("kV7-mQ2-pX" + character) == "character"


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "PassWord123",
        "P@ssw0rd123",
        "Password123!",
        "motdepasse",
        "azertyuiop",
        "qwertyuiop",
        "1q2w3e4r5t",
        "liverpool1",
        "Summer2025!",
        "jessica123",
        "lovelovelove",
        "aaaaaaaaaaaa",
        "éééééééééé",
        "1234567890",
        "12345678901234567890123",
        "0987654321",
        "abcdefghij",
        "JIHGFEDCBA",
        "vwxyzabcdef",
        "ababababab",
        "123412341234",
    ],
)
def test_the_commonest_and_plain_patterns_are_refused(password: str) -> None:
    assert why(password) == "common"


def test_a_run_or_a_repetition_is_refused_at_any_length() -> None:
    for length in range(10, 257):
        assert why(("abcdefghijklmnopqrstuvwxyz" * 10)[:length]) == "common"
        assert why(("9876543210" * 26)[:length]) == "common"
        assert why("z" * length) == "common"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("jean-pierre", "Jean-Pierre42"),
        ("jean-pierre", "xerreip-naejx!"),
        ("Zoé", "zoézoézoé!!"),
        ("strasse-kai", "STRAßE-KAI12"),
        ("sven.ove", "sven.oveevo.nevs"),
    ],
)
def test_the_own_name_and_little_more_is_refused(name: str, password: str) -> None:
    assert why(password, name) == "name"


def test_the_own_name_within_a_longer_password_is_taken() -> None:
    check_password("jean-pierre+4711", "jean-pierre")
    check_password("kV7-mQ2-pX", "")


def test_the_list_holds_over_a_thousand_entries_that_the_length_would_let_through() -> None:
    assert len(common_passwords()) > 1000
    assert [entry for entry in common_passwords() if len(entry) < 10 or entry != entry.strip()] == []


def test_preparing_follows_opaque_string() -> None:
    """RFC 8265, section 4.2.4: case and spaces are kept, other spaces become U+0020, the form is NFC."""
    assert prepare("Correct Horse Battery Staple") == "Correct Horse Battery Staple"
    assert prepare("π\u1680ß\u3000å") == "π ß å"
    assert prepare("A\u030angstro\u0308m") == "Ångström"
    assert prepare("Jack of ♦s") == "Jack of ♦s"
    for refused, reason in [("", "too_short"), ("my cat is a \x09by", "character")]:
        with pytest.raises(WeakPassword) as error:
            prepare(refused)
        assert error.value.data["why"] == reason


@given(st.text(max_size=40))
def test_preparing_refuses_or_is_idempotent(password: str) -> None:
    try:
        prepared = prepare(password)
    except WeakPassword:
        return
    assert prepare(prepared) == prepared
    prepared.encode()


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=40))
def test_the_quick_way_for_ascii_says_what_the_library_says(password: str) -> None:
    from precis_i18n import get_profile

    try:
        expected = get_profile("OpaqueString").enforce(password)
    except UnicodeEncodeError:
        with pytest.raises(WeakPassword):
            prepare(password)
    else:
        assert prepare(password) == expected == password


@given(st.text(max_size=300), st.text(max_size=32))
def test_any_password_and_name_are_answered(password: str, name: str) -> None:
    try:
        check_password(password, name)
    except WeakPassword as refused:
        answer = str(refused.data["why"])
    else:
        answer = "taken" if 10 <= len(prepare(password)) <= 256 else "wrongly taken"
    assert answer in {"taken", "too_short", "too_long", "common", "name", "character"}
