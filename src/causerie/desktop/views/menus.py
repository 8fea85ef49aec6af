"""Context menus: of a message, a channel, a person; and the settings menu."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from causerie.chat.commands import Away, SetPresence, SetTopic
from causerie.chat.model import Level
from causerie.desktop.models.actions import Actions
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.saved_files import Settings
from causerie.desktop.views.choosers import Choosers
from causerie.desktop.views.composer_controller import ComposerController
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.side_panel import SidePanel
from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import trace_later
from causerie.i18n.text import _

MenuItem = tuple[str, Callable[[], object]] | None


class WindowView(Protocol):
    """The window as its menus see it; window.Window implements it."""

    root: tk.Tk
    look: Look
    chat: Conversation
    actions: Actions
    settings: Settings
    choose: Callable[[Settings], None]
    leave: Callable[[bool], None]
    overlay: Overlay
    choosers: Choosers
    composer: ComposerController
    panel: SidePanel

    def composer_of(self, in_thread: bool = False) -> ComposerController:
        """The composer of the channel, or of the open thread."""

    def act(self, what: str, in_thread: bool = False) -> None:
        """Do what a row names."""


class Menus:
    """See the module."""

    def __init__(self, window: WindowView) -> None:
        self._window = window

    def message(self, number: int, x: int, y: int, in_thread: bool = False) -> None:
        """The menu of a message; what is not allowed the server refuses."""
        window, chat = self._window, self._window.chat
        message = chat.read_state.message(number)
        if message is None or message.deleted:
            return
        actions, own = window.actions, message.person == chat.me.person
        pinned = chat.view is not None and number in chat.view.pins
        self._show(
            [
                (_("React…"), lambda: window.act(f"emoji:{number}")),
                (_("Reply"), lambda: window.act(f"reply:{number}", in_thread)),
                (_("Thread"), lambda: window.act(f"thread:{message.thread or number}")),
                *([(_("Edit"), lambda: window.composer_of(in_thread).edit(message))] if own else []),
                (_("Take off the pins") if pinned else _("Pin"), lambda: actions.pin(number, not pinned)),
                (_("Copy the text"), lambda: self._copy(message.text)),
                (_("Unread from here"), lambda: actions.unread_from(number)),
                None,
                (_("Delete…"), lambda: self._delete(number)),
            ],
            x,
            y,
        )

    def channel(self, x: int, y: int) -> None:
        """The menu of the open channel."""
        window, actions = self._window, self._window.actions
        levels: Sequence[tuple[str, Level | None]] = (
            (_("Notify me of everything"), "all"),
            (_("Notify me of mentions"), "mentions"),
            (_("Notify me of nothing"), "none"),
            (_("Notify me as usual"), None),
        )
        self._show(
            [
                (_("Topic…"), self._topic),
                (_("Pinned messages"), window.panel.pins),
                None,
                *((text, lambda level=level: actions.notify(level)) for text, level in levels),
                None,
                (_("Leave the channel"), actions.leave),
            ],
            x,
            y,
        )

    def person(self, name: str, x: int, y: int) -> None:
        """The menu of a person."""
        window = self._window
        if name == window.chat.me.name:
            return
        self._show(
            [
                (_("Talk to {name}").format(name=name), lambda: window.actions.talk_to(name)),
                (_("Mention"), lambda: window.composer.view.put(f"@{name} ")),
                None,
                (_("Ignore"), lambda: window.actions.ignore(name)),
            ],
            x,
            y,
        )

    def own(self, x: int, y: int) -> None:
        """The settings menu."""
        window, settings = self._window, self._window.settings

        def chooses(**changed: object) -> Callable[[], None]:
            return lambda: window.choose(msgspec.structs.replace(settings, **changed))

        tick = "✓ "
        items: list[MenuItem] = []
        if window.chat.me.guest:
            items += [(_("Become an account…"), self._become), None]
        for theme, text in (("system", _("Colours of the system")), ("light", _("Light")), ("dark", _("Dark"))):
            items.append(((tick if settings.theme == theme else "") + text, chooses(theme=theme)))
        items += [
            None,
            ((tick if settings.notices else "") + _("Notifications"), chooses(notices=not settings.notices)),
            ((tick if settings.sounds else "") + _("Sounds"), chooses(sounds=not settings.sounds)),
            ((tick if settings.enter_sends else "") + _("Enter sends"), chooses(enter_sends=not settings.enter_sends)),
            (_("Larger"), chooses(zoom=min(settings.zoom + 10, 200))),
            (_("Smaller"), chooses(zoom=max(settings.zoom - 10, 70))),
            None,
            (_("I am away…"), self._away),
            (_("Do not disturb"), lambda: window.actions.ask(SetPresence(mode="dnd"))),
            (_("I am back"), lambda: window.actions.ask(Away())),
            (_("Shortcuts"), window.choosers.shortcuts),
            (_("Leave"), lambda: window.leave(False)),
            (_("Log out"), lambda: window.leave(True)),
        ]
        self._show(items, x, y)

    def _show(self, items: Sequence[MenuItem], x: int, y: int) -> None:
        window = self._window
        look, colour = window.look, window.look.palette
        menu = tk.Menu(
            window.root,
            tearoff=False,
            font=look.font(14),
            background=colour.raised,
            foreground=colour.text,
            activebackground=colour.chosen,
            activeforeground=colour.text,
            bd=1,
            relief="solid",
            activeborderwidth=0,
        )
        for item in items:
            if item is None:
                menu.add_separator()
            else:
                menu.add_command(label=item[0], command=item[1])
        # Not below the pointer, where letting go of the button would choose something.
        menu.update_idletasks()
        if y + menu.winfo_reqheight() > window.root.winfo_rooty() + window.root.winfo_height():
            y = max(y - menu.winfo_reqheight(), 0)
        menu.tk_popup(x, y)
        trace_later(
            menu,
            "menu",
            lambda: {
                item[0]: (menu.winfo_rootx() + 20, menu.winfo_rooty() + menu.yposition(place) + 8)
                for place, item in enumerate(items)
                if item is not None
            },
        )

    def _copy(self, text: str) -> None:
        self._window.root.clipboard_clear()
        self._window.root.clipboard_append(text)

    def _delete(self, number: int) -> None:
        self._window.overlay.question(
            _("Delete this message?"),
            _("Its text is gone for good, for everybody."),
            lambda typed: self._window.actions.delete(number),
            yes=_("Delete"),
        )

    def _topic(self) -> None:
        view = self._window.chat.view
        if view is None:
            return
        channel = view.channel
        self._window.overlay.question(
            _("Topic"),
            "",
            lambda typed: self._window.actions.command_from_dialog(
                SetTopic(channel=channel, topic=typed[0]), channel, f"/topic {typed[0] or '-'}"
            ),
            fields=((_("What this channel is about"), False, view.topic),),
        )

    def _away(self) -> None:
        self._window.overlay.question(
            _("Away"),
            "",
            lambda typed: self._window.actions.command_from_dialog(
                Away(text=typed[0] or _("away")), self._window.chat.current, f"/away {typed[0]}".rstrip()
            ),
            fields=((_("Why"), False, ""),),
        )

    def _become(self, name: str = "", password: str = "") -> None:
        """`name`, `password`: what was typed and refused."""
        window = self._window
        tried: list[str] = []

        def done(error: Exception | None) -> None:
            if error is not None:
                window.overlay.question(
                    _("Not yet"), window.chat.error_text(error), lambda typed: self._become(*tried), yes=_("Again")
                )
            else:
                window.chat.show_status(_("You have an account now; all that you said is yours."))

        def become(typed: list[str]) -> None:
            tried[:] = typed
            window.actions.become_account(typed[0], typed[1], done)

        window.overlay.question(
            _("From guest to account"),
            _("All that you said stays yours."),
            become,
            fields=((_("Name"), False, name or window.chat.me.name), (_("Password"), True, password)),
            yes=_("Make the account"),
        )
