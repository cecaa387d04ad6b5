"""The language's tables as one Markdown document, docs/language-tables.md.

It is made of the same tables that the checker reads, and of the forms, problems and reasons of
dsl.meaning.forms, whose examples it checks as it goes.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dsl.meaning import catalogue
from dsl.meaning.check import Part, check
from dsl.meaning.forms import HEAD, PROBLEMS, REASONS, SECTIONS
from dsl.meaning.types import Kind
from dsl.meaning.wording import messages, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dsl.meaning.forms import Problem, Section
    from dsl.meaning.types import AttributeInfo
    from dsl.text.diagnostics import Diagnostic

# The day on which the examples are looked at, for rules that have ended.
AS_OF = dt.date(2026, 1, 1)


def language_tables() -> str:
    """The whole document."""
    parts = [*_introduction(), *_catalogue()]
    for section in SECTIONS:
        parts += _section(section)
    parts += [*_problems(), *_reasons()]
    return "\n".join(parts) + "\n"


def found(text: str) -> tuple[Diagnostic, ...]:
    """The problems of an example beside HEAD; those of HEAD itself are none of its own."""
    return check([Part(HEAD), Part(text)], as_of=AS_OF).of(1)


def _introduction() -> Iterator[str]:
    yield "# The rule language in tables"
    yield ""
    yield "Made by `make docs` from the checker's tables; docs/language.md is the reference."
    yield "In forms, capitals stand for what varies and square brackets for what may be left out."
    yield "Every example is checked as it stands, beside this program:"
    yield ""
    yield from (f"    {line}" if line else "" for line in HEAD.splitlines())
    yield ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from (_row(row) for row in rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(text: str) -> str:
    """A text as code in a cell: its lines one after the other."""
    return "<br>".join(f"`{line}`" for line in text.splitlines())


# --- what can be named ---------------------------------------------------------------------------


def _type(info: AttributeInfo) -> str:
    kinds: dict[str, str] = messages()["kind"]
    if info.type.choices:
        return ", ".join(f'`"{choice}"`' for choice in info.type.choices)
    return kinds[info.type.kind.value]


def _attributes(infos: Iterable[AttributeInfo], prefix: str = "") -> Iterator[str]:
    rows = [(f"`{prefix}{info.name}`", _type(info), info.doc) for info in infos]
    yield from _table(("attribute", "type", "what it is"), rows)


def _catalogue() -> Iterator[str]:
    yield "## Events"
    yield ""
    essentials = ", ".join(f"`{name}`" for name in catalogue.ESSENTIALS)
    yield f"Every event has {essentials}, and may have:"
    yield ""
    common = catalogue.COMMON_ATTRIBUTES
    yield from _attributes(common.values())
    for event in catalogue.BUILT_IN_EVENTS.values():
        yield f"### {event.name}"
        yield ""
        yield event.doc
        yield ""
        own = [info for info in event.attributes.values() if info.name not in common]
        if own:
            yield from _attributes(own)
    yield "## Customers"
    yield ""
    yield from _attributes(catalogue.CUSTOMER_ATTRIBUTES.values(), "customer.")
    yield "## Items"
    yield ""
    yield from _attributes(catalogue.ITEM_ATTRIBUTES.values())
    yield "## Parts of the date and time"
    yield ""
    yield "In the program's timezone."
    yield ""
    kinds: dict[str, str] = messages()["kind"]
    yield from _table(
        ("name", "type", "what it is"),
        [
            (f"`{name}`", kinds[type_.kind.value], catalogue.CALENDAR_DOCS[name])
            for name, type_ in catalogue.CALENDAR_PARTS.items()
        ]
        + [("`tier`", kinds[Kind.TIER.value], catalogue.TIER_DOC)],
    )
    yield "## Functions"
    yield ""
    yield from _table(
        ("function", "of how many", "what it gives"),
        [
            (
                f"`{one.name}`",
                "any number" if one.most is None else str(one.most),
                one.doc,
            )
            for one in catalogue.FUNCTIONS.values()
        ],
    )


# --- forms ---------------------------------------------------------------------------------------


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    yield section.doc
    if section.frame != "{}":
        yield f"The examples stand in `{section.frame.replace('{}', '…')}`."
    yield ""
    yield from _table(
        ("form", "what it means", "good", "bad"),
        [
            (f"`{form.name}`", form.doc, _code(form.good), f"{_code(form.bad)} ({form.code})")
            for form in section.forms
        ],
    )


# --- problems and reasons ------------------------------------------------------------------------


def _problems() -> Iterator[str]:
    for severity, title in (("error", "Errors"), ("warning", "Warnings")):
        rows = [row for one in PROBLEMS if (row := _problem(one, severity)) is not None]
        yield f"## {title}"
        yield ""
        yield from _table(("code", "when", "example", "what is said"), rows)


def _problem(one: Problem, severity: str) -> tuple[str, ...] | None:
    """The row of a problem of this severity, with the very words it is told in."""
    reported = next(d for d in found(one.text) if d.code == one.code)
    if reported.severity != severity:
        return None
    message = render(reported)
    said = message.text if message.help is None else f"{message.text}; {message.help}"
    shown = one.shown if one.shown is not None else _code(one.text)
    return f"`{one.code}`", one.doc, shown, said


def _reasons() -> Iterator[str]:
    yield "## Reasons"
    yield ""
    yield "Why a rule, a redemption or a refund gave nothing: the first of these that is so."
    yield ""
    yield from _table(("reason", "when"), [(f"`{one.reason}`", one.doc) for one in REASONS])
