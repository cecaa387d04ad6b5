"""Measures what the README claims and prints a table: `make bench`.

Times are wall clock on whatever machine this runs on; each is the median of several runs, and the
slowest of 20 where a 95th percentile is claimed of 200.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Config
from app.db import connect, in_transaction, reading_sessions, upgrade
from app.factory import create_app
from app.history.database import Histories
from app.models import Program
from app.services import approvals, ingest, programs, users
from app.services.dry_run import Draft, Previews
from benchmarks.made_up import DECLARATIONS, DRAFT, FIRST, PURCHASES, RULES, purchases

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PASSWORD = "a benchmark's password"
BATCH = 2000


def main() -> None:
    """Measure and print, one line each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(f"sqlite:///{folder / 'bench.sqlite'}", folder)
        engine = connect(config.database_url)
        upgrade(engine)
        _tell("tally check of one rule, start-up included", _check(folder))
        _tell(f"ingest with lines, {PURCHASES:,} purchases", [_ingest(engine)])
        first, again = _previews(engine, folder)
        _tell(f"preview over {PURCHASES:,} purchases, the first ever", [first])
        _tell(f"preview over {PURCHASES:,} purchases, the first of a process", [again[0]])
        _tell(f"preview over {PURCHASES:,} purchases, each edit after it", again[1:])
        _tell_percentile("diagnostics while typing, from the server", _diagnostics(config))
        engine.dispose()


def _tell(what: str, seconds: list[float]) -> None:
    median = statistics.median(seconds)
    print(f"{what:62} {median:8.3f} s   (of {len(seconds)})", flush=True)


def _tell_percentile(what: str, seconds: list[float]) -> None:
    slow = statistics.quantiles(seconds, n=20)[-1]
    print(f"{what:62} {slow * 1000:8.1f} ms  (95th percentile of {len(seconds)})", flush=True)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _check(folder: Path) -> list[float]:
    rule = folder / "one.rules"
    base = f'rule "Base": {RULES["Base"]}\nrule "Double": {DRAFT}\n'
    rule.write_text(DECLARATIONS + base, "utf-8")
    command = [sys.executable, "-m", "app.cli", "check", str(rule)]
    return [
        _timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(7)
    ]


def _ingest(engine: Engine) -> float:
    in_transaction(engine, _publish)
    rows = list(purchases())
    begun = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        in_transaction(engine, partial(_take, batch))
    return time.perf_counter() - begun


def _take(batch: Sequence[Mapping[str, Any]], session: Session) -> None:
    ingest.ingest(session, programs.list_programs(session)[0], batch, now=NOW)


def _publish(session: Session) -> None:
    people = [
        users.create_user(session, f"{role}@bench.example", PASSWORD, roles=[role], now=NOW)
        for role in ("marketer", "approver", "admin")
    ]
    program = programs.create_program(session, "Benchmark", actor=people[2], now=NOW)
    approvals.publish_program(
        session,
        program,
        DECLARATIONS,
        list(RULES.items()),
        FIRST,
        actor=people[0],
        approver=people[1],
        now=NOW,
    )


def _previews(engine: Engine, folder: Path) -> tuple[float, list[float]]:
    """The first preview reads the database; a new process the cache; an edit neither."""

    def preview(previews: Previews, text: str) -> float:
        with reading_sessions(engine)() as session:
            program: Program = programs.list_programs(session)[0]
            draft = Draft(None, "Draft", text)
            return _timed(lambda: previews.preview(session, program, draft, now=NOW, days=366))

    first = preview(Previews(Histories(folder / "history")), DRAFT)
    later = Previews(Histories(folder / "history"))
    edits = [DRAFT.replace("200", str(amount)) for amount in range(200, 206)]
    return first, [preview(later, text) for text in edits]


def _diagnostics(config: Config) -> list[float]:
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"email": "marketer@bench.example", "password": PASSWORD})
    texts = [f"{DRAFT[:end]}" for end in range(len(DRAFT) - 40, len(DRAFT))] * 5
    times = []
    for number, text in enumerate(texts):
        body = {"name": "Draft", "text": f"{text} # {number}"}
        begun = time.perf_counter()
        answer = client.post("/p/benchmark/studio/check", json=body)
        times.append(time.perf_counter() - begun)
        assert answer.status_code == HTTPStatus.OK, answer.status
    return times


if __name__ == "__main__":
    main()
