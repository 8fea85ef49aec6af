"""The form: what blank fields come to, and what is said when one does not get in."""

from __future__ import annotations

import pytest

from causerie.chat import errors
from causerie.client import CertificateChanged, CertificateUnknown, SessionEnded, StorageDamaged, Unreachable
from causerie.desktop.models.login import InvalidForm, LoginRequest, explain, parse_form

PIN = "0" * 64


def form(server: str = "", name: str = "", password: str = "", channel: str = "", **about: bool) -> LoginRequest:
    return parse_form(server, name, password, channel, lambda least, most: most, **about)


def test_everything_may_be_blank() -> None:
    assert form() == LoginRequest("localhost:5000", "localhost:5000", "Guest999", "", "home", guest=True)


def test_a_name_alone_is_a_guest_unless_it_was_in_before() -> None:
    assert form(name="anna").guest
    assert not form(name="anna", remembered=True).guest
    assert not form(name="anna", password="x").guest


def test_a_channel_may_be_written_with_its_sign() -> None:
    assert form(channel=" #kitchen ").channel == "kitchen"


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"server": "nowhere"}, "server"),
        ({"server": "https://example.org"}, "server"),
        ({"password": "secret"}, "name"),
        ({"name": "anna", "register": True}, "password"),
        ({"server": f"causerie://example.org:5000/#invite=abc&pin={PIN}"}, "name"),
    ],
)
def test_what_cannot_be_sent_is_said_before_connecting(about: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidForm) as invalid:
        form(**about)  # type: ignore[arg-type]
    assert invalid.value.problem.field == field
    assert invalid.value.problem.text


def test_each_login_problem_has_its_own_words_and_a_way_on() -> None:
    entry = form(name="anna", password="x")
    all_of_them = [
        errors.LoginFailed(),
        errors.NameTaken(name="anna"),
        Unreachable("host:1", "it does not answer"),
        CertificateUnknown("host:1", PIN),
        CertificateChanged("host:1", PIN, "1" * 64),
    ]
    said = [explain(error, entry, lambda refusal: refusal.code) for error in all_of_them]
    assert len({one.text for one in said}) == len(said)
    assert all(one.hint for one in said)
    assert [one.field for one in said] == ["password", "name", "server", "server", "server"]
    assert "shut out" in explain(SessionEnded("disabled"), entry, str).text


def test_a_name_keeps_its_letters_where_a_sentence_begins_with_it() -> None:
    entry = form()
    assert explain(errors.BadName(), entry, lambda refusal: "ännä cannot be a name").text == "ännä cannot be a name."
    assert explain(errors.BadName(), entry, lambda refusal: "the name x is kept").text == "The name x is kept."


def test_a_server_that_is_silent_and_a_damaged_file_are_told_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    silent = explain(Unreachable("host:1", "it does not answer", TimeoutError()), form(), str)
    assert "il ne répond pas" in silent.text
    damaged = explain(StorageDamaged("/a/file", "why"), form(), str)
    assert (damaged.text, damaged.hint) == (
        "/a/file est illisible : why.",
        "Déplacez ce fichier pour repartir de zéro.",
    )
