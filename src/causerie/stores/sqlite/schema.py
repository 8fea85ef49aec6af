"""The tables: made at first start, brought up to date by Alembic when an older file is opened.

A new file gets `schema.sql` at once, because loading Alembic takes longer than the whole start; a test holds the two
together. Alembic's own table says how far a file has come.
"""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

HEAD = "0008"
"""The newest migration's revision."""


def bring_up_to_date(path: Path) -> None:
    """Make the tables, or migrate those there are. Raises sqlite3.Error, also for a file from a newer causerie."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        at = version(connection)
        if at == HEAD:
            return
        if at is None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            schema = resources.files("causerie.stores.sqlite").joinpath("schema.sql").read_text()
            connection.executescript(
                "BEGIN IMMEDIATE;"
                + schema
                + "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);"
                f"INSERT INTO alembic_version VALUES ('{HEAD}'); COMMIT;"
            )
            return
        if at > HEAD:
            raise sqlite3.DatabaseError(
                f"made by a newer causerie (schema {at}, this one knows {HEAD}); upgrade causerie"
            )
    finally:
        connection.close()
    migrate(path)


def version(connection: sqlite3.Connection) -> str | None:
    """The revision of the file; None when it has no tables."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    if tables:
        raise sqlite3.DatabaseError("not a causerie store: it has other tables")
    return None


def migrate(path: Path, to: str = "head") -> None:
    """Run the migrations that a file lacks. Raises sqlite3.Error."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError

    settings = Config()
    settings.set_main_option("script_location", str(resources.files("causerie.stores.sqlite").joinpath("migrations")))
    settings.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    try:
        command.upgrade(settings, to)
    except DBAPIError as error:
        raise error.orig if isinstance(error.orig, sqlite3.Error) else error from None
