"""Checks a value from the settings file against its setting, and converts it to the setting's type."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from causerie.address import EVERY, Address, is_host, parse_network
from causerie.i18n.text import _

if TYPE_CHECKING:
    from pathlib import Path

    from causerie.config.setting import Setting


def checked(value: Any, setting: Setting, folder: Path) -> Any:
    """`value`, as TOML gives it, as the type of `setting`; relative paths start from `folder`.

    Raises ValueError, whose text says in the reader's language what is wrong with it.
    """
    return _value(value, setting.type, setting, folder)


def _value(value: Any, kind: Any, setting: Setting, folder: Path) -> Any:
    if get_origin(kind) is tuple:
        return _entries(value, get_args(kind)[0], setting, folder)
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        if not isinstance(value, str) or value not in choices:
            quoted = ", ".join(f'"{choice}"' for choice in choices)
            raise ValueError(_("{value} is none of {choices}").format(value=shown(value), choices=quoted))
        return value
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(_("{value} is not true or false").format(value=shown(value)))
        return value
    if kind is int or kind is float:
        return _number(value, kind, setting)
    if not isinstance(value, str):
        raise ValueError(_("{value} is not a text in quotes").format(value=shown(value)))
    if kind is Address:
        return Address.parse(value)
    return _text(value, setting, folder)


def _entries(value: Any, kind: Any, setting: Setting, folder: Path) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(_("{value} is not a list: put it in brackets, [ ]").format(value=shown(value)))
    if not setting.least <= len(value) <= setting.most:
        raise ValueError(
            _("has {count} entries: {least:.0f} to {most:.0f} are possible").format(
                count=len(value), least=setting.least, most=setting.most
            )
        )
    return tuple(_value(entry, kind, setting, folder) for entry in value)


def _number(value: Any, kind: type[int | float], setting: Setting) -> int | float:
    if kind is int and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError(_("{value} is not a whole number").format(value=shown(value)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("{value} is not a number").format(value=shown(value)))
    # Written so that "not a number", which compares as false with everything, is out of range.
    if setting.least <= value <= setting.most or (setting.zero and value == 0):
        return kind(value)
    why = (
        _("{value} is out of range: {least:.15g} to {most:.15g}, or 0")
        if setting.zero and setting.least > 0
        else _("{value} is out of range: {least:.15g} to {most:.15g}")
    )
    raise ValueError(why.format(value=shown(value), least=setting.least, most=setting.most))


def _text(value: str, setting: Setting, folder: Path) -> str:
    shown_text = value.replace("\n", "").replace("\t", "") if setting.form == "lines" else value
    if not shown_text.isprintable():
        raise ValueError(_("{value} holds a character that cannot be shown").format(value=shown(value)))
    if setting.form == "network":
        return str(parse_network(value))
    if not setting.least <= len(value) <= setting.most:
        raise ValueError(
            _("has {count} characters: {least:.0f} to {most:.0f} are possible").format(
                count=len(value), least=setting.least, most=setting.most
            )
        )
    named = setting.form == "host" or (setting.form == "interface" and value != EVERY)
    if value and named and not is_host(value):
        raise ValueError(
            _("{value} is neither a host name nor an address: write it without https:// and without a port").format(
                value=shown(value)
            )
        )
    if value and setting.form == "path":
        return os.path.join(folder, os.path.expanduser(value))
    return value


def shown(value: Any) -> str:
    """A value of the file on one short line, whatever it holds."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _("a list")
    if isinstance(value, dict):
        return _("a section")
    if isinstance(value, int) and abs(value) >= 10**60:
        return _("a number of more than 60 digits")
    text = repr(value) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
