"""The pane of a thread: its timeline, and a composer for replies."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from causerie.desktop.models import status
from causerie.desktop.models.actions import Actions
from causerie.desktop.models.composer import Composer
from causerie.desktop.models.saved_files import Settings
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views import keys
from causerie.desktop.views.chat_view import HEAD
from causerie.desktop.views.composer_controller import ComposerController
from causerie.desktop.views.floating_button import FloatingButton
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.timeline_view import TimelineView
from causerie.desktop.views.timers import Timers
from causerie.i18n.text import _

READ_AFTER = 300
"""Milliseconds that the end has to be in sight until it is marked read."""


class ThreadPane:
    """See the module. `model`: the thread, open as long as the pane is. `act`, `menu`: as for TimelineView; `close`:
    the pane was closed; `changed`: redraw what is stale; `window_keys`: the keys that hold everywhere."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        actions: Actions,
        model: Timeline,
        overlay: Overlay,
        timers: Timers,
        settings: Callable[[], Settings],
        act: Callable[[str], None],
        menu: Callable[[int, int, int], None],
        close: Callable[[], None],
        changed: Callable[[], None],
        window_keys: keys.Keys,
        emoji: Callable[[], None],
    ) -> None:
        self.model = model
        self._chat = actions.chat
        self._timers = timers
        self._changed = changed
        colour = look.palette
        self.frame = tk.Frame(parent, background=colour.ground)
        self.frame.pack(fill="both", expand=True)
        head = tk.Frame(self.frame, background=colour.ground, height=look.px(HEAD))
        head.pack_propagate(False)
        head.pack(fill="x", padx=look.px(16))
        title = tk.Label(
            head, text=_("Thread"), font=look.font(18, "bold"), background=colour.ground, foreground=colour.text
        )
        title.pack(side="left")
        cross = tk.Label(
            head, text="✕", font=look.font(15), background=colour.ground, foreground=colour.faint, cursor="hand2"
        )
        cross.pack(side="right")
        cross.bind("<Button-1>", lambda event: close())
        tk.Frame(self.frame, background=colour.border, height=1).pack(fill="x")
        self.timeline = TimelineView(self.frame, look, act, self._scrolled, menu, called="thread")
        self.composer = ComposerController(
            self.frame,
            look,
            Composer(actions.chat, actions.command, model.thread),
            overlay,
            timers,
            settings,
            self._sent,
            close,
            emoji,
        )
        self.composer.view.hint(_("Reply in the thread"))
        self.composer.view.frame.pack(side="bottom", fill="x", padx=look.px(12), pady=(0, look.px(24)))
        self.timeline.typed = self.composer.view.put
        self.timeline.frame.pack(fill="both", expand=True)
        self._newer = FloatingButton(self.timeline.frame, look, self.to_end)
        line_keys = keys.timeline_keys(self.timeline.page, self.to_end, lambda: None)
        keys.bind_line(self.composer.view.text, {**window_keys, **line_keys, **self.composer.view.keys}, self.to_end)
        self.composer.channel_opened()

    def refresh(self) -> None:
        """Redraw what is stale."""
        self.timeline.draw(self.model.take_steps())
        self._look()

    def to_end(self) -> None:
        """Scroll to the last reply."""
        self._chat.read_state.to_end(self.model)
        self._changed()
        self.timeline.to_bottom()

    def close(self) -> None:
        """Remove the pane; what is typed stays its draft."""
        self.composer.sync()
        self._timers.cancel("thread read")
        self.frame.destroy()

    def _sent(self, done: bool) -> None:
        self._changed()
        if done and self.model.at_end and self.model.pending:
            self.timeline.to_bottom()

    def _scrolled(self, above: bool, below: bool) -> None:
        self._chat.read_state.scrolled(above, below, self.model)
        if self._chat.stale:
            self._timers.later("refresh", 1, self._changed)
        self._look()

    def _look(self) -> None:
        at_bottom = self.timeline.at_bottom
        self.model.set_at_bottom(at_bottom)
        if at_bottom:
            self._timers.later("thread read", READ_AFTER, self._chat.read_state.mark_thread_read)
        self._newer.show(status.newer(self.model, at_bottom), relx=0.5, rely=1.0, y=-8, anchor="s")
