"""Each protocol as a dialogue: bytes, the commands that they come to, answers and events, bytes."""

from __future__ import annotations

import base64

from causerie.chat import commands as c
from causerie.chat.errors import LoginFailed, NoSuchChannel, NoSuchPerson, TextTooLong
from causerie.chat.events import Entered, Farewell, Left, Message
from causerie.chat.model import Channel, Person
from causerie.chat.replies import Challenge, Done, LoggedIn, Page, Pong, Snapshot, Welcome
from causerie.protocols import classic, irc, native
from causerie.server.ports.changes import Stored
from tests.unit.protocols.dialogue import Dialogue, Own, Private
from tests.unit.protocols.views import view_of

ANN = Person(1, "Ann", guest=True)
BEA = Person(2, "Bea")
TEA = Channel(255, "tea", made_at=1_000)
SNAPSHOT = Snapshot(channel="tea", access="public", topic="", number=0)
GUEST_LOG_IN = c.LogIn(name="Ann", guest=True, device="irc")


def said(number: int, text: str, author: Person = BEA, channel: str = "tea") -> Message:
    """A message that was stored."""
    return Message(
        channel=channel, number=number, at=0, person=author.id, name=author.name, guest=author.guest, text=text
    )


def test_classic_a_guest_comes_in_talks_and_goes() -> None:
    """docs/protocol/classic.md: CONN, SEND, END; what is not said, and what others do."""
    dialogue = Dialogue(classic.PROTOCOL)
    dialogue >> b'{"CONN":{"us":"Guest1","channel":"home"}}{"SEND":{"PAYLOAD":"hello"}}'
    dialogue << c.LogIn(name="Guest1", guest=True, enter="home", device="classic")
    dialogue >> LoggedIn(person=7, name="Guest1", guest=True)
    dialogue << b"OK"
    dialogue << c.Send(channel="home", text="hello")
    guest = Person(7, "Guest1", guest=True)
    dialogue >> Own(said(1, "hello", guest, "home")) << b"Guest1>hello"
    dialogue >> Entered(channel="home", person=2, name="Bea", guest=False) << b"[+]Bea"
    dialogue >> said(2, "two\nlines", channel="home") << b"Bea>two / lines"
    dialogue >> b'{"SEND":{"PAYLOAD":"much"}}' << c.Send(channel="home", text="much")
    dialogue >> TextTooLong(most=3) << b"causerie>not said: it is too long."
    dialogue >> Left(channel="home", person=2, name="Bea", guest=False) << b"[-]Bea"
    dialogue >> b'{"END":{}}' << c.Quit()
    dialogue >> Done()
    dialogue.ends()


def test_classic_a_refused_log_in_stands_alone() -> None:
    """Nothing that came with it is read before it is answered."""
    dialogue = Dialogue(classic.PROTOCOL)
    dialogue >> b'{"CONN":{"us":"bea","pwd":"wrong"}}{"CONN":{"us":"bea","pwd":"right"}}'
    dialogue << c.LogIn(name="bea", password="wrong", enter="home", device="classic")
    dialogue >> LoginFailed() << b"NO"
    dialogue << c.LogIn(name="bea", password="right", enter="home", device="classic")
    dialogue >> LoggedIn(person=2, name="bea")
    dialogue.ends()


def test_native_answers_carry_the_mark_that_was_given() -> None:
    """docs/protocol/native.md: hello, an answer, an acknowledgement, a refusal, an event; a line that is no command."""
    dialogue = Dialogue(native.PROTOCOL)
    dialogue >> b'{"do":"hello","id":1,"version":1}\n' << c.Hello(version=1, id=1)
    dialogue >> Welcome(
        server="s", software="x", version=1, message_bytes=5, frame_bytes=6, registration="open", guests=True
    )
    dialogue << (
        b'{"re":1,"is":"welcome","server":"s","software":"x","version":1,"message_bytes":5,"frame_bytes":6,'
        b'"registration":"open","guests":true}\n'
    )
    dialogue >> b'{"do":"send","id":"a","channel":"tea","text":"hi","key":"k"}\n{"do":"ping","id":2}\n'
    dialogue << c.Send(channel="tea", text="hi", key="k", id="a") << c.Ping(id=2)
    dialogue >> Stored(channel="tea", number=9, at=1_000, said=1)
    dialogue << b'{"re":"a","is":"ack","channel":"tea","number":9,"at":1000,"key":"k"}\n'
    dialogue >> Pong() << b'{"re":2,"is":"pong"}\n'
    dialogue >> b'{"do":"look","id":3,"channel":"attic"}\n' << c.Look(channel="attic", id=3)
    dialogue >> NoSuchChannel(channel="attic")
    dialogue << b'{"re":3,"is":"error","code":"no_such_channel","data":{"channel":"attic"}}\n'
    dialogue >> Farewell(channel="", code="quit") << b'{"is":"farewell","channel":"","code":"quit"}\n'
    dialogue.ends()


def test_native_a_line_that_is_no_command_is_refused_in_its_turn() -> None:
    """After what was asked before it."""
    dialogue = Dialogue(native.PROTOCOL)
    dialogue >> b'{"do":"hello","version":1}\n{"do":"fly","id":4}\n' << c.Hello(version=1)
    dialogue >> Done() << b'{"is":"done"}\n'
    dialogue << b'{"re":4,"is":"error","code":"unknown_command","data":{"why":"Invalid value \'fly\' - at `$.do`"}}\n'
    dialogue.ends()


def test_irc_a_guest_registers_and_pipelined_lines_wait() -> None:
    """Modern IRC, "Connection Registration": what follows NICK and USER is read when the client is welcome."""
    dialogue = Dialogue(irc.PROTOCOL.at(view_of([ANN, BEA], [TEA])))
    dialogue >> b"NICK Ann\r\nUSER ann 0 * :Ann A\r\nJOIN #tea\r\nPING 1\r\n"
    dialogue << GUEST_LOG_IN
    dialogue >> LoggedIn(person=1, name="Ann", guest=True) << c.SetPresence(mode="online")
    dialogue >> Done() << ":irc.local 001 Ann :Welcome to the causerie network, Ann"
    dialogue.skip_to(":irc.local 422 Ann :There is no message of the day")
    dialogue << c.Join(channel="tea", members=False)
    dialogue >> NoSuchChannel(channel="tea") << ":irc.local 403 Ann #tea :No such channel"
    dialogue << ":irc.local PONG irc.local :1"
    dialogue.ends()


def in_irc(caps: str = "") -> Dialogue:
    """Ann at IRC, with these capabilities."""
    dialogue = Dialogue(irc.PROTOCOL.at(view_of([ANN, BEA], [TEA])))
    if caps:
        dialogue >> f"CAP REQ :{caps}" << f":irc.local CAP * ACK :{caps}"
    dialogue >> b"NICK Ann\r\nUSER ann 0 * :Ann A\r\n"
    if caps:
        dialogue >> "CAP END"
    dialogue << GUEST_LOG_IN
    dialogue >> LoggedIn(person=1, name="Ann", guest=True) << c.SetPresence(mode="online")
    return (dialogue >> Done()).skip_to(":irc.local 422 Ann :There is no message of the day")


def test_irc_answers_of_the_wire_keep_their_place() -> None:
    """A PONG comes after the answer to what was asked before, and before that to what is asked next."""
    dialogue = in_irc()
    dialogue >> b"TOPIC #tea :one\r\nPING 1\r\nKICK #tea Bea\r\n"
    dialogue << c.SetTopic(channel="tea", topic="one") << c.Kick(channel="tea", name="Bea")
    dialogue >> NoSuchChannel(channel="tea") << ":irc.local 403 Ann #tea :No such channel"
    dialogue << ":irc.local PONG irc.local :1"
    dialogue >> NoSuchPerson(name="Bea") << ":irc.local 401 Ann Bea :No such nick"
    dialogue.ends()


def test_irc_sasl_plain_before_registration() -> None:
    """IRCv3 sasl-3.1: 900 by the nick that was asked for, 903; then the client is in by its account."""
    letters = base64.b64encode(b"\0Bea\0secret").decode()
    dialogue = Dialogue(irc.PROTOCOL.at(view_of([ANN, BEA], [TEA])))
    dialogue >> "CAP REQ :sasl" << ":irc.local CAP * ACK :sasl"
    dialogue >> b"NICK Bea\r\nUSER bea 0 * :Bea\r\nAUTHENTICATE PLAIN\r\n" << ":irc.local AUTHENTICATE +"
    dialogue >> f"AUTHENTICATE {letters}" << c.LogIn(name="Bea", password="secret", device="irc")
    dialogue >> LoggedIn(person=2, name="Bea")
    dialogue << ":irc.local 900 Bea Bea!~bea@guest.irc.local Bea :You are now logged in as Bea"
    dialogue << ":irc.local 903 Bea :SASL authentication successful"
    dialogue >> "CAP END" << c.SetPresence(mode="online")
    dialogue >> Done() << ":irc.local 001 Bea :Welcome to the causerie network, Bea"
    dialogue.skip_to(":irc.local 422 Bea :There is no message of the day").ends()


def test_irc_sasl_in_steps_and_refused() -> None:
    """SCRAM-SHA-256: the core reads and writes the messages, the wire carries them in base64."""
    dialogue = Dialogue(irc.PROTOCOL.at(view_of([BEA])))
    dialogue >> "CAP REQ :sasl" << ":irc.local CAP * ACK :sasl"
    dialogue >> b"NICK Bea\r\nAUTHENTICATE SCRAM-SHA-256\r\n" << ":irc.local AUTHENTICATE +"
    dialogue >> f"AUTHENTICATE {base64.b64encode(b'n,,n=Bea,r=a').decode()}"
    dialogue << c.Scram(message="n,,n=Bea,r=a", device="irc")
    (
        dialogue
        >> Challenge(message="r=ab,s=c,i=1")
        << f":irc.local AUTHENTICATE {base64.b64encode(b'r=ab,s=c,i=1').decode()}"
    )
    dialogue >> f"AUTHENTICATE {base64.b64encode(b'c=biws,r=ab,p=x').decode()}"
    dialogue << c.Scram(message="c=biws,r=ab,p=x", device="irc")
    dialogue >> LoginFailed() << ":irc.local 904 Bea :SASL authentication failed"
    dialogue.ends()


def test_irc_history_is_a_batch() -> None:
    """IRCv3 chathistory: the page's messages between BATCH and BATCH, with what capabilities add."""
    dialogue = in_irc("batch draft/chathistory message-tags")
    dialogue >> "CHATHISTORY LATEST #tea * 2"
    dialogue << c.History(
        channel="tea", limit=2, talk=True, deleted=False, without=["edited"], member=True, oldest=False
    )
    dialogue >> Page(channel="tea", events=[said(3, "one"), said(4, "two")])
    dialogue << ":irc.local BATCH +h chathistory #tea"
    dialogue << "@batch=h;msgid=ff-3 :Bea!causerie@irc.local PRIVMSG #tea :one"
    dialogue << "@batch=h;msgid=ff-4 :Bea!causerie@irc.local PRIVMSG #tea :two"
    dialogue << ":irc.local BATCH -h"
    dialogue.ends()


def test_irc_a_label_is_on_the_answer_and_on_the_echo() -> None:
    """IRCv3 labeled-response with echo-message; what the wire answers itself has its label too."""
    dialogue = in_irc("labeled-response echo-message batch message-tags")
    dialogue >> "@label=a PRIVMSG #tea :hi" << c.Send(channel="tea", text="hi", literal=True)
    dialogue >> "@label=b PING 1"
    dialogue >> Own(said(5, "hi", ANN))
    dialogue << "@label=a;msgid=ff-5 :Ann!~ann@guest.irc.local PRIVMSG #tea :hi"
    dialogue << "@label=b :irc.local PONG irc.local :1"
    dialogue >> "@label=c WHO Bea" << "@label=c :irc.local 315 Ann Bea :End of WHO list"
    dialogue.ends()


def test_irc_several_lines_are_one_message() -> None:
    """IRCv3 multiline, both ways: a batch comes to one command, and an event to a batch for who knows it."""
    dialogue = in_irc("batch draft/multiline message-tags")
    dialogue >> "BATCH +x draft/multiline #tea"
    dialogue >> b"@batch=x PRIVMSG #tea :one\r\n@batch=x PRIVMSG #tea :two\r\nBATCH -x\r\n"
    dialogue << c.Send(channel="tea", text="one\ntwo", literal=True)
    dialogue >> Own(said(6, "one\ntwo", ANN))
    dialogue >> said(7, "three\nfour")
    dialogue << "@msgid=ff-7 :Bea!causerie@irc.local BATCH +m7 draft/multiline #tea"
    dialogue << "@batch=m7 :Bea!causerie@irc.local PRIVMSG #tea :three"
    dialogue << "@batch=m7 :Bea!causerie@irc.local PRIVMSG #tea :four"
    dialogue << ":irc.local BATCH -m7"
    dialogue.ends()


def test_irc_coming_into_a_channel() -> None:
    """JOIN, the topic, the names: after the answer, not after the event that the others are told."""
    dialogue = in_irc()
    dialogue >> "JOIN #tea" << c.Join(channel="tea", members=False)
    dialogue >> Private(Entered(channel="tea", person=1, name="Ann", guest=True))
    dialogue >> SNAPSHOT
    dialogue << ":Ann!~ann@guest.irc.local JOIN #tea" << ":irc.local 366 Ann #tea :End of /NAMES list"
    dialogue.ends()
