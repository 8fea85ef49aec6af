"""A screen of its own, with real keys: Xvfb and xdotool; and the desktop client on it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

PATIENCE = 20.0
"""Seconds until something is given up; a busy machine is no reason to fail sooner."""

MISSING = [program for program in ("Xvfb", "xdotool", "import") if shutil.which(program) is None]


class Screen:
    """A screen that nobody sees, so wide and high, with so many dots an inch. `with Screen() as screen:`

    `repeats`: a key that is held down does; on a busy machine each one may be, between its press and its release.
    """

    def __init__(self, size: str = "1280x800", dots: int = 96, repeats: bool = False) -> None:
        self.display = ""
        self._size = size
        self._dots = dots
        self._repeats = repeats

    def __enter__(self) -> Self:
        if MISSING:
            pytest.skip(f"not installed: {', '.join(MISSING)}")
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(write), "-screen", "0", f"{self._size}x24", "-nolisten", "tcp"),
                *("-dpi", str(self._dots)),
                *([] if self._repeats else ["-r"]),
            ],
            pass_fds=(write,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        assert self.display != ":", "Xvfb does not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait(10)

    def do(self, *words: str) -> str:
        """xdotool."""
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip()

    def types(self, text: str) -> None:
        """Key by key."""
        self.do("type", "--delay", "2", text)

    def presses(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.do("key", key)

    def shot(self, path: Path) -> None:
        """A picture of it."""
        subprocess.run(
            ["import", "-window", "root", str(path)], env={**os.environ, "DISPLAY": self.display}, check=True
        )


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent (Xlib, 10.10.1), as long as an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_char * 128),
    )


def tell_window(display: str, window: int, what: str) -> None:
    """WM_DELETE_WINDOW (ICCCM, 4.2.8.1) or WM_SAVE_YOURSELF (appendix C.1), which xdotool of Debian 12 cannot send."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
    x11.XSendEvent.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    x11.XCloseDisplay.argtypes = (ctypes.c_void_p,)
    opened = x11.XOpenDisplay(display.encode())
    message = _ClientMessage(type=33, window=window, format=32)
    message.message_type = x11.XInternAtom(opened, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(opened, what.encode(), 0)
    x11.XSendEvent(opened, window, 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(opened)


class Desktop:
    """The program on a screen, in a process of its own. What it logs is read from `log`."""

    def __init__(self, screen: Screen, home: Path, *arguments: str, **environment: str) -> None:
        self.screen = screen
        self._log = home / "desktop.log"
        self._from = self._log.stat().st_size if self._log.exists() else 0
        home.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "causerie", "desktop", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={
                    **os.environ,
                    "LC_ALL": "C.UTF-8",
                    "DISPLAY": screen.display,
                    "CAUSERIE_DESKTOP": str(home),
                    "CAUSERIE_DEBUG": "2",
                    # Nothing of the session of whoever runs the tests.
                    "DBUS_SESSION_BUS_ADDRESS": "disabled:",
                    **environment,
                },
            )

    def __enter__(self) -> Self:
        self.logs("the form is shown")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """kill -9, if it is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        """All that this run logged."""
        return self._log.read_bytes()[self._from :].decode()

    def logs(self, text: str, times: int = 1) -> None:
        """Wait until it has."""
        until = time.monotonic() + PATIENCE
        while self.log().count(text) < times:
            assert self.process.poll() is None or text in self.log(), f"it ended:\n{self.log()}"
            assert time.monotonic() < until, f"{text!r} does not come:\n{self.log()}"
            time.sleep(0.02)

    # What is drawn, as causerie.desktop.views.ui_trace logs it.

    def told(self, what: str) -> Any:
        """What was told of this last; None: nothing was."""
        start = f"causerie.shown: {what}: "
        lines = [line for line in self.log().splitlines() if line.startswith(start)]
        return json.loads(lines[-1].removeprefix(start)) if lines else None

    def waits(self, what: str, so: Callable[[Any], object]) -> Any:
        """Until what was told of this last is so; what that is."""
        until = time.monotonic() + PATIENCE
        while True:
            told = self.told(what)
            if told is not None and so(told):
                return told
            assert self.process.poll() is None, f"it ended:\n{self.log()}"
            assert time.monotonic() < until, f"of {what!r} only this is told: {told!r}\n{self.log()}"
            time.sleep(0.02)

    def sees(self, text: str, called: str = "timeline") -> None:
        """A row has this in it."""
        self.waits(called, lambda rows: any(text in row for row in rows))

    def sees_no(self, text: str, called: str = "timeline") -> None:
        """No row has this in it any more."""
        self.waits(called, lambda rows: not any(text in row for row in rows))

    def reads(self, *texts: str, called: str = "timeline") -> None:
        """These rows, and no others, in this order, each with this in it."""
        self.waits(
            called,
            lambda rows: len(rows) == len(texts) and all(text in row for text, row in zip(texts, rows, strict=True)),
        )

    def points(self, name: str, called: str = "timeline") -> None:
        """The mouse goes to a row ("m5"), to something in it that can be clicked, or to a line of a list."""
        until = time.monotonic() + PATIENCE
        while True:
            x, y = self.waits(f"places of {called}", lambda places: name in places)[name]
            self.screen.do("mousemove", str(x + 1), str(y), "mousemove", str(x), str(y))
            pointer = self.waits("pointer", lambda pointer: True)
            if pointer[:2] == [x, y] and name in pointer[2:]:
                return
            assert time.monotonic() < until, f"{name} is not where it is said to be, but {pointer}"

    def clicks(self, name: str, called: str = "timeline", button: int = 1) -> None:
        """There, and a button of the mouse."""
        self.points(name, called)
        self.screen.do("click", str(button))

    def tool(self, number: int, act: str) -> None:
        """What floats above a message that the mouse is on: emoji, reply, menu."""
        self.points(f"m{number}")
        x, y = self.waits(f"tools of m{number}", lambda tools: True)[act]
        self.screen.do("mousemove", str(x), str(y), "click", "1")

    def button(self, text: str) -> None:
        """A round button that floats above the messages."""
        x, y = self.waits(f"button {text}", lambda place: True)
        self.screen.do("mousemove", str(x), str(y), "click", "1")

    def menu(self, label: str) -> None:
        """From the menu that is open."""
        x, y = self.waits("menu", lambda places: label in places)[label]
        self.screen.do("mousemove", str(x - 1), str(y), "mousemove", str(x), str(y), "click", "1")

    def says(self, text: str) -> None:
        """Typed, and Enter."""
        self.screen.types(text)
        self.screen.presses("Return")

    def fills(self, name: str = "", password: str = "", channel: str = "") -> None:
        """The form, from the name on, and Enter."""
        screen = self.screen
        for text in (name, password, channel):
            screen.presses("ctrl+slash", "ctrl+a", "BackSpace") if text else None
            if text:
                screen.types(text)
            screen.presses("Tab")
        screen.presses("Return")

    def escapes(self) -> None:
        """Escape, which closes a dialog, and the keys go to the line again: an X server gives a key to whatever has
        the focus as it is pressed."""
        there = self.log().count("keys go to: the line")
        self.screen.presses("Escape")
        self.logs("keys go to: the line", there + 1)

    def cross(self) -> None:
        """The window's cross is clicked: what a window manager then sends."""
        tell_window(self.screen.display, self._window(), "WM_DELETE_WINDOW")

    def session_ends(self) -> None:
        """What a session manager sends."""
        tell_window(self.screen.display, self._window(), "WM_SAVE_YOURSELF")

    def signal(self, number: signal.Signals) -> None:
        """From the terminal, or the system."""
        self.process.send_signal(number)

    def interrupt(self) -> None:
        """Ctrl+C in the terminal that it was started from."""
        self.signal(signal.SIGINT)

    def title(self) -> str:
        """The window's."""
        return self.screen.do("getwindowname", str(self._window()))

    def _window(self) -> int:
        until = time.monotonic() + PATIENCE
        while not (found := self.screen.do("search", "--onlyvisible", "--class", "Causerie").split()):
            assert self.process.poll() is None, f"it ended with {self.process.poll()}:\n{self.log()}"
            assert time.monotonic() < until, f"there is no window:\n{self.log()}"
        return int(found[-1])

    def titled(self, title: str) -> None:
        """Wait until this is the window's title."""
        until = time.monotonic() + PATIENCE
        while self.title() != title:
            assert time.monotonic() < until, f"{self.title()!r}, not {title!r}:\n{self.log()}"
            time.sleep(0.05)

    def ends(self, within: float = 2.0) -> int:
        """Its exit status, and that it was quick."""
        began = time.monotonic()
        status = self.process.wait(PATIENCE)
        assert time.monotonic() - began < within
        return status
