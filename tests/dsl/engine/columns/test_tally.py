"""What machine code adds up as it gives awards is what they come to, looked at one by one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from app.history.tables import tables_of
from dsl.engine.columns import read_history, tally
from dsl.engine.columns.dry_run import dry_run
from dsl.engine.columns.native import Native
from dsl.engine.columns.tally import Tallied
from dsl.engine.columns.totals import Counted, Named
from tests.dsl.engine.columns.made_up import PROGRAMS, history_of
from tests.programs import HEAD, compiled

if TYPE_CHECKING:
    from dsl.engine.columns.dry_run import DryRun
    from dsl.engine.columns.totals import Totals

# More rules than one cell has bits for.
MANY = "".join(
    f'rule "r{n}": on purchase where amount >= {n} award {1 + n % 3} points\n' for n in range(70)
)
TEXTS = {**PROGRAMS, "many rules": MANY}


def run_of(text: str) -> DryRun:
    """A native run over some events."""
    program = compiled(HEAD + text)
    run = dry_run(program, history_of(program), way="native")
    assert run.way == "native"
    return run


def told(totals: Totals) -> object:
    """Totals as they compare."""
    return (
        {
            name: (own.awards, own.people.tolist(), dict(own.units))
            for name, own in totals.of_rules.items()
        },
        {pair: (own.days.tolist(), own.amounts.tolist()) for pair, own in totals.of_days.items()},
    )


@pytest.mark.parametrize("together", [False, True], ids=["by customer", "as they came"])
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_added_up_is_what_awards_come_to(
    name: str,
    together: bool,  # noqa: FBT001 - a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if together:
        monkeypatch.setattr(Native, "_apart", lambda *_: None)
    run = run_of(TEXTS[name])
    named = Named(run.rule_names, run.unit_names, len(run.customer_ids))

    assert isinstance(run.totals, Tallied)
    assert told(run.totals) == told(Counted(run.compiled, run.history, run.awards, named))


@pytest.mark.parametrize(
    ("count", "is_tallied"), [(2, True), (60, False)], ids=["beyond 64 bits in all", "each"]
)
def test_sums_have_no_end(count: int, is_tallied: bool) -> None:  # noqa: FBT001 - a parameter
    rewards = ", ".join(["900000000000000000 points"] * 6)
    program = compiled(HEAD + f'rule "r": on purchase award {rewards}')
    events = [
        {
            "id": f"e{n:03}",
            "type": "purchase",
            "at": "2026-01-01T10:00:00+00:00",
            "customer": f"c{n}",
            "amount": 5,
        }
        for n in range(count)
    ]
    history, _ = read_history(program.program, *tables_of(events))
    run = dry_run(program, history, way="native")

    assert run.way == "native"
    assert isinstance(run.totals, Tallied) == is_tallied
    total = 6 * count * 9 * 10**17
    assert run.by_rule()["r"].units == {"points": total}
    assert run.by_day() == {dt.date(2026, 1, 1): {"points": total}}


def test_too_many_customers_and_dates_are_added_up_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_tally = run_of(MANY)
    monkeypatch.setattr(tally, "MOST_CELLS", 9)
    run = run_of(MANY)

    assert not isinstance(run.totals, Tallied)
    assert told(run.totals) == told(by_tally.totals)
