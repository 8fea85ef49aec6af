"""Two at once: use cases that wait for a hash or for the store ask again afterwards what they had asked before.

Each case is held up while it waits, and the other gets in between: exactly one of the two does what it was to do, and
the other is told why not.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from causerie.chat.commands import DisableAccount, ListAccounts, ResetPassword, SetAdministrator
from causerie.chat.names import skeleton
from causerie.chat.replies import AccountList
from causerie.server import message_cache
from causerie.server.engine.passing import DropLogin
from causerie.server.features.accounts import accounts, tokens
from causerie.server.features.accounts.login import account_of, hash_token
from causerie.server.features.presence import channel_presence
from tests.held import Held
from tests.people import PASSWORD, PATIENCE, House, NativePerson, config_with
from tests.scram_client import Exchange

OTHER = PASSWORD + "3"


async def names(house: House) -> list[str]:
    """Of all accounts."""
    answer = await house.operator(ListAccounts())
    assert isinstance(answer, AccountList)
    return [line.name for line in answer.accounts]


async def two(house: House, name: str, password: str = "") -> tuple[NativePerson, NativePerson]:
    """Two connections of one person: a guest, or an account with this password."""
    first, second = await house.native(), await house.native()
    await first.logs_in(name, password, keep=True)
    await second.returns(first.token)
    return first, second


async def both(held: Held, first: tuple[NativePerson, int], second: tuple[NativePerson, int]) -> list[str]:
    """What the two commands come to that are being held: "done", or the codes of what refuses them."""
    await held.waits_for(2)
    held.go_on()
    came_to = []
    for person, mark in (first, second):
        try:
            answer = await person.answer(mark)
        except EOFError:
            came_to.append("put out")
            continue
        came_to.append(answer["code"] if answer["is"] == "error" else "done")
    return sorted(came_to)


async def test_a_guest_becomes_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two registrations by two of its connections: one account is made, and none is lost."""
    async with House(accounts={"registration": "open"}) as house:
        first, second = await two(house, "Visitor")
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        marks = [one.tells("register", name=name, password=PASSWORD) for one, name in ((first, "Ada"), (second, "Bea"))]
        assert await both(held, (first, marks[0]), (second, marks[1])) == ["already_logged_in", "done"]
        (made,) = await names(house)
        again = await house.native()
        await again.logs_in(made, PASSWORD)


async def test_who_registers_is_told_only_of_channels_that_they_are_in() -> None:
    """Not of one that they left while muted, or are invited to."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("Ada")
        ada, visitor = await house.native_in("garden", "Ada", PASSWORD), await house.native_in("garden", "Visitor")
        await ada.asks("mute", channel="garden", name="Visitor", seconds=600)
        await visitor.asks("leave", channel="garden")
        await ada.asks("join", channel="cellar")
        await ada.asks("set_channel", channel="cellar", access="private")
        await ada.asks("invite", channel="cellar", name="Visitor")
        await visitor.asks("join", channel="home")
        assert (await visitor.asks("register", name="Vic", password=PASSWORD))["channels"] == ["home"]


async def test_a_name_is_one_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two strangers register by names that look alike."""
    async with House(accounts={"registration": "open"}) as house:
        first, second = await house.native(), await house.native()
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        marks = [one.tells("register", name=name, password=PASSWORD) for one, name in ((first, "Ada"), (second, "ADA"))]
        assert await both(held, (first, marks[0]), (second, marks[1])) == ["done", "name_taken"]
        assert len(await names(house)) == 1


async def test_an_account_is_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By an administrator, while somebody registers that name."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("Chief", admin=True)
        first, second = await house.native(), await house.native()
        await first.logs_in("Chief", PASSWORD)
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        marks = [first.tells("add_account", name="Ada", password=PASSWORD)]
        marks.append(second.tells("register", name="Ada", password=PASSWORD))
        assert await both(held, (first, marks[0]), (second, marks[1])) == ["done", "name_taken"]


async def test_registration_that_is_closed_meanwhile_makes_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are asked again."""
    async with House(accounts={"registration": "open"}) as house:
        person = await house.native()
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        mark = person.tells("register", name="Ada", password=PASSWORD)
        await held.waits_for(1)
        house.server.reload(config_with(house.config, accounts={"registration": "closed"}))
        held.go_on()
        assert (await person.answer(mark))["code"] == "registration_closed"


async def test_a_guest_who_is_put_out_meanwhile_becomes_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registration was that guest's, and nobody's who is there now."""
    async with House(accounts={"registration": "open"}) as house:
        context = house.server.context
        person = await house.native()
        await person.logs_in("Visitor")
        (session,) = context.state.connected[context.state.person("Visitor").id]
        held = Held(context.hashing.secrets)
        monkeypatch.setattr(context.hashing, "secrets", held)
        mark = person.tells("register", name="Ada", password=PASSWORD)
        await held.waits_for(1)
        channel_presence.depart(context, session)
        held.go_on()
        assert (await person.answer(mark))["code"] == "not_logged_in"
        assert await names(house) == []


async def test_a_session_is_not_revoked_by_who_was_put_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a list of tokens that was read before a reason to do anything after."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        owner = await house.native()
        await owner.logs_in("Ada", PASSWORD, keep=True)
        (line,) = (await owner.asks("sessions"))["sessions"]
        (session,) = context.state.connected[context.state.person("Ada").id]
        held = Held(context.store.tokens)
        monkeypatch.setattr(context.store, "tokens", held)
        mark = owner.tells("revoke", session=line["session"])
        await held.waits_for(1)
        channel_presence.depart(context, session)
        held.go_on()
        assert (await owner.answer(mark))["code"] == "not_logged_in"
        other = await house.native()
        await other.returns(owner.token)


async def test_one_of_two_new_passwords_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two devices change the password at once: whoever is second knew the old one, which is one no longer."""
    async with House() as house:
        await house.account("Ada")
        first, second = await two(house, "Ada", PASSWORD)
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        marks = [one.tells("set_password", old=PASSWORD, new=f"{OTHER}{n}") for n, one in enumerate((first, second))]
        assert await both(held, (first, marks[0]), (second, marks[1])) in (
            ["done", "login_failed"],
            ["done", "put out"],
        )
        monkeypatch.undo()
        good = 0
        for n in range(2):
            person = await house.native()
            answer = await person.answer(person.tells("login", name="Ada", password=f"{OTHER}{n}"))
            good += answer["is"] == "logged_in"
        assert good == 1


async def test_one_of_two_resets_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two administrators give an account a new password: one of them is told to try again."""
    async with House() as house:
        await house.account("Ada")
        await house.account("Chief", admin=True)
        first, second = await two(house, "Chief", PASSWORD)
        held = Held(house.server.context.hashing.secrets)
        monkeypatch.setattr(house.server.context.hashing, "secrets", held)
        marks = [
            one.tells("reset_password", name="Ada", password=f"{OTHER}{n}") for n, one in enumerate((first, second))
        ]
        assert await both(held, (first, marks[0]), (second, marks[1])) == ["busy", "done"]


@pytest.mark.parametrize("what", ["password", "disabled", "administrator"])
@pytest.mark.parametrize("waits_for", ["verify", "credentials", "tokens"])
async def test_who_logs_in_while_the_account_is_changed_is_not_let_in(
    what: str, waits_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the password of before: whatever of the log-in was waited for."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        place = context.hashing if waits_for == "verify" else context.store
        held = Held(getattr(place, waits_for))
        monkeypatch.setattr(place, waits_for, held)
        person = await house.native()
        mark = person.tells("login", name="Ada", password=PASSWORD, keep=True)
        await held.waits_for(1)
        if what == "password":
            await house.operator(ResetPassword(name="Ada", password=OTHER))
        elif what == "disabled":
            await house.operator(DisableAccount(name="Ada"))
        else:
            await house.operator(SetAdministrator(name="Ada", admin=True))
        held.go_on()
        assert (await person.answer(mark))["code"] == "login_failed"
        assert context.state.connected == {}


async def test_a_token_that_is_revoked_while_it_is_read_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it does not become good again by having been used."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        owner = await house.native()
        await owner.logs_in("Ada", PASSWORD, keep=True)
        held = Held(context.store.token)
        monkeypatch.setattr(context.store, "token", held)
        thief = await house.native()
        mark = thief.tells("login", token=owner.token)
        await held.waits_for(1)
        await house.operator(ResetPassword(name="Ada", password=OTHER))
        held.go_on()
        assert (await thief.answer(mark))["code"] == "login_failed"
        await thief.is_refused("login_failed", "login", token=owner.token)


async def test_a_guests_token_that_is_given_up_while_the_guest_is_read_lets_nobody_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two devices return at once, and the one that is in first logs out."""
    async with House() as house:
        context = house.server.context
        guest = await house.native()
        await guest.logs_in("Visitor", keep=True)
        guest.tells("quit")
        await guest.hears_farewell("quit")
        held = Held(context.store.guest, most=1)
        monkeypatch.setattr(context.store, "guest", held)
        late, first = await house.native(), await house.native()
        mark = late.tells("login", token=guest.token)
        await held.waits_for(1)
        await first.returns(guest.token)
        first.tells("logout")
        await first.hears_farewell("logged_out")
        held.go_on()
        assert (await late.answer(mark))["code"] == "login_failed"
        assert context.state.connected == {}


@pytest.mark.parametrize("waits_for", ["verify", "tokens"])
async def test_who_hangs_up_while_logging_in_is_not_there(waits_for: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves no token that nobody was given."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        person = await house.native()
        (session,) = context.sessions
        place = context.hashing if waits_for == "verify" else context.store
        held = Held(getattr(place, waits_for))
        monkeypatch.setattr(place, waits_for, held)
        person.tells("login", name="Ada", password=PASSWORD, keep=True)
        await held.waits_for(1)
        person.hang_up()
        async with asyncio.timeout(PATIENCE):
            while not session.closed:
                await asyncio.sleep(0)
        held.go_on()
        other = await house.native()
        await other.hears_nothing()
        assert context.state.connected == {}
        assert await context.store.tokens(context.state.person("Ada").id) == []


async def test_what_waits_to_be_committed_is_read_as_committed() -> None:
    """A revoked token and another password: the store has the old ones still, and they are good no longer."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        owner = await house.native()
        await owner.logs_in("Ada", PASSWORD, keep=True)
        ada, secrets = context.state.person("Ada"), await context.hashing.secrets(OTHER)
        tokens.drop(context, ada.id)
        accounts.keep(context, ada, skeleton("Ada"), secrets)
        context.commit_loop.wake()
        assert await tokens.read(context, hash_token(owner.token)) is None
        context.commit_loop.wake()
        accounts.keep(context, ada, skeleton("Ada"), again := await context.hashing.secrets(OTHER + "4"))
        context.commit_loop.wake()
        _, credentials = await account_of(context, skeleton("Ada"))
        assert credentials is not None
        assert credentials.password == again.password


async def test_a_certificate_is_not_kept_for_who_was_put_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of it is done: no other token went to make room."""
    async with House(accounts={"tokens_per_account": 1}) as house:
        context = house.server.context
        await house.account("Ada")
        owner = await house.native()
        await owner.logs_in("Ada", PASSWORD, keep=True)
        (session,) = context.state.connected[context.state.person("Ada").id]
        session.certificate = "ab" * 32
        held = Held(context.store.tokens)
        monkeypatch.setattr(context.store, "tokens", held)
        owner.tells("keep_certificate")
        await held.waits_for(1)
        context.apply(DropLogin(session.id))
        held.go_on()
        other = await house.native()
        await other.returns(owner.token)


async def test_a_proof_that_waits_is_no_proof_of_another_password() -> None:
    """SCRAM's last step may come late: what was proved is that of an account which has changed since."""
    async with House(accounts={"scram_passes": 4096}) as house:
        await house.account("Ada")
        person = await house.native()
        exchange = Exchange("Ada", PASSWORD)
        challenge = await person.asks("scram", message=exchange.first())
        await person.asks("scram", message=exchange.final(challenge["message"]))
        await house.operator(ResetPassword(name="Ada", password=OTHER))
        await person.is_refused("login_failed", "scram", message="")


async def test_what_was_changed_and_forgotten_while_it_was_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is deleted by another meanwhile, and remembered no longer: nobody reacts to what it was."""
    async with House() as house:
        context = house.server.context
        mia, luc = await house.native_in("home", "Mia"), await house.native_in("home", "Luc")
        number = (await mia.asks("send", channel="home", text="a slip"))["number"]
        channel = context.state.channel("home")
        assert not context.state.remembered
        held = Held(context.store.messages, most=1)
        monkeypatch.setattr(context.store, "messages", held)
        mark = luc.tells("react", channel="home", number=number, emoji="👍")
        await held.waits_for(1)
        await mia.asks("delete", channel="home", number=number)
        message_cache.forget_before(context, channel.id, context.now() + 60_000)
        assert not context.state.remembered
        held.go_on()
        assert (await luc.answer(mark))["code"] == "no_such_message"


READS: dict[str, dict[str, Any]] = {
    "history": {"channel": "garden"},
    "search": {"text": "secret"},
    "thread": {"channel": "garden", "number": 1},
    "pins": {"channel": "garden"},
    "versions": {"channel": "garden", "number": 1},
    "reactions": {"channel": "garden", "number": 1},
    "why": {"channel": "garden", "number": 1},
}
"""What is read of a channel, and with what."""

HELD = {"search": "search", "history": "page", "versions": "versions", "reactions": "reactors"}
"""What of the store each waits for; the others: `messages`."""


@pytest.mark.parametrize("what", READS)
async def test_who_is_put_out_while_something_is_read_does_not_get_it(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one may read is asked when it is given, not when it was asked for."""
    async with House() as house:
        context = house.server.context
        await house.account("Ada")
        await house.account("Ben")
        ada, ben = await house.native_in("garden", "Ada", PASSWORD), await house.native_in("garden", "Ben", PASSWORD)
        await ada.asks("send", channel="garden", text="the secret")
        await ada.asks("pin", channel="garden", number=1)
        await ada.asks("set_role", channel="garden", name="Ben", role="moderator")
        await ada.asks("set_channel", channel="garden", access="private")
        if what == "reactions":
            await ben.asks("reactions", channel="garden", number=1)  # from here on the message is in memory
        place = HELD.get(what, "messages")
        held = Held(getattr(context.store, place), most=1)
        monkeypatch.setattr(context.store, place, held)
        mark = ben.tells(what, **READS[what])
        await held.waits_for(1)
        await ada.asks("kick", channel="garden", name="Ben")
        held.go_on()
        answer = await ben.answer(mark)
        if what == "search":
            assert answer["hits"] == []
        else:
            assert answer.get("code") == "private"


async def test_who_moderates_no_longer_is_shown_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what the reported message says."""
    async with House() as house:
        context = house.server.context
        for name in ("Ada", "Ben", "Cleo"):
            await house.account(name)
        ada, ben = await house.native_in("garden", "Ada", PASSWORD), await house.native_in("garden", "Ben", PASSWORD)
        cleo = await house.native_in("garden", "Cleo", PASSWORD)
        await ada.asks("set_role", channel="garden", name="Ben", role="moderator")
        number = (await cleo.asks("send", channel="garden", text="rude"))["number"]
        await ada.asks("report", channel="garden", number=number)
        assert len((await ben.asks("reports"))["reports"]) == 1
        held = Held(context.store.messages, most=1)
        monkeypatch.setattr(context.store, "messages", held)
        mark = ben.tells("reports")
        await held.waits_for(1)
        await ada.asks("set_role", channel="garden", name="Ben", role="member")
        held.go_on()
        assert (await ben.answer(mark))["reports"] == []
