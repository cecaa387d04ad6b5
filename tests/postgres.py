"""A PostgreSQL server for the length of the test run, and its databases."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.requirements import missing

INSTALL = "apt-get install postgresql"
# Nothing of a test outlives the machine's running, so nothing is forced onto the disk.
SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class Server:
    """A server on which databases are made and dropped; ``url`` is that of its first database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """The URL of a database of this server."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    def create(self, template: str = "template0") -> str:
        """The name of a new database, a copy of ``template``."""
        # The process is part of the name: a server named by TEST_DATABASE_URL is shared by workers.
        name = f"tally_test_{os.getpid()}_{next(self._numbers)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, database: str) -> None:
        """The database is gone, whoever was still connected to it."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def throwaway_server() -> Iterator[Server]:
    """A server of the system's PostgreSQL in a folder of its own, reached by its socket alone.

    PostgreSQL refuses to run as root: there it runs as ``postgres``, who then owns the folder.
    """
    programs = _programs()
    if programs is None:
        missing("postgres", "PostgreSQL (initdb, pg_ctl)", INSTALL)
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    # Another user cannot reach into root's own temporary folder, wherever TMPDIR says it is.
    folder = Path(tempfile.mkdtemp(prefix="tally-pg-", dir="/tmp" if account else None))  # noqa: S108
    data = folder / "data"
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    try:
        init = ("--username=tally", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        run("initdb", f"--pgdata={data}", *init, "--no-sync")
        options = f"{SETTINGS} -c listen_addresses= -c unix_socket_directories={folder}"
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)
        try:
            yield Server(f"postgresql://tally@/postgres?host={folder}")
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """The folder of the newest initdb on the machine."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server named by TEST_DATABASE_URL, or one that is thrown away with the test run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(given)
        return
    with throwaway_server() as server:
        yield server
