"""Which settings file and data directory a command uses: `--config`, `--data`, and their defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.failure import MISUSED, Failure
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from causerie.config.settings import Config

CONFIG_NAME = "causerie.toml"
"""The settings file that is read from the data directory when none is named."""

ROOT_DATA = Path("/var/lib/causerie")


@dataclass(frozen=True, slots=True)
class Place:
    """See the module. `named`: the settings file was asked for; the other one need not be there, and may come later."""

    config_path: Path
    named: bool
    data: Path
    listen: tuple[str, ...] = ()

    def port_asked(self) -> bool:
        """Whether somebody chose where to listen, on the command line or in the settings file."""
        if self.listen or not os.path.isfile(self.config_path):
            return bool(self.listen)
        import tomllib

        return "listen" in tomllib.loads(self.config_path.read_text("utf-8-sig")).get("server", {})

    def config(self) -> Config:
        """The settings, read from the file each time. Raises Failure."""
        from causerie.config.settings import Config

        there = self.named or os.path.isfile(self.config_path)
        config = read_config(self.config_path) if there else Config()
        if not self.listen:
            return config
        import msgspec

        from causerie.address import Address

        try:
            addresses = tuple(dict.fromkeys(Address.parse(text) for text in self.listen))
        except ValueError as error:
            raise Failure(f"--listen: {error}", MISUSED) from None
        return msgspec.structs.replace(config, server=msgspec.structs.replace(config.server, listen=addresses))


def add_place(parser: argparse.ArgumentParser, json: bool = True) -> None:
    """The options that every command about a server's data takes: where that is, and (`json`) JSON as output."""
    parser.add_argument(
        "--data",
        metavar=_("DIR"),
        type=Path,
        help=_("where messages and keys are kept (default: the user's own place)"),
    )
    parser.add_argument(
        "--config",
        metavar=_("FILE"),
        type=Path,
        help=_("the settings file (default: causerie.toml in the data directory, if it is there)"),
    )
    if json:
        parser.add_argument("--json", action="store_true", help=_("print JSON, for programs"))


def find_place(config: Path | None, data: Path | None, listen: Sequence[str] = ()) -> Place:
    """What the options mean. Raises Failure where the settings file cannot be used."""
    # The file in a data directory may name another data directory, as one that is named outright may.
    path = config or (data or default_data()) / CONFIG_NAME
    if data is None:
        # Not Path.is_file, which raises where one may not look.
        named = read_config(path).server.data if config is not None or os.path.isfile(path) else ""
        data = Path(named) if named else default_data()
    return Place(path, config is not None, data.absolute(), tuple(listen))


def read_config(path: Path) -> Config:
    """The settings in a file. Raises Failure."""
    from causerie.config import file

    try:
        return file.read(path)
    except file.ConfigError as error:
        raise Failure(str(error), MISUSED) from None


def default_data() -> Path:
    """Where data is kept when nobody says: the system's place for root, the user's own for anybody else.

    Raises RuntimeError for a user without a home directory.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ROOT_DATA
    from platformdirs import user_data_path

    # expanduser raises for a user without a home; of older platformdirs a directory `~` would be left.
    return user_data_path("causerie", appauthor=False).expanduser()
