"""Write docs/settings.md from the table of settings: `python tools/make_settings_doc.py`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from causerie.address import Address  # noqa: E402
from causerie.config.setting import Section, Setting  # noqa: E402
from causerie.config.settings import sections  # noqa: E402

TARGET = ROOT / "docs" / "settings.md"

OPENING = """\
# Settings

<!-- Made by tools/make_settings_doc.py from src/causerie/config.py: change it there. -->

Causerie runs without a settings file: everything below has a default. A file is TOML, and names only what it
changes:

```toml
[server]
name = "Our office"

[limits]
message_bytes = 4000
```

A name that does not exist, a wrong type or a value out of range stops the start, with the line that is wrong.
A running server reads the file again on SIGHUP, keeps what it has if the file is wrong, and applies the
settings marked "yes" under SIGHUP; the others wait for a restart.
"""


def document() -> str:
    """The whole page, as Markdown."""
    return "\n".join([OPENING, *(_section(section) for section in sections())])


def _section(section: Section) -> str:
    header = f"[[{section.name}]]" if section.many else f"[{section.name}]"
    lines = [
        f"## `{header}`",
        "",
        inspect.cleandoc(section.struct.__doc__ or ""),
        "",
        "| setting | default | unit | possible | SIGHUP | what it is for |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(setting) for setting in section.settings)]) + "\n"


def _row(setting: Setting) -> str:
    default = "(must be given)" if setting.required else f"`{_toml(setting.default)}`"
    reload = "yes" if setting.reload else "restart"
    cells = [
        f"`{setting.name}`",
        default,
        setting.unit,
        _possible(setting, setting.type),
        reload,
        setting.help,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(entry) for entry in value)}]"
    if isinstance(value, str | Address):
        return f'"{value}"'
    return str(value)


def _possible(setting: Setting, kind: Any) -> str:
    bounds = f"{setting.least:.15g} to {setting.most:.15g}"
    if get_origin(kind) is tuple:
        entry = get_args(kind)[0]
        of = f" of {_possible(setting, entry)}" if get_origin(entry) is Literal else ""
        return f"a list{of}, {bounds} entries" if setting.least else f"a list{of}, up to {setting.most:.15g} entries"
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if kind is bool:
        return "`true`, `false`"
    if kind is str:
        return f"up to {setting.most:.15g} characters" if not setting.least else f"{bounds} characters"
    if kind is Address:
        return "one address"
    if setting.zero and setting.least > 0:
        return f"{bounds}, or 0: {setting.zero}"
    return f"{bounds}, 0: {setting.zero}" if setting.zero else bounds


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
