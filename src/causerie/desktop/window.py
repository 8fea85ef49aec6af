"""The window while one is in: what the models say goes into the views, what is pressed there into the models."""

from __future__ import annotations

import logging
import tkinter as tk
import webbrowser
from collections.abc import Callable, Sequence

from causerie.chat.replies import Found, PinList, ThreadPage
from causerie.client import State
from causerie.desktop import composer, lines, members, sidebar
from causerie.desktop.acts import Acts
from causerie.desktop.chat_view import ChatView, Pressed
from causerie.desktop.composer_view import ComposerView, Typed, asks_large
from causerie.desktop.conversation import Conversation
from causerie.desktop.lines import ListLine
from causerie.desktop.menus import Menus
from causerie.desktop.notices import title
from causerie.desktop.overlay import Overlay
from causerie.desktop.remembering import Settings
from causerie.desktop.rows import plain
from causerie.desktop.searching import Searching
from causerie.desktop.theme import Look
from causerie.desktop.timeline_view import TimelineView
from causerie.text import _, ngettext

log = logging.getLogger("causerie.desktop")

DRAFT_AFTER = 1500
"""Milliseconds without a key until a draft is kept on the server."""

TICK = 1000


class Window:
    """See the module. `choose` changes settings; `leave` goes back to the form."""

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        chat: Conversation,
        settings: Settings,
        choose: Callable[[Settings], None],
        leave: Callable[[bool], None],
        try_now: Callable[[], None],
    ) -> None:
        self.root = root
        self.look = look
        self.chat = chat
        self.settings = settings
        self.choose = choose
        self.leave = leave
        self.acts = Acts(chat, self._search_for)
        self.overlay = Overlay(root, look, self._focus)
        self.searching = Searching()
        self._side = "people" if settings.members else ""
        self._side_lines: Sequence[ListLine] = ()
        self._after: dict[str, str] = {}
        self.menus = Menus(self)
        self.view = ChatView(
            root,
            look,
            Pressed(
                place=self.open,
                side=self._side_pressed,
                add=self.enter_channel,
                menu=self.menus.channel,
                own_menu=self.menus.own,
                search=self.show_search,
                pins=self._show_pins,
                people=self._toggle_people,
                try_now=try_now,
                to_end=self.to_end,
                sought=self._search_for,
            ),
        )
        self.view.frame.pack(fill="both", expand=True)
        self.timeline = TimelineView(self.view.middle, look, self.act, self._scrolled, self.menus.message)
        self.timeline.frame.grid(row=3, column=0, sticky="nsew")
        typed = Typed(
            send=self._send,
            offers=lambda before, tab: composer.offers(before, chat.view, chat.views, tab),
            changed=self._typed,
            up=self._up,
            shift_up=self._shift_up,
            escape=self._escape,
            large=self._large,
        )
        self.composer = ComposerView(self.view.middle, look, typed, settings.enter_sends)
        self.composer.frame.grid(row=4, column=0, sticky="ew", padx=look.px(18))
        self._keys()
        self._place = ""
        self.refresh()
        self._focus()
        self._tick()

    # After each slice of what came.

    def refresh(self) -> None:
        """Draw what is stale, and nothing else."""
        chat, view = self.chat, self.view
        stale, chat.stale = chat.stale, set()
        if not stale:
            return
        if self._place != chat.current:
            self._place = chat.current
            self.composer.set(chat.drafts.get(chat.current, ""))
            self.acts.cancel()
            self._strip()
            stale |= {"timeline"}
        if "timeline" in stale:
            self.timeline.draw(chat.timeline.take())
            self._newer()
            self._read()
        if "sidebar" in stale or "timeline" in stale:
            places = chat.places()
            view.places(lines.of_places(places), chat.me.name)
            self.root.title(title(sidebar.total(places), self._label()))
        if "head" in stale and chat.view is not None:
            view.head(self._label(), chat.view.topic, len(chat.view.pins))
            # TRANSLATORS: in the empty line to type in; {where} is a channel or a person
            self.composer.hint(_("Message {where}").format(where=self._label()))
        if "members" in stale and self._side == "people":
            self._show_people()
        if "bar" in stale:
            self._connection()
        if "bar" in stale or "typing" in stale:
            self._below()
        if "composer" in stale and not self.composer.get():
            self.composer.set(chat.drafts.get(chat.current, ""))

    def focused(self, has: bool) -> None:
        """The window has the keyboard, or has it no longer."""
        self.chat.looking = has
        if has:
            self._read()

    def close(self) -> None:
        """The window shows something else, or nothing, from now on."""
        self.acts.draft(self._unsent())
        for name in list(self._after):
            self._cancel(name)
        self.overlay.close()
        self.view.frame.destroy()

    # What is pressed.

    def open(self, channel: str) -> None:
        """Look at a channel."""
        if channel == self.chat.current:
            return
        self.acts.draft(self._unsent())
        self.acts.keep_draft(self.chat.current)
        self.chat.timeline.place = self.timeline.place
        self.chat.open(channel)
        self.refresh()
        self._focus()

    def to_end(self) -> None:
        """What was said last."""
        self.chat.to_end()
        self.refresh()
        self.timeline.to_bottom()

    def act(self, what: str) -> None:
        """A click on something in the timeline, as rows name it."""
        kind, _colon, about = what.partition(":")
        number = int(about) if about.isdigit() else 0
        if kind == "url":
            webbrowser.open(about)
        elif kind == "react":
            target, on, emoji = about.split(":", 2)
            self.acts.react(int(target), emoji, on == "on")
        elif kind == "jump":
            self.chat.jump(self.chat.current, number)
        elif kind == "thread":
            self._show_thread(number)
        elif kind == "retry":
            self.acts.retry(about)
        elif kind == "discard":
            self.acts.discard(about)
        elif kind == "reply":
            self.acts.reply = self.chat.timeline.get(number)
            self._strip()
            self._focus()
        elif kind == "emoji":
            self.pick_emoji(lambda emoji: self.acts.react(number, emoji))
        elif kind == "person":
            self.menus.person(about, self.root.winfo_pointerx(), self.root.winfo_pointery())
        self.refresh()

    def edit(self, number: int) -> None:
        """Say a message anew."""
        message = self.chat.timeline.get(number)
        if message is not None:
            self.acts.editing = message
            self._edits()

    def pick_emoji(self, done: Callable[[str], None]) -> None:
        """Choose one."""
        names = {emoji: name for name, emoji in composer.EMOJI.items()}

        def matching(typed: str) -> list[ListLine]:
            wanted = typed.strip().strip(":").casefold()
            known = [*composer.QUICK, *composer.EMOJI.values()]
            found = [one for one in dict.fromkeys(known) if wanted in names.get(one, "")]
            return [ListLine(one, ((f"{one}   ", "plain"), (names.get(one, ""), "faint"))) for one in found]

        self.overlay.choose(_("Emoji"), matching, done, typed=done)

    def enter_channel(self) -> None:
        """Which one? A new one is made."""

        def show(listed: list[object]) -> None:
            known = [(line.channel, line.topic) for line in listed]  # type: ignore[attr-defined]

            def matching(typed: str) -> list[ListLine]:
                wanted = typed.strip().lstrip("#").casefold()
                made = [
                    ListLine(name, (("# ", "faint"), (name, "plain"), (f"   {topic}", "faint")))
                    for name, topic in known
                    if wanted in name.casefold()
                ]
                if wanted and wanted not in (name.casefold() for name, _topic in known):
                    made.append(
                        ListLine(typed.strip(), ((_("Enter #{name}").format(name=typed.strip().lstrip("#")), "bold"),))
                    )
                return made

            self.overlay.choose(_("Enter a channel, or make one"), matching, self.acts.join, typed=self.acts.join)

        self.acts.channels(show)  # type: ignore[arg-type]

    def switch(self) -> None:
        """Ctrl+K."""
        self.overlay.choose(
            _("Go to"),
            lambda typed: [line for line in lines.of_places(sidebar.found(self.chat.places(), typed)) if line.key],
            self.open,
            typed=self.acts.join,
        )

    def show_search(self) -> None:
        """Ctrl+F."""
        self._side = "search"
        self._show_hits()
        self.view.seek()

    def shortcuts(self) -> None:
        """Ctrl+/."""
        keys = (
            ("Ctrl+K", _("go to a channel")),
            ("Alt+↑ Alt+↓", _("the channel above or below; with Shift the next unread one")),
            ("Alt+A", _("the first unread one")),
            ("↑", _("edit what you said last")),
            ("Shift+↑", _("answer what was said last")),
            ("Ctrl+F", _("find")),
            ("Ctrl+B Ctrl+I", _("bold, italics")),
            ("Shift+Enter", _("a new line")),
            ("Tab", _("complete @ # : /")),
            (_("PgUp PgDn End"), _("scroll; to the end")),
            ("Shift+Esc", _("everything is read")),
        )
        made = [ListLine(str(at), ((f"{key}   ", "bold"), (about, "plain"))) for at, (key, about) in enumerate(keys)]
        self.overlay.choose(_("Shortcuts"), lambda typed: made, lambda key: None)

    # The rest is its own.

    def _label(self) -> str:
        view = self.chat.view
        return self.chat.label() if view is not None and view.access == "direct" else f"#{self.chat.label()}"

    def _focus(self) -> None:
        self.composer.text.focus_set()

    def _unsent(self) -> str:
        return "" if self.acts.editing is not None else self.composer.get()

    def _send(self, text: str) -> bool:
        done = self.acts.say(text)
        if done:
            self._strip()
            self.chat.says = ""
        self.refresh()
        self._below()
        if done and self.chat.timeline.at_end:
            self.timeline.to_bottom()
        return done

    def _typed(self, text: str) -> None:
        if self.acts.editing is not None:
            return
        was = self.chat.drafts.get(self.chat.current, "")
        self.acts.draft(text)
        if text and text != was and not text.startswith("/"):
            self.acts.typing()
        if text != was:
            channel = self.chat.current
            self._later("draft", DRAFT_AFTER, lambda: self.acts.keep_draft(channel))

    def _up(self) -> None:
        if self.settings.up_edits and self.acts.edit_last() is not None:
            self._edits()

    def _edits(self) -> None:
        if self.acts.editing is not None:
            self.composer.set(self.acts.editing.text)
            self._strip()
            self._focus()

    def _shift_up(self) -> None:
        self.acts.reply_last()
        self._strip()

    def _escape(self) -> None:
        editing = self.acts.editing is not None
        if self.acts.cancel():
            if editing:
                self.composer.set("")
            self._strip()
        elif self._side and self._side != "people":
            self._toggle_people(True)
        else:
            self.to_end()

    def _strip(self) -> None:
        acts = self.acts
        if acts.editing is not None:
            self.composer.strip(_("Editing; Esc leaves it as it was"))
        elif acts.reply is not None:
            words = plain(acts.reply.text)[:80]
            self.composer.strip(_("In reply to {name}: {words}   (Esc: not)").format(name=acts.reply.name, words=words))
        else:
            self.composer.strip("")

    def _large(self, text: str, put: Callable[[], None]) -> None:
        self.overlay.question(asks_large(text), "", lambda typed: put(), yes=_("Paste"))

    def _scrolled(self, above: bool, below: bool) -> None:
        self.chat.scrolled(above, below)
        if self.chat.stale:
            self._later("refresh", 1, self.refresh)
        self._newer()
        self._read()

    def _read(self) -> None:
        if self.timeline.at_bottom:
            self._later("read", 300, self.chat.seen)

    def _newer(self) -> None:
        timeline = self.chat.timeline
        if not timeline.shown or (timeline.at_end and self.timeline.at_bottom):
            self.view.newer("")
        elif timeline.newer:
            text = ngettext("{count} new message ↓", "{count} new messages ↓", timeline.newer)
            self.view.newer(text.format(count=timeline.newer))
        else:
            self.view.newer(_("To the end ↓"))

    def _connection(self) -> None:
        texts = {
            State.LOST: _("The connection is lost; what you say is kept and sent when it is back."),
            State.CONNECTING: _("Connecting again…"),
            State.GREETING: _("Connecting again…"),
            State.LOGGING_IN: _("Connecting again…"),
        }
        self.view.bar(texts.get(self.chat.state, ""), self.chat.state is State.LOST)

    def _below(self) -> None:
        typing = self.chat.typing()
        if self.chat.says:
            self.view.below(self.chat.says)
        elif typing:
            shown = ", ".join(typing[:3])
            text = ngettext("{names} is typing…", "{names} are typing…", len(typing)).format(names=shown)
            self.view.below(text if len(typing) <= 3 else _("Several people are typing…"))
        else:
            self.view.below("")

    # Beside the conversation.

    def _toggle_people(self, on: bool | None = None) -> None:
        on = self._side != "people" if on is None else on
        self._side = "people" if on else ""
        if on:
            self._show_people()
        else:
            self.view.side("", ())
        self.choose_members(on)
        self._focus()

    def choose_members(self, on: bool) -> None:
        """Whether people are shown, the next time too."""
        import msgspec

        self.settings = msgspec.structs.replace(self.settings, members=on)
        self.choose(self.settings)

    def _show_people(self) -> None:
        view = self.chat.view
        if view is not None:
            here = sum(member.here for member in view.members.values())
            self.view.side(_("People ({count})").format(count=here), lines.of_people(members.lines(view)))

    def _show_pins(self) -> None:
        def show(pins: PinList) -> None:
            self._side = "pins"
            self.view.side(_("Pinned"), lines.of_messages(pins.messages), seeking=True)

        self.acts.pins(show)

    def _show_thread(self, number: int) -> None:
        def show(page: ThreadPage) -> None:
            self._side = "thread"
            self.view.side(_("Thread"), lines.of_messages(page.messages), seeking=True)
            first = next((one for one in page.messages if one.number == page.thread), None)
            self.acts.reply = first or self.acts.reply
            self._strip()

        self.acts.thread(number, show)

    def _search_for(self, typed: str) -> None:
        self._side = "search"
        asked = self.searching.ask(typed, self.chat.current)
        self._show_hits()
        if asked is None:
            return

        def show(found: Found | None) -> None:
            if self.searching.found(asked, found) and self._side == "search":
                self._show_hits(searched=True)
                self.root.update_idletasks()
            log.info("found %d", len(found.hits) if found is not None else 0)

        self.acts.search(asked, show)

    def _show_hits(self, searched: bool = False) -> None:
        hits = lines.of_messages([hit.message for hit in self.searching.hits], with_channel=True)
        if self.searching.more:
            hits.append(ListLine("more", ((_("More"), "bold"),)))
        if not hits and self.searching.waiting:
            hits = list(lines.note(_("Searching…")))
        elif not hits and searched:
            hits = list(lines.note(_("Nothing was found.")))
        elif not hits:
            hits = list(lines.note(_('Words, "phrases", from:name, in:channel; in:* is everywhere')))
        self.view.side(_("Find"), hits, seeking=True)

    def _side_pressed(self, key: str) -> None:
        if self._side == "people":
            self.menus.person(key, self.root.winfo_pointerx(), self.root.winfo_pointery())
            return
        if key == "more":
            asked = self.searching.next()
            if asked is not None:
                self.acts.search(asked, lambda found: self._more_found(asked, found))
            return
        channel, _space, number = key.rpartition(" ")
        self.chat.jump(channel, int(number))
        self.refresh()

    def _more_found(self, asked: object, found: Found | None) -> None:
        if self.searching.found(asked, found):  # type: ignore[arg-type]
            self._show_hits(searched=True)

    # Keys and time.

    def _keys(self) -> None:
        def neighbour(step: int, unread: bool) -> None:
            self.open(sidebar.neighbour(self.chat.places(), self.chat.current, step, unread))

        keys: dict[str, Callable[[], object]] = {
            "<Control-k>": self.switch,
            "<Control-f>": self.show_search,
            "<Control-slash>": self.shortcuts,
            "<Alt-Up>": lambda: neighbour(-1, False),
            "<Alt-Down>": lambda: neighbour(1, False),
            "<Alt-Shift-Up>": lambda: neighbour(-1, True),
            "<Alt-Shift-Down>": lambda: neighbour(1, True),
            "<Alt-a>": lambda: self.open(sidebar.first_unread(self.chat.places()) or self.chat.current),
            "<Shift-Escape>": self.acts.read_all,
            "<Prior>": lambda: self.timeline.page(-1),
            "<Next>": lambda: self.timeline.page(1),
            "<Control-End>": self.to_end,
        }
        for key, call in keys.items():

            def pressed(event: object, call: Callable[[], object] = call) -> str:
                call()
                return "break"

            self.composer.text.bind(key, pressed)
            self.view.frame.bind_all(key, pressed)
        self.view.frame.bind_all(
            "<Escape>", lambda event: self.overlay.close() if self.overlay.is_open else self._focus()
        )
        self.composer.text.bind("<End>", self._end)

    def _end(self, event: object) -> str | None:
        if self.composer.get():
            return None
        self.to_end()
        return "break"

    def _tick(self) -> None:
        self.chat.tick()
        self.refresh()
        self._later("tick", TICK, self._tick)

    def _later(self, name: str, milliseconds: int, call: Callable[[], object]) -> None:
        self._cancel(name)

        def due() -> None:
            self._after.pop(name, None)
            call()

        self._after[name] = self.root.after(milliseconds, due)

    def _cancel(self, name: str) -> None:
        if (waiting := self._after.pop(name, None)) is not None:
            self.root.after_cancel(waiting)
