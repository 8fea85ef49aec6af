"""Every decoder, as a function of bytes and dice that fails when something comes out that should not.

What is refused by the decoder's own error is well; what is taken keeps what the decoder promises of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from causerie import bootstrap, links
from causerie.address import Address, parse_network
from causerie.chat import emoji, markdown, masks, mentions, names, slash, texts, words
from causerie.chat.commands import Command, LogIn, Send
from causerie.chat.errors import (
    BadInput,
    BadName,
    BadText,
    NoSuchChannel,
    NotJson,
    StoreUnavailable,
    TextTooLong,
    TooDeep,
    TooFast,
    UnknownSlash,
)
from causerie.chat.model import Person
from causerie.chat.replies import Done, LoggedIn
from causerie.client.frames import BadFrame, FrameDecoder
from causerie.client.server_address import ServerAddress
from causerie.config.file import ConfigError, from_toml
from causerie.config.settings import Config
from causerie.protocols import irc
from causerie.protocols.classic import ClassicWire
from causerie.protocols.irc.syntax.lines import BODY_MOST, LINE_MOST
from causerie.protocols.json_frames import check_depth, find_end
from causerie.protocols.native import NativeWire
from causerie.protocols.wire import Bounds, Protocol, Wire
from causerie.server.context import Context
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Answer
from causerie.stores.sqlite.search_syntax import match_expression
from causerie.transport import proxy_header
from tests.fuzzing import inputs
from tests.fuzzing.house import whole_server
from tests.fuzzing.inputs import as_text

Decoder = Callable[[bytes, random.Random], None]

BOUNDS = Bounds(before_login=1024, frame=4096, depth=16)


def wire(kind: type[Wire]) -> Decoder:
    """A connection's bytes cut anywhere. Each byte is read once at most, and what is kept is bounded."""

    def decode(data: bytes, dice: random.Random) -> None:
        one, at, taken = kind(BOUNDS), 0, 0
        while at < len(data) and not one.closing:
            cut = at + dice.choice((1, 7, 100, len(data)))
            one.receive(data[at:cut])
            at = cut
            while not one.closing:
                try:
                    command = one.next_command()
                except BadInput as refused:
                    one.answer(Command(id=refused.mark), refused)
                else:
                    if command is None:
                        break
                    assert isinstance(command, Command)
                taken += 1
                assert taken <= len(data), "more frames than bytes"
        if not one.closing:
            assert one.unread <= BOUNDS.before_login, "an unfinished frame above the bound is kept"

    return decode


@functools.cache
def irc_house() -> Protocol:
    """IRC over an empty server that is asked nothing."""

    async def made() -> Context:
        with tempfile.TemporaryDirectory() as place:
            async with bootstrap.offline(Config(), Path(place)) as context:
                context.push_key = "BCVx"
                return context

    return irc.PROTOCOL.at(asyncio.run(made()).view())


def irc_wire(data: bytes, dice: random.Random) -> None:
    """Bytes cut anywhere, each command answered as the core might: all that is said are whole lines within bounds."""
    house = irc_house()
    one, at, taken = house.wire(BOUNDS), 0, 0
    one.encoder = house.encoder
    while at < len(data) and not one.closing:
        cut = at + dice.choice((1, 7, 100, len(data)))
        one.receive(data[at:cut])
        at = cut
        while not one.closing:
            command = Command()
            try:
                asked = one.next_command()
                if asked is None:
                    break
                command = asked
                if dice.random() < 0.1:
                    one.put_back(command)
                    command = one.next_command() or Command()
                answer: Answer = dice.choice((NoSuchChannel(channel="a"), TooFast(retry_after=1), StoreUnavailable()))
                if isinstance(command, LogIn) and dice.random() < 0.7:
                    answer = LoggedIn(person=7, name="Ann", guest=command.guest)
                elif isinstance(command, LocalAnswer):
                    for _ in command.work or ():
                        pass
                    answer = Done()
            except BadInput as refused:
                answer = refused
            check_lines(one.answer(command, answer))
            taken += 1
            assert taken <= 20 * len(data) + 20, "more commands than bytes"
    assert one.closing or one.unread <= LINE_MOST + 2, "an unfinished line above the bound is kept"
    check_lines(one.farewell("") + one.ping())


def check_lines(said: bytes) -> None:
    """IRC lines, as any client can read them."""
    assert not said or said.endswith(b"\r\n")
    for line in said.split(b"\r\n"):
        assert not set(line) & {0, 10, 13}, line
        line.decode()
        assert len(line.rpartition(b"\r\n")[2]) <= LINE_MOST
        body = line.partition(b" ")[2] if line[:1] == b"@" else line
        assert len(body) <= BODY_MOST, line


def ends(data: bytes, dice: random.Random) -> None:
    """The same end, or the same refusal, however the bytes come."""

    def whole() -> object:
        try:
            return find_end(data, 0, None, 16)
        except (NotJson, TooDeep) as refused:
            return type(refused)

    came, scan, cut = whole(), None, 0
    while True:
        cut += dice.choice((1, 5, 60))
        try:
            found = find_end(data[:cut], 0, scan, 16)
        except (NotJson, TooDeep) as refused:
            assert type(refused) is came
            return
        if isinstance(found, int):
            assert found == came
            assert 0 < found <= len(data)
            return
        if cut >= len(data):
            assert not isinstance(came, int | type)
            return
        scan = found


def depth(data: bytes, dice: random.Random) -> None:
    """TooDeep, or nothing."""
    with contextlib.suppress(TooDeep):
        check_depth(data, dice.choice((1, 4, 16)))


def person(data: bytes, dice: random.Random) -> None:
    """What is accepted as a name is accepted again as it is, and has a skeleton."""
    names.skeleton(as_text(data)[:80])
    try:
        name = names.person_name(as_text(data))
    except BadName:
        return
    assert names.person_name(name) == name
    name.encode()
    assert names.skeleton(name) == names.skeleton(names.skeleton(name))


def channel(data: bytes, dice: random.Random) -> None:
    try:
        name = names.channel_name(as_text(data))
    except BadName:
        return
    assert names.channel_name(name) == name
    name.encode()


def text(data: bytes, dice: random.Random) -> None:
    """What may be said fits, can be encoded, and is not changed by being said again."""
    try:
        kept = texts.check_text(as_text(data), 300)
    except (BadText, TextTooLong):
        return
    assert 0 < len(kept.encode()) <= 300
    assert texts.check_text(kept, 300) == kept


def query(data: bytes, dice: random.Random) -> None:
    """Never refused; FTS5 takes it (`tests/unit/stores` asks it), so its quotes are paired and it holds no NUL."""
    expression = match_expression(as_text(data), author=dice.randrange(3), channels=range(dice.randrange(3)))
    assert expression.count('"') % 2 == 0
    assert "\0" not in expression
    words.prepare(as_text(data))


def link(data: bytes, dice: random.Random) -> None:
    try:
        parsed = links.parse(as_text(data))
    except links.LinkError as refused:
        assert str(refused).isprintable()
        return
    assert links.parse(links.format(parsed)) == parsed


def toml(data: bytes, dice: random.Random) -> None:
    """One line that names the file."""
    try:
        from_toml(data.decode(errors="replace"), Path("causerie.toml"))
    except ConfigError as refused:
        assert str(refused).startswith("causerie.toml")
        assert "\n" not in str(refused)


def header(data: bytes, dice: random.Random) -> None:
    """The same, however the bytes come; and no more is taken than there is."""
    try:
        found = proxy_header.read(data)
    except proxy_header.BadHeader:
        return
    assert found is None or 0 < found.size <= len(data)
    if found is not None:
        assert proxy_header.read(data[: found.size]) == found
        assert proxy_header.read(data[: found.size - 1]) is None


def typed(data: bytes, dice: random.Random) -> None:
    """A slash command is one of the chat's, or refused by name."""
    said = Send(channel="home", text="/" + as_text(data)[1:], id=7)
    try:
        command = slash.read(said)
    except (BadInput, UnknownSlash):
        return
    assert isinstance(command, Command)
    assert command.id == 7


def html(data: bytes, dice: random.Random) -> None:
    """HTML in which nothing runs, of any text that may be said."""
    try:
        said = texts.check_text(as_text(data), 6000)
    except (BadText, TextTooLong):
        return
    made = markdown.render(said).lower()
    assert "<script" not in made
    assert 'href="javascript' not in made
    markdown.parse(said)


def named(data: bytes, dice: random.Random) -> None:
    """Only those who are there, each once, of any text."""
    found = mentions.find(as_text(data), lambda name: len(name), dice.random() < 0.5)
    assert len(set(found.people)) == len(found.people) <= mentions.PEOPLE_MOST


def mask(data: bytes, dice: random.Random) -> None:
    """What is kept as a mask is kept again as it is, and fits somebody or not."""
    try:
        kept = masks.check_mask(as_text(data))
    except BadInput:
        return
    assert masks.check_mask(kept) == kept
    masks.fits(kept, Person(id=1, name="Élodie" * dice.randint(1, 5)))


def one_emoji(data: bytes, dice: random.Random) -> None:
    """One emoji, which is one again."""
    with contextlib.suppress(BadInput):
        kept = emoji.check_emoji(as_text(data))
        assert emoji.check_emoji(kept) == kept


def address(data: bytes, dice: random.Random) -> None:
    """parse(str(x)) = x, for where a server listens and for where a client connects."""
    said = as_text(data)
    with contextlib.suppress(ValueError):
        parsed = Address.parse(said)
        assert Address.parse(str(parsed)) == parsed
    with contextlib.suppress(ValueError):
        parse_network(said)
    with contextlib.suppress(ValueError):
        place = ServerAddress.parse(said)
        assert ServerAddress.parse(str(place)).port == place.port


def told(data: bytes, dice: random.Random) -> None:
    """A server's lines, cut anywhere: what is not understood is counted, what is no line raises BadFrame."""
    decoder, at = FrameDecoder(Counter()), 0
    while at < len(data):
        cut = at + dice.choice((1, 7, 100, len(data)))
        try:
            decoder.feed(data[at:cut])
        except BadFrame:
            return
        at = cut
    assert decoder.unread <= len(data)


def _as_bytes(said: list[str]) -> list[bytes]:
    return [one.encode() for one in said]


DECODERS: dict[str, tuple[Decoder, list[bytes]]] = {
    "ClassicWire": (wire(ClassicWire), inputs.CLASSIC + inputs.NATIVE),
    "NativeWire": (wire(NativeWire), inputs.NATIVE + inputs.CLASSIC),
    "IrcWire": (irc_wire, inputs.IRC),
    "find_end": (ends, inputs.CLASSIC + inputs.NATIVE),
    "check_depth": (depth, inputs.CLASSIC + inputs.NATIVE),
    "person_name": (person, _as_bytes(inputs.NAMES)),
    "channel_name": (channel, _as_bytes([name.lower() for name in inputs.NAMES])),
    "check_text": (text, _as_bytes(inputs.TEXTS)),
    "match_expression": (query, _as_bytes(inputs.QUERIES)),
    "slash.read": (typed, _as_bytes(inputs.SLASHES)),
    "markdown.render": (html, _as_bytes(inputs.MARKDOWN + inputs.TEXTS)),
    "mentions.find": (named, _as_bytes(inputs.MARKDOWN + inputs.TEXTS)),
    "check_mask": (mask, _as_bytes(inputs.MASKS)),
    "check_emoji": (one_emoji, _as_bytes(inputs.EMOJI)),
    "links.parse": (link, _as_bytes(inputs.LINKS)),
    "Address.parse": (address, _as_bytes(inputs.ADDRESSES + inputs.LINKS)),
    "config_file.from_toml": (toml, _as_bytes(inputs.TOML)),
    "proxy_header.read": (header, inputs.PROXY),
    "client.FrameDecoder": (told, inputs.TOLD),
    "Connection": (
        whole_server,
        inputs.CLASSIC + inputs.NATIVE + inputs.IRC + inputs.PROXY + inputs.WEBSOCKET,
    ),
}
"""By name: what decodes, and the good inputs of which bad ones are made. `Connection` is all of a server but its
sockets: the first bytes, each language, WebSocket, the PROXY protocol, the core and the store."""
