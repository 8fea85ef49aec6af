"""The chat as the window shows it, over a port that only notes what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from causerie.chat.commands import Command, Edit, History, Ignore, IsTyping, Join, Mark, Send, Thread, Unread
from causerie.chat.errors import ReadOnly
from causerie.chat.events import ChannelRenamed, Followed, Message, PreferencesChanged, RestrictedMessage, Typing
from causerie.chat.model import Preferences
from causerie.chat.replay import apply, quiet
from causerie.chat.replies import Ack, LoggedIn, Page, Reply, ThreadPage, Welcome
from causerie.chat.view import View
from causerie.client import EventReceived, MessageRefused, MessageSent, State, StateChanged, TypingStopped
from causerie.desktop.models.actions import Actions
from causerie.desktop.models.bridge_messages import OnAnswer, RequestAnswered, SessionStarted, UpdateReceived
from causerie.desktop.models.composer import Composer
from causerie.desktop.models.composers import SavedComposers
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.timeline import ReplaceRows


class NetworkPort:
    """Notes what is asked and said."""

    def __init__(self) -> None:
        self.asked: list[tuple[Command, OnAnswer]] = []
        self.posted: list[Send] = []

    def ask(self, command: Command, then: OnAnswer) -> None:
        self.asked.append((command, then))

    def post(self, command: Send) -> None:
        self.posted.append(command)

    def takes(self, kind: type[Any]) -> tuple[Any, OnAnswer]:
        """The next thing of this kind that was asked."""
        found = next(one for one in self.asked if isinstance(one[0], kind))
        self.asked.remove(found)
        return found


class Room:
    """A conversation, and what the network would do."""

    def __init__(self, *messages: Send) -> None:
        self.port, self.now, self.keys, self.sought = NetworkPort(), 1_000_000, 0, ""
        self.views = {name: View(channel=name, number=3, me=1) for name in ("home", "attic")}
        welcome = Welcome(
            server="s", software="", version=1, message_bytes=999, frame_bytes=9999, registration="open", guests=True
        )
        me = LoggedIn(person=1, name="anna", guest=True)
        inside = SessionStarted(me, welcome, "home", self.views, messages)
        self.chat = Conversation(
            self.port, inside, lambda error: error.code, lambda: self.now, self.key, SavedComposers()
        )
        self.actions = Actions(self.chat, self.searches)
        self.model = Composer(self.chat, self.actions.command)
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

    def answers(self, then: OnAnswer, reply: Reply | None = None, error: Exception | None = None) -> None:
        self.chat.receive(RequestAnswered(then, reply, error, self.views, None))

    def message(self, number: int, text: str, channel: str = "home", **about: Any) -> Message:
        return Message(
            channel=channel, number=number, at=self.now, **{"person": 2, "name": "ben", "text": text, **about}
        )

    def hears(self, text: str, channel: str = "home", **about: Any) -> None:
        view = self.views[channel]
        event = self.message(view.number + 1, text, channel, **about)
        self.views[channel] = apply(view, event)
        self.chat.receive(UpdateReceived(EventReceived(event, self.views[channel]), self.views[channel]))


def test_what_one_says_is_pending_until_it_is_heard() -> None:
    room = Room()
    assert room.model.submit("hello")
    assert [(message.text, message.key) for message in room.port.posted] == [("hello", "k1")]
    assert list(room.chat.timeline.pending) == ["k1"]
    room.chat.receive(UpdateReceived(MessageSent("k1", Ack(channel="home", number=4, at=0, key="k1")), None))
    room.hears("hello", key="k1", person=1, name="anna")
    assert not room.chat.timeline.pending
    assert [message.text for message in room.chat.timeline.messages] == ["hello"]


def test_what_is_refused_can_be_said_again_or_dropped() -> None:
    room = Room()
    room.model.submit("hello")
    room.chat.receive(UpdateReceived(MessageRefused("k1", room.port.posted[0], ReadOnly(channel="home")), None))
    assert room.chat.timeline.pending["k1"].trouble == "read_only"
    room.actions.retry("k1")
    assert [message.key for message in room.port.posted] == ["k1", "k1"]
    room.actions.discard("k1")
    assert not room.chat.timeline.pending


def test_what_an_earlier_run_did_not_get_through_is_there() -> None:
    room = Room(Send(channel="home", text="left over", key="old"))
    assert list(room.chat.timeline.pending) == ["old"]


@pytest.mark.parametrize(("typed", "command"), [("/join kitchen", Join), ("/nick x", Command)])
def test_slash_commands_are_asked_and_never_said(typed: str, command: type[Command]) -> None:
    room = Room()
    assert room.model.submit(typed)
    assert not room.port.posted
    room.port.takes(command)


def test_an_unknown_slash_command_stays_in_the_line_and_two_slashes_say_one() -> None:
    room = Room()
    assert not room.model.submit("/nonsense")
    assert room.chat.status_text == "unknown_slash"
    assert room.model.submit("//so")
    assert (room.port.posted[0].text, room.port.posted[0].literal) == ("/so", True)
    assert room.model.submit("/search tea")
    assert room.sought == "tea"


def test_up_edits_what_one_said_last() -> None:
    room = Room()
    room.hears("mine", person=1, name="anna")
    room.hears("theirs")
    message = room.model.edit_last()
    assert message is not None
    assert message.text == "mine"
    assert room.model.submit("mine, better")
    edit, _then = room.port.takes(Edit)
    assert (edit.number, edit.text) == (message.number, "mine, better")
    assert not room.port.posted


def test_a_mention_elsewhere_counts_and_notifies_and_looking_there_reads_it() -> None:
    room = Room()
    room.hears("@anna, come", "attic", mentions=(1,))
    assert [(place.channel, place.count) for place in room.chat.entries()] == [("attic", 1), ("home", 0)]
    assert [one.channel for one in room.chat.notifications] == ["attic"]
    room.chat.open("attic")
    room.loads()
    room.hears("and more", "attic")
    room.chat.read_state.mark_read()
    mark, _then = room.port.takes(Mark)
    assert (mark.channel, mark.number) == ("attic", 5)
    room.chat.read_state.mark_read()
    assert not [one for one, _then in room.port.asked if isinstance(one, Mark)]


def test_typing_ends_by_itself_and_is_told_now_and_then() -> None:
    room = Room()
    event = Typing(channel="home", person=2, name="ben")
    room.views["home"] = apply(room.views["home"], event)
    room.chat.receive(UpdateReceived(EventReceived(event, room.views["home"]), room.views["home"]))
    assert room.chat.typing() == ["ben"]
    room.views["home"] = quiet(room.views["home"], 2)
    room.chat.stale.clear()
    room.chat.receive(UpdateReceived(TypingStopped(room.views["home"]), room.views["home"]))
    assert room.chat.typing() == []
    assert room.chat.stale == {"typing"}
    room.model.typing()
    room.model.typing()
    assert len([one for one, _then in room.port.asked if isinstance(one, IsTyping)]) == 1


def test_after_the_connection_was_lost_what_events_do_not_tell_is_asked_for() -> None:
    room = Room()
    room.port.asked.clear()
    room.chat.receive(UpdateReceived(StateChanged(State.LOST, ""), None))
    assert room.chat.state is State.LOST
    assert "bar" in room.chat.stale
    room.chat.receive(UpdateReceived(StateChanged(State.LIVE, ""), None))
    assert {type(one).__name__ for one, _then in room.port.asked} == {"Unread", "Drafts", "Threads", "Preferred"}


def test_drafts_stay_with_their_channel() -> None:
    room = Room()
    room.model.draft("half a")
    room.chat.open("attic")
    assert [place.draft for place in room.chat.entries()] == [False, True]
    assert room.chat.composers.drafts == {"home": "half a"}


class TestThread:
    """A thread beside the conversation."""

    def opened(self) -> Room:
        room = Room()
        room.hears("shall we?")
        room.hears("yes", reply=4, thread=4, nth=1)
        room.chat.read_state.open_thread(5)
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
        model = Composer(room.chat, room.actions.command, thread=4)
        assert model.submit("maybe")
        assert [(message.text, message.reply) for message in room.port.posted] == [("maybe", 4)]
        assert room.chat.thread is not None
        assert list(room.chat.thread.pending) == list(room.chat.timeline.pending) == ["k1"]
        room.chat.receive(UpdateReceived(MessageRefused("k1", room.port.posted[0], ReadOnly(channel="home")), None))
        assert room.chat.thread.pending["k1"].trouble
        room.actions.discard("k1")
        assert not room.chat.thread.pending
        room.model.submit("in the channel")
        assert not room.chat.thread.pending

    def test_its_draft_is_its_own(self) -> None:
        room = self.opened()
        model = Composer(room.chat, room.actions.command, thread=4)
        model.draft("half a")
        room.model.draft("quarter of a")
        room.chat.open("attic")
        assert room.chat.thread is None
        room.chat.open("home")
        assert (model.text, room.model.text) == ("half a", "quarter of a")

    def test_up_edits_ones_own_reply_in_it(self) -> None:
        room = self.opened()
        room.hears("mine", person=1, name="anna", reply=4, thread=4, nth=2)
        room.hears("elsewhere", person=1, name="anna")
        message = Composer(room.chat, room.actions.command, thread=4).edit_last()
        assert message is not None
        assert message.text == "mine"

    def test_who_follows_it_and_sees_its_end_has_read_it(self) -> None:
        room = self.opened()
        room.chat.read_state.mark_thread_read()
        assert not [one for one, _then in room.port.asked if isinstance(one, Mark)]
        followed = Followed(channel="home", thread=4, on=True)
        room.views["home"] = apply(room.views["home"], followed)
        room.chat.receive(UpdateReceived(EventReceived(followed, room.views["home"]), room.views["home"]))
        room.chat.read_state.mark_thread_read()
        room.chat.read_state.mark_thread_read()
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
    reading = room.chat.read_state
    reading.top_seen(26)
    assert (reading.new_messages.count, reading.new_messages.seen) == (30, False)
    reading.to_first_new()
    asked, then = room.port.takes(History)
    assert asked.around == 10
    events = [room.message(number, f"t{number}", "attic") for number in range(4, 19)]
    room.answers(then, Page(channel="attic", events=list(events), more=True, number=40))
    assert room.chat.timeline.context.found == 0
    assert reading.new_messages.seen


def test_what_is_new_and_in_sight_needs_no_button() -> None:
    room = unread_room(5, here=15)
    seen = []
    for top in (12, 10):
        room.chat.read_state.top_seen(top)
        seen.append(room.chat.read_state.new_messages.seen)
    assert seen == [False, True]
    room.chat.read_state.to_first_new()
    assert not [one for one, _then in room.port.asked if isinstance(one, History)]


def test_what_comes_while_one_looks_elsewhere_stands_below_a_line() -> None:
    room = Room()
    room.hears("one")
    room.chat.is_looking = False
    room.hears("two")
    room.hears("three")
    assert (room.chat.read_state.new_messages.after, room.chat.read_state.new_messages.count) == (4, 2)
    assert room.chat.timeline.context.new_after == 4


def test_being_connected_again_leaves_the_timeline_where_it_is() -> None:
    room = Room()
    room.hears("one")
    room.chat.timeline.take_steps()
    room.views["home"] = replace(room.views["home"], upto=3, said=4, read_said=3)
    room.chat.views["home"] = room.views["home"]
    _asked, then = room.port.takes(Unread)
    room.answers(then)
    assert [type(step).__name__ for step in room.chat.timeline.take_steps()] == ["RedrawRow"]
    assert room.chat.read_state.new_messages.after == 3


def test_a_channel_that_is_renamed_stays_open_with_what_one_wrote_there() -> None:
    room = Room()
    room.hears("before")
    room.model.submit("on its way")
    room.chat.composers.drafts["home"] = "half a"
    told = ChannelRenamed(channel="home", number=5, at=1, person=2, name="ben", was="home", now="house")
    view = apply(room.views["home"], told)
    room.chat.receive(UpdateReceived(EventReceived(told, view), view))
    assert room.chat.current == "house"
    assert sorted(room.chat.views) == ["attic", "house"]
    assert room.chat.composers.drafts == {"house": "half a"}
    assert list(room.chat.timeline.pending) == ["k1"]
    asked, _then = room.port.takes(History)
    assert asked.channel == "house"


def test_what_is_confided_is_said_below() -> None:
    room = Room()
    told = RestrictedMessage(channel="home", at=1, person=2, name="ben", mark="m", to="moderators", text="help\nme")
    room.chat.receive(UpdateReceived(EventReceived(told, room.views["home"]), room.views["home"]))
    assert room.chat.status_text == "ben in #home, to the moderators: help me"


def test_who_is_ignored_is_what_the_server_says_on_every_device() -> None:
    """A refused wish hides nobody; another device's, and one taken back, is seen at once in what is shown."""
    room = Room()
    room.hears("hello", person=2, name="ben")

    def shown() -> str:
        timeline = room.chat.timeline
        timeline.redraw_all(timeline.context)
        (step,) = timeline.take_steps()
        assert isinstance(step, ReplaceRows)
        return "".join(piece.text for piece in step.rows[-1].pieces)

    room.actions.ignore("ben")
    _asked, then = room.port.takes(Ignore)
    assert "hello" in shown()
    room.answers(then, error=ReadOnly(channel="home"))
    assert "hello" in shown()
    for ignored in ((2,), ()):
        told = PreferencesChanged(channel="", preferences=Preferences(ignored=ignored))
        room.chat.timeline.take_steps()
        room.chat.receive(UpdateReceived(EventReceived(told, None), None))
        assert room.chat.timeline.take_steps(), "it is drawn anew"
        assert ("hello" in shown()) is (not ignored)
