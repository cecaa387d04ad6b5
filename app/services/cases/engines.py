"""What every evaluator of cases is, and how it tells what it did in the lines of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import dsl
from app.services.cases.case import AwardLine, Case, Opening, RefusalLine
from app.services.cases.outcome import Actual, Difference
from dsl.engine.calendar import moment
from dsl.meaning.checked import Program

# An imported customer is a profile event before all others of that customer.
BEFORE_ALL = "1900-01-01T00:00:00+00:00"
IDENTITY = ("id", "type", "at", "customer")


class NotRun(Exception):
    """The evaluator does not run a case, for want of what the message names."""


class Engine(Protocol):
    """An evaluator of cases."""

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What comes of a case whose texts, version by version, are these checked programs.

        NotRun is raised where this evaluator does not run what it takes.
        """
        ...


def refused_event(event_id: object, problems: Sequence[dsl.FieldProblem]) -> Difference:
    """The difference of an event that cannot be read."""
    texts = "; ".join(f"{problem.field}: {dsl.render_field(problem)}" for problem in problems)
    return Difference("event %(id)s: %(problems)s", {"id": event_id, "problems": texts})


def profile_of(opening: Opening, program: Program) -> dict[str, Any]:
    """A customer's opening attributes as a profile event; a date of joining is its midnight."""
    raw = {name: v for name, v in opening.given.items() if name not in program.units}
    if opening.joined is not None:
        joined = dt.datetime.fromisoformat(opening.joined)
        if joined.tzinfo is None:
            joined = joined.replace(tzinfo=ZoneInfo(program.timezone))
        raw["joined"] = joined.isoformat()
    return {
        **raw,
        "id": f"opening {opening.id}",
        "type": "profile",
        "at": BEFORE_ALL,
        "customer": opening.id,
    }


def opening_balances(opening: Opening, program: Program) -> dict[str, Decimal]:
    """What a customer has of each unit before the first event."""
    return {name: Decimal(v) for name, v in opening.given.items() if name in program.units}


def award_lines(decision: dsl.Decision) -> list[AwardLine]:
    """What a decision brings, in text order."""
    return [award_line(award) for award in decision.awards]


def award_line(award: dsl.Award) -> AwardLine:
    """An award as a case tells it."""
    value: Decimal | str = exact(award.amount, award.precision).normalize()
    if award.text is not None:
        value = award.text
    return AwardLine(
        award.event,
        None if award.at is None else moment(award.at),
        award.rule,
        award.customer,
        award.unit,
        value,
        award.status,
    )


def refusal_lines(decision: dsl.Decision) -> list[RefusalLine]:
    """Why an event was not taken, and the rules that did not pay but for those at nothing."""
    whole = [RefusalLine(decision.event_id, None, decision.refused)] if decision.refused else []
    return whole + [
        RefusalLine(decision.event_id, outcome.rule, outcome.reason)
        for outcome in decision.outcomes
        if outcome.reason not in (None, "nothing")
    ]


def conflict(event_id: str) -> RefusalLine:
    """An id seen before, with other content."""
    return RefusalLine(event_id, None, "conflict")


def exact(amount: int, precision: int) -> Decimal:
    """An amount of 10**-precision as a number."""
    return Decimal(amount).scaleb(-precision)
