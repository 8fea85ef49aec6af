"""Links: what goes in comes out, what is damaged is refused in one line that gives no secret away."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from causerie.links import Link, LinkError, format, parse, qr

TOKEN = "kE3v0s5PZr9m2xQ_1aBc-dEfGhIjKlMnOpQrStUvWxY"
PIN = "0123456789abcdef" * 4

labels = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,20}[A-Za-z0-9_])?", fullmatch=True)
# A last label of letters: a name of digits and dots alone would be an IP address.
names = st.lists(labels, max_size=4).map(lambda parts: ".".join([*parts, "example"]))
hosts = names | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
links = st.builds(
    Link,
    host=hosts,
    port=st.integers(1, 65535),
    token=st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True),
    kind=st.sampled_from(["invite", "admin"]),
    pin=st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)


def link(host: str = "chat.example", port: int = 6697, token: str = TOKEN, pin: str | None = PIN) -> Link:
    return Link(host=host, port=port, token=token, kind="invite", pin=pin)


@given(links)
def test_what_is_formatted_is_parsed_to_the_same(given_link: Link) -> None:
    assert parse(format(given_link)) == given_link


@given(st.text(max_size=200) | st.text(max_size=200).map(lambda rest: "causerie://" + rest))
def test_any_text_is_a_link_or_an_error_of_one_line(text: str) -> None:
    try:
        outcome = format(parse(text))
    except LinkError as error:
        outcome = str(error)
    assert outcome.isprintable()


def test_token_and_pin_stand_in_the_fragment() -> None:
    assert format(link()) == f"causerie://chat.example:6697/#invite={TOKEN}&pin={PIN}"


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert format(link(host="fd00::7", pin=None)) == f"causerie://[fd00::7]:6697/#invite={TOKEN}"


def test_a_link_that_was_pasted_with_white_space_and_in_another_order_is_understood() -> None:
    assert parse(f" CAUSERIE://chat.example:6697#pin={PIN}&invite={TOKEN}\n") == link()


GOOD = f"causerie://chat.example:6697/#invite={TOKEN}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with causerie://"),
        (TOKEN, "begins with causerie://"),
        (f"https://chat.example:6697/#invite={TOKEN}", "begins with causerie://"),
        (f"causerie://chat.example/#invite={TOKEN}", "HOST:PORT"),
        (f"causerie://{TOKEN}@chat.example:6697/", "HOST:PORT"),
        (f"causerie://chat.example:6697/?invite={TOKEN}", "HOST:PORT"),
        (f"causerie://:6697/#invite={TOKEN}", "neither a name nor an IP address: nothing"),
        (f"causerie://-a.example:6697/#invite={TOKEN}", "neither a name nor an IP address: -a.example"),
        (f"causerie://999.1.1.1:6697/#invite={TOKEN}", "neither a name nor an IP address"),
        (f"causerie://[fe80::1%eth0]:6697/#invite={TOKEN}", "neither a name nor an IP address"),
        (f"causerie://[chat]:6697/#invite={TOKEN}", "only an IPv6 address"),
        (f"causerie://chat.example:0/#invite={TOKEN}", "from 1 to 65535"),
        (f"causerie://chat.example:65536/#invite={TOKEN}", "from 1 to 65535"),
        ("causerie://chat.example:6697/", "after its #"),
        (f"causerie://chat.example:6697/#pin={PIN}", "one invite= or admin="),
        (f"causerie://chat.example:6697/#{TOKEN}", "after its #"),
        (f"{GOOD}&admin={TOKEN}", "one invite= or admin="),
        (f"{GOOD}&invite={TOKEN}", "invite= twice"),
        (f"{GOOD}!", "token in the link is damaged"),
        ("causerie://chat.example:6697/#invite=", "token in the link is damaged"),
        (f"{GOOD}&pin={PIN[1:]}", "pin in the link is damaged"),
        (f"{GOOD}&pin={PIN.upper()}", "pin in the link is damaged"),
        (f"{GOOD}{'a' * 1024}", "longer than 1024 characters"),
    ],
)
def test_a_damaged_link_is_refused_and_the_token_is_not_quoted(text: str, why: str) -> None:
    with pytest.raises(LinkError) as raised:
        parse(text)
    assert why in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_a_link_that_could_not_be_parsed_again_cannot_be_made() -> None:
    with pytest.raises(LinkError, match="token"):
        link(token="a&pin=b")


def test_the_qr_code_shows_each_module_and_fits_a_small_terminal() -> None:
    text = format(link())
    lines = [line.removeprefix("\x1b[38;5;231;48;5;16m").removesuffix("\x1b[0m") for line in qr(text).split("\n")]
    dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [bytes(dark[character][half] for character in line) for line in lines for half in (0, 1)]
    expected = [bytes(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=2)]
    assert rows[: len(expected)] == expected
    assert not any(map(any, rows[len(expected) :]))
    assert len(lines) <= 27
    assert len(lines[0]) <= 60


def test_what_is_wrong_with_a_link_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    for text, said in (
        ("https://example.org", "le lien d'un serveur commence par causerie://"),
        ("causerie://host:5000/#invite=?", "le jeton dans le lien est endommagé"),
        ("causerie://host:5000/#invite=a&pin=b", "l'empreinte dans le lien est endommagée"),
    ):
        with pytest.raises(LinkError, match=said):
            parse(text)
