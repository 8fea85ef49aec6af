"""Reads the settings file (TOML): gives a `Config`, or one line that says what is wrong and where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causerie.address import Address
from causerie.config.setting import Section
from causerie.config.settings import Config, sections
from causerie.config.values import checked, shown
from causerie.i18n.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 1 << 20
"""The longest settings file that is read."""

# Pairs of settings of which the first may not be above the second.
_ORDERED = (
    ("accounts.password_min", "accounts.password_max"),
    ("guard.delay_first", "guard.delay_most"),
    ("limits.frame_bytes_before_login", "limits.frame_bytes"),
    ("limits.message_bytes", "limits.frame_bytes"),
    ("limits.topic_bytes", "limits.frame_bytes"),
)


class ConfigError(Exception):
    """A settings file that cannot be used.

    `line` counts from 1 and is 0 where the file as a whole is meant; `key` is the full name of the setting or
    section, and empty where none is meant; `why` says in the reader's language what is wrong and what to do.
    `str()` is all of it on one line.
    """

    def __init__(self, path: Path, line: int, key: str, why: str) -> None:
        super().__init__(path, line, key, why)
        self.path = path
        self.line = line
        self.key = key
        self.why = why

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return ": ".join(part for part in (place, self.key, self.why) if part)


class Unusable(Exception):
    """What is wrong, before it is known on which line: `at` is the way to it through the file, such as
    ("listen", 0, "address")."""

    def __init__(self, at: tuple[str | int, ...], why: str) -> None:
        super().__init__(at, why)
        self.at = at
        self.why = why


def read(path: Path) -> Config:
    """The settings in the file at `path`. Raises ConfigError, also where there is no such file."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ConfigError(path, 0, "", _("cannot be read: {reason}").format(reason=reason)) from None
    if len(data) > MOST_BYTES:
        raise ConfigError(path, 0, "", _("is too long: {most} bytes at most").format(most=MOST_BYTES))
    try:
        # Some editors put a byte order mark first, which TOML does not know.
        document = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, line, "", _("is not UTF-8: save it as UTF-8 text")) from None
    return from_toml(document, path)


def from_toml(document: str, path: Path) -> Config:
    """The settings in `document`. `path` is for messages, and its directory is where relative paths start.

    Raises ConfigError.
    """
    import tomllib

    try:
        content = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, document, str(error)) from None
    except ValueError:
        # Python's own bound on the digits of a number.
        raise ConfigError(path, 0, "", _("is not valid TOML: a number has too many digits")) from None
    except RecursionError:
        raise ConfigError(path, 0, "", _("is not valid TOML: brackets are nested too deep")) from None
    try:
        return _config(content, path.parent)
    except Unusable as error:
        raise located(error, document, path) from None


def located(error: Unusable, document: str, path: Path) -> ConfigError:
    """The same, with the line."""
    from causerie.config.toml_lines import line_of

    key = ".".join(_bare(key) for key in error.at if isinstance(key, str))
    return ConfigError(path, line_of(document, error.at), key, error.why)


def _not_toml(path: Path, document: str, reason: str) -> ConfigError:
    """`tomllib` says where in its text: "Invalid value (at line 3, column 5)" or "(at end of document)"."""
    found = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", reason, re.DOTALL)
    what, line = (found[1], found[2]) if found else (reason, None)
    last = document.rstrip().count("\n") + 1
    return ConfigError(path, int(line or last), "", _("is not valid TOML: {what}").format(what=_one_line(what)))


def _config(content: dict[str, Any], folder: Path) -> Config:
    table = {section.name: section for section in sections()}
    values: dict[str, Any] = {}
    for name, part in content.items():
        section = table.get(name)
        if section is None or "." in name:
            # A dot within a name is none between two.
            raise Unusable((name,), _no_section(name, part, table.values()))
        values[name] = _section(part, section, (name,), folder, table)
    config = Config(**values)
    _check_together(config, content)
    return config


def _section(part: Any, section: Section, at: tuple[str | int, ...], folder: Path, table: dict[str, Section]) -> Any:
    if not section.many:
        if not isinstance(part, dict):
            raise Unusable(at, _("is a section: write [{name}]").format(name=section.name))
        return _struct(part, section, at, folder, table)
    if not isinstance(part, list) or not all(isinstance(one, dict) for one in part):
        why = _("is a section that may come many times: write [[{name}]]").format(name=section.name)
        raise Unusable(at, why)
    return tuple(_struct(one, section, (*at, index), folder, table) for index, one in enumerate(part))


def _struct(
    part: dict[str, Any], section: Section, at: tuple[str | int, ...], folder: Path, table: dict[str, Section]
) -> Any:
    known = {setting.name: setting for setting in section.settings}
    values: dict[str, Any] = {}
    for name, value in part.items():
        setting, inner = known.get(name), table.get(f"{section.name}.{name}") if "." not in name else None
        if inner is not None:
            values[name] = _section(value, inner, (*at, name), folder, table)
            continue
        if setting is None:
            within = [one.removeprefix(f"{section.name}.") for one in table if one.startswith(f"{section.name}.")]
            raise Unusable((*at, name), _no_setting(name, [*known, *within], table.values()))
        try:
            values[name] = checked(value, setting, folder)
        except ValueError as error:
            raise Unusable((*at, name), str(error)) from None
    for setting in section.settings:
        if setting.required and setting.name not in values:
            raise Unusable(at, _("{name} is missing").format(name=setting.name))
    return section.struct(**values)


def _check_together(config: Config, content: dict[str, Any]) -> None:
    """What can be wrong only between settings that are each right."""
    for low, high in _ORDERED:
        below, above = _look_up(config, low), _look_up(config, high)
        if below > above:
            why = _("{low} ({below}) may not be above {high} ({above})")
            raise Unusable(_present(content, low, high), why.format(low=low, below=below, high=high, above=above))
    if bool(config.tls.certificate) != bool(config.tls.key):
        raise Unusable(
            _present(content, "tls.certificate", "tls.key"),
            _("a certificate and its key go together: give both"),
        )
    if config.irc.sts_days and not any(one.tls for one in config.irc.listen):
        raise Unusable(("irc", "sts_days"), _("there is no [[irc.listen]] with tls = true to send clients to"))
    seen: set[Address] = set()
    places: list[tuple[tuple[str | int, ...], Address]] = [
        (("server", "listen"), address) for address in config.server.listen
    ]
    places += [(("listen", index, "address"), one.address) for index, one in enumerate(config.listen)]
    places += [
        (("irc", "listen", index, "port"), Address(one.host, one.port)) for index, one in enumerate(config.irc.listen)
    ]
    for at, address in places:
        if address in seen and address.port:
            raise Unusable(at, _("{address} is listened on already").format(address=address))
        seen.add(address)


def _present(content: dict[str, Any], *keys: str) -> tuple[str, ...]:
    """The way to the first of `keys` that the file has."""
    ways = [tuple(key.split(".")) for key in keys]
    return next(way for way in ways if way[1] in content.get(way[0], {}))


def _look_up(config: Config, key: str) -> Any:
    section, _dot, name = key.partition(".")
    return getattr(getattr(config, section), name)


def _no_section(name: str, part: Any, table: Iterable[Section]) -> str:
    if not isinstance(part, dict):
        for section in table:
            if any(setting.name == name for setting in section.settings):
                return _("stands before any section: put it under [{section}]").format(section=section.name)
    return _("there is no such section") + _did_you_mean(name, [section.name for section in table])


def _no_setting(name: str, known: Iterable[str], table: Iterable[Section]) -> str:
    near = _did_you_mean(name, list(known))
    if name == "port" and "listen" in known:
        return _('there is no such setting; the port is part of {setting}, for example {setting} = ["*:6000"]').format(
            setting="listen"
        )
    if not near:
        names = [
            f"[[{section.name}]]" if section.many else f"[{section.name}]"
            for section in table
            if any(setting.name == name for setting in section.settings)
        ]
        if names:
            return _("there is no such setting here: it belongs under {sections}").format(
                sections=_(" or ").join(names)
            )
    return _("there is no such setting") + near


def _did_you_mean(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name[:100], known, n=1)
    return _("; did you mean {name}?").format(name=near[0]) if near else ""


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else shown(key)


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
