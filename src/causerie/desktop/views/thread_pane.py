"""Draws a thread beside the conversation: its messages, and a line of its own to reply in."""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable

from causerie.desktop.models import status
from causerie.desktop.models.actions import Acts
from causerie.desktop.models.remembering import Settings
from causerie.desktop.models.sending import Saying
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views import keys
from causerie.desktop.views.chat_view import HEAD
from causerie.desktop.views.floating_button import Pill
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.timeline_view import TimelineView
from causerie.desktop.views.timers import Timers
from causerie.desktop.views.writing import Writing
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

READ_AFTER = 300
"""Milliseconds that the end has to be seen until it is read."""


class ThreadPane:
    """See the module. `model`: the thread, which stays open as long as this is there. `act`, `menu`: as the timeline
    view asks; `close`: one wants no more of it; `changed`: draw what is stale; `window_keys`: as everywhere."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        acts: Acts,
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
        self._chat = acts.chat
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
        self.writing = Writing(
            self.frame,
            look,
            Saying(acts.chat, acts.command, model.thread),
            overlay,
            timers,
            settings,
            self._sent,
            close,
            emoji,
        )
        self.writing.view.hint(_("Reply in the thread"))
        self.writing.view.frame.pack(side="bottom", fill="x", padx=look.px(12), pady=(0, look.px(24)))
        self.timeline.typed = self.writing.view.put
        self.timeline.frame.pack(fill="both", expand=True)
        self._newer = Pill(self.timeline.frame, look, self.to_end)
        line_keys = keys.timeline_keys(self.timeline.page, self.to_end, lambda: None)
        keys.bind_line(self.writing.view.text, {**window_keys, **line_keys, **self.writing.view.keys}, self.to_end)
        self.writing.here()
        self.writing.view.text.bind("<FocusIn>", lambda event: log.info("keys go to: thread %d", model.thread), add="+")

    def refresh(self) -> None:
        """Draw what is stale."""
        self.timeline.draw(self.model.take())
        self._look()

    def to_end(self) -> None:
        """The last reply."""
        self._chat.reading.to_end(self.model)
        self._changed()
        self.timeline.to_bottom()

    def close(self) -> None:
        """It is not shown any more; what is typed stays its draft."""
        self.writing.keep()
        self._timers.cancel("thread read")
        self.frame.destroy()

    # The rest is its own.

    def _sent(self, done: bool) -> None:
        self._changed()
        if done and self.model.at_end and self.model.pending:
            self.timeline.to_bottom()

    def _scrolled(self, above: bool, below: bool) -> None:
        self._chat.reading.scrolled(above, below, self.model)
        if self._chat.stale:
            self._timers.later("refresh", 1, self._changed)
        self._look()

    def _look(self) -> None:
        at_bottom = self.timeline.at_bottom
        self.model.looked(at_bottom)
        if at_bottom:
            self._timers.later("thread read", READ_AFTER, self._chat.reading.seen_thread)
        self._newer.show(status.newer(self.model, at_bottom), relx=0.5, rely=1.0, y=-8, anchor="s")
