"""The chat as the window shows it, over a port that only notes what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from causerie.chat.commands import Command, Edit, History, Ignore, IsTyping, Join, Mark, Send, Thread, Unread
from causerie.chat.errors import ReadOnly
from causerie.chat.events import ChannelRenamed, Confided, Followed, Message, Preferring, Typing
from causerie.chat.model import Preferences
from causerie.chat.replay import apply, quiet
from causerie.chat.replies import Ack, LoggedIn, Page, Reply, ThreadPage, Welcome
from causerie.chat.view import View
from causerie.client import EventReceived, MessageRefused, MessageSent, State, StateChanged, TypingStopped
from causerie.desktop.models.actions import Acts
from causerie.desktop.models.bridge_messages import Answered, Inside, Then, Told
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.sending import Saying


class Port:
    """Notes what is asked and said."""

    def __init__(self) -> None:
        self.asked: list[tuple[Command, Then]] = []
        self.posted: list[Send] = []

    def ask(self, command: Command, then: Then) -> None:
        self.asked.append((command, then))

    def post(self, command: Send) -> None:
        self.posted.append(command)

    def takes(self, kind: type[Any]) -> tuple[Any, Then]:
        """The next thing of this kind that was asked."""
        found = next(one for one in self.asked if isinstance(one[0], kind))
        self.asked.remove(found)
        return found


class Room:
    """A conversation, and what the network would do."""

    def __init__(self, *messages: Send) -> None:
        self.port, self.now, self.keys, self.sought = Port(), 1_000_000, 0, ""
        self.views = {name: View(channel=name, number=3, me=1) for name in ("home", "attic")}
        welcome = Welcome(
            server="s", software="", version=1, message_bytes=999, frame_bytes=9999, registration="open", guests=True
        )
        me = LoggedIn(person=1, name="anna", guest=True)
        inside = Inside(me, welcome, "home", self.views, messages)
        self.chat = Conversation(self.port, inside, lambda error: error.code, lambda: self.now, self.key, {})
        self.acts = Acts(self.chat, self.searches)
        self.saying = Saying(self.chat, self.acts.command)
        self.loads()

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def searches(self, text: str) -> None:
        self.sought = text

    def loads(self, *texts: str) -> None:
        """The newest page comes."""
        _asked, then = self.port.takes(History)
        events = [self.message(number, text) for number, text in enumerate(texts, 1)]
        self.answers(then, Page(channel=self.chat.current, events=list(events), number=3))

    def answers(self, then: Then, reply: Reply | None = None, error: Exception | None = None) -> None:
        self.chat.take(Answered(then, reply, error, self.views, None))

    def message(self, number: int, text: str, channel: str = "home", **about: Any) -> Message:
        return Message(
            channel=channel, number=number, at=self.now, **{"person": 2, "name": "ben", "text": text, **about}
        )

    def hears(self, text: str, channel: str = "home", **about: Any) -> None:
        view = self.views[channel]
        event = self.message(view.number + 1, text, channel, **about)
        self.views[channel] = apply(view, event)
        self.chat.take(Told(EventReceived(event, self.views[channel]), self.views[channel]))


def test_what_one_says_is_pending_until_it_is_heard() -> None:
    room = Room()
    assert room.saying.say("hello")
    assert [(message.text, message.key) for message in room.port.posted] == [("hello", "k1")]
    assert list(room.chat.timeline.pending) == ["k1"]
    room.chat.take(Told(MessageSent("k1", Ack(channel="home", number=4, at=0, key="k1")), None))
    room.hears("hello", key="k1", person=1, name="anna")
    assert not room.chat.timeline.pending
    assert [message.text for message in room.chat.timeline.messages] == ["hello"]


def test_what_is_refused_can_be_said_again_or_dropped() -> None:
    room = Room()
    room.saying.say("hello")
    room.chat.take(Told(MessageRefused("k1", room.port.posted[0], ReadOnly(channel="home")), None))
    assert room.chat.timeline.pending["k1"].trouble == "read_only"
    room.acts.retry("k1")
    assert [message.key for message in room.port.posted] == ["k1", "k1"]
    room.acts.discard("k1")
    assert not room.chat.timeline.pending


def test_what_an_earlier_run_did_not_get_through_is_there() -> None:
    room = Room(Send(channel="home", text="left over", key="old"))
    assert list(room.chat.timeline.pending) == ["old"]


@pytest.mark.parametrize(("typed", "command"), [("/join kitchen", Join), ("/nick x", Command)])
def test_slash_commands_are_asked_and_never_said(typed: str, command: type[Command]) -> None:
    room = Room()
    assert room.saying.say(typed)
    assert not room.port.posted
    room.port.takes(command)


def test_an_unknown_slash_command_stays_in_the_line_and_two_slashes_say_one() -> None:
    room = Room()
    assert not room.saying.say("/nonsense")
    assert room.chat.says == "unknown_slash"
    assert room.saying.say("//so")
    assert (room.port.posted[0].text, room.port.posted[0].literal) == ("/so", True)
    assert room.saying.say("/search tea")
    assert room.sought == "tea"


def test_up_edits_what_one_said_last() -> None:
    room = Room()
    room.hears("mine", person=1, name="anna")
    room.hears("theirs")
    message = room.saying.edit_last()
    assert message is not None
    assert message.text == "mine"
    assert room.saying.say("mine, better")
    edit, _then = room.port.takes(Edit)
    assert (edit.number, edit.text) == (message.number, "mine, better")
    assert not room.port.posted


def test_a_mention_elsewhere_counts_and_notifies_and_looking_there_reads_it() -> None:
    room = Room()
    room.hears("@anna, come", "attic", mentions=(1,))
    assert [(place.channel, place.count) for place in room.chat.places()] == [("attic", 1), ("home", 0)]
    assert [notice.channel for notice in room.chat.notices] == ["attic"]
    room.chat.open("attic")
    room.loads()
    room.hears("and more", "attic")
    room.chat.reading.seen()
    mark, _then = room.port.takes(Mark)
    assert (mark.channel, mark.number) == ("attic", 5)
    room.chat.reading.seen()
    assert not [one for one, _then in room.port.asked if isinstance(one, Mark)]


def test_typing_ends_by_itself_and_is_told_now_and_then() -> None:
    room = Room()
    event = Typing(channel="home", person=2, name="ben")
    room.views["home"] = apply(room.views["home"], event)
    room.chat.take(Told(EventReceived(event, room.views["home"]), room.views["home"]))
    assert room.chat.typing() == ["ben"]
    room.views["home"] = quiet(room.views["home"], 2)
    room.chat.stale.clear()
    room.chat.take(Told(TypingStopped(room.views["home"]), room.views["home"]))
    assert room.chat.typing() == []
    assert room.chat.stale == {"typing"}
    room.saying.typing()
    room.saying.typing()
    assert len([one for one, _then in room.port.asked if isinstance(one, IsTyping)]) == 1


def test_after_the_connection_was_lost_what_events_do_not_tell_is_asked_for() -> None:
    room = Room()
    room.port.asked.clear()
    room.chat.take(Told(StateChanged(State.LOST, ""), None))
    assert room.chat.state is State.LOST
    assert "bar" in room.chat.stale
    room.chat.take(Told(StateChanged(State.LIVE, ""), None))
    assert {type(one).__name__ for one, _then in room.port.asked} == {"Unread", "Drafts", "Threads", "Preferred"}


def test_drafts_stay_with_their_channel() -> None:
    room = Room()
    room.saying.draft("half a")
    room.chat.open("attic")
    assert [place.draft for place in room.chat.places()] == [False, True]
    assert room.chat.drafts == {"home": "half a"}


class TestThread:
    """A thread beside the conversation."""

    def opened(self) -> Room:
        room = Room()
        room.hears("shall we?")
        room.hears("yes", reply=4, thread=4, nth=1)
        room.chat.reading.open_thread(5)
        asked, then = room.port.takes(Thread)
        assert (asked.channel, asked.number) == ("home", 4)
        first, second = room.chat.timeline.messages
        room.answers(then, ThreadPage(channel="home", thread=4, messages=[first, second], number=5))
        return room

    def test_it_has_what_belongs_to_it_and_no_more(self) -> None:
        room = self.opened()
        room.hears("something else")
        room.hears("no", reply=4, thread=4, nth=2)
        thread = room.chat.thread
        assert thread is not None
        assert [message.text for message in thread.messages] == ["shall we?", "yes", "no"]
        assert thread.messages[0].replies == 2
        assert [message.text for message in room.chat.timeline.messages][-2:] == ["something else", "no"]

    def test_what_one_says_there_replies_there_and_is_grey_in_both_places(self) -> None:
        room = self.opened()
        saying = Saying(room.chat, room.acts.command, thread=4)
        assert saying.say("maybe")
        assert [(message.text, message.reply) for message in room.port.posted] == [("maybe", 4)]
        assert room.chat.thread is not None
        assert list(room.chat.thread.pending) == list(room.chat.timeline.pending) == ["k1"]
        room.chat.take(Told(MessageRefused("k1", room.port.posted[0], ReadOnly(channel="home")), None))
        assert room.chat.thread.pending["k1"].trouble
        room.acts.discard("k1")
        assert not room.chat.thread.pending
        room.saying.say("in the channel")
        assert not room.chat.thread.pending

    def test_its_draft_is_its_own(self) -> None:
        room = self.opened()
        saying = Saying(room.chat, room.acts.command, thread=4)
        saying.draft("half a")
        room.saying.draft("quarter of a")
        room.chat.open("attic")
        assert room.chat.thread is None
        room.chat.open("home")
        assert (saying.text, room.saying.text) == ("half a", "quarter of a")

    def test_up_edits_ones_own_reply_in_it(self) -> None:
        room = self.opened()
        room.hears("mine", person=1, name="anna", reply=4, thread=4, nth=2)
        room.hears("elsewhere", person=1, name="anna")
        message = Saying(room.chat, room.acts.command, thread=4).edit_last()
        assert message is not None
        assert message.text == "mine"

    def test_who_follows_it_and_sees_its_end_has_read_it(self) -> None:
        room = self.opened()
        room.chat.reading.seen_thread()
        assert not [one for one, _then in room.port.asked if isinstance(one, Mark)]
        followed = Followed(channel="home", thread=4, on=True)
        room.views["home"] = apply(room.views["home"], followed)
        room.chat.take(Told(EventReceived(followed, room.views["home"]), room.views["home"]))
        room.chat.reading.seen_thread()
        room.chat.reading.seen_thread()
        marks = [one for one, _then in room.port.asked if isinstance(one, Mark)]
        assert [(mark.number, mark.thread) for mark in marks] == [(5, 4)]


def unread_room(count: int, here: int) -> Room:
    """Somebody comes to `count` unread messages after number 10, of which the last `here` are on the page."""
    room = Room()
    room.views["attic"] = View(channel="attic", number=10 + count, me=1, upto=10, said=10 + count, read_said=10)
    room.chat.views["attic"] = room.views["attic"]
    room.chat.open("attic")
    asked, then = room.port.takes(History)
    first = 11 + count - here
    events = [room.message(number, f"t{number}", "attic") for number in range(first, 11 + count)]
    room.answers(then, Page(channel="attic", events=list(events), more=True, number=10 + count))
    assert asked.before == asked.after == 0
    return room


def test_where_it_begins_to_be_new_is_one_step_away_until_it_is_seen() -> None:
    room = unread_room(30, here=15)
    reading = room.chat.reading
    reading.looks_at(26)
    assert (reading.fresh.count, reading.fresh.seen) == (30, False)
    reading.to_fresh()
    asked, then = room.port.takes(History)
    assert asked.around == 10
    events = [room.message(number, f"t{number}", "attic") for number in range(4, 19)]
    room.answers(then, Page(channel="attic", events=list(events), more=True, number=40))
    assert room.chat.timeline.scene.found == 0
    assert reading.fresh.seen


def test_what_is_new_and_in_sight_needs_no_button() -> None:
    room = unread_room(5, here=15)
    seen = []
    for top in (12, 10):
        room.chat.reading.looks_at(top)
        seen.append(room.chat.reading.fresh.seen)
    assert seen == [False, True]
    room.chat.reading.to_fresh()
    assert not [one for one, _then in room.port.asked if isinstance(one, History)]


def test_what_comes_while_one_looks_elsewhere_stands_below_a_line() -> None:
    room = Room()
    room.hears("one")
    room.chat.looking = False
    room.hears("two")
    room.hears("three")
    assert (room.chat.reading.fresh.after, room.chat.reading.fresh.count) == (4, 2)
    assert room.chat.timeline.scene.new_after == 4


def test_being_connected_again_leaves_the_timeline_where_it_is() -> None:
    room = Room()
    room.hears("one")
    room.chat.timeline.take()
    room.views["home"] = replace(room.views["home"], upto=3, said=4, read_said=3)
    room.chat.views["home"] = room.views["home"]
    _asked, then = room.port.takes(Unread)
    room.answers(then)
    assert [type(step).__name__ for step in room.chat.timeline.take()] == ["Redrawn"]
    assert room.chat.reading.fresh.after == 3


def test_a_channel_that_is_renamed_stays_open_with_what_one_wrote_there() -> None:
    room = Room()
    room.hears("before")
    room.saying.say("on its way")
    room.chat.drafts["home"] = "half a"
    told = ChannelRenamed(channel="home", number=5, at=1, person=2, name="ben", was="home", now="house")
    view = apply(room.views["home"], told)
    room.chat.take(Told(EventReceived(told, view), view))
    assert room.chat.current == "house"
    assert sorted(room.chat.views) == ["attic", "house"]
    assert room.chat.drafts == {"house": "half a"}
    assert list(room.chat.timeline.pending) == ["k1"]
    asked, _then = room.port.takes(History)
    assert asked.channel == "house"


def test_what_is_confided_is_said_below() -> None:
    room = Room()
    told = Confided(channel="home", at=1, person=2, name="ben", mark="m", to="moderators", text="help\nme")
    room.chat.take(Told(EventReceived(told, room.views["home"]), room.views["home"]))
    assert room.chat.says == "ben in #home, to the moderators: help me"


def test_who_is_ignored_is_what_the_server_says_on_every_device() -> None:
    """A refused wish hides nobody; another device's, and one taken back, is seen at once in what is shown."""
    room = Room()
    room.hears("hello", person=2, name="ben")

    def shown() -> str:
        timeline = room.chat.timeline
        place = len(timeline.messages) - 1
        return "".join(piece.text for piece in timeline._row(place).pieces)

    room.acts.ignore("ben")
    _asked, then = room.port.takes(Ignore)
    assert "hello" in shown()
    room.answers(then, error=ReadOnly(channel="home"))
    assert "hello" in shown()
    for ignored in ((2,), ()):
        told = Preferring(channel="", preferences=Preferences(ignored=ignored))
        room.chat.timeline.take()
        room.chat.take(Told(EventReceived(told, None), None))
        assert ("hello" in shown()) is (not ignored)
        assert room.chat.timeline.take(), "it is drawn anew"
