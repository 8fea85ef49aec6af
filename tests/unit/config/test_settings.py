"""The table of settings: sound in itself, and what SIGHUP makes of a change."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from causerie.address import Address
from causerie.config.irc import Irc, IrcTimeouts, Oper
from causerie.config.setting import Section, Setting
from causerie.config.settings import Config, Limits, Listener, Server, Store, changed, reloaded, sections, settings
from causerie.config.values import checked

ROOT = Path(__file__).resolve().parents[3]
HERE = Path()


def as_toml(value: Any) -> Any:
    """A default, as a settings file would give it."""
    if isinstance(value, tuple):
        return [as_toml(entry) for entry in value]
    return str(value) if isinstance(value, Address) else value


def test_the_defaults_are_those_that_were_promised() -> None:
    """The figures of the promises: a changed default is a changed promise."""
    config = Config()
    assert config.server.listen == (Address("*", 5000),)
    assert (config.server.plaintext, config.tls.oldest) == ("loopback", "1.2")
    accounts = config.accounts
    assert (accounts.password_min, accounts.password_max) == (10, 256)
    assert (accounts.hash_memory, accounts.hash_passes, accounts.token_idle_days) == (19 * 1024, 2, 30)
    guard = config.guard
    assert (guard.failures_account_address, guard.failures_address, guard.failures_account) == (5, 20, 50)
    limits = config.limits
    assert (limits.frame_bytes_before_login, limits.frame_bytes, limits.json_depth) == (4096, 65536, 16)
    assert (limits.send_burst, limits.send_rate) == (10, 2.0)
    assert (limits.connections_address, limits.connections_address_10min) == (64, 128)
    assert (limits.login_seconds, limits.stalled_seconds, limits.unsent_bytes) == (15.0, 30.0, 256 * 1024)
    assert config.store.commit_timeout == 5.0


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.key)
def test_each_default_could_stand_in_the_file(setting: Setting) -> None:
    """A default passes the check that a value of the file passes, and comes out as itself."""
    if not setting.required:
        value = checked(as_toml(setting.default), setting, HERE)
        assert value == setting.default
        assert type(value) is type(setting.default)


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.key)
def test_each_setting_is_bounded(setting: Setting) -> None:
    """Every number, text and list has a finite upper bound; what is not one of them has none."""
    kind = setting.type
    if kind in (int, float, str) or get_origin(kind) is tuple:
        assert 0 <= setting.least < setting.most < math.inf
    else:
        assert kind in (bool, Address) or get_origin(kind) is Literal
        assert (setting.least, setting.most, setting.zero) == (0, 0, "")


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_each_section_is_frozen_and_says_what_it_is(section: Section) -> None:
    """Nobody changes a setting in place, and each section has its sentence for the documentation."""
    assert section.struct.__struct_config__.frozen
    assert (section.struct.__doc__ or "").endswith(".")
    inner = [other.name.rpartition(".") for other in sections()]
    names = [setting.name for setting in section.settings] + [name for above, _, name in inner if above == section.name]
    assert sorted(names) == sorted(section.struct.__struct_fields__)


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.key)
def test_a_choice_has_its_default_among_its_choices(setting: Setting) -> None:
    """A Literal's default is one of its values, which mypy sees, and they are all texts."""
    if get_origin(setting.type) is Literal:
        assert setting.default in get_args(setting.type)
        assert all(isinstance(choice, str) for choice in get_args(setting.type))


def test_nothing_changed_is_nothing_to_do() -> None:
    """The same file read twice."""
    assert changed(Config(), Config()) == ((), ())


def test_changes_are_told_apart_by_what_a_running_server_can_do() -> None:
    """Some settings apply at once, others wait for a restart."""
    new = Config(
        server=Server(name="Office", data="/elsewhere"),
        listen=(Listener(address=Address("127.0.0.1", 0)),),
        limits=Limits(send_rate=0.0),
        store=Store(read_threads=4),
    )
    assert changed(Config(), new) == (
        ("server.name", "limits.send_rate"),
        ("server.data", "listen", "store.read_threads"),
    )


def test_a_running_server_keeps_what_needs_a_restart() -> None:
    """After SIGHUP the settings in force are the new ones that apply and the old ones that do not."""
    old = Config(limits=Limits(search_results=7))
    new = Config(server=Server(name="Office", data="/elsewhere"), limits=Limits(send_rate=1.0, send_burst=3))
    assert reloaded(old, new) == Config(
        server=Server(name="Office"), limits=Limits(send_rate=1.0, send_burst=3, search_results=50)
    )


@pytest.mark.parametrize(
    ("section", "setting"),
    [(section, setting) for section in sections() if not section.many for setting in section.settings],
    ids=lambda one: one.key if isinstance(one, Setting) else "in",
)
def test_each_setting_alone_is_seen_when_it_changes(section: Section, setting: Setting) -> None:
    """No setting is forgotten by SIGHUP, whatever its section."""
    value: Any = msgspec.structs.replace(section.of(Config()), **{setting.name: object()})
    path = section.name.split(".")
    for depth in range(len(path) - 1, -1, -1):
        above: Any = Config()
        for name in path[:depth]:
            above = getattr(above, name)
        value = msgspec.structs.replace(above, **{path[depth]: value})
    new = value
    assert changed(Config(), new) == (((setting.key,), ()) if setting.reload else ((), (setting.key,)))


def test_a_part_of_a_section_is_taken_over_by_itself() -> None:
    """After SIGHUP a section within a section, and one that may come often, are as the new file has them."""
    old = Config(irc=Irc(network="Old", timeouts=IrcTimeouts(ping=5.0)))
    new = Config(irc=Irc(network="New", timeouts=IrcTimeouts(ping=7.0)), oper=(Oper(name="a", password="b"),))
    assert changed(old, new) == (("irc.timeouts.ping", "oper"), ("irc.network",))
    assert reloaded(old, new) == Config(irc=Irc(network="Old", timeouts=IrcTimeouts(ping=7.0)), oper=new.oper)


def test_the_defaults_cost_little_to_import() -> None:
    """A start without a settings file imports no reader of files, networks or languages."""
    heavy = ["tomllib", "ipaddress", "gettext", "difflib", "causerie.config.file"]
    code = f"import sys, causerie.config.settings as c; c.Config(); sys.exit(any(m in sys.modules for m in {heavy}))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); {code}"]
    assert subprocess.run(command, check=False).returncode == 0
