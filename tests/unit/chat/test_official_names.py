"""Which names pass for the server, or for who runs it, and which honest ones do not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import BadName
from causerie.chat.names import person_name
from causerie.chat.official_names import sounds_official

OWN = ("causerie", "Chez Luc", "chat.example.org")

OFFICIAL = """
    admin Admin ADMIN admin1 admin_2 Admin-Bob AdminTeam adminteam ADMINteam TheAdmin sysadmin SysAdmin sys.admin
    netadmin superadmin xXAdminXx adm1n Adm1n-Team adrnin 4dmin 4dm1nistrator admín admіn administrator Administrateur
    administrador Administratorin ircadmin causerie_admin moderator Moderator2 modérateur Modérateur-Chef moderador
    chatmoderator Mod mod_anna ModTeam sysop SysOp1 helpdesk HelpDesk help-desk Help_Desk_2 IT-Helpdesk support Support
    SupportTeam TechSupport tech-support supp0rt support24 root r00t root_ root2 root-bob RootAccess_1 server Server
    TheServer ServerTeam serverbot system System SystemInfo system-user UserHelp service
    ServiceTeam ServiceDesk help Help HelpBot aide Aide Aide_1 hilfe ayuda info InfoLine infodesk security SecurityTeam
    abuse official Official_Bob bob-official staff Staff-Anna operator Operator1 ircop IRCOp oper NickServ nickserv2
    ChanServ Nick_Serv_ MemoServ webmaster postmaster hostmaster causerie Causerie CauserieTeam causerie-bot
    causerieteam c4userie ChezLuc chezluc chez_luc chat.example.org chatexampleorg админ Администратор модератор
    поддержка
    διαχειριστής 管理员 管理員小王 客服 관리자 équipe-support Officiel
"""

HONEST = """
    Badminton badminton_fan BadMinton Saddmin Admiral Adam Adele Adelaide Aidan Aideen Radman Ada
    Groot Beetroot rooty JoeRoot Joe_Root Taproot Rooter Supporter supporters Transport Moderato Modena Modesty Modou
    Stafford Gustaff Infante Informatica Helpman Helpful Hostetler Servane Servais Conserve Observer Usher
    Botond Botticelli Abbot EchoBot ChatBot Systematic Opera Cooperation Cooper Officina Teamster Line Line2 Chef
    anna Anna bob luc camille jean-pierre Zoë Жанна Владимир Μαρία 小明 김철수 Guest123 guest Ghosty Webster Postman
    Masterchef TheBoss NewKid Newsome Homer Netty Chatterton irclover luc_chez Luc Chez Example Orga
    user1 User42 users2 theuser42 Anonymous123 anon
    rn m vvv O0 l1l a 42x x
"""


@pytest.mark.parametrize("name", OFFICIAL.split())
def test_what_passes_for_the_server_is_found(name: str) -> None:
    """However it is written: joined, in capital letters, with digits and signs, with letters that look alike."""
    assert sounds_official(name, OWN)


@pytest.mark.parametrize("name", HONEST.split())
def test_an_honest_name_is_free(name: str) -> None:
    """Words that hold others, and names of people."""
    assert not sounds_official(name, OWN)


def test_what_the_server_is_called_counts_only_where_it_is_so() -> None:
    """Elsewhere it is a name as any other."""
    assert not sounds_official("ChezLuc")
    assert not sounds_official("CauserieTeam")


def names() -> st.SearchStrategy[str]:
    return st.text("abdeimnorstuABDM_-.0134é", min_size=1, max_size=20)


@given(
    st.sampled_from(["admin", "Moderator", "helpdesk", "support", "sysop", "Causerie"]),
    st.sampled_from("_-.|"),
    names(),
)
def test_a_title_beside_anything_is_found(title: str, sign: str, name: str) -> None:
    """Before it and behind it, with a sign between."""
    assert sounds_official(f"{title}{sign}{name}", OWN)
    assert sounds_official(f"{name}{sign}{title}", OWN)


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    """Whatever comes: no error."""
    sounds_official(text, OWN)
    try:
        name = person_name(text)
    except BadName:
        return
    assert sounds_official(name, OWN) == sounds_official(name, OWN)


def test_the_longest_that_nearly_fits_takes_no_time() -> None:
    """Words that can be taken apart in many ways."""
    start = time.process_time()
    for word in ("the", "info", "infos", "users", "aide", "service"):
        sounds_official((word * 12)[:31] + "q", OWN)
    assert time.process_time() - start < 2
