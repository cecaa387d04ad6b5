"""What a draft would have done, against what is live, over the recorded history."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.history.database import Histories
from app.models import Event, LedgerEntry, Program, User
from app.services import approvals, ingest, programs, rules
from app.services.dry_runs.previews import WHOLE, Draft, Previews
from app.services.errors import Invalid
from app.services.figures import Figures
from dsl.meaning.diagnostics import UnknownName
from tests.app.given import BASE, DOUBLE, HEAD, NOW, publish, purchase

DOUBLED = Draft(None, *DOUBLE)
EVENTS = [
    # Gold by the first, which is before the last 90 days.
    purchase("e0", 1000, "2026-01-05T10:00:00+00:00"),
    purchase("e1", 250, "2026-11-01T10:00:00+00:00"),
    purchase("e2", 100, "2026-11-03T23:59:59+00:00"),
    purchase("e3", 300, "2026-11-04T00:00:00+00:00", "c2"),
]


@pytest.fixture
def program(session: Session, program: Program, marketer: User, approver: User) -> Program:
    """A program with one rule in force and a year of few purchases."""
    publish(session, program, HEAD, [BASE], marketer, approver, NOW)
    ingest.ingest(session, program, EVENTS, now=NOW)
    return program


@pytest.fixture
def previews(tmp_path: Path) -> Previews:
    return Previews(Histories(tmp_path / "history"))


def points(amount: int) -> dict[str, Decimal]:
    return {"points": Decimal(amount)}


def test_a_new_rule_is_held_against_what_is_live(
    session: Session, program: Program, previews: Previews
) -> None:
    found = previews.preview(session, program, DOUBLED, now=NOW)
    assert found.events == 3
    assert found.units == ["points"]
    assert found.live == Figures(3, 2, points(650))
    assert found.draft == Figures(4, 2, points(900))
    assert found.rule == Figures(1, 1, points(250))
    assert found.before is None
    assert (found.gaining, found.losing) == (1, 0)
    assert [(day.date.isoformat(), day.live, day.draft) for day in found.days] == [
        ("2026-11-01", points(250), points(500)),
        ("2026-11-02", {}, {}),
        ("2026-11-03", points(100), points(100)),
        ("2026-11-04", points(300), points(300)),
    ]


def test_samples_show_what_the_rule_did_and_why(
    session: Session, program: Program, previews: Previews
) -> None:
    first = previews.preview(session, program, DOUBLED, now=NOW).samples[0]
    assert (first.event_id, first.customer, first.paid) == ("e1", "c1", True)
    assert first.at == dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    assert [(award.rule, award.amount) for award in first.awards] == [
        ("Base", 250),
        ("Gold double", 250),
    ]
    assert first.explanations[1].sentences == (
        "+250 points: `2x points to gold` on a base of 250 points",
    )


def test_a_draft_takes_the_place_of_its_live_version(
    session: Session, program: Program, previews: Previews, marketer: User
) -> None:
    rule = rules.list_rules(session, program, NOW)[0].rule
    rules.rename_rule(session, rule, "Half base", actor=marketer, now=NOW)
    draft = Draft(rule, "Half base", "on purchase award 1 point per 2 spent")
    found = previews.preview(session, program, draft, now=NOW)
    assert found.live == Figures(3, 2, points(650))
    assert found.draft == found.rule == Figures(3, 2, points(325))
    assert found.before == found.live
    assert (found.gaining, found.losing) == (0, 2)


def test_a_draft_needs_no_name_yet(session: Session, program: Program, previews: Previews) -> None:
    found = previews.preview(session, program, Draft(None, " ", DOUBLE[1]), now=NOW)
    assert found.rule.units == points(250)


def test_a_wrong_draft_is_told_at_its_place(
    session: Session, program: Program, previews: Previews
) -> None:
    draft = Draft(None, "New", "on purchase where amont > 5 award 1 point per 1 spent")
    with pytest.raises(Invalid) as raised:
        previews.preview(session, program, draft, now=NOW)
    (problem,) = raised.value.problems
    assert isinstance(problem, UnknownName)
    assert draft.text[problem.span.start : problem.span.end] == "amont"


def test_nothing_is_written(session: Session, program: Program, previews: Previews) -> None:
    before = session.query(Event).count(), session.query(LedgerEntry).count()
    previews.preview(session, program, DOUBLED, now=NOW)
    assert (session.query(Event).count(), session.query(LedgerEntry).count()) == before


def test_new_events_and_publications_show_in_the_next_preview(
    session: Session, program: Program, previews: Previews, marketer: User, approver: User
) -> None:
    previews.preview(session, program, DOUBLED, now=NOW)
    ingest.ingest(session, program, [purchase("e4", 200, "2026-11-05T00:00:00Z")], now=NOW)
    assert previews.preview(session, program, DOUBLED, now=NOW).events == 4
    rule = rules.create_rule(session, program, "Five", "on purchase award 5 points",
                             actor=marketer, now=NOW)  # fmt: skip
    approval = approvals.submit(session, rule, "", actor=marketer, now=NOW)
    approvals.approve(session, approval, "", actor=approver, now=NOW)
    approvals.publish(session, approval.rule_version, actor=approver, now=NOW)
    found = previews.preview(session, program, DOUBLED, now=NOW)
    assert found.live.units == points(250 + 100 + 300 + 200 + 4 * 5)


def test_days_are_local_and_counted_back_from_the_last_event(
    session: Session, program: Program, previews: Previews
) -> None:
    found = previews.preview(session, program, DOUBLED, now=NOW, days=2)
    assert found.since == dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    assert found.until == dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
    assert found.events == 2


def test_progress_only_rises_to_the_whole(
    session: Session, program: Program, previews: Previews
) -> None:
    told: list[tuple[int, int]] = []
    previews.preview(session, program, DOUBLED, now=NOW, progress=lambda *share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == (WHOLE, WHOLE)


def test_who_is_told_of_progress_may_end_it(
    session: Session, program: Program, previews: Previews
) -> None:
    def stop(_done: int, _whole: int) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        previews.preview(session, program, DOUBLED, now=NOW, progress=stop)
    assert previews.preview(session, program, DOUBLED, now=NOW).events == 3


def test_a_rule_on_what_never_happened_gives_nothing(
    session: Session, program: Program, previews: Previews
) -> None:
    draft = Draft(None, "New", "on review award 5 points")
    assert previews.preview(session, program, draft, now=NOW).rule == Figures(0, 0, {})


def test_a_program_without_events_gives_nothing(
    session: Session, admin: User, previews: Previews
) -> None:
    empty = programs.create_program(session, "Tea Club", actor=admin, now=NOW)
    draft = Draft(None, "New", "on purchase award 5 points")
    found = previews.preview(session, empty, draft, now=NOW)
    assert (found.events, found.days, found.samples) == (0, [], [])
    assert found.live == found.draft == found.rule == Figures(0, 0, {})


def test_warming_makes_the_same_ready(
    session: Session, program: Program, previews: Previews, tmp_path: Path
) -> None:
    previews.warm(session, program, now=NOW)
    assert list((tmp_path / "history").rglob("events.arrow"))
    assert previews.preview(session, program, DOUBLED, now=NOW).live.units == points(650)
