"""The program: one window, first the form, then the chat; and a clean end, whoever asks for it."""

from __future__ import annotations

import contextlib
import gc
import logging
import queue
import secrets
import signal
import sys
import time
import tkinter as tk
from collections.abc import Callable

import customtkinter as ctk
import msgspec

from causerie.desktop.entering import AT_LEISURE, Entering, ask_whether
from causerie.desktop.models import login
from causerie.desktop.models.bridge_messages import Answered, Inside, Item, Over, Told, Vouching
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.login import Entry, Sentence, Trouble
from causerie.desktop.models.notices import Notice
from causerie.desktop.models.remembering import Desk, Remembered, Settings
from causerie.desktop.system.appearance import Appearance
from causerie.desktop.system.bridge import Bridge
from causerie.desktop.system.bus_notices import BusNotices
from causerie.desktop.system.session_bus import SessionBus
from causerie.desktop.system.system import Notifier
from causerie.desktop.views import editing, placement
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look, density
from causerie.desktop.views.ui_trace import tell
from causerie.desktop.views.window import Carried, Window
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

SOON = 500
"""Milliseconds until it is tried again to draw all anew."""

SETTLED = 1500
"""Milliseconds after one is in: what is there by then stays."""

POLL = 15
"""Milliseconds between two looks at what came, when the last one found the end of it."""


KEPT_EVERY = 0.5
"""Seconds between two writings of what is typed: so much a crash may take."""


class App:
    """See the module. `sentence`: a refusal of the server's in the reader's language."""

    def __init__(self, remembered: Remembered, server: str, sentence: Sentence) -> None:
        self._remembered = remembered
        self._settings = remembered.settings()
        self._sentence = sentence
        self._server = server
        self._bridge: Bridge | None = None
        self._entry: Entry | None = None
        self._window: Window | None = None
        self._entering: Entering | None = None
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._ending = False
        self._kept_at = 0.0
        self._appearance = Appearance(self.later, self._recoloured)
        ctk.set_appearance_mode("dark" if self._appearance.is_dark(self._settings.theme) else "light")
        self.root = root = ctk.CTk(className="Causerie")
        root.title("Causerie")
        # Before there is a look: customtkinter holds the window to its size for a second after each change of scale.
        screen = self._screen()
        root.geometry(placement.geometry(self._settings.geometry, self._settings.density, screen))
        root.minsize(*placement.least(screen))
        self.look = self._look()
        self._question: Overlay | None = None
        self._notices = BusNotices(self.later)
        self._bus = SessionBus([self._appearance.listening, self._notices.listening])
        self._notifier = Notifier(root, self._notices)
        root.protocol("WM_DELETE_WINDOW", self.end)
        root.protocol("WM_SAVE_YOURSELF", self.end)
        editing.prepare(root)
        root.bind("<FocusIn>", self._focus)
        root.bind("<FocusOut>", self._focus)
        root.report_callback_exception = self._failed
        self._show_login(None)

    def run(self) -> int:
        """Until it is closed. The exit status."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: self._asked_to_end())
        # The network's thread lets the interface's in sooner than Python's 5 ms.
        sys.setswitchinterval(0.001)
        self._poll()
        self._tell_shown("the form is shown")
        self.root.after(AT_LEISURE, self._follow_the_system)
        self.root.mainloop()
        return 0

    def end(self) -> None:
        """Goodbye: to the server, then to the window."""
        if self._ending:
            return
        self._ending = True
        with contextlib.suppress(tk.TclError):
            self._keep_settings(geometry=self.root.geometry(), density=self._screen().density)
            self.root.withdraw()
        with contextlib.suppress(tk.TclError):
            log.info("what was copied is kept by: %s", editing.keep_clipboard(self.root) or "nobody")
        self._close_window()
        self._stop_bridge()
        self._remembered.close()
        self._bus.close()
        with contextlib.suppress(tk.TclError):
            self.root.quit()
            self.root.destroy()

    def later(self, call: Callable[[], None]) -> None:
        """Do this on the interface's thread. Called on any."""
        self._calls.put(call)

    # The rest is its own.

    def _tell_shown(self, what: str) -> None:
        """To the log, when keys that are pressed go where they should."""
        focus = self.root.focus_displayof() if self.root.winfo_viewable() else None
        if focus is None or focus is self.root or not focus.winfo_viewable():
            self.root.after(20, self._tell_shown, what)
        else:
            log.info("%s", what)

    def _asked_to_end(self) -> None:
        # A signal comes in the midst of anything; Tk is told in its own time.
        self.root.after(0, self.end)

    def _screen(self) -> placement.Screen:
        root, dots = self.root, density(self.root)
        x, y, width, height = (
            root.winfo_vrootx(),
            root.winfo_vrooty(),
            root.winfo_vrootwidth(),
            root.winfo_vrootheight(),
        )
        if sys.platform == "win32":
            # There customtkinter scales the sizes of windows itself.
            return placement.Screen(x, y, round(width / dots), round(height / dots), 1.0)
        return placement.Screen(x, y, width, height, dots)

    def _look(self) -> Look:
        dark = self._appearance.is_dark(self._settings.theme)
        ctk.set_appearance_mode("dark" if dark else "light")
        look = Look(self.root, dark, self._settings.zoom)
        ctk.set_widget_scaling(look.scale)
        self.root.configure(fg_color=look.palette.panel)
        return look

    def _poll(self) -> None:
        more = False
        with contextlib.suppress(queue.Empty):
            while not self._ending:
                self._calls.get_nowait()()
        if self._window is not None:
            self._window.keep()
        if self._bridge is not None:
            more = self._bridge.drain(self._take)
        if self._window is not None:
            self._window.refresh()
            if self._window.chat.unsent.changed and time.monotonic() >= self._kept_at + KEPT_EVERY:
                self._keep_desk(self._window.chat)
            self._notify(self._window.chat)
        if not self._ending:
            self.root.after(1 if more else POLL, self._poll)

    def _follow_the_system(self) -> None:
        if sys.platform.startswith(("linux", "freebsd")):
            self._bus.start(self._on_the_bus)
        else:
            self._appearance.begin(None)

    def _on_the_bus(self, there: bool) -> None:
        """On the bus's thread."""
        bus = self._bus if there else None
        self._appearance.begin(bus)
        self._notices.begin(bus)

    def _take(self, item: Item) -> None:
        if isinstance(item, Inside):
            self._inside(item)
        elif isinstance(item, Told | Answered):
            if self._window is not None:
                self._window.chat.take(item)
        elif isinstance(item, Vouching):
            assert self._bridge is not None
            self._question = ask_whether(self.root, self.look, item.certificate, self._bridge.answer_certificate)
        elif isinstance(item, Over):
            self._over(item.error)

    # The form.

    def _show_login(self, trouble: Trouble | None) -> None:
        self._entering = Entering(
            self.root,
            self.look,
            self._remembered,
            self._settings,
            self._server,
            self._keep_settings,
            self._begun,
            self._stop_bridge,
            self.later,
        )
        if trouble is not None:
            self._entering.trouble(trouble)

    def _begun(self, entry: Entry, bridge: Bridge) -> None:
        self._entry, self._bridge = entry, bridge

    def _stop_bridge(self, forget: bool = False) -> None:
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.stop(forget)

    # The chat.

    def _inside(self, inside: Inside) -> None:
        entry, bridge = self._entry, self._bridge
        assert entry is not None
        assert bridge is not None
        desk = self._remembered.desk(entry.address, self._settings.name)
        chat = Conversation(
            bridge,
            inside,
            self._sentence,
            now=lambda: int(time.time() * 1000),
            new_key=lambda: secrets.token_hex(16),
            drafts=dict(desk.drafts),
            typed=desk.typed,
        )
        self._show(chat)
        self.root.update_idletasks()
        log.info("in as %s, at %s", inside.me.name, inside.channel)
        self.root.after(SETTLED, _settle)

    def _show(self, chat: Conversation, carried: Carried | None = None) -> None:
        if self._entering is not None:
            self._entering.close()
            self._entering = None
        assert self._bridge is not None
        self._window = Window(
            self.root, self.look, chat, self._settings, self._choose, self._leave, self._bridge.reconnect_now, carried
        )

    def _choose(self, settings: Settings) -> None:
        was, self._settings = self._settings, settings
        self._remembered.keep_settings(settings)
        window = self._window
        if window is None:
            return
        window.settings = settings
        if (was.theme, was.zoom, was.enter_sends) != (settings.theme, settings.zoom, settings.enter_sends):
            self._redraw()

    def _recoloured(self) -> None:
        """The system is dark now, or is so no longer. What is asked just now is answered first."""
        if self._look_is_right() or self._ending:
            return
        if (self._question is not None and self._question.is_open) or (
            self._window is not None and self._window.overlay.is_open
        ):
            self.root.after(SOON, self._recoloured)
        else:
            self._redraw()

    def _look_is_right(self) -> bool:
        return self.look.dark == self._appearance.is_dark(self._settings.theme)

    def _redraw(self) -> None:
        """All of it in another look; where one is and what is typed stay."""
        self.look = self._look()
        if self._entering is not None:
            self._entering.redraw(self.look)
        window = self._window
        if window is not None:
            carried = window.carried()
            window.close()
            self._show(window.chat, carried)
        # What is gone goes here: fonts and variables of Tk's must not be collected on another thread.
        gc.collect()
        self._tell_shown(f"drawn anew, {'dark' if self.look.dark else 'light'}")

    def _leave(self, forget: bool) -> None:
        """Back to the form; `forget`: one is not let in without a password any more."""
        self._close_window(forget)
        self._stop_bridge(forget)
        if forget and self._entry is not None:
            self._remembered.forget(self._entry.address, self._settings.name)
        self._show_login(None)

    def _over(self, error: Exception | None) -> None:
        """The session is over, or never was."""
        assert self._entry is not None
        self._close_window()
        self._stop_bridge()
        about = login.trouble(error, self._entry, self._sentence) if error is not None else None
        if self._entering is not None:
            if about is not None:
                self._entering.trouble(about)
            return
        self._show_login(about)

    def _close_window(self, forget: bool = False) -> None:
        window, self._window = self._window, None
        if window is None:
            return
        window.close()
        self._keep_desk(window.chat, forget)

    def _keep_desk(self, chat: Conversation, forget: bool = False) -> None:
        """What is typed is on disk. `forget`: what is on its way is sent by no other run."""
        chat.unsent.changed = False
        self._kept_at = time.monotonic()
        if self._entry is not None:
            everything = forget or self._bridge is None or not self._bridge.remembers
            desk = Desk(channel=chat.current, typed=chat.typed(everything))
            self._remembered.keep_desk(self._entry.address, self._settings.name, desk)
            tell("kept", lambda: [chat.unsent.text(place) for place in (*chat.unsent.drafts, *chat.unsent.edits)])

    def _notify(self, chat: Conversation) -> None:
        notices, chat.notices = chat.notices, []
        for one in notices:
            if self._settings.notices:
                self._notifier.show(one, lambda one=one: self._clicked(one))  # type: ignore[misc]
            if self._settings.sounds:
                self._notifier.ring()

    def _clicked(self, notice: Notice) -> None:
        """Somebody wants to see it."""
        self.root.deiconify()
        self.root.lift()
        self.root.focus_force()
        if self._window is not None:
            self._window.go(notice.channel, notice.number)

    def _focus(self, event: object) -> None:
        if self._window is not None:
            self._window.focused(self.root.focus_displayof() is not None)

    def _keep_settings(self, **changed: object) -> None:
        self._settings = msgspec.structs.replace(self._settings, **changed)
        self._remembered.keep_settings(self._settings)

    def _failed(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        """A fault of this program: told, and one can go on."""
        log.error("a fault in the window", exc_info=error)
        if self._window is not None:
            self._window.chat.say(_("This is a bug: {about}").format(about=f"{kind.__name__}: {error}"))


def _settle() -> None:
    """Looking through what stays again and again is a pause that a key would wait for."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def run(server: str, sentence: Sentence, remembered: Remembered) -> int:
    """Show the window until it is closed. Raises tkinter.TclError where there is no screen."""
    return App(remembered, server, sentence).run()
