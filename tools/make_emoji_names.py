"""Write src/causerie/desktop/models/emoji_names.tsv: the emoji of chat/emoji.txt with their names and what finds them.

    npm pack emojibase-data && tar xzf emojibase-data-*.tgz && python tools/make_emoji_names.py package

Names and words are those of Unicode's CLDR, in English and French, in the order that people know from keyboards;
emojibase-data carries them as JSON (MIT). What it does not have yet comes after them, with the names that the `emoji`
package has (`tools/make_emoji.py`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from causerie.desktop.models.emoji_list import folded

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "src/causerie/chat/emoji.txt"
OUTPUT = ROOT / "src/causerie/desktop/models/emoji_names.tsv"
SELECTOR = "\ufe0f"
TONES = range(0x1F3FB, 0x1F400)


def names(package: Path, ours: list[str]) -> str:
    """The file's text."""
    from emoji import EMOJI_DATA
    from emoji.unicode_codes import load_from_json

    load_from_json("fr")
    kept = {bare(emoji): emoji for emoji in ours}
    english = json.loads((package / "en" / "data.json").read_text(encoding="utf-8"))
    french = {one["hexcode"]: one for one in json.loads((package / "fr" / "data.json").read_text(encoding="utf-8"))}
    codes = json.loads((package / "en" / "shortcodes" / "github.json").read_text(encoding="utf-8"))
    lines = []
    for one in sorted(english, key=lambda one: one.get("order", 1 << 20)):
        emoji = kept.pop(bare(one["emoji"]), None)
        if emoji is None:
            continue  # parts of flags
        found = [kept.pop(bare(skin["emoji"]), None) for skin in one.get("skins", [])]
        skins = [skin for skin in found if skin is not None]
        here, there = one, french[one["hexcode"]]
        short = codes.get(one["hexcode"], [])
        lines.append(
            line(emoji, here["label"], there["label"], [short] if isinstance(short, str) else short, here, there, skins)
        )
    for emoji in [emoji for emoji in kept.values() if not is_toned(emoji)]:
        about = EMOJI_DATA[emoji]
        skins = [one for one in kept.values() if is_toned(one) and untoned(one) == bare(emoji)]
        en, fr = (about[language].strip(":").replace("_", " ") for language in ("en", "fr"))
        lines.append(line(emoji, en, fr, [], {}, {}, skins))
    licence = (package / "LICENSE").read_text(encoding="utf-8")
    head = f"""\
Made by tools/make_emoji_names.py from emojibase-data, whose licence is this:

{licence}
Columns: emoji, English name, French name, short names, what finds it (folded), the same in other skin tones."""
    return "".join(f"# {one}".rstrip() + "\n" for one in head.splitlines()) + "".join(lines)


def line(
    emoji: str, en: str, fr: str, short: list[str], here: dict[str, Any], there: dict[str, Any], skins: list[str]
) -> str:
    """One emoji's. Words are folded here, so that nobody waits for it."""
    known = [*(code.replace("_", " ") for code in short), en, fr, *here.get("tags", ()), *there.get("tags", ())]
    parts = (word for text in known for word in re.split("[ ,-]+", folded(text)) if word)
    words = " ".join(dict.fromkeys([*short, *parts]))
    return "\t".join((emoji, en, fr, " ".join(short), words, " ".join(skins))) + "\n"


def bare(emoji: str) -> str:
    """Without what asks for the colourful form."""
    return emoji.replace(SELECTOR, "")


def untoned(emoji: str) -> str:
    """Without skin tones too."""
    return "".join(char for char in bare(emoji) if ord(char) not in TONES)


def is_toned(emoji: str) -> bool:
    """Whether it has a skin tone, and something that has it."""
    return untoned(emoji) not in ("", bare(emoji))


if __name__ == "__main__":
    OUTPUT.write_text(names(Path(sys.argv[1]), LIST.read_text(encoding="utf-8").split()), encoding="utf-8")
