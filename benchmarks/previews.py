"""What people wait for: diagnostics while typing, previews over a history, events taken in.

Times are wall clock, on SQLite; of several runs the median, of diagnostics the 95th percentile of
200. The history is that of benchmarks/made_up.py.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
from collections.abc import Mapping, Sequence
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
from app.services.dry_runs.previews import Draft, Previews
from benchmarks.made_up import DECLARATIONS, DRAFT, FIRST, PURCHASES, RULES, purchases
from benchmarks.measuring import Took, at_quantile, timed
from benchmarks.tables import Cell, Figure, Table

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PASSWORD = "a benchmark's password"
BATCH = 2000


def measure() -> Table:
    """The table: a line for each thing that people wait for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(f"sqlite:///{folder / 'bench.sqlite'}", folder)
        engine = connect(config.database_url)
        upgrade(engine)
        taken_in = _ingest(engine)
        first, again = _previews(engine, folder)
        typing = _diagnostics(config)
        engine.dispose()
    preview = f"preview over {PURCHASES:,} purchases"
    return Table(
        "previews",
        "What people wait for",
        ("what", "by the clock", "of the processor", "of"),
        [
            _typed("diagnostics while typing, from the server", typing),
            _row(f"{preview}, each edit", again[1:]),
            _row(f"{preview}, the first of a process", again[:1]),
            _row(f"{preview}, the first ever", [first]),
            _row(
                f"taking in {PURCHASES:,} purchases with their lines, {BATCH:,} a call", [taken_in]
            ),
        ],
        ("Medians, of diagnostics the 95th percentile; SQLite; made up from a fixed seed.",),
    )


def _row(what: str, took: list[Took]) -> tuple[Cell, ...]:
    wall, processor = ([getattr(one, name) for one in took] for name in ("wall", "processor"))
    return (
        what,
        Figure(statistics.median(wall), "s"),
        Figure(statistics.median(processor), "s"),
        len(took),
    )


def _typed(what: str, took: list[Took]) -> tuple[Cell, ...]:
    wall, processor = ([getattr(one, name) for one in took] for name in ("wall", "processor"))
    return (
        what,
        Figure(at_quantile(wall, 0.95), "ms"),
        Figure(at_quantile(processor, 0.95), "ms"),
        len(took),
    )


def _ingest(engine: Engine) -> Took:
    in_transaction(engine, _publish)
    rows = list(purchases())

    def work() -> None:
        for start in range(0, len(rows), BATCH):
            in_transaction(engine, partial(_take, rows[start : start + BATCH]))

    return timed(work)


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


def _previews(engine: Engine, folder: Path) -> tuple[Took, list[Took]]:
    """The first preview reads the database; a new process the cache; an edit neither."""

    def preview(previews: Previews, text: str) -> Took:
        with reading_sessions(engine)() as session:
            program: Program = programs.list_programs(session)[0]
            draft = Draft(None, "Draft", text)
            return timed(lambda: previews.preview(session, program, draft, now=NOW, days=366))

    first = preview(Previews(Histories(folder / "history")), DRAFT)
    later = Previews(Histories(folder / "history"))
    edits = [DRAFT.replace("200", str(amount)) for amount in range(200, 206)]
    return first, [preview(later, text) for text in edits]


def _diagnostics(config: Config) -> list[Took]:
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"email": "marketer@bench.example", "password": PASSWORD})
    texts = [f"{DRAFT[:end]}" for end in range(len(DRAFT) - 40, len(DRAFT))] * 5

    def check(text: str) -> None:
        body = {"name": "Draft", "text": text}
        answer = client.post("/p/benchmark/studio/check", json=body)
        assert answer.status_code == HTTPStatus.OK, answer.status

    return [timed(partial(check, f"{text} # {number}")) for number, text in enumerate(texts)]
