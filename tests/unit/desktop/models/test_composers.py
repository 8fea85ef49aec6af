"""What is typed and not said: two texts in one line, what was refused comes back, drafts on several devices."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.commands import Draft, Drafts, Edit, Send, SetTopic, Tell
from causerie.chat.errors import ChatError, NoSuchMessage, NotAllowed
from causerie.chat.events import ChannelRenamed, Deleted, Drafted
from causerie.chat.merge import apply_draft
from causerie.chat.replay import apply
from causerie.chat.replies import Ack, Done, DraftLine, DraftList
from causerie.client import ChannelLeft, ConnectionLost, EventReceived, MessageRefused, MessageSent, State, StateChanged
from causerie.desktop.models.bridge_messages import UpdateReceived
from causerie.desktop.models.composer import Composer
from causerie.desktop.models.composers import Composers, SavedComposers
from tests.unit.desktop.models.test_conversation import Room


class Account(Room):
    """Somebody with an account, who has drafts on the server."""

    def __init__(self) -> None:
        super().__init__()
        self.chat.me = msgspec.structs.replace(self.chat.me, guest=False)
        _asked, then = self.port.takes(Drafts)
        self.answers(then, DraftList(drafts=[]))

    def types(self, text: str) -> None:
        self.chat.composers.set_text(self.model.id, text)

    def pauses(self) -> None:
        self.model.sync_draft("home")

    def kept(self, error: Exception | None = None) -> str:
        """The server is asked to keep a draft, and answers."""
        asked, then = self.port.takes(Draft)
        if error is None:
            self.views["home"] = apply_draft(self.views["home"], DraftLine("home", asked.text, 5))
        self.answers(then, None if error else Done(at=5), error)
        return str(asked.text)

    def other_device(self, text: str) -> None:
        event = Drafted(channel="home", text=text, at=9)
        self.views["home"] = apply(self.views["home"], event)
        self.chat.receive(UpdateReceived(EventReceived(event, self.views["home"]), self.views["home"]))

    def asks_no_more(self) -> bool:
        return not any(isinstance(one, Draft) for one, _then in self.port.asked)


# Drafts.


def test_what_was_sent_after_a_pause_is_no_draft_any_more() -> None:
    room = Account()
    room.types("hello")
    room.pauses()
    assert room.kept() == "hello"
    room.model.submit("hello")
    assert room.kept() == ""
    assert room.asks_no_more()
    assert (room.model.text, room.views["home"].draft) == ("", "")


def test_what_is_sent_while_its_draft_is_on_its_way_is_no_draft_either() -> None:
    room = Account()
    room.types("hello")
    room.pauses()
    room.model.submit("hello")
    assert room.kept() == "hello"
    assert room.model.text == ""
    assert room.kept() == ""


def test_a_draft_that_is_emptied_without_a_connection_is_emptied_on_the_server_later() -> None:
    room = Account()
    room.types("hello")
    room.pauses()
    room.kept()
    room.chat.receive(UpdateReceived(StateChanged(State.LOST, ""), None))
    room.model.submit("hello")
    assert room.asks_no_more()
    room.chat.receive(UpdateReceived(StateChanged(State.LIVE, ""), None))
    _asked, then = room.port.takes(Drafts)
    room.answers(then, DraftList(drafts=[DraftLine("home", "hello", 5)]))
    assert room.model.text == ""
    assert room.kept() == ""


def test_another_devices_draft_comes_and_goes_but_not_over_what_is_typed_here() -> None:
    room = Account()
    room.other_device("from the phone")
    assert room.model.text == "from the phone"
    room.other_device("")
    assert room.model.text == ""
    room.types("mine")
    room.other_device("theirs")
    assert room.model.text == "mine"
    room.pauses()
    assert room.kept() == "mine"


def test_a_draft_that_the_server_refuses_is_not_taken_for_kept() -> None:
    room = Account()
    room.types("hello")
    room.pauses()
    room.kept(NotAllowed(need="account"))
    assert room.asks_no_more()
    assert room.model.text == "hello"
    room.pauses()
    assert room.kept() == "hello"


TEXTS = st.sampled_from(["", "a", "b", "c", "  "])
STEPS = st.lists(st.tuples(st.sampled_from(["here", "there", "keep", "answer"]), TEXTS), max_size=30)


class Sync:
    """A window's drafts and a server that another device writes to. `asked`: the draft that is on its way there."""

    def __init__(self) -> None:
        self.composers, self.server, self.typed = Composers(SavedComposers()), "", ""
        self.asked: list[str] = []

    def here(self, text: str) -> None:
        self.composers.set_text("home", text)
        self.typed = text

    def there(self, text: str) -> None:
        self.server = text.strip()
        if self.composers.server_draft("home", self.server):
            self.typed = self.server

    def keep(self, _text: str = "") -> None:
        text = self.composers.draft_to_sync("home")
        if text is not None:
            assert not self.asked, "one at a time"
            self.asked.append(text)
            self.composers.sync_started("home", text)

    def answer(self, _text: str = "") -> None:
        if self.asked:
            self.server = self.asked.pop()
            self.composers.synced("home", self.server)


@given(STEPS)
def test_in_the_end_both_have_the_same_draft_and_no_words_are_lost(steps: list[tuple[str, str]]) -> None:
    """In any order; events come before the answer or after."""
    sync = Sync()
    for step, text in steps:
        getattr(sync, step)(text)
        assert sync.composers.text("home") == sync.typed
    for _ in range(3):
        sync.answer()
        sync.keep()
    assert sync.composers.text("home").strip() == sync.server


# Two texts in one line.


def test_an_edit_leaves_the_draft_and_the_reply_alone_by_enter_and_by_esc() -> None:
    room = Account()
    room.hears("theirs")
    room.hears("mine", person=1, name="anna")
    for leaves in ("enter", "esc"):
        room.types("half a sentence")
        room.model.reply_last()
        room.model.edit_last()
        room.types(f"mine, by {leaves}")
        assert room.model.text == f"mine, by {leaves}"
        assert room.model.submit(room.model.text) if leaves == "enter" else room.model.cancel()
        assert room.model.text == "half a sentence"
        assert room.model.reply is not None
    assert not room.port.posted


def test_one_edits_in_one_channel_and_writes_in_another() -> None:
    room = Account()
    room.types("a draft at home")
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.types("mine, bet")
    room.chat.open("attic")
    assert (room.model.text, room.model.editing) == ("", None)
    room.types("in the attic")
    assert room.model.submit("in the attic")
    room.chat.open("home")
    assert room.model.text == "mine, bet"
    room.model.cancel()
    assert room.model.text == "a draft at home"


def test_who_answers_while_editing_or_edits_another_message_finds_the_first_edit_again() -> None:
    room = Account()
    room.hears("theirs")
    theirs = room.chat.timeline.messages[-1]
    room.hears("mine", person=1, name="anna")
    mine = room.chat.timeline.messages[-1]
    room.model.edit(mine)
    room.types("mine, but longer")
    room.model.reply_to(theirs)
    assert (room.model.text, room.model.reply, room.model.editing) == ("", theirs, None)
    assert room.model.submit("an answer")
    assert room.port.posted[0].reply == theirs.number
    assert room.model.restore()
    assert (room.model.text, room.model.editing) == ("mine, but longer", mine)


def test_a_thread_has_two_texts_of_its_own() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    thread = Composer(room.chat, room.actions.command, thread=4)
    room.chat.composers.set_text(thread.id, "in the thread")
    thread.edit(room.chat.timeline.messages[-1])
    room.chat.composers.set_text(thread.id, "mine, better")
    assert (room.model.text, room.model.editing) == ("", None)
    thread.cancel()
    assert thread.text == "in the thread"


# What was refused.


@pytest.mark.parametrize("error", [NotAllowed(need="owner"), ConnectionLost("cut")])
@pytest.mark.parametrize(("typed", "kind"), [("/topic tea", SetTopic), ("/msg ben hello", Tell)])
def test_a_command_that_is_refused_comes_back_with_the_reason(typed: str, kind: type, error: Exception) -> None:
    room = Account()
    room.types(typed)
    assert room.model.submit(typed)
    assert room.model.text == ""
    asked, then = room.port.takes(kind)
    room.answers(then, None, error)
    assert room.model.text == typed
    assert room.chat.status_text
    assert room.model.submit(typed)
    again, then = room.port.takes(kind)
    assert getattr(again, "key", "") == getattr(asked, "key", ""), "said twice is said once"
    room.answers(then, Done())
    assert (room.model.text, room.model.returned) == ("", "")


def test_an_edit_that_is_refused_comes_back_as_an_edit() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.model.submit("mine, better")
    _asked, then = room.port.takes(Edit)
    room.answers(then, None, NotAllowed(need="owner"))
    assert room.model.editing is not None
    assert room.model.text == "mine, better"


def test_what_comes_back_does_not_take_the_place_of_what_was_typed_since() -> None:
    room = Account()
    room.model.submit("/topic tea")
    room.types("some other words")
    _asked, then = room.port.takes(SetTopic)
    room.answers(then, None, NotAllowed(need="owner"))
    assert (room.model.text, room.model.returned) == ("some other words", "/topic tea")
    assert not room.model.restore()
    room.model.submit("some other words")
    assert room.model.text == ""
    assert room.model.restore()
    assert (room.model.text, room.model.returned) == ("/topic tea", "")


def test_who_types_on_while_something_comes_back_replaces_it_and_it_waits() -> None:
    """Also an edit: what is typed then is a message, and no end of the edit."""
    room = Account()
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.model.submit("mine, better")
    _asked, then = room.port.takes(Edit)
    room.answers(then, None, NotAllowed(need="owner"))
    assert room.chat.composers.is_returned("home")
    room.types("a")
    assert (room.model.text, room.model.editing, room.model.returned) == ("a", None, "mine, better")
    room.types("")
    assert room.model.restore()
    room.types("mine, bett")
    assert room.model.editing is not None
    assert room.model.returned == ""


def test_what_comes_back_stands_where_it_was_typed() -> None:
    room = Account()
    room.model.submit("/topic tea")
    room.chat.open("attic")
    _asked, then = room.port.takes(SetTopic)
    room.answers(then, None, NotAllowed(need="owner"))
    assert room.model.text == ""
    room.chat.open("home")
    assert room.model.text == "/topic tea"


def test_a_topic_from_the_menu_that_is_refused_stands_in_the_line() -> None:
    room = Account()
    room.actions.command_from_dialog(SetTopic(channel="home", topic="tea"), "home", "/topic tea")
    _asked, then = room.port.takes(SetTopic)
    room.answers(then, None, NotAllowed(need="owner"))
    assert room.model.text == "/topic tea"


# What outlives the window, the channel's name, and being in it.


def test_all_that_is_typed_is_there_in_the_next_window() -> None:
    room = Account()
    room.hears("theirs")
    room.hears("mine", person=1, name="anna")
    room.types("a draft")
    room.model.reply_last()
    room.model.edit_last()
    room.types("an edit")
    room.actions.command_from_dialog(SetTopic(channel="home", topic="x"), "attic", "/topic x")
    room.chat.send(Send(channel="home", text="on its way", key="k9"))
    saved = msgspec.json.decode(msgspec.json.encode(room.chat.saved_composers(everything=True)), type=SavedComposers)
    again = Composers(saved)
    assert again.text("home") == "an edit"
    again.set_edit("home", None)
    assert again.text("home") == "a draft"
    assert again.replies["home"].number == room.chat.timeline.last
    assert again.restore("attic")
    assert again.text("attic") == "/topic x"
    assert [refusal.command.key for refusal in saved.refusals] == ["k9"]
    assert not room.chat.saved_composers(everything=False).refusals


def test_what_an_earlier_run_said_after_all_is_not_shown_as_being_sent_for_ever() -> None:
    room = Account()
    room.model.submit("hello")
    room.chat.receive(
        UpdateReceived(MessageSent("k1", Ack(channel="home", number=3, at=0, key="k1", again=True)), None)
    )
    assert not room.chat.timeline.pending


def test_a_renamed_channel_keeps_what_was_typed_in_its_threads_and_edits() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.types("mine, better")
    room.chat.composers.set_text("home 4", "in a thread")
    told = ChannelRenamed(channel="home", number=5, at=1, person=2, name="ben", was="home", now="house")
    view = apply(room.views["home"], told)
    room.chat.receive(UpdateReceived(EventReceived(told, view), view))
    assert room.model.text == "mine, better"
    assert room.chat.composers.text("house 4") == "in a thread"


def test_who_is_put_out_while_typing_finds_the_words_again() -> None:
    room = Account()
    room.types("half a sentence")
    room.chat.receive(UpdateReceived(ChannelLeft("home", None), None))
    assert room.chat.current == "attic"
    assert room.model.text == ""
    assert "home" in room.chat.status_text
    assert room.chat.composers.text("home") == "half a sentence"


def test_an_edit_that_was_emptied_leaves_nothing_to_take_up() -> None:
    """All of it is deleted, then one answers, or edits it once more: there is no text that could be lost."""
    room = Account()
    room.hears("mine", person=1, name="anna")
    for leaves in (room.model.reply_last, room.model.edit_last):
        room.model.edit_last()
        room.types("")
        leaves()
        assert not room.chat.composers.returned
        room.model.cancel()


# What cannot be said as it was.


def refuses(room: Account, error: ChatError) -> None:
    """The message that was posted last."""
    sent = room.port.posted[-1]
    room.chat.receive(UpdateReceived(MessageRefused(sent.key, sent, error), None))


@pytest.mark.parametrize("typed", ["much too long", "/me waves for too long", "//help me"])
def test_a_refused_message_can_be_taken_back_into_the_line(typed: str) -> None:
    """As it was typed; unchanged it has the key of before, shortened another one."""
    room = Account()
    room.model.submit(typed)
    for text, key in ((typed, "k1"), (typed + "!", "k3")):
        refuses(room, NotAllowed())
        room.actions.edit_refused(room.port.posted[-1].key, room.model.id)
        assert not room.chat.timeline.pending
        assert room.model.text == typed
        assert not room.chat.composers.is_returned(room.model.id)
        room.model.submit(text)
        assert room.port.posted[-1].key == key


def test_what_is_taken_back_waits_where_something_else_is_typed_and_answers_what_it_did() -> None:
    room = Account()
    room.hears("theirs")
    room.model.reply_last()
    room.model.submit("an answer")
    refuses(room, NotAllowed())
    room.types("half a sentence")
    room.actions.edit_refused("k1", room.model.id)
    assert (room.model.text, room.model.returned) == ("half a sentence", "an answer")
    assert room.model.reply == room.chat.timeline.messages[-1]


def deletes(room: Account, number: int) -> None:
    event = Deleted(channel="home", number=room.views["home"].number + 1, at=9, person=2, name="ben", targets=(number,))
    room.views["home"] = apply(room.views["home"], event)
    room.chat.receive(UpdateReceived(EventReceived(event, room.views["home"]), room.views["home"]))


@pytest.mark.parametrize("draft", ["", "half a sentence"])
def test_the_message_that_is_edited_is_deleted_meanwhile(draft: str) -> None:
    """Its new text is a text like any other: in the line, or waiting where a draft is. Esc takes nothing away."""
    room = Account()
    room.types(draft)
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.types("mine, but longer")
    deletes(room, room.chat.timeline.messages[-1].number)
    assert room.model.editing is None
    assert not room.model.cancel()
    assert (room.model.text, room.model.returned) == (
        ("half a sentence", "mine, but longer") if draft else ("mine, but longer", "")
    )
    assert room.chat.status_text


def test_what_answers_a_message_that_is_deleted_meanwhile_answers_nothing() -> None:
    room = Account()
    room.hears("theirs")
    room.model.reply_last()
    room.types("an answer")
    deletes(room, room.chat.timeline.messages[-1].number)
    assert (room.model.text, room.model.reply) == ("an answer", None)
    room.model.submit("an answer")
    assert room.port.posted[-1].reply == 0


def test_an_edit_that_comes_too_late_for_its_message_is_a_text_like_any_other() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    room.model.submit("mine, but longer")
    _asked, then = room.port.takes(Edit)
    room.answers(then, error=NoSuchMessage(channel="home", number=1))
    assert (room.model.text, room.model.editing) == ("mine, but longer", None)


def test_the_channel_gets_another_name_while_one_edits() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    room.model.edit_last()
    event = ChannelRenamed(channel="home", number=5, at=9, person=2, name="ben", was="home", now="house")
    room.views["house"] = apply(room.views.pop("home"), event)
    room.chat.receive(UpdateReceived(EventReceived(event, room.views["house"]), room.views["house"]))
    room.model.submit("mine, but longer")
    asked, _then = room.port.takes(Edit)
    assert asked.channel == "house"


@pytest.mark.parametrize("where", ["draft", "edit", "thread", ""])
def test_who_is_put_out_is_told_that_the_words_are_kept_wherever_they_were_typed(where: str) -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    if where == "edit":
        room.model.edit_last()
    elif where:
        room.chat.composers.set_draft("home 4" if where == "thread" else "home", "half a sentence")
    room.views.pop("home")
    room.chat.receive(UpdateReceived(ChannelLeft("home", None), None))
    assert bool(room.chat.status_text) == bool(where)


@pytest.mark.parametrize("by", ["up", "menu", "another window"])
def test_an_edit_that_esc_leaves_is_there_when_the_message_is_edited_again(by: str) -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    (message,) = room.chat.timeline.messages[-1:]
    room.model.edit_last()
    room.types("mine, much better")
    assert room.model.cancel()
    assert (room.model.text, room.model.editing) == ("", None)
    if by == "another window":
        room.chat.composers = Composers(room.chat.saved_composers(everything=True))
    if by == "menu":
        room.model.edit(message)
    else:
        room.model.edit_last()
    assert (room.model.text, room.model.editing) == ("mine, much better", message)
    assert room.model.submit(room.model.text)
    room.model.edit_last()
    assert room.model.text == "mine", "what was sent is not kept"


def test_an_edit_that_esc_leaves_unchanged_or_empty_is_not_kept() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    for text in ("mine", " "):
        room.model.edit_last()
        room.types(text)
        assert room.model.cancel()
        room.model.edit_last()
        assert room.model.text == "mine"
        room.model.cancel()


def test_an_edit_that_esc_left_waits_as_a_text_when_the_message_is_deleted() -> None:
    room = Account()
    room.hears("mine", person=1, name="anna")
    (message,) = room.chat.timeline.messages[-1:]
    room.model.edit_last()
    room.types("mine, much better")
    room.model.cancel()
    assert room.chat.composers.messages_deleted("home", (message.number,))
    assert room.model.restore()
    assert (room.model.text, room.model.editing) == ("mine, much better", None)
