"""The database: how it is opened, brought up to date, copied and put back.

SQLite by default, in WAL mode with `synchronous=FULL`: a commit that was acknowledged is on the disk. PostgreSQL by its
address. Whatever the database refuses for now (locked, disk full, gone) becomes `Unavailable`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from corridors.concepts.findings import Refused, Unavailable
from corridors.store.disk import temporary_beside

#: Environment variable with the address of the database, or with the name of a file that holds it.
DATABASE_VARIABLE = "CORRIDORS_CONSULT_DATABASE"
DATABASE_FILE_VARIABLE = "CORRIDORS_CONSULT_DATABASE_FILE"
#: Milliseconds that a writer waits for another one.
PATIENCE = 10_000


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database.

    Parameters
    ----------
    engine
        Its connections.
    turn
        Whose turn it is to write, within this process. SQLite's own writers ask again and again instead of standing in line,
        so that under load some would never come to write; PostgreSQL needs no line.
    """

    engine: Engine
    turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all.

        Raises
        ------
        Unavailable
            The database is locked, full or gone; nothing was kept.
        """
        try:
            with self._in_turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (OperationalError, PoolTimeout) as error:
            raise _unavailable(error) from error
        except DBAPIError as error:
            # A full or failing disk reports itself as a plain error of the database.
            if isinstance(error.orig, sqlite3.IntegrityError) or error.orig is None:
                raise
            raise _unavailable(error) from error

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self.turn.acquire(timeout=PATIENCE / 1000):
            raise Unavailable("the database is busy; nothing of this was kept. Try again")
        try:
            yield
        finally:
            self.turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only looks.

        Raises
        ------
        Unavailable
            The database cannot be read now.
        """
        looking = self.engine.execution_options(looking=True)
        try:
            with Session(looking, expire_on_commit=False) as session:
                yield session
        except (OperationalError, PoolTimeout) as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def address(given: str | None, *, folder: Path) -> str:
    """Where the database is: as given, else from the environment, else a file of the folder."""
    if given:
        return given
    if DATABASE_VARIABLE in os.environ:
        return os.environ[DATABASE_VARIABLE]
    if DATABASE_FILE_VARIABLE in os.environ:
        return Path(os.environ[DATABASE_FILE_VARIABLE]).read_text(encoding="utf-8").strip()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'consultation.db'}"


def open_database(url: str) -> Database:
    """Open the database at an address and bring its tables up to date.

    Raises
    ------
    Unavailable
        It cannot be reached.
    """
    if url.startswith("postgresql:"):
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)
    options: dict[str, Any] = {"pool_pre_ping": True} if url.startswith("postgresql") else {"connect_args": _SQLITE}
    engine = create_engine(url, pool_size=16, max_overflow=32, pool_timeout=PATIENCE / 1000, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    try:
        upgrade(engine)
    except OperationalError as error:
        engine.dispose()
        raise _unavailable(error) from error
    return Database(engine)


_SQLITE = {"timeout": PATIENCE / 1000, "check_same_thread": False}


def _prepare(connection: Any, _: object) -> None:
    # The driver's own idea of a transaction starts one too late; `_begin` says when.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    looking = connection.get_execution_options().get("looking", False)
    # Taking the writer's place at once: two that read first and write later would refuse each other.
    connection.exec_driver_sql("BEGIN" if looking else "BEGIN IMMEDIATE")


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest revision."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "corridors.consultation:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def back_up(database: Database, target: Path) -> Path:
    """Copy a SQLite database, while it is in use, into one file that is whole or not there.

    Raises
    ------
    Refused
        The file exists, or the database is PostgreSQL, which has its own tools.
    Unavailable
        The disk refuses.
    """
    source = _sqlite_file(database)
    if target.exists():
        raise Refused(f"{target} exists: a backup is never written over")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(temporary)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.rename(target)
    except (OSError, sqlite3.Error) as error:
        temporary.unlink(missing_ok=True)
        raise Unavailable(f"could not write {target}: {error}; the database was not touched") from error
    return target


def restore(backup: Path, target: Path) -> Path:
    """Put a backup in place of a database that is not there, after a look at whether it is whole.

    Raises
    ------
    Refused
        There is a database already, or the backup is damaged.
    """
    if target.exists():
        raise Refused(f"{target} exists: move it away first, it may be evidence")
    try:
        with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as opened:
            told = opened.execute("PRAGMA integrity_check").fetchone()[0]
            opened.execute("SELECT count(*) FROM audit").fetchone()
    except sqlite3.Error as error:
        raise Refused(f"{backup} is no backup of a consultation: {error}") from error
    if told != "ok":
        raise Refused(f"{backup} is damaged: {told}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)
    return target


def _sqlite_file(database: Database) -> str:
    if database.engine.dialect.name != "sqlite" or not database.engine.url.database:
        raise Refused("PostgreSQL is copied by its own tools: pg_dump and pg_restore, or continuous archiving")
    return str(database.engine.url.database)


def _unavailable(error: Exception) -> Unavailable:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return Unavailable(f"the database cannot be used now: {reason}; nothing of this was kept. Try again")
