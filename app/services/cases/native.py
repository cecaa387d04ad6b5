"""Cases on machine code: the awards of a history, where a case is one and its program fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import dsl
from app.history.tables import load_exact, tables_of
from app.services.cases.case import AwardLine, Case
from app.services.cases.compiled import CompiledEngine
from app.services.cases.engines import award_line
from app.services.cases.outcome import Actual
from dsl.engine.columns import dry_run, read_history
from dsl.engine.columns.awards import STATUSES, Awards
from dsl.engine.columns.dry_run import DryRun
from dsl.meaning.checked import Program


class NativeEngine:
    """The compiled evaluator, but for awards that can be decided natively: those are.

    `decided` counts the cases of which that is so.
    """

    def __init__(self) -> None:
        self.decided = 0

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What is decided: awards natively where that fits, all else event by event."""
        actual = CompiledEngine().run(case, programs)
        rows = _as_history(case, programs[0])
        if rows is None:
            return actual
        history, _ = read_history(programs[0], *tables_of(rows))
        secret = case.secret.encode()
        run = dry_run(dsl.compile_program(programs[0]), history, secret=secret, way="native")
        if run.way != "native":
            return actual
        self.decided += 1
        return replace(actual, awards=lines(run))


def _as_history(case: Case, program: Program) -> list[Mapping[str, Any]] | None:
    """The events of a case as a file has them; None where they did not come in that way."""
    if len(case.versions) > 1 or case.versions[0].starts or case.customers or case.start:
        return None
    events = []
    for raw in case.events:
        event = dsl.read_event(raw, program)
        if not isinstance(event, dsl.Event):
            return None
        events.append(event)
    places = [(event.at, event.id.encode()) for event in events]
    if not events or places != sorted(places) or len({event.id for event in events}) < len(events):
        return None
    rows: list[Mapping[str, Any]] = [load_exact(dsl.canonical_content(one)) for one in events]
    return rows


def lines(run: DryRun) -> list[AwardLine]:
    """The awards of a run in their order, as the evaluators of cases tell them."""
    return [_line(run, run.awards.ordered, place) for place in range(len(run.awards))]


def _line(run: DryRun, awards: Awards, place: int) -> AwardLine:
    row, text = int(awards.rows[place]), int(awards.texts[place])
    unit = run.unit_names[awards.units[place]]
    return award_line(
        dsl.Award(
            rule=run.rule_names[awards.rules[place]],
            reward=int(awards.rewards[place]),
            customer=run.customer_ids[awards.customers[place]],
            unit=unit,
            amount=int(awards.amounts[place]),
            precision=run.precisions[unit],
            text=run.text_names[text] if text >= 0 else None,
            status=STATUSES[awards.statuses[place]],
            event=run.history.event_id(row) if row >= 0 else None,
            at=int(awards.at[place]) if row < 0 else None,
        )
    )
