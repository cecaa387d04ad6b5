"""Oracle, compiled evaluator and the text by LLVM and CPython give one stream, in one order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import HealthCheck, event, given, settings

import dsl
from app.history.tables import load_exact, tables_of
from app.services.cases import CompiledEngine, ReferenceEngine
from app.services.cases.case import AwardLine, Case
from app.services.cases.native import lines
from dsl.engine.columns import dry_run, read_history
from dsl.engine.columns.interpreted import Interpreted
from dsl.engine.columns.native import Native
from dsl.engine.columns.run import BY_TEXT
from tests.dsl.engine.columns.test_agreement import events_of
from tests.strategies.cases import Drawn, cases

ORACLE, COMPILED = ReferenceEngine(), CompiledEngine(why=False)
# What drawn programs and histories are about that are decided natively, some customers apart.
TOPICS = (
    "money", "things", "chance", "audience", "tiers", "segments", "history", "limits", "groups",
    "campaigns", "expiry", "refunds", "redemption", "large",
)  # fmt: skip


def as_file(drawn: Drawn) -> tuple[Case, dsl.Compiled]:
    """The case as a file has it: nobody known before, good events, each once, in order."""
    compiled = dsl.compile_program(drawn.programs[0])
    events = events_of(drawn.case.events, compiled)
    raws = tuple(load_exact(dsl.canonical_content(event)) for event in events)
    whole = replace(drawn.case, events=raws, customers=(), start=None)
    return replace(whole, versions=whole.versions[:1]), compiled


def by_cause(awards: Iterable[AwardLine]) -> list[list[str]]:
    """The awards in their order, of one event in any: the oracle tells discounts first."""
    causes = groupby(awards, key=lambda award: (award.event, award.at))
    return [sorted(str(award) for award in own) for _, own in causes]


@pytest.mark.parametrize("together", [False, True], ids=["by customer", "as they came"])
@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(drawn=cases(among=TOPICS))
def test_all_give_one_stream(drawn: Drawn, together: bool) -> None:  # noqa: FBT001 - a parameter
    case, compiled = as_file(drawn)
    if not case.events:
        return
    expected = list(COMPILED.run(case, drawn.programs[:1]).awards)
    assert by_cause(ORACLE.run(case, drawn.programs[:1]).awards) == by_cause(expected)

    history, left_out = read_history(compiled.program, *tables_of(case.events))
    assert not left_out.to_json()
    span = history.span()
    assert span is not None
    until = max(case.ends or span[1], span[1]) + dt.timedelta(microseconds=1)
    with pytest.MonkeyPatch.context() as patch:
        if together:
            patch.setattr(Native, "_apart", lambda *_: None)
            patch.setattr(Interpreted, "_apart", lambda *_: None)
        for way in BY_TEXT:
            run = dry_run(compiled, history, until=until, secret=case.secret.encode(), way=way)
            assert lines(run) == expected
            event(f"decided by way of {run.way}")
