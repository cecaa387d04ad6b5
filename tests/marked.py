"""Texts with a marked place, and the problems looked for there, for tests of the checker."""

from __future__ import annotations

from collections.abc import Callable

from dsl.meaning.check import Part, check
from dsl.meaning.diagnostics import (
    Diagnostic,
    ImpossibleCondition,
    NeverInForce,
    NotHere,
    TypeMismatch,
    UnknownName,
)
from dsl.meaning.types import Kind
from dsl.meaning.wording import render
from dsl.text.source import Span

Expected = Callable[[Span], Diagnostic]

HEAD = """program "Test" timezone "Asia/Shanghai" currency CNY
attributes of customer: vip flag, style text, renewal date
event dinner: room one of ("north", "south"), seats number, seated datetime
event lunch: room number
tier silver: 100 spent ever
tier gold: 1000 spent ever
"""


def marked(text: str) -> tuple[str, Span]:
    """A text without its `⟨` `⟩` marks, and the place they mark."""
    start, end = text.index("⟨"), text.index("⟩") - 1
    return text.replace("⟨", "").replace("⟩", ""), Span(start, end)


def found(
    text: str, head: str = HEAD, *, rule: bool = True
) -> tuple[str, Span, tuple[Diagnostic, ...]]:
    """A marked text, its place, and its problems beside a head that has none."""
    plain, span = marked(text)
    result = check([Part(head), Part(plain, rule="r" if rule else None)])
    assert all(problem.part == 1 for problem in result.diagnostics), result.diagnostics
    for problem in result.diagnostics:
        message = render(problem)
        assert "{" not in message.text
        assert not message.text.endswith(".")
    return plain, span, result.diagnostics


def unknown(name: str, role: str, suggestion: str | None = None) -> Expected:
    """A name that stands for nothing."""
    return lambda span: UnknownName(
        span=span,
        part=1,
        name=name,
        role=role,  # type: ignore[arg-type]  # a role
        suggestion=suggestion,
    )


def mismatch(expected: Kind | None, kind: Kind, suggestion: str | None = None) -> Expected:
    """A kind of value where another is needed, or none would do."""
    return lambda span: TypeMismatch(
        span=span, part=1, expected=expected, found=kind, suggestion=suggestion
    )


def not_here(form: str) -> Expected:
    """A form that has no meaning there."""
    return lambda span: NotHere(span=span, part=1, form=form)  # type: ignore[arg-type]  # a form


def impossible(span: Span) -> Diagnostic:
    """A condition that can never be true."""
    return ImpossibleCondition(span=span, part=1)


def never(span: Span) -> Diagnostic:
    """Dates with nothing between them."""
    return NeverInForce(span=span, part=1)
