"""Accounts: invited, registered, changed and shut out; a guest that becomes one."""

from causerie.chat.commands import MakeInvite
from causerie.chat.replies import InviteMade
from tests.people import PASSWORD, House


async def test_an_invited_person_makes_an_account_and_nobody_else_does() -> None:
    """By default one needs an invite; it is good for as many uses as it says, and no more."""
    async with House() as house:
        made = await house.operator(MakeInvite(uses=1))
        assert isinstance(made, InviteMade)
        assert made.token in made.link

        mia = await house.native()
        await mia.is_refused("registration_closed", "register", name="mia", password=PASSWORD)
        await mia.is_refused("invite_refused", "register", name="mia", password=PASSWORD, invite="0" * 64)
        await mia.is_refused("weak_password", "register", name="mia", password="short", invite=made.token)
        await mia.registers("mia", invite=made.token)
        assert mia.token

        luc = await house.native()
        await luc.is_refused("invite_refused", "register", name="luc", password=PASSWORD, invite=made.token)
        await luc.is_refused("login_failed", "login", name="mia", password="wrong password")
        await luc.logs_in("mia", PASSWORD)


async def test_two_who_use_the_last_invite_at_once_are_not_both_let_in() -> None:
    """The use is counted when the account is made, not when the password begins to be hashed."""
    async with House() as house:
        made = await house.operator(MakeInvite(uses=1))
        assert isinstance(made, InviteMade)
        people = [await house.native() for _ in range(3)]
        marks = [
            one.tells("register", name=f"twin{number}{'xyz'[number]}", password=PASSWORD, invite=made.token)
            for number, one in enumerate(people)
        ]
        answers = [await one.answer(mark) for one, mark in zip(people, marks, strict=True)]
        assert sorted(answer["is"] for answer in answers) == ["error", "error", "logged_in"]


async def test_an_administrator_invites_and_takes_back() -> None:
    """A list of what is open; a revoked one lets nobody in. Others may do none of it."""
    async with House() as house:
        await house.account("root-anna", admin=True)
        anna = await house.native()
        await anna.logs_in("root-anna", PASSWORD)
        made = await anna.asks("make_invite", uses=3, note="for the team")
        (line,) = (await anna.asks("list_invites"))["invites"]
        assert (line["uses_left"], line["made_by"], line["note"]) == (3, "root-anna", "for the team")
        await anna.asks("revoke_invite", invite=made["invite"])
        assert (await anna.asks("list_invites"))["invites"] == []
        await anna.is_refused("no_such_invite", "revoke_invite", invite=made["invite"])

        luc = await house.native()
        await luc.is_refused("invite_refused", "register", name="luc", password=PASSWORD, invite=made["token"])
        await luc.logs_in("luc")
        await luc.is_refused("administrators_only", "make_invite")


async def test_a_guest_becomes_an_account_and_keeps_all_that_it_said() -> None:
    """Same person, same channel, still there; its words stand under its new name."""
    async with House(accounts={"registration": "open"}) as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")
        await mia.says("home", "as a guest")
        await luc.hears("~Mia>as a guest")

        answer = await mia.registers("mia-fay")
        assert answer["channels"] == ["home"]
        await mia.hears("renamed", name="mia-fay", was="Mia")
        await luc.hears("* Mia is now mia-fay")
        await mia.says("home", "as an account")
        await luc.hears("mia-fay>as an account")
        said = (await mia.asks("history", channel="home"))["events"]
        assert [(event["name"], event.get("guest", False), event["text"]) for event in said] == [
            ("mia-fay", False, "as a guest"),
            ("mia-fay", False, "as an account"),
        ]
        assert len({event["person"] for event in said}) == 1
        await mia.is_refused("already_logged_in", "register", name="mia-two", password=PASSWORD)

        await house.restart()
        again = await house.native()
        assert (await again.logs_in("mia-fay", PASSWORD))["channels"] == ["home"]


async def test_names_that_are_taken_or_look_like_it_are_refused() -> None:
    """Over accounts and guests alike, and for the house's own."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("amelie")
        await house.native_in("home", "Guest-or-not")
        luc = await house.native()
        for name in ("amelie", "Amelie", "arnelie", "admin", "adrnin", "Guest-or-not"):
            await luc.is_refused("name_taken", "register", name=name, password=PASSWORD)
        for name in ("amelie", "AMELIE", "arnelie", "admin"):
            await luc.is_refused("name_taken", "login", name=name, guest=True)
        for name in ("a b", "a>b", "\u202eevil", "[-]luc", "x" * 33, "раypal"):
            await luc.is_refused("bad_name", "login", name=name, guest=True)


async def test_a_changed_password_ends_every_other_session() -> None:
    """The one who changed it stays; the old password and the old tokens are good no longer."""
    async with House() as house:
        await house.account("anna")
        desk, phone, thief = [await house.native() for _ in range(3)]
        await desk.logs_in("anna", PASSWORD)
        await phone.logs_in("anna", PASSWORD, keep=True)
        await thief.logs_in("anna", PASSWORD)
        await desk.is_refused("login_failed", "set_password", old="not this one", new="another horse 43")
        await desk.asks("set_password", old=PASSWORD, new="another horse 43")
        await phone.hears_farewell("password_changed")
        await thief.hears_farewell("password_changed")
        again = await house.native()
        await again.is_refused("login_failed", "login", token=phone.token)
        await again.is_refused("login_failed", "login", name="anna", password=PASSWORD)
        await again.logs_in("anna", "another horse 43")
        await desk.hears_nothing()


async def test_a_disabled_account_is_out_at_once_and_everywhere() -> None:
    """Its connections end, on every protocol; its password does nothing until it is let in again."""
    async with House() as house:
        await house.account("boss", admin=True)
        await house.account("anna")
        boss = await house.native_in("home", "boss", PASSWORD)
        anna = await house.native_in("home", "anna", PASSWORD)
        old = await house.classic_in("home", "anna", PASSWORD)
        await boss.hears("entered", name="anna")
        await boss.asks("disable_account", name="anna")
        await anna.hears_farewell("disabled")
        await old.hears("causerie>goodbye: this account was shut out.")
        await old.hears_the_end()
        await boss.hears("left", name="anna")
        again = await house.native()
        await again.is_refused("login_failed", "login", name="anna", password=PASSWORD)
        await boss.asks("disable_account", name="anna", disabled=False)
        await again.logs_in("anna", PASSWORD)


async def test_sessions_are_listed_and_revoked_one_by_one() -> None:
    """A device's token, found in the list, and ended from another device."""
    async with House() as house:
        await house.account("anna")
        desk, phone = await house.native(), await house.native()
        await desk.logs_in("anna", PASSWORD, keep=True, device="desk")
        await phone.logs_in("anna", PASSWORD, keep=True, device="phone")
        lines = (await desk.asks("sessions"))["sessions"]
        assert [(line["device"], line.get("current", False)) for line in lines] == [
            ("desk", True),
            ("phone", False),
        ]
        await desk.is_refused("no_such_session", "revoke", session=10**30)
        await desk.asks("revoke", session=lines[1]["session"])
        await phone.hears_farewell("revoked")
        await desk.hears_nothing()
        again = await house.native()
        await again.is_refused("login_failed", "login", token=phone.token)
        await again.returns(desk.token)
        again.tells("logout")
        await again.hears_farewell("logged_out")


async def test_guests_may_be_kept_out() -> None:
    """A setting; accounts come in all the same."""
    async with House(accounts={"guests": False}) as house:
        await house.account("anna")
        luc = await house.classic()
        luc.asks_in("home", "Guest-Luc")
        assert await luc.reads_once() == "NO"
        await (await house.native()).is_refused("guests_refused", "login", guest=True)
        await house.classic_in("home", "anna", PASSWORD)
