"""What people read: which language is chosen, that the catalogs are complete, and that nothing commands a terminal."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from causerie.i18n import text
from causerie.i18n.text import printable

ROOT = Path(__file__).resolve().parents[3]
LOCALES = ROOT / "src" / "causerie" / "i18n" / "locales"
KNOWN = "there is no such setting"
FRENCH = "ce réglage n’existe pas"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_locales", ROOT / "tools" / "make_locales.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources() -> Catalog:
    """Every message of the sources, by the tool that makes the catalogs."""
    catalog = tool().extracted()
    assert isinstance(catalog, Catalog)
    return catalog


def catalog(language: str, ending: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / f"causerie.{ending}").open("rb") as file:
        return read_po(file, locale=language) if ending == "po" else read_mo(file)


def speak(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("locale", ["fr", "fr_FR", "fr_FR.UTF-8", "fr_CA.utf8", "fr@euro", "FR", "fr-BE"])
def test_french_in_every_spelling(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    """Any country and encoding of French is French."""
    speak(monkeypatch, LANG=locale)
    assert text._(KNOWN) == FRENCH


@pytest.mark.parametrize("locale", ["", "C", "POSIX", "C.UTF-8", "en_US.UTF-8", "de_DE", "free", "../fr", "\u00a0"])
def test_english_otherwise(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    """No language, English, or one without a catalog: the sources' English."""
    speak(monkeypatch, LANG=locale)
    assert text._(KNOWN) == KNOWN


def test_the_first_variable_that_is_set_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """LC_ALL before LC_MESSAGES before LANG, and an empty one counts as not set."""
    speak(monkeypatch, LC_ALL="en_US", LC_MESSAGES="fr_FR", LANG="fr_FR")
    assert text.language() == "en"
    speak(monkeypatch, LC_ALL="", LC_MESSAGES="fr_FR", LANG="en_US")
    assert text.language() == "fr"
    speak(monkeypatch, LC_ALL="", LC_MESSAGES="", LANG="fr_FR")
    assert text.language() == "fr"


def test_a_message_without_translation_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the catalog lacks is shown in English rather than not at all."""
    speak(monkeypatch, LANG="fr")
    assert text._("no catalog has this sentence") == "no catalog has this sentence"


def test_english_counts_all_but_one_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 apples, 1 apple, 2 apples."""
    speak(monkeypatch, LANG="en")
    assert [text.ngettext("apple", "apples", count) for count in (0, 1, 2)] == ["apples", "apple", "apples"]


def test_french_counts_none_as_one() -> None:
    """0 pomme, 1 pomme, 2 pommes: the rule that gettext finds in the French catalog."""
    assert catalog("fr", "mo").plural_expr == "(n > 1)"


def test_english_touches_no_catalog() -> None:
    """A start in English imports no gettext."""
    code = "import sys; from causerie.i18n.text import _; _('x'); sys.exit('gettext' in sys.modules)"
    variables = {**os.environ, "LC_ALL": "C", "PYTHONPATH": str(ROOT / "src")}
    assert subprocess.run([sys.executable, "-S", "-c", code], env=variables, check=False).returncode == 0


def test_each_catalog_is_a_language_that_can_be_chosen() -> None:
    """LANGUAGES and the directories below locales are the same."""
    assert {folder.name for folder in LOCALES.iterdir() if folder.is_dir()} == text.LANGUAGES


@pytest.mark.parametrize("language", sorted(text.LANGUAGES))
def test_each_message_is_translated(sources: Catalog, language: str) -> None:
    """A message of the sources lacks a translation: run tools/make_locales.py and fill in the .po."""
    known = catalog(language, "po")
    lacking = [message.id for message in sources if message.id and not _translated(known, message.id)]
    assert lacking == []


def _translated(known: Catalog, message: str | tuple[str, ...] | list[str]) -> bool:
    found = known.get(message if isinstance(message, str) else tuple(message))
    if found is None or found.fuzzy:
        return False
    forms = [found.string] if isinstance(found.string, str) else list(found.string or [""])
    return all(forms)


@pytest.mark.parametrize("language", sorted(text.LANGUAGES))
def test_no_message_is_left_over(sources: Catalog, language: str) -> None:
    """A catalog holds nothing that the sources no longer say."""
    assert set(_said(catalog(language, "po"))) <= set(_said(sources))


@pytest.mark.parametrize("language", sorted(text.LANGUAGES))
def test_the_compiled_catalog_is_that_of_its_source(language: str) -> None:
    """The .mo says what the .po says: run tools/make_locales.py after editing."""
    written, compiled = catalog(language, "po"), catalog(language, "mo")
    assert _said(compiled) == _said(written)


def _said(known: Catalog) -> dict[str, list[str]]:
    """Each message, by its first form, with every form of its translation."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            [message.string] if isinstance(message.string, str) else list(message.string or [])
        )
        for message in known
        if message.id
    }


@pytest.mark.parametrize("language", sorted(text.LANGUAGES))
def test_a_translation_names_the_same_places_to_fill_in(language: str) -> None:
    """A translation with another placeholder than the message would be an error for whoever reads it."""
    for message in catalog(language, "po"):
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string or "",)
        wanted = {place for each in ids for place in re.findall(r"\{\w+", each)}
        if message.id:
            for each in strings:
                assert set(re.findall(r"\{\w+", each)) <= wanted, message.id
        if message.id and len(ids) == 1:
            assert set(re.findall(r"\{\w+", strings[0])) == wanted, message.id


@given(st.text())
def test_nothing_that_is_printed_commands_a_terminal(text: str) -> None:
    """No control character survives; what is harmless stays as it is."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in shown)
    assert all(a == b for a, b in zip(text, shown, strict=True) if a.isprintable())


def test_direction_cannot_be_turned() -> None:
    """A right-to-left override would show another name than there is; emoji keep their joiners."""
    assert printable("ab\u202ecd") == "ab\ufffdcd"
    assert printable("👩\u200d💻") == "👩\u200d💻"
