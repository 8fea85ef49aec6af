"""Bring the catalogs up to date with the sources: `python tools/make_locales.py`.

Extracts every `_()` and `ngettext()` of src/causerie with Babel, adds what is new to each
src/causerie/i18n/locales/LANGUAGE/LC_MESSAGES/causerie.po, drops what is gone, and compiles the .mo beside it.
Exits with 1 and a list while anything is not translated.

A new language: make its directory, run this, and add it to LANGUAGES in text.py.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "causerie"
LOCALES = PACKAGE / "i18n" / "locales"

# Fixed, so that a catalog changes only when its strings do.
DATE = datetime(2026, 1, 1, tzinfo=UTC)


def extracted() -> Catalog:
    """What the sources say, as a catalog without translations."""
    catalog = _catalog(None)
    found = extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python")],
        keywords={"_": None, "ngettext": (1, 2)},
        comment_tags=("TRANSLATORS:",),
    )
    for name, _line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        place = (Path(name).as_posix(), 0)
        catalog.add(message, locations=[place], auto_comments=comments, context=context)
    return catalog


def updated(po: Path) -> Catalog:
    """The catalog at `po`, with the strings that the sources have now. What is new in it is empty."""
    language = po.parent.parent.name
    catalog = _catalog(language)
    known = _read(po, language) if po.exists() else _catalog(language)
    # The catalog's own rule: Babel's may be another one with the next release, for numbers that nobody counts here.
    catalog.mime_headers = [("Plural-Forms", known.plural_forms)]
    for message in extracted():
        if message.id:
            catalog[message.id] = message
            before = known.get(message.id)
            if before is not None and not before.fuzzy:
                catalog[message.id].string = before.string
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The messages of `catalog` that have no translation, or only some of their plural forms."""
    return [str(message.id) for message in catalog if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Whether every form of `message` has a translation that is sure."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return all(forms) and not message.fuzzy


def po_bytes(catalog: Catalog) -> bytes:
    """The catalog as the text of a .po file."""
    target = io.BytesIO()
    write_po(target, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return target.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalog compiled, as gettext reads it."""
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def po_files() -> list[Path]:
    """Where each language's catalog is, whether it exists yet or not."""
    return [folder / "LC_MESSAGES" / "causerie.po" for folder in sorted(LOCALES.iterdir()) if folder.is_dir()]


def _catalog(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="causerie",
        version="1",
        header_comment="# What causerie says to people. Made by tools/make_locales.py.",
        copyright_holder="The causerie authors",
        last_translator="The causerie authors",
        language_team="The causerie authors",
        msgid_bugs_address="The causerie authors",
        creation_date=DATE,
        revision_date=DATE,
        charset="utf-8",
        fuzzy=False,
    )


def _read(po: Path, language: str) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=language)


def main() -> int:
    """Update and compile every catalog. The exit code is 1 while something is not translated."""
    missing = 0
    for po in po_files():
        catalog = updated(po)
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(po_bytes(catalog))
        po.with_suffix(".mo").write_bytes(mo_bytes(catalog))
        for message in untranslated(catalog):
            print(f"{po.parent.parent.name}: not translated: {message}", file=sys.stderr)
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
