"""The desktop program: the log-in form, then the chat, in one window; and a clean end, whoever asks for it."""

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

from causerie.desktop.login_controller import AT_LEISURE, LoginController, ask_about_certificate
from causerie.desktop.models import login
from causerie.desktop.models.bridge_messages import (
    BridgeMessage,
    CertificateQuestion,
    RequestAnswered,
    SessionOver,
    SessionStarted,
    UpdateReceived,
)
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.login import LoginProblem, LoginRequest, Sentence
from causerie.desktop.models.notifications import DesktopNotification
from causerie.desktop.models.saved_files import SavedFiles, Settings
from causerie.desktop.system.appearance import Appearance
from causerie.desktop.system.bridge import Bridge
from causerie.desktop.system.bus_notifications import BusNotifications
from causerie.desktop.system.notifier import Notifier
from causerie.desktop.system.session_bus import SessionBus
from causerie.desktop.views import editing, placement
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look, density
from causerie.desktop.views.ui_trace import trace
from causerie.desktop.views.window import Snapshot, Window
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

SOON = 500
"""Milliseconds until a redraw that had to wait is tried again."""

SETTLED = 1500
"""Milliseconds after the log-in, until what is loaded is exempt from garbage collection."""

POLL = 15
"""Milliseconds between two polls of the network's queue, when the last one emptied it."""


SAVE_EVERY = 0.5
"""Seconds between two writes of what is typed: so much a crash may lose."""


class App:
    """See the module. `sentence`: a refusal of the server's in the reader's language."""

    def __init__(self, files: SavedFiles, server: str, sentence: Sentence) -> None:
        self._files = files
        self._settings = files.settings()
        self._sentence = sentence
        self._server = server
        self._bridge: Bridge | None = None
        self._entry: LoginRequest | None = None
        self._window: Window | None = None
        self._login: LoginController | None = None
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._ending = False
        self._saved_at = 0.0
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
        self._notifications = BusNotifications(self.later)
        self._bus = SessionBus([self._appearance.listening, self._notifications.listening])
        self._notifier = Notifier(root, self._notifications)
        root.protocol("WM_DELETE_WINDOW", self.end)
        root.protocol("WM_SAVE_YOURSELF", self.end)
        editing.prepare(root)
        root.bind("<FocusIn>", self._focus)
        root.bind("<FocusOut>", self._focus)
        root.report_callback_exception = self._failed
        self._show_login(None)

    def run(self) -> int:
        """Show the window until it is closed; the exit status."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: self._asked_to_end())
        # The network's thread lets the interface's in sooner than Python's 5 ms.
        sys.setswitchinterval(0.001)
        self._poll()
        self._log_shown("the form is shown")
        self.root.after(AT_LEISURE, self._follow_the_system)
        self.root.mainloop()
        return 0

    def end(self) -> None:
        """Log out, save, and close the window."""
        if self._ending:
            return
        self._ending = True
        with contextlib.suppress(tk.TclError):
            self._save_settings(geometry=self.root.geometry(), density=self._screen().density)
            self.root.withdraw()
        with contextlib.suppress(tk.TclError):
            log.info("what was copied is kept by: %s", editing.keep_clipboard(self.root) or "nobody")
        self._close_window()
        self._stop_bridge()
        self._files.close()
        self._bus.close()
        with contextlib.suppress(tk.TclError):
            self.root.quit()
            self.root.destroy()

    def later(self, call: Callable[[], None]) -> None:
        """Do this on the interface thread; called on any thread."""
        self._calls.put(call)

    def _log_shown(self, what: str) -> None:
        """Log this once the window has the keyboard focus."""
        focus = self.root.focus_displayof() if self.root.winfo_viewable() else None
        if focus is None or focus is self.root or not focus.winfo_viewable():
            self.root.after(20, self._log_shown, what)
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
            self._window.sync_composers()
        if self._bridge is not None:
            more = self._bridge.drain(self._receive)
        if self._window is not None:
            self._window.refresh()
            if self._window.chat.composers.changed and time.monotonic() >= self._saved_at + SAVE_EVERY:
                self._save_window_state(self._window.chat)
            self._notify(self._window.chat)
        if not self._ending:
            self.root.after(1 if more else POLL, self._poll)

    def _follow_the_system(self) -> None:
        if sys.platform.startswith(("linux", "freebsd")):
            self._bus.start(self._on_the_bus)
        else:
            self._appearance.begin(None)

    def _on_the_bus(self, there: bool) -> None:
        """The session bus is there, or not; called on its thread."""
        bus = self._bus if there else None
        self._appearance.begin(bus)
        self._notifications.begin(bus)

    def _receive(self, item: BridgeMessage) -> None:
        if isinstance(item, SessionStarted):
            self._session_started(item)
        elif isinstance(item, UpdateReceived | RequestAnswered):
            if self._window is not None:
                self._window.chat.receive(item)
        elif isinstance(item, CertificateQuestion):
            assert self._bridge is not None
            self._question = ask_about_certificate(
                self.root, self.look, item.certificate, self._bridge.answer_certificate
            )
        elif isinstance(item, SessionOver):
            self._session_over(item.error)

    # The form.

    def _show_login(self, problem: LoginProblem | None) -> None:
        self._login = LoginController(
            self.root,
            self.look,
            self._files,
            self._settings,
            self._server,
            self._save_settings,
            self._login_started,
            self._stop_bridge,
            self.later,
        )
        if problem is not None:
            self._login.show_problem(problem)

    def _login_started(self, entry: LoginRequest, bridge: Bridge) -> None:
        self._entry, self._bridge = entry, bridge

    def _stop_bridge(self, forget: bool = False) -> None:
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.stop(forget)

    # The chat.

    def _session_started(self, inside: SessionStarted) -> None:
        entry, bridge = self._entry, self._bridge
        assert entry is not None
        assert bridge is not None
        chat = Conversation(
            bridge,
            inside,
            self._sentence,
            now=lambda: int(time.time() * 1000),
            new_key=lambda: secrets.token_hex(16),
            saved=self._files.window_state(entry.address, self._settings.name),
        )
        self._show(chat)
        self.root.update_idletasks()
        log.info("in as %s, at %s", inside.me.name, inside.channel)
        self.root.after(SETTLED, _settle)

    def _show(self, chat: Conversation, snapshot: Snapshot | None = None) -> None:
        if self._login is not None:
            self._login.close()
            self._login = None
        assert self._bridge is not None
        self._window = Window(
            self.root, self.look, chat, self._settings, self._choose, self._leave, self._bridge.reconnect_now, snapshot
        )

    def _choose(self, settings: Settings) -> None:
        was, self._settings = self._settings, settings
        self._files.save_settings(settings)
        window = self._window
        if window is None:
            return
        window.settings = settings
        if (was.theme, was.zoom, was.enter_sends) != (settings.theme, settings.zoom, settings.enter_sends):
            self._redraw()

    def _recoloured(self) -> None:
        """The system became dark or light: redraw, but not while a dialog is open."""
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
        """Redraw everything in another look; the place and what is typed stay."""
        self.look = self._look()
        if self._login is not None:
            self._login.redraw(self.look)
        window = self._window
        if window is not None:
            snapshot = window.snapshot()
            window.close()
            self._show(window.chat, snapshot)
        # Collected here: fonts and variables of Tk's must not be collected on another thread.
        gc.collect()
        self._log_shown(f"drawn anew, {'dark' if self.look.dark else 'light'}")

    def _leave(self, forget: bool) -> None:
        """Back to the form; `forget`: log out, which revokes the token."""
        self._close_window(forget)
        self._stop_bridge(forget)
        if forget and self._entry is not None:
            self._files.forget(self._entry.address, self._settings.name)
        self._show_login(None)

    def _session_over(self, error: Exception | None) -> None:
        """The session is over, or the log-in failed."""
        assert self._entry is not None
        self._close_window()
        self._stop_bridge()
        about = login.explain(error, self._entry, self._sentence) if error is not None else None
        if self._login is not None:
            if about is not None:
                self._login.show_problem(about)
            return
        self._show_login(about)

    def _close_window(self, forget: bool = False) -> None:
        window, self._window = self._window, None
        if window is None:
            return
        window.close()
        self._save_window_state(window.chat, forget)
        self._files.close_window_state()

    def _save_window_state(self, chat: Conversation, forget: bool = False) -> None:
        """Write what is typed to disk. `forget`: pending messages too, as no other run sends them."""
        chat.composers.changed = False
        self._saved_at = time.monotonic()
        if self._entry is not None:
            everything = forget or self._bridge is None or not self._bridge.remembers
            self._files.save_window_state(chat.saved_composers(everything))
            composers = chat.composers
            trace("kept", lambda: [composers.text(one) for one in (*composers.drafts, *composers.edits)])

    def _notify(self, chat: Conversation) -> None:
        notifications, chat.notifications = chat.notifications, []
        for one in notifications:
            if self._settings.notices:
                self._notifier.show(one, lambda one=one: self._clicked(one))  # type: ignore[misc]
            if self._settings.sounds:
                self._notifier.ring()

    def _clicked(self, notification: DesktopNotification) -> None:
        """A notification was clicked: show its message."""
        self.root.deiconify()
        self.root.lift()
        self.root.focus_force()
        if self._window is not None:
            self._window.go(notification.channel, notification.number)

    def _focus(self, event: object) -> None:
        if self._window is not None:
            self._window.focused(self.root.focus_displayof() is not None)

    def _save_settings(self, **changed: object) -> None:
        self._settings = msgspec.structs.replace(self._settings, **changed)
        self._files.save_settings(self._settings)

    def _failed(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        """An error of this program: log it, tell it, and go on."""
        log.error("a fault in the window", exc_info=error)
        if self._window is not None:
            self._window.chat.show_status(_("This is a bug: {about}").format(about=f"{kind.__name__}: {error}"))


def _settle() -> None:
    """Exempt what is loaded from garbage collection, whose pauses a key press would wait for."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def run(server: str, sentence: Sentence, files: SavedFiles) -> int:
    """Show the window until it is closed. Raises tkinter.TclError where there is no screen."""
    return App(files, server, sentence).run()
