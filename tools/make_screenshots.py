"""Make the pictures of docs/desktop again: `python tools/make_screenshots.py [DIRECTORY] [dark|light] [LANGUAGE]`.

A server, people who talk for two days (by a clock that is told what time it is), and the desktop client on a screen
that nobody sees, by real keys and mouse. Looks best with the fonts Inter and Noto Color Emoji installed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from causerie.desktop.models.saved_files import SavedFiles, Settings, Theme  # noqa: E402
from tests.e2e.screen import Desktop, Screen  # noqa: E402
from tests.people import PASSWORD, House, NativePerson  # noqa: E402

OUTPUT = ROOT / "docs" / "desktop"

KEPT = (
    "login-light",
    "conversation-dark",
    "conversation-light",
    "thread-dark",
    "emoji-light",
    "search-light",
    "busy-dark",
)
"""Those that the pages show; in a directory of one's own there are all of them."""

CODE = """\
this is all it takes:
```
for message in chat:
    print(message.name, message.text)
```"""

LONG = (
    "Long story short: I measured it on three machines, with the database on a disk, on an SSD and in memory, and the "
    "difference is smaller than what the network does on a good day, so I would rather keep it simple and look at it "
    "again in spring: https://example.org/measurements/2026/november"
)

TALK: tuple[tuple[str, str, int], ...] = (
    # who, what, minutes after the one before
    ("mathilde", "Bonjour à tous ! Je viens d’arriver, c’est ici que ça se passe ?", 0),
    ("ben", "Bonjour Mathilde, oui :) welcome", 2),
    ("ben", "the notes of last week are pinned", 0),
    ("clara", "Notes of the last meeting: **three** decisions, one open question, *no* deadline moved.", 3),
    ("mathilde", "Merci ! « Pas d’échéance déplacée », c’est noté.", 6),
    ("davide", "who has the key of the workshop?", 42),
    ("clara", "I do, it is with me until six", 1),
    ("davide", "perfect, I come by at five", 0),
    ("ben", LONG, 17),
    ("clara", "@anna can you have a look at it tomorrow?", 4),
    # the next day
    ("anna", "good morning! reading it now", 0),
    ("anna", "looks right to me, and `fsync` is what costs, as we thought", 9),
    ("ben", "then let us do it", 1),
    ("clara", "agreed", 0),
    ("mathilde", "D’accord aussi. J’écris la page de documentation, en français et en anglais.", 2),
    ("anna", "does anybody read messages in a program of their own?", 11),
    ("ben", CODE, 3),
    ("davide", "that is shorter than my shopping list", 1),
    ("clara", "> no deadline moved\n\nexcept for the cake, which is **today** at four", 14),
    ("mathilde", "Le gâteau ! J’apporte des assiettes.", 1),
    ("davide", "I bring coffee", 0),
    ("ben", "and I bring myself", 1),
    ("anna", "@ben most important of all", 0),
    ("clara", "Shall we meet in the garden or in the workshop?", 20),
    ("davide", "garden, if it does not rain", 2),
    ("mathilde", "Le jardin, avec plaisir", 1),
    ("ben", "1. table\n2. chairs\n3. the big umbrella, just in case", 3),
    ("anna", "I can carry two chairs", 1),
    ("clara", "@anna thank you! See you at four then", 2),
    ("davide", "see you", 0),
)


async def fill(house: House) -> tuple[NativePerson, list[int]]:
    """People, channels and what they say; Anna, and the numbers of the messages in the garden."""
    context, start = house.server.context, datetime.now().replace(hour=9, minute=12) - timedelta(days=1)
    at = start
    context.now = lambda: int(at.timestamp() * 1000)
    people: dict[str, NativePerson] = {}
    for name in ("anna", "ben", "clara", "davide", "mathilde"):
        await house.account(name)
        people[name] = await house.native_in("garden", name, PASSWORD)
        for channel in ("home", "workshop", "music"):
            await people[name].joins(channel)
    await people["anna"].asks("set_topic", channel="garden", topic="What grows, and who waters it · cake at four")
    numbers: list[int] = []
    for place, (name, text, minutes) in enumerate(TALK):
        if place == 10:
            at = start + timedelta(days=1, minutes=-3)
        at += timedelta(minutes=minutes)
        numbers.append((await people[name].asks("send", channel="garden", text=text))["number"])
    for name, place, emoji in (
        ("anna", 3, "👍"), ("davide", 3, "👍"), ("mathilde", 3, "🎉"), ("anna", 17, "😂"), ("ben", 17, "😂"),
        ("ben", 19, "🎉"), ("anna", 28, "❤️"), ("ben", 28, "❤️"),
    ):  # fmt: skip
        await people[name].asks("react", channel="garden", number=numbers[place], emoji=emoji)
    for name, text in (
        ("anna", "the garden, if the grass is dry"),
        ("ben", "it is, I just looked"),
        ("mathilde", "Parfait !"),
        ("clara", "then it is settled"),
    ):
        at += timedelta(minutes=1)
        said = await people[name].asks("send", channel="garden", text=text, reply=numbers[23])
        numbers.append(said["number"])
    await people["anna"].asks("pin", channel="garden", number=numbers[3])
    await people["davide"].asks("edit", channel="garden", number=numbers[20], text="I bring coffee, and tea")
    await people["clara"].asks("mark", channel="garden", number=numbers[9])
    await people["ben"].asks("send", channel="workshop", text="@anna the key is on its hook")
    await people["davide"].asks("send", channel="music", text="new strings arrived")
    await people["davide"].asks("away", text="in the workshop")
    opened = await people["mathilde"].asks("direct", people=["anna"])
    await people["mathilde"].asks("send", channel=opened["channel"], text="Tu prends le train de quelle heure ?")
    return people["anna"], numbers


async def main(output: Path, themes: list[Theme], language: str) -> None:
    output.mkdir(parents=True, exist_ok=True)
    async with House(accounts={"registration": "open"}) as house:
        anna, numbers = await fill(house)
        where = str(house.server.identity.listening[0])
        for theme in themes:
            pictures = Pictures(output, theme, where, language, numbers)
            for take in (pictures.busy, pictures.others):
                await anna.asks("mark", channel="garden", number=numbers[-4])
                await asyncio.to_thread(take)


class Pictures:
    """What one looks at, in one theme."""

    def __init__(self, output: Path, theme: Theme, where: str, language: str, numbers: list[int]) -> None:
        self.numbers = numbers
        self.output = output
        self.theme = theme
        self.where = where
        self.locale = {"LC_ALL": f"{language}.UTF-8"} if language else {}

    def busy(self) -> None:
        """All of the channel."""
        size = "1280x2300"
        with (
            tempfile.TemporaryDirectory() as home,
            Screen(size) as screen,
            self._window(screen, home, f"{size}+0+0") as desktop,
        ):
            self._enter(desktop)
            desktop.waits("timeline", lambda rows: len(rows) == len(self.numbers))
            self._shot(screen, "busy")

    def others(self) -> None:
        """The usual size."""
        numbers = self.numbers
        with (
            tempfile.TemporaryDirectory() as home,
            Screen() as screen,
            self._window(screen, home, "1280x800+0+0") as desktop,
        ):
            self._shot(screen, "login")
            self._enter(desktop)
            desktop.points(f"m{numbers[-1]}")
            desktop.waits(f"tools of m{numbers[-1]}", bool)
            self._shot(screen, "conversation")
            screen.presses("ctrl+e")
            desktop.logs("emoji for ")
            self._shot(screen, "emoji")
            screen.presses("Escape", "ctrl+f")
            desktop.says("garden")
            desktop.logs("found ")
            desktop.clicks(f"garden {numbers[24]}", called="side")
            self._shot(screen, "search")
            screen.presses("Escape")
            desktop.clicks(f"thread:{numbers[23]}")
            desktop.logs("keys go to: thread")
            screen.types("I am on my way, see you :smi")
            self._shot(screen, "thread")

    def _window(self, screen: Screen, home: str, geometry: str) -> Desktop:
        settings = Settings(server=self.where, name="anna", channel="garden", theme=self.theme, geometry=geometry)
        SavedFiles(Path(home)).save_settings(settings)
        return Desktop(screen, Path(home), self.where, **self.locale)

    def _enter(self, desktop: Desktop) -> None:
        desktop.screen.types(PASSWORD)
        desktop.screen.presses("Return")
        desktop.logs("at the end of garden")

    def _shot(self, screen: Screen, name: str) -> None:
        """Once everything has come to rest."""
        called = f"{name}-{self.theme}"
        if self.output != OUTPUT or called in KEPT:
            screen.do("sleep", "0.7")
            screen.shot(self.output / f"{called}.png")


if __name__ == "__main__":
    asyncio.run(
        main(
            Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT,
            [sys.argv[2]] if len(sys.argv) > 2 else ["dark", "light"],  # type: ignore[list-item]
            sys.argv[3] if len(sys.argv) > 3 else "",
        )
    )
