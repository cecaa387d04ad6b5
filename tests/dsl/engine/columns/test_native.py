"""Programs decided by text alone, by LLVM, give what a book gives, award by award, in order."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from app.history.tables import load_exact, tables_of
from dsl.engine.columns import inputs
from dsl.engine.columns.by_text import ByText, NotByTextError, TooLargeError
from dsl.engine.columns.dry_run import dry_run
from dsl.engine.columns.history import History
from dsl.engine.columns.interpreted import Interpreted
from dsl.engine.columns.native import Native
from dsl.engine.columns.reading import read_history
from dsl.engine.columns.run import Run, Way, way_of
from dsl.engine.native import parts
from tests.dsl.engine.columns.made_up import PROGRAMS, assert_explained_alike, history_of
from tests.dsl.engine.columns.test_agreement import differences
from tests.programs import HEAD, compiled
from tests.strategies.cases import cases

if TYPE_CHECKING:
    from dsl.engine.columns.by_text import Progress
    from dsl.engine.columns.inputs import Inputs
    from dsl.engine.columns.stream import Stream
    from dsl.engine.compiled import Compiled
    from tests.strategies.cases import Drawn

# What drawn programs are about that can be decided by text alone.
TOPICS = (
    "money", "things", "audience", "tiers", "segments", "history", "limits", "groups", "large",
    "expiry",
)  # fmt: skip
NAMES = ("rows", "at", "customers", "rules", "rewards", "amounts", "statuses")
WAYS: tuple[Way, ...] = ("native", "text", "book")


def natively(
    program: Compiled, history: History, since: int = 0, runs: type[ByText] = Native
) -> dict[str, Any]:
    """The awards by column, units and texts by name, without a fold to fall back on."""
    run = Run(program, history, b"", None, way="native")
    assert run.way == "native"
    native = runs(run.compiled, history, run.entry, (since, len(history)))
    awards = native.run(run.collected, lambda _: None).ordered
    found: dict[str, Any] = {name: getattr(awards, name) for name in NAMES}
    found["units"] = [run.collected.units.names[code] for code in awards.units.tolist()]
    found["texts"] = [(*run.collected.texts.names, None)[code] for code in awards.texts.tolist()]
    return found


def assert_alike(program: Compiled, history: History) -> int:
    """All give the same awards; how many."""
    by_book = dry_run(program, history, way="book")
    awards = by_book.awards
    for runs in (Native, Interpreted):
        found = natively(program, history, runs=runs)
        for name in NAMES:
            assert getattr(awards, name).tolist() == found[name].tolist(), name
        assert [by_book.unit_names[code] for code in awards.units.tolist()] == found["units"]
        texts = (*by_book.text_names, None)
        assert [texts[code] for code in awards.texts.tolist()] == found["texts"]
    return len(found["rows"])


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_program_gives_what_a_book_gives(text: str) -> None:
    program = compiled(HEAD + text)

    assert assert_alike(program, history_of(program)) > 20


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_long_function_in_parts_gives_the_same(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "WHOLE", 4)
    monkeypatch.setattr(parts, "PART", 3)
    program = compiled(HEAD + text)

    assert assert_alike(program, history_of(program))


def test_hundreds_of_rules_are_decided_alike() -> None:
    kinds = (
        "award {n} points limit 3 times per customer per month",
        "where amount >= {n} award 1 point per {n} spent budget 9000 points",
        'where channel = "web" award 1.5x points',
    )
    rules = "".join(
        f'rule "r{n}": on purchase {kinds[n % 3].format(n=n + 1)}\n' for n in range(210)
    )
    program = compiled(HEAD + "tier gold: 500 points held\n" + rules)

    assert assert_alike(program, history_of(program, 60))


@pytest.mark.parametrize("name", PROGRAMS)
def test_samples_are_explained_as_by_a_book(name: str) -> None:
    program = compiled(HEAD + PROGRAMS[name])

    assert_explained_alike(program, history_of(program))


def test_what_was_read_is_read_again_where_it_is_too_much_to_keep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = (compiled(HEAD + PROGRAMS[name]) for name in ("groups", "the past"))
    history = history_of(one)
    for program in (one, other, one):
        assert_alike(program, history)
    assert len(history.inputs) == 2

    monkeypatch.setattr(inputs, "MOST_BYTES", 1)
    assert_alike(compiled(HEAD + PROGRAMS["segments"]), history)

    assert len(history.inputs) == 1


def test_events_before_the_period_say_what_customers_are() -> None:
    program = compiled(HEAD + PROGRAMS["the past"])
    history = history_of(program)
    since, whole = 300, natively(program, history)

    late = natively(program, history, since)

    kept = whole["rows"] >= since
    assert late["rows"].tolist() == whole["rows"][kept].tolist()
    assert late["amounts"].tolist() == whole["amounts"][kept].tolist()


def test_what_leaves_64_bits_is_left_to_cpython() -> None:
    program = compiled(
        HEAD + 'rule "r": on purchase award (amount * amount * 99999999) points at most 5'
    )
    history = history_of(program)
    with pytest.raises(TooLargeError):
        natively(program, history)

    run = dry_run(program, history, way="native")

    assert run.way == "text"
    assert (
        run.awards.amounts.tolist() == dry_run(program, history, way="book").awards.amounts.tolist()
    )
    assert len(run.awards.amounts)


def test_a_limit_by_days_that_come_again_is_left_to_the_fold() -> None:
    # St. John's put its clocks back at 00:01 of 7 November 2010, to 23:01 of the 6th.
    program = compiled(
        'program "P" timezone "America/St_Johns"\n'
        'rule "r": on review award 5 points limit 1 times per customer per day'
    )
    table = pa.table(
        {
            "event_id": ["a", "b", "c"],
            "type": ["review"] * 3,
            "ts": [
                "2010-11-06T23:50:00-02:30",
                "2010-11-07T00:00:30-02:30",
                "2010-11-06T23:30:00-03:30",
            ],
            "customer_id": ["c1"] * 3,
        }
    )
    history, _ = read_history(program.program, table)
    for runs in (Native, Interpreted):
        with pytest.raises(NotByTextError):
            natively(program, history, runs=runs)

    run = dry_run(program, history)

    assert run.awards.rows.tolist() == [0, 1]


def test_lots_out_of_order_where_a_day_comes_again_are_left_to_the_fold() -> None:
    program = compiled(
        'program "P" timezone "America/St_Johns" currency USD\n'
        'unit points: expire 9 days after earned rule "r": on review award 5 points\n'
        'rule "s": on checkin where points >= 6 award 1 mile unit miles: precision 0'
    )
    times = [
        "2010-11-06T23:50:00-02:30",
        "2010-11-07T00:00:30-02:30",
        "2010-11-06T23:30:00-03:30",
        *(f"2010-11-{day:02}T12:00:00-03:30" for day in range(8, 30)),
    ]
    table = pa.table(
        {
            "event_id": [f"e{place:02}" for place in range(len(times))],
            "type": ["review"] * 3 + ["checkin"] * (len(times) - 3),
            "ts": times,
            "customer_id": ["c1"] * len(times),
        }
    )
    history, _ = read_history(program.program, table)

    assert dry_run(program, history, way="native").total().units == {"points": 15, "miles": 8}


@pytest.mark.parametrize(
    "text",
    [
        'rule "r": on every day at 10:00 award 1 point',
        'rule "r": on tier upgrade award 1 point\n tier gold: 5 spent ever',
        'rule "r": on purchase award 1 point once per channel',
        'rule "r": on purchase award 10% discount',
        'rule "r": on purchase award 5 points pending 1 month\n tier gold: 5 points held',
        'rule "r": on purchase award 5 points expires on 2026-12-31\n tier gold: 5 points held',
        """rule "r": on purchase award 5 points pending 3 days
           tier gold: 5 points held rule "s": on review award 5 points""",
        'guard "g": hold purchase where amount > 10\n rule "r": on purchase award 1 point',
    ],
)
def test_what_text_alone_cannot_decide_is_left_to_the_fold(text: str) -> None:
    program = compiled(HEAD + text)
    history = history_of(program, 30)

    assert way_of(program, history, "native") != "native"


@pytest.mark.parametrize(
    ("events", "rules", "way"),
    [
        (20, 1, "text"),
        (10_000, 1, "text"),
        (20_000, 1, "native"),
        (20_000, 60, "native"),
        (10_000, 60, "text"),
        (5_000, 200, "quick"),
        (200_000, 200, "native"),
    ],
)
def test_machine_code_is_made_where_it_is_worth_its_time(events: int, rules: int, way: Way) -> None:
    text = "".join(f'rule "r{n}": on review award {n + 1} points\n' for n in range(rules))
    program = compiled(HEAD + text)
    seconds = pa.array(np.arange(events) * 1_000_000, pa.timestamp("us", "UTC"))
    table = pa.table(
        {
            "event_id": pa.array(np.arange(events)).cast(pa.string()),
            "type": ["review"] * events,
            "ts": seconds,
            "customer_id": ["c1"] * events,
        }
    )
    history, _ = read_history(program.program, table)

    assert way_of(program, history, "auto") == way


@settings(suppress_health_check=list(HealthCheck))
@given(cases(among=TOPICS))
def test_drawn_programs_are_decided_alike(drawn: Drawn) -> None:
    assert differences(drawn.case) == [], drawn.case.versions[0].text


def test_rows_of_lines_by_json_are_decided_alike() -> None:
    program = compiled(HEAD + PROGRAMS["items, cashback and things"])
    text = (
        '{"id": "e1", "type": "purchase", "at": "2026-03-01T10:00:00+00:00", "customer": "c",'
        ' "amount": "20", "items": [{"sku": "a", "brand": "own", "quantity": "2", "price": "3"}]}'
    )
    history, _ = read_history(program.program, *tables_of([load_exact(text)]))

    assert assert_alike(program, history) == 2


def test_a_run_that_is_let_go_of_is_gone_at_once() -> None:
    program = compiled(HEAD + PROGRAMS["a budget that goes round"])
    history = history_of(program)
    gc.collect()
    gc.disable()
    try:
        run = dry_run(program, history, watch="a", samples=1, way="native")
        awards = weakref.ref(run.awards)
        del run
        # A history of millions leaves gigabytes, which nobody collects while a server is patient.
        assert awards() is None
    finally:
        gc.enable()


def test_what_did_not_go_round_is_decided_as_it_came_until_it_does() -> None:
    def budget(points: int) -> Compiled:
        return compiled(
            HEAD + f'rule "r": on purchase award 3 points budget {points} points per month'
        )

    tried: list[bool] = []

    class Counting(Native):
        def _apart(self, inputs: Inputs, progress: Progress) -> Stream | None:
            found = super()._apart(inputs, progress)
            tried.append(found is not None)
            return found

    history = history_of(budget(9))
    for points, expected in (
        # Once in vain; then as it came, until there is enough once more.
        (9, [False]), (8, []), (90_000, []), (80_000, [True]), (7, [False]), (7, []),
    ):  # fmt: skip
        tried.clear()
        found = natively(budget(points), history, runs=Counting)
        assert tried == expected
        by_book = dry_run(budget(points), history, way="book").awards
        assert found["amounts"].tolist() == by_book.amounts.tolist()
