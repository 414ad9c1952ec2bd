"""A PostgreSQL server of the tests' own, from the system's packages (Debian: ``postgresql``), on a socket in /tmp.

The server refuses to run as root: started by root it runs as a user without rights, in a folder that is that user's.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

USER = "ledger"
_UNPRIVILEGED = ("postgres", "nobody")
_START_SECONDS = 30


def programs() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``, the newest of several, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres") if (path.parent / "initdb").exists()]
    named = shutil.which("initdb")
    return max(found, key=lambda path: int(path.parent.name), default=None if named is None else Path(named).parent)


class Server:
    """A server in ``folder``; it can be stopped, killed and started again. ``durable`` waits for the disk."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder, self._programs = folder, programs()
        self._owner = self._unprivileged()
        self._process: subprocess.Popen | None = None
        if self._owner:
            os.chown(folder, self._owner["user"], self._owner["group"])
        command = ["initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run(command, check=True)
        with (folder / "data" / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = {'on' if durable else 'off'}\n")
        self.start()

    def _unprivileged(self) -> dict[str, int]:
        if os.getuid():
            return {}
        users = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(users[name] for name in _UNPRIVILEGED if name in users)
        return {"user": entry.pw_uid, "group": entry.pw_gid}

    def _options(self) -> dict:
        return {**self._owner, **({"extra_groups": []} if self._owner else {}), "cwd": self.folder}

    def _run(self, command: list, **options) -> None:
        command = [self._programs / command[0], *command[1:]]
        subprocess.run(command, capture_output=True, **self._options(), **options)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = (self.folder / "log").open("ab")
        with log:
            command = [self._programs / "postgres", "-D", self.folder / "data"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._options())
        last = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > last or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT rolls transactions back, SIGQUIT is a crash of all its processes at once."""
        self._process.send_signal(how)
        self._process.wait(_START_SECONDS)

    def is_stopped(self) -> bool:
        """Tell whether the server was stopped and not started again."""
        return self._process.poll() is not None

    def connect(self, database: str) -> psycopg.Connection:
        """Return a connection past the ledger's program."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True)

    def url(self, database: str) -> str:
        """Return the URL of a database for a ledger."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def new_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)


@contextlib.contextmanager
def running(*, durable: bool) -> Iterator[Server]:
    """Start a server in a folder of its own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-postgres-", dir="/tmp"))  # a short path: a socket's name is bounded
    server = None
    try:
        server = Server(folder, durable=durable)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for the tests of this process; they are skipped where its programs are not installed."""
    if programs() is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with running(durable=False) as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"t{time.monotonic_ns()}"
    yield postgres.new_database(name)
    with postgres.connect("postgres") as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
