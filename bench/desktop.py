"""What the desktop client's interface thread bears: `python -m bench.desktop [MESSAGES]`, on a screen (or Xvfb).

A real server in a process of its own, a window in this one. A heart beats in the interface's thread every few
milliseconds; the longest time between two beats is the longest that any key can have waited. Three parts: the way in;
a history of so many messages scrolled through to its beginning; 500 messages a second arriving while one types. Before
them the program itself is started a few times, until its form can be typed in.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from causerie.desktop.app import App
from causerie.desktop.models.saved_files import SavedFiles, Settings
from causerie.i18n.refusals import sentence
from tests.server_process import ServerProcess

BEAT = 4
"""Milliseconds between two beats of the heart."""

STARTS = 5
RATE = 500
SECONDS = 10
TEXT = "Message {n}: some words of the usual length, **bold** now and then, and a link https://example.org/{n}"


class Heart:
    """What lies between two beats, in ms, less the pause itself, three ways: `wall`, by the clock; `own`, without the
    time that this thread, or the network's, was ready and no core was free (Linux tells that, in schedstat; while the
    network's waits for one it may hold the interpreter's lock): what this program can answer for; `cpu`, the processor
    time of this thread alone.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.walls: list[float] = []
        self.owns: list[float] = []
        self.cpus: list[float] = []
        self._waits: dict[int, int] = {}
        self._waited()
        self._last = time.perf_counter(), time.thread_time()
        self._beat()

    def _waited(self) -> float:
        """Seconds that both threads waited for a core, since this was asked last."""
        waited = 0
        bridge = self._app._bridge
        for thread in (threading.get_native_id(), bridge._thread.native_id if bridge is not None else None):
            if thread is not None:
                now = int(Path(f"/proc/self/task/{thread}/schedstat").read_bytes().split()[1])
                waited += now - self._waits.get(thread, now)
                self._waits[thread] = now
        return waited / 1e9

    def _beat(self) -> None:
        now = time.perf_counter(), time.thread_time()
        wall = (now[0] - self._last[0]) * 1000 - BEAT
        cpu = (now[1] - self._last[1]) * 1000
        self.walls.append(max(wall, 0.0))
        self.owns.append(max(wall - self._waited() * 1000, cpu, 0.0))
        self.cpus.append(cpu)
        self._last = now
        self._app.root.after(BEAT, self._beat)

    def said(self) -> dict[str, object]:
        """The longest and the 99th percentile of each, since this was asked last."""
        made: dict[str, object] = {"beats": len(self.walls)}
        for name, steps in (("wall", self.walls), ("own", self.owns), ("cpu", self.cpus)):
            steps.sort()
            made[f"{name}_ms"] = {"longest": round(steps[-1], 1), "p99": round(steps[int(len(steps) * 0.99)], 1)}
            steps.clear()
        return made


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


def start(where: str, directory: Path) -> dict[str, object]:
    """From exec until keys go to the form, by the clock and in processor time."""
    walls, cpus = [], []
    for n in range(STARTS):
        began, before = time.perf_counter(), os.times()
        process = subprocess.Popen(
            [sys.executable, "-m", "causerie", "desktop", where],
            env={**os.environ, "CAUSERIE_DESKTOP": str(directory / f"start{n}"), "CAUSERIE_DEBUG": "1"},
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if b"the form is shown" in line:
                break
        walls.append(time.perf_counter() - began)
        process.terminate()
        process.communicate()
        after = os.times()
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return {
        "part": "exec to form",
        "median_s": round(sorted(walls)[STARTS // 2], 3),
        "most_s": round(max(walls), 3),
        "median_cpu_s": round(sorted(cpus)[STARTS // 2], 3),
    }


def run(server: ServerProcess, directory: Path, count: int) -> None:
    where = str(server.address)
    print(json.dumps(start(where, directory)))
    asyncio.run(fill(where, count))
    remembered = SavedFiles(directory / "desktop")
    remembered.save_settings(Settings(server=where, theme="light"))
    began = time.perf_counter()
    app = App(remembered, where, sentence)
    app.root.update()
    shown = time.perf_counter() - began
    app.root.update()
    app._poll()
    sys.setswitchinterval(0.001)
    heart = Heart(app)
    assert app._login is not None
    app._login.view._send()
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
    window.to_end()
    pump(app, lambda: timeline.at_end, 20)
    pump_for(app, 0.5)
    heart.said()
    talker = subprocess.Popen([sys.executable, "-c", f"from bench.desktop import talk; talk({where!r})"])
    last, typed = timeline.last, 0
    heard: list[tuple[float, int]] = []
    keys: list[float] = []
    while talker.poll() is None or timeline.last != heard[-1][1]:
        heard.append((time.perf_counter(), timeline.last))
        pump_for(app, 0.05)
        one = time.perf_counter()
        window.composer.view.text.focus_force()
        window.composer.view.text.event_generate("<Key>", keysym="a")
        app.root.update_idletasks()
        keys.append((time.perf_counter() - one) * 1000)
        typed += 1
    keys.sort()
    coming = [one for one, after in itertools.pairwise(heard) if one[1] != after[1]]
    seconds = coming[-1][0] - coming[0][0]
    print(
        json.dumps(
            {
                "part": "busy",
                "heard": timeline.last - last,
                "a_second": round((coming[-1][1] - coming[0][1]) / seconds),
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
