"""The product as it is served: a process of its own, a database file, people and a history."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from sqlalchemy.orm import Session

from app import db
from app.models import ROLES, Program
from app.services import approvals, ingest, keys, programs, users

PASSWORD = "a pass phrase of tests"
HEAD = """program "Corner Grocery" timezone "America/New_York" currency USD
tier silver: 300 spent in last 12 months
tier gold: 1000 spent in last 12 months
"""
BASE = ("Base", "on purchase award 1 point per 1 spent")
GOLD, CUSTOMERS, PURCHASES = "h7", 40, 900
PATIENCE = urllib3.Retry(total=200, backoff_factor=0.05, backoff_max=0.2)


@dataclass(frozen=True, slots=True)
class Served:
    """Where the product answers, and a key to its program."""

    url: str
    token: str

    def purchase(self, event_id: str, customer: str, amount: int) -> urllib3.BaseHTTPResponse:
        """Send a purchase of this instant as a till does."""
        body = {
            "id": event_id,
            "type": "purchase",
            "at": dt.datetime.now(dt.UTC).isoformat(),
            "customer": customer,
            "amount": amount,
        }
        return urllib3.request(
            "POST",
            f"{self.url}/api/v1/events",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )


@pytest.fixture
def served(tmp_path: Path, sqlite_template: Path) -> Iterator[Served]:
    """The product on a SQLite file, which ends with the test."""
    database = tmp_path / "tallystick.sqlite"
    shutil.copyfile(sqlite_template, database)
    token = _fill(f"sqlite:///{database}")
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "TALLY_FOLDER": str(tmp_path / "kept"),
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", "1"]
    with (
        (tmp_path / "served.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            answer = urllib3.PoolManager(retries=PATIENCE).request("GET", f"{url}/readyz")
            assert answer.status == 200, answer.data
            yield Served(url, token)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _fill(url: str) -> str:
    """A person of each role, a program in force for 120 days with purchases; a key to it."""
    engine = db.connect(url)
    now = dt.datetime.now(dt.UTC)
    start = now - dt.timedelta(days=120)
    with db.sessions(engine).begin() as session:
        people = {
            role: users.create_user(
                session, f"{role}@example.com", PASSWORD, roles=[role], now=now, name=f"The {role}"
            )
            for role in ROLES
        }
        program = programs.create_program(session, "Corner Grocery", actor=people["admin"], now=now)
        approvals.publish_program(
            session,
            program,
            HEAD,
            [BASE],
            start,
            actor=people["marketer"],
            approver=people["approver"],
            now=now,
        )
        _load(session, program, start, now)
        _, token = keys.create_key(session, program, "till", actor=people["admin"], now=now)
    engine.dispose()
    return token


def _load(session: Session, program: Program, start: dt.datetime, now: dt.datetime) -> None:
    chance = random.Random(7)  # noqa: S311 - made-up purchases, the same in each run
    seconds = int((now - start).total_seconds()) - 3600
    events = [
        {
            "id": f"b{number}",
            "type": "purchase",
            "at": (start + dt.timedelta(seconds=chance.randrange(seconds))).isoformat(),
            "customer": f"h{chance.randrange(CUSTOMERS)}",
            "amount": f"{chance.lognormvariate(4, 0.9):.2f}",
        }
        for number in range(PURCHASES)
    ]
    receipts = ingest.ingest(session, program, events, now=now)
    assert all(isinstance(receipt, ingest.Accepted) for receipt in receipts)
