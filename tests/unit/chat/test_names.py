"""Names: what they may be, which are the same, which look alike, and what nobody may be called."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from precis_i18n import get_profile

from causerie.chat import names, unicode_tables
from causerie.chat.errors import BadName
from causerie.chat.names import (
    channel_name,
    fold,
    free_guest_name,
    guest_prefix,
    is_guest_style,
    person_name,
    reserved_word,
    skeleton,
)

ANYTHING = st.text(st.characters(), max_size=40)
"""Any text at all, lone surrogates included."""
NAME_LIKE = st.text(
    st.one_of(
        st.characters(categories=["Ll", "Lu", "Lo", "Lm", "Nd", "Mn", "Mc"]),
        st.sampled_from("abcmnrwvilIO01|_-.'[]`#@İıſßςΣǅᏣꮳſ\u0307\u0345\u0301\u200d"),
    ),
    min_size=1,
    max_size=12,
)


def outcome(parse: Callable[[str], str], text: str) -> str | BadName:
    try:
        return parse(text)
    except BadName as refused:
        return refused


def why(parse: Callable[[str], str], text: str) -> str:
    with pytest.raises(BadName) as caught:
        parse(text)
    assert caught.value.data["name"] == text[:80].encode(errors="replace").decode()
    return str(caught.value.data["why"])


SHOWN = """
    x 007 Guest004711 Ada O'Neil mary-jane j.doe _bot_ [away] a|b `a` \\o
    Éve Straße Nguyễn Łukasz l·l Юрий Γιώργος Հայկ محمد דוד नरेन्द्र สมชาย
"""


@pytest.mark.parametrize("text", [*SHOWN.split(), "a" * 32, "é" * 32])
def test_a_name_is_shown_as_it_was_given(text: str) -> None:
    assert person_name(text) == text


@pytest.mark.parametrize(
    "text", ["山田たろう", "ジョン・スミス", "Tokyo山田たろうサン", "Lee김金", "Wangㄅ王", "김철수"]
)
def test_east_asian_writing_systems_may_stand_together_and_beside_latin(text: str) -> None:
    """UTS 39, section 5.2: Latin with Japanese, with Han and Bopomofo, with Han and Hangul."""
    assert person_name(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ａｄａ", "Ada"), ("ﬁn", "fin"), ("E\u0301ve", "Éve"), ("x²", "x2"), ("ｶﾅ", "カナ")],
)
def test_wide_joined_and_taken_apart_letters_are_normalised(text: str, shown: str) -> None:
    assert person_name(text) == shown


@pytest.mark.parametrize("text", [*'><:,;!?*/#@~&%+=$()" \t\n\r\0\a\x7f\x85', "\u00a0", "\u3000", "\u2028"])
def test_signs_that_a_protocol_uses_spaces_and_controls_are_refused(text: str) -> None:
    assert why(person_name, f"a{text}b") == "character"
    assert why(person_name, f"é{text}b") == "character"
    assert why(person_name, f"ab{text}") == "character"


INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\U000e0061\u115f"
"""Zero width space, joiners, byte order mark, soft hyphen, a variation selector, a tag, the Hangul filler."""
DIRECTIONS = "\u202e\u2066\u061c\u200f"
"""Right-to-left override, left-to-right isolate, the Arabic letter mark, the right-to-left mark."""
NOBODY_S = "\ue000\u0378\ufffe\ud800"
"""Private use, unassigned, not a character, a lone surrogate."""


@pytest.mark.parametrize("text", [*INVISIBLE, *DIRECTIONS, *NOBODY_S, *"😀♥℅"])
def test_what_cannot_be_seen_and_what_is_no_letter_is_refused(text: str) -> None:
    assert why(person_name, f"a{text}b") == "character"
    assert why(person_name, text) == "character"


def test_the_joiner_is_refused_even_where_it_shapes_letters() -> None:
    """PRECIS lets it in after a virama (RFC 5892, appendix A.2); two names would differ by it alone."""
    assert why(person_name, "क\u094d\u200dष") == "character"


def test_a_wide_sign_is_refused_like_its_ascii_one() -> None:
    assert why(person_name, "bob＠home") == "character"


@pytest.mark.parametrize("text", ["-a", ".a", "'a", "\u0301a", "___", "[]", "|", "[-]bob"])
def test_a_name_begins_with_a_letter_or_digit_or_one_of_few_signs_and_has_a_letter_or_digit(
    text: str,
) -> None:
    """ "[-]bob" is what the classic protocol says when bob has left."""
    assert why(person_name, text) == "character"


def test_a_name_has_1_to_32_characters_after_normalisation() -> None:
    assert why(person_name, "") == "empty"
    assert why(person_name, "a" * 33) == "too_long"
    assert why(person_name, "é" * 33) == "too_long"
    assert why(person_name, "ﬁ" * 17) == "too_long"
    assert why(person_name, "é" * 1_000_000) == "too_long"
    assert person_name("e\u0301" * 32) == "é" * 32


@pytest.mark.parametrize("text", ["pаypal", "αbc", "Ωmega", "аdmin", "Пётрp", "ким김", "あа", "ᎪbᎢ", "दas"])
def test_scripts_that_do_not_belong_together_are_refused(text: str) -> None:
    assert why(person_name, text) == "look_alike"
    assert why(channel_name, text) == "look_alike"


@pytest.mark.parametrize("text", ["क१২", "a\u0327\u0327", "a" + "\u0316\u0317\u0318\u0319\u031c"])
def test_digits_of_two_systems_and_piles_of_marks_are_refused(text: str) -> None:
    """UTS 39, sections 5.3 and 5.4."""
    assert why(person_name, text) == "look_alike"


@pytest.mark.parametrize("text", ["אa", "محمدbob"])
def test_a_right_to_left_name_keeps_the_bidi_rule(text: str) -> None:
    """RFC 5893, section 2, which RFC 8265 asks for."""
    assert why(person_name, text) == "character"


CHANNELS = """
    #home=>home Home=>home R&D=>r&d C++=>c++ what?=>what? a#b=>a#b 24/7=>24/7 user=x=>user=x
    Été=>été STRASSE=>strasse Straße=>strasse ΑΣ=>ασ ＨＯＭＥ=>home ᏣᎳᎩ=>ꮳꮃꭹ 日本=>日本
"""


@pytest.mark.parametrize(
    ("text", "name"), [*(pair.split("=>") for pair in CHANNELS.split()), ("#" + "a" * 64, "a" * 64)]
)
def test_a_channel_is_in_small_letters_without_its_hash(text: str, name: str) -> None:
    assert channel_name(text) == name


def test_more_signs_than_one_before_a_channels_name_are_part_of_it() -> None:
    assert [channel_name(text) for text in ("x", "#x", "##X", "###x")] == ["x", "x", "##x", "###x"]
    assert why(channel_name, "##" + "a" * 63) == "too_long"


@pytest.mark.parametrize(
    "text", ["##", "##&", "@bob", "a b", "a,b", "a:b", "a\ab", "a>b", "a<b", "&x", "＃a", "é b", "\ud800"]
)
def test_channels_that_a_protocol_could_not_say_are_refused(text: str) -> None:
    assert why(channel_name, text) == "character"


def test_a_channel_has_1_to_64_characters() -> None:
    assert why(channel_name, "a" * 65) == "too_long"
    for text in ("", "#"):
        with pytest.raises(BadName, match="empty"):
            channel_name(text)


ALIKE = """
    admin1~adrnin1 Admin1~ADMINl paul~pau1 Ian~lan a|b~alb bob~b0b vvv~wv vvv~vw Guest101~Guestl0l
    William~VVilliam İvan~Ivan раура~paypa ВОВ~BOB вов~bob ΙΚ~IK Αννα~Avva оо~00 Ада~ада Ꭺ~A ɡus~gus
"""


@pytest.mark.parametrize(("one", "other"), [pair.split("~") for pair in ALIKE.split()])
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


APART = """
    Guest100~Guest101 Guest000001~Guest000011 mary~marry 5am~sam eve~ève a.b~a-b a_b~ab groß~grob vera~nera
    Анна~Алла 山田~山本
"""


@pytest.mark.parametrize(("one", "other"), [pair.split("~") for pair in APART.split()])
def test_names_that_can_be_told_apart_have_two_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_ten_thousand_numbered_guests_can_all_be_here_at_once() -> None:
    assert len({skeleton(f"Guest{number:06}") for number in range(10_000)}) == 10_000
    assert len({skeleton(f"Guest{number}") for number in range(100, 1000)}) == 900


@given(st.one_of(ANYTHING, NAME_LIKE))
@example("\ud800")
@example("𝐀\ud800")
def test_any_text_is_a_name_or_a_bad_name_and_a_name_stays_itself(text: str) -> None:
    for parse, longest in ((person_name, 32), (channel_name, 64)):
        name = outcome(parse, text)
        if isinstance(name, BadName):
            assert name.data["why"] in {"empty", "too_long", "character", "look_alike"}
            str(name).encode()
        else:
            assert parse(name) == name
            assert 1 <= len(name) <= longest
            assert unicodedata.is_normalized("NFKC", name)
            assert all(unicodedata.category(character)[0] not in "CZ" for character in name)


@given(st.one_of(ANYTHING, NAME_LIKE))
@example("İ\u0307")
@example("i\u0307\u0307")
@example("ΑΣ")
@example("ſ\u0345")
def test_a_folded_name_and_a_skeleton_are_their_own(text: str) -> None:
    folded, key = fold(text), skeleton(text)
    assert fold(folded) == folded
    assert skeleton(key) == key
    assert skeleton(folded) == key


@given(NAME_LIKE)
def test_names_that_differ_by_case_alone_are_one(text: str) -> None:
    try:
        name = person_name(text)
    except BadName:
        return
    for other in (name.lower(), name.title()):
        if fold(other) == fold(name):
            assert skeleton(other) == skeleton(name)


@given(NAME_LIKE)
@example("ΑΣ")
@example("Straße")
def test_fold_is_precis_username_case_mapped(text: str) -> None:
    try:
        name = person_name(text)
        mapped = get_profile("UsernameCaseMapped").enforce(name)
    except BadName:
        return
    assert fold(name) == mapped


@given(NAME_LIKE)
def test_a_channel_is_its_own_key(text: str) -> None:
    try:
        name = channel_name(text)
    except BadName:
        return
    assert fold(name) == name


def test_what_stands_for_a_character_needs_no_second_look() -> None:
    """The whole table, and the composed letters, whose parts are looked up."""
    for point in [*unicode_tables.LOOK_ALIKES, *range(0x2000)]:
        key = skeleton(chr(point))
        assert skeleton(key) == key, hex(point)


def test_reserved_words_are_refused_however_they_are_spelled() -> None:
    for name in (
        "admin",
        "Admin",
        "ADMIN",
        "adrnin",
        "r00t",
        "[server]",
        "_admin_",
        "ad.min",
        "admín",
        "аdmіn",
        "AII",
    ):
        assert reserved_word(name), name
    for name in ("admin1", "ada", "rooty", "Guest123", "Ève", "___"):
        assert not reserved_word(name), name


def test_only_guests_look_like_classic_guests() -> None:
    for name in ("Guest1", "guest", "GUEST9", "Guess", "ɡuest1"):
        assert guest_prefix(name), name
    for name in ("Guénolé", "august", "gust", "G.uest"):
        assert not guest_prefix(name), name
    assert not reserved_word("Guest123")


def test_the_classic_protocol_looks_at_three_letters_as_they_are() -> None:
    assert is_guest_style("Guest1")
    assert is_guest_style("Gue")
    assert not is_guest_style("guest1")
    assert not is_guest_style("Gu")


def test_a_guest_without_a_name_gets_three_digits() -> None:
    assert free_guest_name(lambda name: False, lambda n: 0) == "Guest100"
    assert free_guest_name(lambda name: False, lambda n: n - 1) == "Guest999"


def test_a_taken_guest_name_is_passed_over() -> None:
    picks = iter([0, 1, 2])
    assert free_guest_name({"Guest100", "Guest101"}.__contains__, lambda n: next(picks)) == "Guest102"


def test_more_digits_come_once_three_are_used_up() -> None:
    assert free_guest_name(lambda name: len(name) < len("Guest1000"), lambda n: 7) == "Guest1007"


def test_looking_for_a_guest_name_ends() -> None:
    asked: list[str] = []

    def taken(name: str) -> bool:
        asked.append(name)
        return True

    with pytest.raises(LookupError):
        free_guest_name(taken, lambda n: 0)
    assert len(asked) == 224
    assert all(len(person_name(name)) <= names.PERSON_LONGEST for name in asked)


def test_an_ascii_name_loads_neither_precis_nor_the_tables() -> None:
    """A storm of guests, and start-up, must not pay for them."""
    code = (
        "import sys; from causerie.chat.names import *\n"
        "person_name('Guest004711'); fold('A'); skeleton('A'); reserved_word('A')\n"
        "guest_prefix('A'); channel_name('#A')\n"
        "try: person_name('a b')\n"
        "except BadName: pass\n"
        "print(*[name for name in sys.modules if 'precis' in name or 'unicode_tables' in name])"
    )
    source = Path(names.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == []


def test_the_tables_are_whole_and_small() -> None:
    starts = unicode_tables.SCRIPT_STARTS
    assert list(starts) == sorted(set(starts))
    assert len(starts) == len(unicode_tables.SCRIPT_INDEXES)
    assert set(unicode_tables.SCRIPT_INDEXES) == set(range(len(unicode_tables.SCRIPT_SETS)))
    assert len(unicode_tables.LOOK_ALIKES) > 1000
    assert not any(
        ord(letter) in unicode_tables.LOOK_ALIKES for text in unicode_tables.LOOK_ALIKES.values() for letter in text
    )
    assert Path(unicode_tables.__file__).with_suffix(".json").stat().st_size < 150 * 1024
