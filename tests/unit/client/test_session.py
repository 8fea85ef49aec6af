"""Dialogues with a session: what it says to a server, line by line, and what it makes of the answers."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import errors
from causerie.chat.commands import Join, LogIn, Members, Quit, Send, SetTopic
from causerie.chat.replies import Ack, MemberList, Page
from causerie.client import (
    AccountChanged,
    ChannelLeft,
    ConnectionLost,
    Credentials,
    EventReceived,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    OutboxFull,
    SavedSession,
    Session,
    SessionEnded,
    State,
    TooManyRequests,
    TypingStopped,
    UnexpectedReply,
    Update,
)
from causerie.client.channel_sync import TYPING_SECONDS
from causerie.client.channels import MAX_TRIES
from causerie.client.outbox import MAX_OUTGOING, OutgoingMessage
from causerie.client.pending_requests import MAX_REQUESTS
from causerie.client.session import ANSWER_WITHIN, ENTER_WITHIN, PING_AFTER
from causerie.client.states import InvalidTransition

ME = {"is": "logged_in", "person": 1, "name": "me"}
PASSWORD = "four bronze teapots"


class Dialogue:
    """A session, and the server as the test plays it."""

    def __init__(self, credentials: Credentials | None = None, saved: SavedSession | None = None) -> None:
        count = itertools.count(1)
        self.now = 1000.0
        self.session = Session(credentials or Credentials(guest=True), lambda: f"k{next(count)}", saved)
        self.marks: dict[str, int] = {}
        self.happened: list[Update] = []

    def says(self, **about: Any) -> None:
        """The client says exactly this next; its mark is remembered under the command's name."""
        command = self.line()
        said = {name: command.get(name) for name in about}
        assert said == about

    def line(self) -> dict[str, Any]:
        self.unread = getattr(self, "unread", b"") + self.session.data_to_send()
        line, _, self.unread = self.unread.partition(b"\n")
        assert line, "the client says nothing"
        command: dict[str, Any] = json.loads(line)
        self.marks[command["do"]] = command["id"]
        return command

    def is_silent(self) -> None:
        assert getattr(self, "unread", b"") + self.session.data_to_send() == b""

    def answers(self, do: str, **answer: Any) -> None:
        """The last command of this kind is answered."""
        self.tells(re=self.marks[do], **answer)

    def refuses(self, do: str, code: str, **data: Any) -> None:
        self.answers(do, **{"is": "error", "code": code, "data": data})

    def tells(self, **line: Any) -> None:
        self.session.receive(json.dumps(line).encode() + b"\n", self.now)
        self.happened += self.session.updates()

    def is_temporary(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(self.now)
        self.happened += self.session.updates()

    def greets(self) -> None:
        """A connection, as far as the greeting."""
        if self.session.state is State.LOST:
            self.session.reconnecting(self.now)
        self.unread = b""
        self.session.connected(self.now)
        self.says(do="hello", version=1)
        self.answers(
            "hello", **{"is": "welcome", "server": "s", "software": "", "version": 1, "message_bytes": 16384,
            "frame_bytes": 65536, "registration": "open", "guests": True},
        )  # fmt: skip

    def is_in(self, **about: Any) -> None:
        """A connection, and logged in."""
        self.greets()
        self.says(do="login")
        self.answers("login", **{**ME, **about})

    def snapshot_received(self, number: int = 0, channel: str = "home") -> dict[str, Any]:
        return {"is": "snapshot", "channel": channel, "access": "public", "topic": "", "number": number}

    def is_in_home(self, **about: Any) -> None:
        self.is_in(**about)
        self.session.ask(Join(channel="home"))
        self.says(do="join", channel="home")
        self.answers("join", **self.snapshot_received())
        self.happened.clear()

    def connection_lost(self, why: str = "") -> None:
        self.session.connection_lost(self.now, why)
        self.happened += self.session.updates()

    def post(self, text: str, key: str = "", channel: str = "home") -> OutgoingMessage:
        return self.session.send(Send(channel=channel, text=text, key=key))


# Coming in.


def test_a_guest_comes_back_by_the_token_that_it_was_given() -> None:
    d = Dialogue(Credentials(guest=True, name="Zoé"))
    d.greets()
    d.says(do="login", guest=True, name="Zoé", keep=True, token="")
    d.answers("login", **ME, guest=True, token="secret")
    assert d.session.saved().token == "secret"
    d.connection_lost()
    d.greets()
    d.says(do="login", guest=False, token="secret", password="")


def test_a_password_is_forgotten_as_soon_as_there_is_a_token() -> None:
    d = Dialogue(Credentials(name="me", password=PASSWORD))
    d.greets()
    d.says(do="login", name="me", password=PASSWORD, keep=True)
    d.answers("login", **ME, token="secret")
    d.connection_lost()
    d.greets()
    d.says(do="login", token="secret", password="")
    d.refuses("login", "login_failed")
    assert d.session.state is State.CLOSED
    assert isinstance(d.session.failure, errors.LoginFailed)
    assert d.session.saved().token == ""


def test_a_token_that_is_no_good_any_more_is_followed_by_the_password() -> None:
    d = Dialogue(Credentials(name="me", password=PASSWORD), SavedSession(token="old"))
    d.greets()
    d.says(do="login", token="old", password="")
    d.refuses("login", "login_failed")
    d.says(do="login", name="me", password=PASSWORD)
    d.answers("login", **ME, token="new")
    assert d.session.saved().token == "new"


def test_a_registration_whose_answer_was_lost_is_not_taken_for_somebody_elses() -> None:
    """It is asked again; if the name is taken by then, it may be one's own account."""
    d = Dialogue(Credentials(name="me", password=PASSWORD, invite="i"))
    d.greets()
    d.says(do="register", name="me", invite="i")
    d.connection_lost()
    d.greets()
    d.says(do="register")
    d.refuses("register", "invite_refused")
    d.says(do="login", name="me", password=PASSWORD)
    d.answers("login", **ME, token="t")
    assert d.session.state is State.LIVE


def test_a_registration_that_is_refused_outright_is_the_end() -> None:
    d = Dialogue(Credentials(name="me", password=PASSWORD, invite="i"))
    d.greets()
    d.says(do="register")
    d.refuses("register", "invite_refused")
    assert isinstance(d.session.failure, errors.InviteRefused)
    with pytest.raises(SessionEnded):
        d.session.ask(Members(channel="home"))


def test_a_server_that_is_busy_is_asked_again_when_it_says() -> None:
    d = Dialogue(Credentials(name="me", password=PASSWORD))
    d.greets()
    d.says(do="login")
    d.refuses("login", "busy", retry_after=7)
    assert d.session.state is State.LOST
    assert d.session.retry_at == d.now + 7


def test_ones_own_ghost_is_outwaited() -> None:
    """In clear a guest gets no token; its name is taken until the server has noticed that it was cut off."""
    d = Dialogue()
    d.is_in(guest=True)
    d.connection_lost()
    d.greets()
    d.says(do="login", name="me", guest=True)
    d.refuses("login", "name_taken", name="me", why="taken")
    assert d.session.state is State.LOST


def test_another_version_of_the_protocol_is_the_end() -> None:
    d = Dialogue()
    d.session.connected(d.now)
    d.says(do="hello")
    d.refuses("hello", "bad_input", why="version", version=9)
    assert isinstance(d.session.failure, errors.BadInput)


def test_who_is_turned_away_at_the_door_is_told_why() -> None:
    """No language is spoken yet, so it is a line of text."""
    d = Dialogue()
    d.session.connected(d.now)
    d.session.receive(b"the server is full; try again later\n", d.now)
    assert (d.session.state, d.session.why) == (State.LOST, "the server is full; try again later")


@pytest.mark.parametrize("code", ["disabled", "password_changed", "revoked"])
def test_who_is_put_out_does_not_come_back(code: str) -> None:
    """And the token is forgotten, but not what was still to be said."""
    d = Dialogue()
    d.is_in_home(token="t")
    message = d.post("unsaid")
    d.tells(**{"is": "farewell", "channel": "", "code": code})
    assert d.session.state is State.CLOSED
    assert isinstance(d.session.failure, SessionEnded)
    assert isinstance(message.error, SessionEnded)
    saved = d.session.saved()
    assert (saved.token, [command.text for command in saved.outbox]) == ("", ["unsaid"])


@pytest.mark.parametrize("code", ["stalled", "shutting_down", "store_unavailable", "of_another_year"])
def test_any_other_farewell_is_only_for_now(code: str) -> None:
    d = Dialogue()
    d.is_in_home()
    d.tells(**{"is": "farewell", "channel": "", "code": code})
    assert (d.session.state, d.session.why) == (State.LOST, code)


# Letters.


def test_one_message_of_a_channel_at_a_time_and_channels_do_not_wait_for_each_other() -> None:
    d = Dialogue()
    d.is_in_home()
    d.session.ask(Join(channel="garden"))
    d.says(do="join")
    d.answers("join", **d.snapshot_received(channel="garden"))
    first, second, other = d.post("one"), d.post("two"), d.post("elsewhere", channel="garden")
    d.says(do="send", text="one", key="k1")
    mark = d.marks["send"]
    d.says(do="send", text="elsewhere")
    d.is_silent()
    d.tells(**{"re": mark, "is": "ack", "channel": "home", "number": 1, "at": 5, "key": "k1"})
    assert first.reply == Ack(channel="home", number=1, at=5, key="k1")
    d.says(do="send", text="two")
    assert not second.done
    assert not other.done


def test_too_fast_is_sent_again_after_the_time_that_the_server_names() -> None:
    d = Dialogue()
    d.is_in_home()
    message = d.post("quick")
    d.says(do="send", key="k1")
    d.refuses("send", "too_fast", retry_after=3.5)
    delayed = d.happened.pop()
    assert isinstance(delayed, MessageDelayed)
    assert (delayed.key, delayed.seconds) == ("k1", 3.5)
    d.is_silent()
    assert d.session.next_wakeup() == d.now + 3.5
    d.is_temporary(3.4)
    d.is_silent()
    d.is_temporary(0.1)
    d.says(do="send", key="k1")
    assert message.attempts == 2


def test_slow_mode_is_one_channels() -> None:
    d = Dialogue()
    d.is_in_home()
    d.session.ask(Join(channel="garden"))
    d.says(do="join")
    d.answers("join", **d.snapshot_received(channel="garden"))
    d.post("slow")
    d.says(do="send", text="slow")
    d.refuses("send", "slow_mode", channel="home", retry_after=60)
    d.post("elsewhere", channel="garden")
    d.says(do="send", text="elsewhere")
    d.is_silent()
    d.answers("send", **{"is": "ack", "channel": "garden", "number": 1, "at": 0, "key": "k2"})
    d.now += 60
    d.tells(**{"is": "pong"})
    d.says(do="send", text="slow")


def test_who_is_typing_falls_quiet_by_itself() -> None:
    d = Dialogue()
    d.is_in_home()
    d.tells(**{"is": "typing", "channel": "home", "person": 2, "name": "other"})
    assert d.session.views["home"].typing == {2: "other"}
    assert d.session.next_wakeup() == d.now + TYPING_SECONDS
    d.is_temporary(TYPING_SECONDS)
    assert d.session.views["home"].typing == {}
    assert isinstance(d.happened[-1], TypingStopped)


def test_another_name_is_ones_own() -> None:
    d = Dialogue()
    d.is_in_home(guest=True)
    d.tells(**{"is": "renamed", "channel": "home", "person": 1, "name": "Zoé", "was": "me", "guest": True})
    assert d.session.me is not None
    assert d.session.me.name == "Zoé"


def test_a_refusal_for_good_is_said_and_the_next_message_goes() -> None:
    d = Dialogue()
    d.is_in_home()
    message = d.post("shout")
    d.post("talk")
    d.says(do="send", text="shout")
    d.refuses("send", "muted", channel="home", until=0)
    assert isinstance(message.error, errors.Muted)
    refused = d.happened.pop()
    assert isinstance(refused, MessageRefused)
    assert refused.command.text == "shout"  # type: ignore[attr-defined]
    d.says(do="send", text="talk")


def test_a_fault_of_the_server_is_not_asked_for_for_ever() -> None:
    d = Dialogue()
    d.is_in_home()
    message = d.post("poison")
    for _ in range(MAX_TRIES):
        d.says(do="send", text="poison")
        d.refuses("send", "internal")
        d.is_temporary(10)
    assert isinstance(message.error, errors.Internal)


def test_what_was_not_acknowledged_is_sent_again_when_the_channel_is_caught_up_with() -> None:
    d = Dialogue()
    d.is_in_home(token="t")
    d.post("one")
    d.post("two")
    d.says(do="send", text="one", key="k1")
    d.connection_lost()
    d.post("three")
    d.is_in(token="t")
    d.says(do="resume", since={"home": 0})
    d.answers("resume", **{"is": "resumed", "channels": ["home"]})
    d.is_silent()
    d.tells(**d.snapshot_received())
    for text, key in (("one", "k1"), ("two", "k2"), ("three", "k3")):
        d.says(do="send", text=text, key=key)
        d.is_silent()
        d.answers("send", **{"is": "ack", "channel": "home", "number": 1, "at": 0, "key": key})


def test_a_message_that_is_heard_is_not_sent_again() -> None:
    """A guest without a token comes back as another person, whose key would be another message."""
    d = Dialogue()
    d.is_in_home(guest=True)
    message = d.post("one")
    d.says(do="send", key="k1")
    d.connection_lost()
    d.is_in(guest=True, person=7)
    d.says(do="resume")
    d.answers("resume", **{"is": "resumed", "channels": ["home"]})
    said = {"is": "message", "channel": "home", "number": 1, "at": 9, "name": "me", "text": "one", "key": "k1"}
    d.tells(**said, person=3)
    assert not message.done, "the same key of somebody else is another message"
    d.tells(**{**said, "number": 2}, person=1)
    assert message.reply == Ack(channel="home", number=2, at=9, key="k1")
    d.tells(**d.snapshot_received(2))
    d.is_silent()


def test_a_message_to_a_channel_that_one_is_not_in_enters_it_first() -> None:
    """By the server's name for it; and makes none that was mistyped."""
    d = Dialogue()
    d.is_in()
    d.post("hello", channel="Home")
    d.says(do="join", channel="Home", create=False)
    d.is_silent()
    d.answers("join", **d.snapshot_received())
    d.says(do="send", channel="home", text="hello")
    d.post("again", channel="HOME")
    d.answers("send", **{"is": "ack", "channel": "home", "number": 1, "at": 0, "key": "k1"})
    d.says(do="send", channel="home", text="again")
    message = d.post("hello", channel="hoem")
    d.says(do="join", channel="hoem", create=False)
    d.refuses("join", "no_such_channel", channel="hoem")
    assert isinstance(message.error, errors.NoSuchChannel)


def test_who_is_put_out_of_a_channel_does_not_walk_in_again_to_finish_speaking() -> None:
    d = Dialogue()
    d.is_in_home(token="t")
    first, second = d.post("one"), d.post("two")
    d.says(do="send", text="one")
    d.tells(**{"is": "left", "channel": "home", "person": 1, "name": "me", "gone": True})
    assert isinstance(second.error, errors.NotAMember)
    assert [type(update) for update in d.happened] == [EventReceived, ChannelLeft, MessageRefused]
    assert d.session.views == {}
    d.connection_lost()
    assert isinstance(first.error, ConnectionLost)
    d.is_in(token="t")
    d.is_silent()


def test_a_channel_that_lets_nobody_back_in_is_said() -> None:
    d = Dialogue(saved=SavedSession(token="t", person=1, numbers={"home": 5, "attic": 3}))
    message = d.post("hello", channel="attic")
    d.is_in()
    d.says(do="resume", since={"home": 5, "attic": 3})
    d.answers("resume", **{"is": "resumed", "channels": ["home"]})
    assert ChannelLeft("attic") in d.happened
    assert isinstance(message.error, errors.NotAMember)
    assert set(d.session.views) == {"home"}


def test_another_person_does_not_say_what_the_last_one_wrote() -> None:
    saved = SavedSession(
        token="t", person=1, name="me", numbers={"home": 5}, outbox=[Send(channel="home", text="I", key="k")]
    )
    d = Dialogue(Credentials(name="you", password=PASSWORD), saved)
    (message,) = d.session.outgoing
    d.greets()
    d.says(do="login", token="t")
    d.refuses("login", "login_failed")
    d.says(do="login", name="you")
    d.answers("login", **{"is": "logged_in", "person": 2, "name": "you"})
    assert isinstance(message.error, AccountChanged)
    d.is_silent()


def test_the_same_key_is_the_same_message() -> None:
    d = Dialogue()
    assert d.post("one", key="mine") is d.post("one", key="mine")
    assert len(d.session.outgoing) == 1


# Bounds.


def test_the_outbox_and_the_questions_are_bounded() -> None:
    d = Dialogue()
    for number in range(MAX_OUTGOING):
        d.post(f"text {number}")
    with pytest.raises(OutboxFull):
        d.post("one more")
    for _ in range(MAX_REQUESTS):
        d.session.ask(Members(channel="home"))
    with pytest.raises(TooManyRequests):
        d.session.ask(Members(channel="home"))


def test_what_no_frame_can_hold_is_refused_here() -> None:
    d = Dialogue()
    with pytest.raises(errors.FrameTooLong):
        d.post("x" * 70_000)
    with pytest.raises(errors.FrameTooLong):
        d.session.ask(SetTopic(channel="home", topic="x" * 70_000))
    assert d.session.outgoing == ()


def test_a_silent_server_is_asked_and_then_given_up() -> None:
    d = Dialogue()
    d.is_in_home()
    assert d.session.next_wakeup() == d.now + PING_AFTER
    d.is_temporary(PING_AFTER)
    d.says(do="ping")
    d.answers("ping", **{"is": "pong"})
    d.is_temporary(PING_AFTER)
    d.says(do="ping")
    d.session.reading = False
    d.is_temporary(ANSWER_WITHIN)
    assert not d.happened, "who does not listen cannot say that the other is silent"
    d.session.reading = True
    d.is_temporary(PING_AFTER)
    d.says(do="ping")
    d.is_temporary(ANSWER_WITHIN)
    assert d.session.state is State.LOST
    assert d.session.why


def test_a_server_that_never_greets_is_given_up() -> None:
    d = Dialogue()
    d.session.connected(d.now)
    assert d.session.next_wakeup() == d.now + ENTER_WITHIN
    d.is_temporary(ENTER_WITHIN)
    assert d.session.state is State.LOST


# Questions.


def test_a_cut_fails_what_may_have_been_done_and_asks_again_what_changes_nothing() -> None:
    d = Dialogue()
    d.is_in_home(token="t")
    members, topic = d.session.ask(Members(channel="home")), d.session.ask(SetTopic(channel="home", topic="t"))
    d.line()
    d.line()
    d.connection_lost("reset")
    assert isinstance(topic.error, ConnectionLost)
    assert not members.done
    later = d.session.ask(SetTopic(channel="home", topic="asked while away"))
    d.is_in(token="t")
    d.says(do="resume")
    d.says(do="members")
    d.says(do="set_topic", topic="asked while away")
    d.answers("members", **{"is": "member_list", "channel": "home", "members": []})
    assert members.reply == MemberList(channel="home", members=[])
    d.refuses("set_topic", "not_moderator", channel="home")
    assert isinstance(later.error, errors.NotModerator)


def test_what_a_newer_server_says_is_passed_over_and_counted() -> None:
    d = Dialogue()
    d.is_in_home()
    asked = d.session.ask(Members(channel="home"))
    d.line()
    d.tells(**{"is": "sparkle", "channel": "home", "number": 1, "colour": [1, 2]})
    d.tells(**{"is": 7})
    d.tells(**{"is": "message", "channel": "home", "number": "two"})
    said = {"is": "message", "channel": "home", "number": 2, "at": 0, "person": 2, "name": "o", "text": "x", "new": 1}
    d.tells(**said)
    d.answers("members", **{"is": "constellation"})
    assert isinstance(asked.error, UnexpectedReply)
    assert d.session.unknown_frames == {"sparkle": 1, "": 2, "constellation": 1}
    assert d.session.views["home"].number == 2
    topic = d.session.ask(SetTopic(channel="home", topic="x"))
    d.line()
    d.answers("set_topic", **{"is": "error", "code": "too_purple", "data": {"shade": {"deep": 1}, "self": 2, "n": 3}})
    assert isinstance(topic.error, errors.ChatError)
    assert (topic.error.code, topic.error.data) == ("too_purple", {"n": 3})


def test_a_page_with_an_event_of_an_unknown_kind_is_a_page_without_it() -> None:
    d = Dialogue()
    d.is_in_home()
    asked = d.session.ask(Join(channel="x"))
    d.line()
    said = {"is": "message", "channel": "home", "number": 2, "at": 0, "person": 2, "name": "o", "text": "x"}
    d.answers("join", **{"is": "page", "channel": "home", "events": [{"is": "sparkle", "number": 1}, said]})
    assert isinstance(asked.reply, Page)
    assert [event.number for event in asked.reply.events] == [2]


def test_goodbye_is_answered_by_the_farewell() -> None:
    d = Dialogue()
    d.is_in_home(token="t")
    asked = d.session.ask(Quit())
    d.line()
    d.tells(**{"is": "farewell", "channel": "", "code": "quit"})
    assert asked.reply is not None
    assert (d.session.state, d.session.failure) == (State.CLOSED, None)


def test_leaving_for_good_revokes_the_token() -> None:
    d = Dialogue()
    d.is_in_home(token="t")
    d.session.leave(forget=True)
    d.says(do="logout")
    d.tells(**{"is": "farewell", "channel": "", "code": "logged_out"})
    assert (d.session.state, d.session.failure, d.session.saved().token) == (State.CLOSED, None, "")


def test_a_guest_that_becomes_an_account_says_what_it_wrote() -> None:
    d = Dialogue()
    d.is_in_home(guest=True)
    d.post("mine")
    d.says(do="send")
    d.session.ask(LogIn(name="anything that is answered so"))
    d.line()
    d.answers("login", **{**ME, "name": "anna", "token": "t2"})
    d.connection_lost()
    d.is_in(name="anna")
    d.says(do="resume")
    d.answers("resume", **{"is": "resumed", "channels": ["home"]})
    d.tells(**d.snapshot_received())
    d.says(do="send", text="mine", key="k1")
    d.answers("send", **{"is": "ack", "channel": "home", "number": 1, "at": 0, "key": "k1"})
    assert isinstance(d.happened[-1], MessageSent)


def test_the_table_of_states_lets_no_driver_go_wrong() -> None:
    d = Dialogue()
    with pytest.raises(InvalidTransition):
        d.session.reconnecting(d.now)
    d.session.connected(d.now)
    with pytest.raises(InvalidTransition):
        d.session.connected(d.now)


@given(noise=st.lists(st.binary(max_size=200), max_size=5))
def test_noise_never_breaks_it(noise: list[bytes]) -> None:
    """Whatever a server sends, the session is where it was, or the connection is given up."""
    d = Dialogue()
    d.is_in_home()
    for data in noise:
        if d.session.state is State.LIVE:
            d.session.receive(data, d.now)
    assert d.session.state in (State.LIVE, State.LOST)
