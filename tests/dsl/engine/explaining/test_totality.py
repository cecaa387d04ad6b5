"""Whatever a program decides can be told, and telling it asks for nothing new of an event."""

from __future__ import annotations

import datetime as dt
import json
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import dsl
from app.services.cases import CompiledEngine
from dsl.engine.emit import every_rule
from tests.strategies.cases import Drawn, cases
from tests.strategies.programs.draft import TOPICS

PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
WHEN = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def decisions(drawn: Drawn) -> list[dsl.Decision]:
    """All that is decided in a case."""
    found: list[dsl.Decision] = []

    def note(one: dsl.Decision) -> list[object]:
        found.append(one)
        return []

    with patch("app.services.cases.compiled.award_lines", note):
        CompiledEngine().run(drawn.case, drawn.programs)
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_any_decision_can_be_told(topic: str) -> None:
    @settings(max_examples=15, phases=PHASES, suppress_health_check=PATIENT, deadline=None)
    @given(cases(topic))
    def tell(drawn: Drawn) -> None:
        for decision in decisions(drawn):
            again = dsl.Decision.from_json(json.loads(json.dumps(decision.to_json())))
            assert again == decision
            # By another version than the one that decided, too.
            for program in drawn.programs:
                for at in (None, WHEN):
                    told = dsl.explain(program, decision, at=at)
                    steps = dsl.steps(program, decision, at=at)
                    assert [s for one in told for s in one.sentences if not s.strip()] == []
                    assert sum(len(one.sentences) for one in told) == len(steps)
            own = {one.rule: one for one in dsl.explain(drawn.programs[0], decision)}
            assert {one.rule for one in decision.outcomes} <= own.keys()

    tell()


@settings(max_examples=100, phases=PHASES, suppress_health_check=PATIENT, deadline=None)
@given(cases())
def test_what_tells_why_asks_for_no_new_value(drawn: Drawn) -> None:
    for program in drawn.programs:
        compiled, fresh = dsl.compile_program(program), dsl.compile_program(program)
        for place, rule in enumerate(every_rule(program)):
            compiled.why.tested(f"m{place}", rule.where)
        for place, offer in enumerate(program.redeemables.values()):
            compiled.why.tested(f"r{place}", offer.where)
        assert compiled.emitted.emitter.text() == compiled.text
        assert compiled.layout == fresh.layout


@settings(max_examples=100, phases=PHASES, suppress_health_check=PATIENT, deadline=None)
@given(cases())
def test_a_condition_that_failed_has_a_part_that_failed(drawn: Drawn) -> None:
    for decision in decisions(drawn):
        for outcome in decision.outcomes:
            assert (outcome.test is not None) == (outcome.reason == "condition")
