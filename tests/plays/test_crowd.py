"""More than a few in a channel: what they are told leaves in one call of the system (ADR 13), and reads as ever."""

from __future__ import annotations

from tests.irc_people import IrcPerson, irc_as, irc_in
from tests.people import House

CROWD = 12


async def crowd_in(house: House, *channels: str) -> list[IrcPerson]:
    """So many are in these channels and have heard enough already to be sent to without a detour."""
    people = [await irc_as(house, f"P{number}") for number in range(CROWD)]
    for person in people:
        for channel in channels:
            await person.joins(channel)
    for person in people:
        await person.answers()
    return people


def said_in(channel: str, lines: list[str]) -> list[str]:
    """The texts of those lines that were said there."""
    return [line.partition(" :")[2] for line in lines if f" PRIVMSG {channel} :" in line]


async def test_all_hear_all_in_order() -> None:
    """In channels that they share, and in one that only some are in, whoever speaks in which."""
    async with House() as house:
        people = await crowd_in(house, "#home", "#two")
        some = people[:9]
        for person in some:
            await person.joins("#some")
        said: dict[str, list[tuple[IrcPerson, str]]] = {"#home": [], "#two": [], "#some": []}
        for turn in range(30):
            for nth, channel in enumerate(said):
                for speaker in (some[turn % 9], some[(turn + nth + 1) % 9]):
                    texts = [f"{turn} {nth} {speaker.nick} {more}" for more in range(turn % 3 + 1)]
                    speaker.says(*[f"PRIVMSG {channel} :{text}" for text in texts])
                    said[channel] += [(speaker, text) for text in texts]
        for person in people:
            # Who speaks last is answered when all before it is on its way; who only hears waits for the last line.
            await person.answers()
        people[0].says("PRIVMSG #home :the end", "PRIVMSG #two :the end", "PRIVMSG #some :the end")
        heard: dict[IrcPerson, list[str]] = {person: person.heard for person in people}
        for person in people[1:]:
            await person.hears_at_last(f"*PRIVMSG {'#some' if person in some else '#two'} :the end")
        for person in people[1:]:
            for channel, lines in said.items():
                if channel == "#some" and person not in some:
                    assert said_in(channel, heard[person]) == []
                    continue
                told = said_in(channel, heard[person])
                assert told[-1] == "the end"
                assert sorted(told[:-1]) == sorted(text for speaker, text in lines if speaker is not person)
                for speaker in some:
                    of_one = [text for text in told if f" {speaker.nick} " in text]
                    wanted = [text for author, text in lines if author is speaker]
                    assert of_one == ([] if speaker is person else wanted)


async def test_who_comes_in_the_place_of_another_hears_nothing_of_theirs() -> None:
    """A new connection has the descriptor of one that was closed; what goes to the old one's channels is not for it."""
    async with House() as house:
        people = await crowd_in(house, "#home", "#two")
        for turn in range(20):
            people[0].says(f"PRIVMSG #home :{turn}")
        await people[0].answers()
        for turn in range(10):
            gone = people.pop()
            people[0].says(f"PRIVMSG #home :before {turn}", f"PRIVMSG #two :before {turn}")
            gone.hang_up()
            people[1].says(f"PRIVMSG #home :while {turn}")
            new = await irc_in(house, "#other", f"N{turn}")
            people[0].says(f"PRIVMSG #home :after {turn}")
            await people[0].answers()
            assert said_in("#home", await new.answers()) == []
            assert [line for line in new.heard if "before" in line or "while" in line or "after" in line] == []
            people.insert(2, await irc_in(house, "#home", f"M{turn}"))
            assert said_in("#home", await people[-1].answers())[-1] == f"after {turn}"


async def test_who_is_told_before_a_ping_is_answered() -> None:
    """The effect of what the same client sent before it is on its way to everyone."""
    async with House() as house:
        people = await crowd_in(house, "#home")
        for turn in range(20):
            await people[0].answers(f"PRIVMSG #home :{turn}")
            for person in people[1:]:
                # It is there already: nothing is asked of the server for it.
                assert said_in("#home", [await person.line()]) == [str(turn)]
