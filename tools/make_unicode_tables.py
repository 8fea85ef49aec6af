"""Write src/causerie/chat/unicode_tables.json: the scripts and look-alikes that names are checked against.

    python tools/make_unicode_tables.py /usr/share/unicode [--confusables confusables.txt] [--output FILE]

The directory is that of Debian's package unicode-data: Scripts.txt, ScriptExtensions.txt,
PropertyValueAliases.txt, DerivedNormalizationProps.txt, DerivedCoreProperties.txt and
extracted/DerivedGeneralCategory.txt are read. That package has no confusables.txt (UTS 39, section 4):
give the file with --confusables, or have ICU installed, whose spoof checker carries the same data. Both
must be of one Unicode version, or nothing is written.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "src/causerie/chat/unicode_tables.json"
LETTERS_MARKS_DIGITS = frozenset({"Ll", "Lu", "Lo", "Lm", "Nd", "Mn", "Mc"})
"""The categories that PRECIS calls LetterDigits: RFC 8264, section 9.1."""
EXCEPTIONS = frozenset({0xB7, 0x375, 0x5F3, 0x5F4, 0x6FD, 0x6FE, 0xF0B, 0x3007, 0x30FB})
"""Further characters that PRECIS lets in, some of them in one context only: RFC 8264, section 9.6."""
EVERY_SCRIPT = frozenset({"Zyyy", "Zinh"})
AUGMENTED = {
    "Hani": {"Hanb", "Jpan", "Kore"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Bopo": {"Hanb"},
    "Hang": {"Kore"},
}
"""UTS 39, section 5.1: the writing systems that use several scripts."""

SHARP_S = "\N{LATIN SMALL LETTER SHARP S}"
"""The prototype of Greek beta, whose capital is like B: but sharp s is like neither."""

Prototype = Callable[[str], str]


def rows(path: Path) -> Iterator[tuple[range, list[str]]]:
    """Every line of a Unicode data file: its code points and its fields after the first."""
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) > 1:
            first, _, last = fields[0].partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), fields[1:]


def version_of(path: Path) -> str:
    """The Unicode version in a data file's first line, such as "# Scripts-15.0.0.txt"."""
    return path.read_text(encoding="utf-8").split("\n", 1)[0].rpartition("-")[2].removesuffix(".txt")


def name_characters(data: Path) -> set[int]:
    """The code points that RFC 8264's IdentifierClass lets into a name, ASCII left out."""
    members = {
        point
        for points, fields in rows(data / "extracted/DerivedGeneralCategory.txt")
        if fields[0] in LETTERS_MARKS_DIGITS
        for point in points
    }
    for name, wanted in (
        ("DerivedNormalizationProps.txt", ["NFKC_QC", "N"]),
        ("DerivedCoreProperties.txt", ["Default_Ignorable_Code_Point"]),
    ):
        for points, fields in rows(data / name):
            if fields[: len(wanted)] == wanted:
                members.difference_update(points)
    return {point for point in members | EXCEPTIONS if point > 0x7F}


def script_ranges(data: Path, members: set[int]) -> list[tuple[int, str]]:
    """Where the set of scripts changes: (first code point, scripts separated by spaces).

    "*" stands for every script (Common and Inherited), "" for a code point that no name can have. A hole
    of assigned characters that names cannot have is filled with what is before it, which keeps the table
    short.
    """
    short = {
        fields[1]: fields[0]
        for line in (data / "PropertyValueAliases.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("sc ;")
        for fields in [[field.strip() for field in line.partition("#")[0].split(";")][1:]]
    }
    scripts: dict[int, set[str]] = {}
    for points, fields in rows(data / "Scripts.txt"):
        for point in points:
            scripts[point] = {short[fields[0]]}
    for points, fields in rows(data / "ScriptExtensions.txt"):
        for point in points:
            scripts[point] = set(fields[0].split())
    ranges: list[tuple[int, str]] = []
    for point in range(sys.maxunicode + 1):
        if point in members or point <= 0x7F:
            found = scripts[point]
            for script in list(found):
                found = found | AUGMENTED.get(script, set())
            label = "*" if found & EVERY_SCRIPT else " ".join(sorted(found))
        elif point in scripts:
            continue
        else:
            label = ""
        if not ranges or label != ranges[-1][1]:
            ranges.append((point, label))
    return ranges


def prototypes_of_file(path: Path) -> tuple[str, Prototype]:
    """The version and the prototypes of a confusables.txt (UTS 39, section 4)."""
    text = path.read_text(encoding="utf-8-sig")
    version = text.partition("# Version:")[2].split("\n", 1)[0].strip()
    table = {
        chr(points[0]): "".join(chr(int(point, 16)) for point in fields[0].split()) for points, fields in rows(path)
    }
    return version, lambda character: table.get(character, character)


def prototypes_of_icu() -> tuple[str, Prototype]:
    """The version and the prototypes of the ICU installed here, through uspoof_getSkeletonUTF8."""
    library = ctypes.util.find_library("icui18n")
    if library is None:
        raise SystemExit("no confusables: give --confusables FILE, or install ICU (Debian: libicu72)")
    suffix = "_" + library.rpartition(".so.")[2].partition(".")[0]
    icu = ctypes.CDLL(library)
    numbers = (ctypes.c_uint8 * 4)()
    getattr(icu, "u_getUnicodeVersion" + suffix)(numbers)
    status = ctypes.c_int(0)
    open_checker = getattr(icu, "uspoof_open" + suffix)
    open_checker.restype = ctypes.c_void_p
    checker = ctypes.c_void_p(open_checker(ctypes.byref(status)))
    skeleton = getattr(icu, "uspoof_getSkeletonUTF8" + suffix)
    space = ctypes.create_string_buffer(1024)

    def prototype(character: str) -> str:
        source = character.encode()
        size = skeleton(checker, 0, source, len(source), space, len(space), ctypes.byref(status))
        if status.value > 0:
            raise SystemExit(f"ICU error {status.value} for U+{ord(character):04X}")
        return space.raw[:size].decode()

    return ".".join(str(number) for number in numbers[:3]), prototype


def settle(text: str, step: Callable[[str], str]) -> str:
    """`step` of `text` again and again, until it changes nothing."""
    for _ in range(16):
        after = step(text)
        if after == text:
            return text
        text = after
    raise SystemExit(f"no end to the prototypes of {text!a}")


def look_alikes(members: set[int], prototype: Prototype) -> dict[int, str]:
    """What stands for each small letter, mark and digit in a skeleton, settled: no value holds a key.

    ASCII is left alone: names.py folds it. UTS 39 compares the letters that are shown; a skeleton here is
    made from the name in small letters, so a letter whose capital looks like an ASCII one (Cyrillic ve:
    the capital is like B) stands for that ASCII letter, unless its small form already stands for another.
    """
    small = sorted(
        point for point in members if chr(point).lower() == chr(point) == unicodedata.normalize("NFD", chr(point))
    )
    capitals: dict[str, str] = {}

    def step(text: str) -> str:
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
        return "".join(
            character if character.isascii() else capitals.get(character, prototype(character)) for character in text
        )

    for point in small:
        capital = chr(point).upper()
        like = "".join(prototype(character) for character in capital).lower()
        plain = settle(chr(point), step)
        if capital != chr(point) and len(like) == 1 and like.isascii() and not plain.isascii():
            capitals.setdefault(plain if len(plain) == 1 and plain != SHARP_S else chr(point), like)
    settled = {point: settle(chr(point), step) for point in small}
    return {point: text for point, text in settled.items() if text != chr(point)}


def render(version: str, ranges: list[tuple[int, str]], alike: dict[int, str]) -> str:
    """The file: JSON in ASCII, one line for each table."""
    labels = sorted({label for _, label in ranges})
    tables = {
        "unicode": version,
        "source": "Unicode Character Database and security data (UTS 39), https://www.unicode.org/license.txt; "
        "written by tools/make_unicode_tables.py",
        "script_sets": labels,
        "script_starts": [start for start, _ in ranges],
        "script_indexes": [labels.index(label) for _, label in ranges],
        "look_alikes": {chr(point): text for point, text in alike.items()},
    }
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(table)}" for name, table in tables.items()) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the Unicode tables that names are checked against.")
    parser.add_argument("data", type=Path, help="Debian's /usr/share/unicode")
    parser.add_argument("--confusables", type=Path, help="confusables.txt; without it ICU is asked")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    given = parser.parse_args()
    version = version_of(given.data / "Scripts.txt")
    if given.confusables is None:
        other, prototype = prototypes_of_icu()
    else:
        other, prototype = prototypes_of_file(given.confusables)
    if version.split(".")[:2] != other.split(".")[:2]:
        raise SystemExit(f"scripts of Unicode {version} but confusables of {other}: use one version")
    members = name_characters(given.data)
    source = render(version, script_ranges(given.data, members), look_alikes(members, prototype))
    given.output.write_text(source, encoding="ascii")
    print(f"{given.output}: Unicode {version}, {len(source) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
