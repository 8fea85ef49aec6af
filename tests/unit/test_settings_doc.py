"""The settings' documentation is complete, and is the one that the table gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from causerie.config.setting import Setting
from causerie.config.settings import settings

ROOT = Path(__file__).resolve().parents[2]


def generated() -> str:
    spec = importlib.util.spec_from_file_location("make_settings_doc", ROOT / "tools" / "make_settings_doc.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    document = tool.document()
    assert isinstance(document, str)
    return document


def test_the_page_is_what_the_table_gives() -> None:
    """docs/settings.md differs from the table: run tools/make_settings_doc.py."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == generated()


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.key)
def test_each_setting_says_what_it_is_for(setting: Setting) -> None:
    """No setting goes without a unit and a help text that is a sentence."""
    assert setting.unit
    assert setting.help[:1].isupper()
    assert setting.help.endswith(".")
    assert "\n" not in setting.help


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.key)
def test_each_setting_is_on_the_page_once_in_its_section(setting: Setting) -> None:
    """A reader finds every setting under its section's heading."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    chapters = [part for part in page.split("\n## ") if part.startswith(f"`[{setting.section}]`")]
    chapters += [part for part in page.split("\n## ") if part.startswith(f"`[[{setting.section}]]`")]
    assert len(chapters) == 1
    assert chapters[0].count(f"\n| `{setting.name}` |") == 1
