"""A server in a process of its own, on a database and with a round that the test made."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import pytest

from corridors.consultation.database import DATABASE_VARIABLE

_CODE = "from corridors.consultation.desk import serve; from pathlib import Path; import sys; "
_CODE += "serve(Path(sys.argv[1]), host='127.0.0.1', port=int(sys.argv[2]), base_url=None)"


def free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


class Server:
    """One process that serves a folder, or the database that a URL names."""

    def __init__(self, folder, *, url=None):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        surroundings = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
        if url:
            surroundings[DATABASE_VARIABLE] = url
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CODE, str(folder), str(self.port)], env=surroundings, stderr=subprocess.PIPE
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(self.process.stderr.read().decode()[-2000:])
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not start")

    def kill(self):
        """End it as a loss of power would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()

    def stop(self):
        """End it as its operator would."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stderr.close()


@contextmanager
def serving(folder, *, url=None):
    """A server, stopped at the end."""
    made = Server(folder, url=url)
    try:
        yield made
    finally:
        made.stop()


class Postgres:
    """A PostgreSQL of the test's own, on a socket in a folder of its own."""

    def __init__(self):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        if not found:
            pytest.skip("PostgreSQL is not installed")
        self.programs = found[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="corridors-pg-"))
        self.user = None
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            try:
                entry = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
            self.user = entry.pw_uid
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.run("initdb", "-D", "data", "-A", "trust", "-U", "postgres", "--no-sync")
        self.start()
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"

    def run(self, program, *words):
        with open(os.devnull, "wb") as nowhere:
            command = [str(self.programs / program), *words]
            subprocess.run(
                command, cwd=self.folder, user=self.user, stdout=nowhere, stderr=nowhere, check=True, timeout=120
            )

    def start(self):
        self.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", f"-c listen_addresses='' -k {self.folder}", "start")

    def crash(self):
        """End it without a checkpoint, as a loss of power would, and start it again."""
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        self.start()

    def remove(self):
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        rmtree(self.folder, ignore_errors=True)
