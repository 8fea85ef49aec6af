"""What the desktop client's interface thread bears: `python -m bench.desktop [MESSAGES]`, on a screen (or Xvfb).

A real server in a process of its own, a window in this one. A heart beats in the interface's thread every few
milliseconds; the longest time between two beats is the longest that any key can have waited. Three parts: the start;
a history of so many messages scrolled through to its beginning; 500 messages a second arriving while one types.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from causerie.cli.refusals import sentence
from causerie.desktop.app import App
from causerie.desktop.remembering import Remembered, Settings
from tests.server_process import ServerProcess

BEAT = 4
"""Milliseconds between two beats of the heart."""

RATE = 500
SECONDS = 10
TEXT = "Message {n}: some words of the usual length, **bold** now and then, and a link https://example.org/{n}"


class Heart:
    """The longest and the 99th percentile of the times between two beats, less the pause itself.

    `work`: the processor time of the interface's thread between two of them, which says the same on a machine that has
    other things to do.
    """

    def __init__(self, app: App) -> None:
        self._root = app.root
        self._last = time.perf_counter()
        self._worked = time.thread_time()
        self.waits: list[float] = []
        self.works: list[float] = []
        self._beat()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.waits.append(max(now - self._last - BEAT / 1000, 0.0) * 1000)
        worked = time.thread_time()
        self.works.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked
        self._root.after(BEAT, self._beat)

    def said(self) -> dict[str, float]:
        waits, self.waits = sorted(self.waits), []
        works, self.works = sorted(self.works), []
        return {
            "longest_ms": round(waits[-1], 1),
            "p99_ms": round(waits[int(len(waits) * 0.99)], 1),
            "work_longest_ms": round(works[-1], 1),
            "beats": len(waits),
        }


def memory() -> int:
    """Megabytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


async def fill(where: str, count: int) -> None:
    """So many messages in home."""
    host, port = where.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**24)
    writer.write(
        b'{"do":"hello","version":1}\n{"do":"login","guest":true,"name":"filler"}\n{"do":"join","channel":"home"}\n'
    )

    async def read() -> None:
        acks = 0
        while acks < count:
            acks += (await reader.readline()).count(b'"ack"')

    reading = asyncio.create_task(read())
    for n in range(count):
        writer.write(json.dumps({"do": "send", "channel": "home", "text": TEXT.format(n=n)}).encode() + b"\n")
        if n % 200 == 0:
            await writer.drain()
    await reading
    writer.close()


def talk(where: str) -> None:
    """So many messages a second, for a while: in a process of its own."""

    async def go() -> None:
        host, port = where.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**24)
        writer.write(b'{"do":"hello","version":1}\n{"do":"login","guest":true}\n{"do":"join","channel":"home"}\n')

        async def read() -> None:
            while await reader.read(65536):
                pass

        reading = asyncio.create_task(read())
        began = time.perf_counter()
        for n in range(RATE * SECONDS):
            writer.write(json.dumps({"do": "send", "channel": "home", "text": TEXT.format(n=n)}).encode() + b"\n")
            await asyncio.sleep(max(0, began + n / RATE - time.perf_counter()))
        reading.cancel()

    asyncio.run(go())


def pump(app: App, done: Callable[[], bool], seconds: float) -> None:
    """Let the window live until this is so."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "too slow"
        app.root.tk.dooneevent()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory) / "data").start()
        try:
            run(server, Path(directory), count)
        finally:
            server.end()


def run(server: ServerProcess, directory: Path, count: int) -> None:
    where = str(server.address)
    asyncio.run(fill(where, count))
    remembered = Remembered(directory / "desktop")
    remembered.keep_settings(Settings(server=where, theme="light"))
    began = time.perf_counter()
    app = App(remembered, where, sentence)
    app.root.update()
    shown = time.perf_counter() - began
    app.root.update()
    app._poll()
    sys.setswitchinterval(0.001)
    heart = Heart(app)
    assert app._entering is not None
    app._entering.view._send()
    pump(app, lambda: app._window is not None and app._window.chat.timeline.shown, 20)
    window = app._window
    assert window is not None
    print(
        json.dumps(
            {
                "part": "start",
                "window_s": round(shown, 3),
                "talking_s": round(time.perf_counter() - began, 3),
                **heart.said(),
            }
        )
    )
    before = memory()
    timeline, text = window.chat.timeline, window.timeline.text
    began = time.perf_counter()

    def up() -> None:
        text.yview_scroll(-12, "units")
        if timeline.more_before:
            app.root.after(3, up)

    up()
    pump(app, lambda: bool(timeline.messages) and not timeline.more_before, 1200)
    took = time.perf_counter() - began
    print(
        json.dumps(
            {
                "part": "history",
                "messages": count,
                "seconds": round(took, 1),
                "memory_mb": [before, memory()],
                "rows": len(timeline.messages),
                **heart.said(),
            }
        )
    )
    app.root.tk.call("after", "cancel", "all") if False else None
    window.to_end()
    pump(app, lambda: timeline.at_end, 20)
    pump_for(app, 0.5)
    heart.said()
    talker = subprocess.Popen([sys.executable, "-c", f"from bench.desktop import talk; talk({where!r})"])
    last, typed = timeline.last, 0
    began = time.perf_counter()
    keys: list[float] = []
    while talker.poll() is None:
        pump_for(app, 0.05)
        one = time.perf_counter()
        window.composer.text.focus_force()
        window.composer.text.event_generate("<Key>", keysym="a")
        app.root.update_idletasks()
        keys.append((time.perf_counter() - one) * 1000)
        typed += 1
    pump_for(app, 1.0)
    heard = timeline.last - last
    keys.sort()
    print(
        json.dumps(
            {
                "part": "busy",
                "heard": heard,
                "a_second": round(heard / (time.perf_counter() - began)),
                "typed": typed,
                "key_longest_ms": round(keys[-1], 1),
                "memory_mb": memory(),
                **heart.said(),
            }
        )
    )
    app.end()


def pump_for(app: App, seconds: float) -> None:
    """Let the window live for so long."""
    until = time.monotonic() + seconds
    pump(app, lambda: time.monotonic() >= until, seconds + 5)


if __name__ == "__main__":
    main()
