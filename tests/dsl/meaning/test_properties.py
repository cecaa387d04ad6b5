"""Whatever a text says, it is checked, completed and reported on, and nothing raises."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dsl.meaning.check import Part, check
from dsl.meaning.completion import complete
from dsl.meaning.events import (
    Event,
    canonical_content,
    read_event,
    read_recorded,
    render_field,
)
from dsl.meaning.report import report
from dsl.text import ast
from dsl.text.format import format_document
from dsl.text.source import Source
from tests import strategies

HEAD = (
    'program "Test" timezone "Asia/Shanghai"\ntier gold: 5 spent ever\nevent dinner: seats number'
)
PIECES = (
    *("on", "where", "award", "to", "tier", "gold", "purchase", "amount", "any item (", "(", ")"),
    *(">=", "=", "in (", "and", "or", "not", "1", "2x", "points", "per", "spent", "of", "items"),
    *("number", "customer.", '"web"', '"', "30 days", "2026-02-30", "limit", "from", ",", ":", "`"),
    *("rule", "event", "attributes of", "is known", "#", "\n", "，", "0.1", "%", "EUR", "amout"),
)
TODAY = dt.date(2026, 11, 22)
# A key of an event, and any value JSON has.
KEYS = st.sampled_from(
    ["id", "type", "at", "customer", "amount", "gross", "items", "channel", "price", "sku", "x"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.sampled_from(["purchase", "dinner", "2026-11-22T10:00:00Z", "2026-11-22", "1.50", "c1"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)


def check_all(text: str) -> None:
    """Check, report and complete; a program comes out just where there is no error."""
    parts = [Part(HEAD), Part(text)]
    result = check(parts, as_of=TODAY)
    failed = any(problem.severity == "error" for problem in result.diagnostics)
    assert (result.program is None) == failed
    for problem in result.diagnostics:
        source = Source(parts[problem.part].text, "test.rules")
        assert 0 <= problem.span.start <= problem.span.end <= len(source.text)
        assert f"[{problem.code}]" in report(source, problem)
    assert check(parts, as_of=TODAY) == result


@given(strategies.documents())
def test_any_tree_is_checked(document: ast.Document) -> None:
    check_all(format_document(document))


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_checked_and_completed(text: str) -> None:
    check_all(text)
    for offset in {0, len(text) // 2, len(text)}:
        for one in complete([Part(HEAD), Part(text)], 1, offset):
            assert one.span.start <= offset <= one.span.end <= len(text)
            assert one.label
            assert one.apply


@given(st.dictionaries(KEYS, VALUES, max_size=8) | VALUES)
def test_any_event_is_read_or_refused(raw: object) -> None:
    program = check([Part(HEAD)]).program
    assert program is not None
    read = read_event(raw, program)
    if isinstance(read, Event):
        content = canonical_content(read)
        again = read_recorded(json.loads(content, parse_float=Decimal), program)
        assert again == read
        assert canonical_content(again) == content
    else:
        assert read
        assert all(render_field(one) for one in read)
