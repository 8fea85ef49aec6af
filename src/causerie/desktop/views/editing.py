"""Editing keys and pasting in all text fields, where Tk on X11 differs from what people expect."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tkinter as tk

from causerie.desktop.system import x11
from causerie.desktop.views.keyboard import ALT, SHIFT, letter

COMMANDS = {"a": "<<SelectAll>>", "c": "<<Copy>>", "v": "<<Paste>>", "x": "<<Cut>>", "z": "<<Undo>>", "y": "<<Redo>>"}
"""With Ctrl; Tk binds them to Latin letters only."""

UNEXPECTED = (
    *(f"<Control-{letter}>" for letter in "dhkot"),
    *(f"<Meta-{key}>" for key in ("b", "d", "f", "less", "greater", "BackSpace", "Delete")),
    "<Insert>",
)
"""What Tk has besides from Emacs and from Motif on X11: they delete, turn round and break lines, or put in what is
selected anywhere on the screen. Nobody expects that who does not know them; Alt is Meta on most keyboards."""

_WITH_LETTER = re.compile(r"<(Control|Meta)-(Lock-)?(Key-)?[A-Za-z]>")

KEEPERS = (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))
"""Programs that keep what was copied, where there is no clipboard manager."""


def prepare(root: tk.Tk) -> None:
    """In all text fields: a paste replaces the selection, Ctrl+A selects all, shortcuts hold in all layouts."""
    if root.tk.call("tk", "windowingsystem") == "x11":
        # Tk has the keys of Emacs there: Ctrl+W cuts, Ctrl+Y pastes.
        for virtual in root.event_info():
            if keys := [key for key in root.event_info(virtual) if _WITH_LETTER.fullmatch(key)]:
                root.event_delete(virtual, *keys)
        for name, virtual in COMMANDS.items():
            root.event_add(virtual, f"<Control-{name}>", f"<Control-Lock-{name.upper()}>")
        root.event_add("<<Redo>>", "<Control-Z>", "<Control-Lock-z>")
        root.event_add("<<Paste>>", "<Shift-Insert>")
        root.event_add("<<Copy>>", "<Control-Insert>")
        root.event_add("<<Cut>>", "<Shift-Delete>")
        for key in UNEXPECTED:
            for kind in ("Text", "Entry"):
                root.unbind_class(kind, key)
    for kind in ("Text", "Entry"):
        root.bind_class(kind, "<<Paste>>", _paste)
        root.bind_class(kind, "<Control-KeyPress>", _command)
    root.bind_class("Text", "<<SelectAll>>", _select_all)


def insert(widget: tk.Text | tk.Entry, text: str) -> None:
    """Some text where the cursor is, or in the place of what is selected; one step to be undone."""
    if str(widget.cget("state")) == "disabled":
        return
    with contextlib.suppress(tk.TclError):
        if isinstance(widget, tk.Text):
            widget.edit_separator()
        widget.delete("sel.first", "sel.last")
    widget.insert("insert", text)
    if isinstance(widget, tk.Text):
        widget.edit_separator()
        widget.see("insert")


def keep_clipboard(root: tk.Tk) -> str:
    """Have what was copied here kept when this program ends: by whom; empty: by nobody, or nothing was copied.

    The clipboard manager is asked as freedesktop.org's ClipboardManager specification has it; without one a program
    that keeps such things.
    """
    if root.tk.call("tk", "windowingsystem") != "x11":
        return ""
    try:
        with x11.connected(root.winfo_screen()) as display:
            has_manager = x11.owner(display, "CLIPBOARD_MANAGER") != 0
            is_ours = x11.of_one_program(x11.owner(display, "CLIPBOARD"), root.winfo_id())
        text = root.clipboard_get() if is_ours else ""
    except (OSError, tk.TclError):
        return ""
    if not text:
        return ""
    if has_manager:
        with contextlib.suppress(tk.TclError):  # an answer without content is none to Tk
            root.tk.call("selection", "get", "-selection", "CLIPBOARD_MANAGER", "-type", "SAVE_TARGETS")
        return "the clipboard manager"
    for program, *arguments in KEEPERS:
        if shutil.which(program) is not None:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    [program, *arguments],
                    input=text.encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=1,
                    check=True,
                )
                return program
    return ""


def _paste(event: tk.Event[tk.Misc]) -> str:
    widget = event.widget
    if isinstance(widget, tk.Text | tk.Entry):
        with contextlib.suppress(tk.TclError):
            insert(widget, widget.clipboard_get())
    return "break"


def _select_all(event: tk.Event[tk.Misc]) -> str:
    """Without the end of line that Tk has behind every text."""
    if isinstance(event.widget, tk.Text):
        event.widget.tag_add("sel", "1.0", "end-1c")
    return "break"


def _command(event: tk.Event[tk.Misc]) -> str | None:
    """Ctrl and a letter of a script that Tk binds nothing to."""
    state, keysym = int(event.state), event.keysym
    if state & ALT or (len(keysym) == 1 and keysym.isascii()):
        return None
    name = letter(event)
    command = "<<Redo>>" if name == "z" and state & SHIFT else COMMANDS.get(name)
    if command is None:
        return None
    event.widget.event_generate(command)
    return "break"
