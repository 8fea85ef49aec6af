"""No list that IRC is told is cut, whatever a nick, a channel and the server are called: it takes several lines.

Source: RFC 2812, section 2.3 (512 bytes, with CR LF); IRCv3 capability-negotiation, monitor and metadata for the lists.
"""

from __future__ import annotations

import pytest

from causerie.protocols.irc.syntax.capabilities import OFFERED
from causerie.protocols.irc.syntax.lines import BODY_MOST
from tests.irc_people import IrcPerson, irc
from tests.people import House

SERVER = f"{'a' * 30}.{'b' * 28}.net"
LONGEST_NICK = "\N{CJK UNIFIED IDEOGRAPH-20BB7}" * 32
"""128 bytes."""
CHANNELS = [f"#{'c' * 40}{number}" for number in range(12)]
STRANGERS = [f"stranger-with-quite-a-name-{number}" for number in range(12)]

MOTD = " ".join(f"word{number}" for number in range(120))


def house() -> House:
    return House(irc={"server_name": SERVER, "motd": MOTD}, limits={"exempt": ("127.0.0.0/8",)})


async def asks(person: IrcPerson, *lines: str) -> list[str]:
    """All that is heard until these are answered; each line fits."""
    person.says(*lines, "PING over")
    heard: list[str] = []
    while not (line := await person.line()).endswith("PONG " + f"{SERVER} :over"):
        heard.append(line)
        body = line.split(" ", 1)[1] if line[0] == "@" else line
        assert len(body.encode()) <= BODY_MOST, f"{len(body.encode())} bytes: {line}"
    return heard


async def comes_in(person: IrcPerson) -> list[str]:
    """Registered under the longest nick: the welcome."""
    person.says(f"NICK {LONGEST_NICK}", "USER somebody-with-a-name 0 * :x", "CAP END")
    while " 001 " not in await person.line():
        pass
    return [person.heard[-1], *await asks(person)]


def listed(lines: list[str], word: str, between: str = " ") -> list[str]:
    """What is listed in the last parameters of the lines of this command, all together."""
    found = [line for line in lines if line.split(" ")[1] == word]
    return [one for line in found for one in line.split(" :", 1)[1].split(between)]


async def test_capabilities_are_all_acknowledged_by_their_whole_names() -> None:
    """CAP LS, ACK and LIST, in as many lines as it takes; all but the last of LS and LIST have a `*`."""
    async with house() as here:
        ann = await irc(here)
        ann.says("CAP LS 302", f"NICK {LONGEST_NICK}", "USER somebody-with-a-name 0 * :x")
        wanted = [name for name in OFFERED if name not in ("draft/metadata-2", "draft/webpush", "soju.im/webpush")]
        half = len(wanted) // 2
        asked = [" ".join(wanted[:half]), " ".join(wanted[half:])]
        heard = await asks(ann, *(f"CAP REQ :{names}" for names in asked), "CAP LIST")
        acknowledged = [line for line in heard if " ACK " in line]
        assert [one for line in acknowledged for one in line.split(" :", 1)[1].split()] == wanted
        assert not any(" ACK * " in line for line in acknowledged)
        for word in ("LS", "LIST"):
            lines = [line for line in heard if f" {LONGEST_NICK if word == 'LIST' else '*'} {word} " in line]
            assert [f" {word} * :" in line for line in lines] == [True] * (len(lines) - 1) + [False]
        lines = [line for line in heard if f" {LONGEST_NICK} LIST " in line]
        assert sorted(one for line in lines for one in line.split(" :", 1)[1].split()) == sorted(wanted)


async def test_one_request_for_many_is_acknowledged_in_several_lines() -> None:
    """IRCv3 capability-negotiation: an ACK may be spread over lines."""
    async with house() as here:
        ann = await irc(here)
        wanted = [name for name in OFFERED if len(name) < 19 and "metadata" not in name and "webpush" not in name]
        ann.says(f"NICK {LONGEST_NICK}", "CAP LS 302")
        heard = await asks(ann, f"CAP REQ :{' '.join(wanted)}")
        acknowledged = [line for line in heard if " ACK :" in line]
        assert len(acknowledged) > 1
        assert [one for line in acknowledged for one in line.split(" :", 1)[1].split()] == wanted


async def test_the_welcome_is_whole() -> None:
    """Each token of ISUPPORT, and each word of the message of the day."""
    async with house() as here:
        ann = await irc(here)
        welcome = await comes_in(ann)
        assert " ".join(text.removeprefix("- ") for text in (line.split(" :", 1)[1] for line in welcome
                        if line.split(" ")[1] == "372")) == MOTD  # fmt: skip
        tokens = [token for line in welcome if line.split(" ")[1] == "005" for token in line.split(" :")[0].split()[3:]]
        assert {"WHOX", "UTF8ONLY", f"NICKLEN={32}"} <= set(tokens)
        assert len(tokens) == len(set(tokens))


async def test_people_and_channels_are_listed_by_their_whole_names() -> None:
    """NAMES, also with hosts, WHOIS, MONITOR, ISON, USERHOST."""
    async with house() as here:
        ann = await irc(here)
        ann.says("CAP REQ :userhost-in-names")
        await comes_in(ann)
        joined = await asks(ann, *(f"JOIN {channel}" for channel in CHANNELS))
        assert all(name.lstrip("~@").startswith(f"{LONGEST_NICK}!") for name in listed(joined, "353"))
        told = listed(await asks(ann, f"WHOIS {LONGEST_NICK}"), "319")
        assert sorted(name.lstrip("~@") for name in told) == sorted(CHANNELS)
        told = await asks(ann, f"MONITOR + {','.join(STRANGERS)}", f"MONITOR + {LONGEST_NICK}")
        assert listed(told, "731", ",") == STRANGERS
        assert listed(told, "730", ",")[0].startswith(f"{LONGEST_NICK}!")
        assert sorted(listed(await asks(ann, "MONITOR L"), "732", ",")) == sorted([*STRANGERS, LONGEST_NICK])
        assert (
            listed(await asks(ann, f"ISON {LONGEST_NICK} {LONGEST_NICK} {LONGEST_NICK}"), "303") == [LONGEST_NICK] * 3
        )
        told = listed(await asks(ann, f"USERHOST {LONGEST_NICK} {LONGEST_NICK} {LONGEST_NICK}"), "302")
        assert [one.split("=")[0] for one in told] == [LONGEST_NICK] * 3


async def test_a_full_list_names_whom_it_did_not_take() -> None:
    """IRCv3 monitor, "Monitor list full": 734 with the targets, whole."""
    async with house() as here:
        ann = await irc(here)
        await comes_in(ann)
        for ten in range(10):
            await asks(ann, f"MONITOR + {','.join(f'n{ten * 10 + one}' for one in range(10))}")
        refused = [line for line in await asks(ann, f"MONITOR + {','.join(STRANGERS)}") if " 734 " in line]
        assert [one for line in refused for one in line.split(" ")[4].split(",")] == STRANGERS


@pytest.mark.parametrize("word", ["SUB", "UNSUB"])
async def test_keys_that_are_followed_are_told_whole(word: str) -> None:
    """METADATA SUB and UNSUB."""
    async with house() as here:
        ann = await irc(here)
        ann.says("CAP REQ :batch draft/metadata-3")
        await comes_in(ann)
        keys = [f"a-key-with-a-long-name/{number}" for number in range(14)]
        heard = await asks(ann, f"METADATA * {word} {' '.join(keys)}")
        numeric = "770" if word == "SUB" else "771"
        told = [key for line in heard if line.split(" ")[1] == numeric for key in line.split(" ")[3:]]
        assert told == keys
