"""Cases without expectations: a drawn program that passes the checker, and a history for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

import dsl
from app.services.cases.case import Case, Expectation, Version, instant
from dsl.meaning.checked import Program
from tests.strategies.histories import History, history
from tests.strategies.programs.draft import CURRENCIES, TOPICS, ZONES, Draft, Draw
from tests.strategies.programs.rules import head, statements
from tests.strategies.yaml import case_file

# What a program that is well-typed by construction may be refused for all the same: two of its
# conditions can exclude each other, and a number can have too many decimals.
MISFORTUNES = frozenset({"impossible-condition", "overflow", "never-in-force"})
# What a version may say otherwise than the one before; the rest is what events are read by.
OF_ONE_VERSION = ("tiers", "parameter", "campaign", "challenge", "list")


@dataclass(frozen=True)
class Drawn:
    """A case and the checked programs of its versions."""

    case: Case
    programs: tuple[Program, ...]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: ANN401, FBT001 - Hypothesis's own
        """Tell it as the case file it could stand in."""
        printer.text(f"\n{case_file(self.case)}")


def checked(text: str) -> Program:
    """The program of a drawn text; rejects the draw where its conditions exclude each other."""
    result = dsl.check([dsl.Part(text)])
    if result.program is not None:
        return result.program
    errors = {found for found in result.diagnostics if found.severity == "error"}
    if {found.code for found in errors} <= MISFORTUNES:
        reject()
    listed = [f"{found.code} at `{text[found.span.start : found.span.end]}`" for found in errors]
    raise AssertionError(f"a drawn program does not pass: {', '.join(sorted(listed))}\n{text}")


def _topics(draw: Draw, focus: str | None, among: Sequence[str]) -> frozenset[str]:
    others = draw(st.lists(st.sampled_from(among), max_size=2, unique=True))
    return frozenset(others) | ({focus} if focus else frozenset())


def _texts(draft: Draft, zone: str) -> list[str]:
    """The texts of the versions; all declare the same names."""
    versions = [(draft, [head(draft, zone), *statements(draft)])]
    for _ in range(1 + draft.once_in(4) if draft.has("versions") else 0):
        declared = {
            key: text
            for key, text in versions[-1][0].declared.items()
            if key not in OF_ONE_VERSION or draft.once_in(2)
        }
        later = Draft(draft.draw, draft.topics, draft.currency, draft.focus, declared)
        versions.append((later, [head(later, zone), *statements(later)]))
    drafts = [one for one, _ in versions]
    for one in drafts:
        for other in drafts:
            one.declared = {
                **one.declared,
                **{k: t for k, t in other.declared.items() if k not in one.declared},
            }
    return [
        "\n".join([said[0], *filter(None, one.declared.values()), *said[1:]]) + "\n"
        for one, said in versions
    ]


@st.composite
def cases(draw: Draw, focus: str | None = None, among: Sequence[str] = TOPICS) -> Drawn:
    """A case about a topic and up to two others of some."""
    focus = draw(st.sampled_from(among)) if focus is None and among else focus
    draft = Draft(draw, _topics(draw, focus, among), draw(st.sampled_from(CURRENCIES)), focus)
    zone = draft.one(*ZONES)
    texts = _texts(draft, zone)
    programs = tuple(checked(text) for text in texts)
    told = history(draft, zone)
    case = Case(
        name="drawn",
        path=Path(),
        line=1,
        versions=_versions(draft, texts, told),
        customers=told.customers,
        events=told.events,
        expect=Expectation(),
        start=told.start,
        until=told.until,
        secret=draft.one("", "s1", "s2"),
    )
    return Drawn(case, programs)


def _versions(draft: Draft, texts: Sequence[str], told: History) -> tuple[Version, ...]:
    """Each text from an instant on; the first nearly always from ever."""
    times = sorted(at for event in told.events if (at := instant(event.get("at"))) is not None)
    first = times[0] + dt.timedelta(hours=1) if len(texts) > 1 and draft.once_in(8) else None
    starts = [first]
    for _ in texts[1:]:
        since: dt.datetime = draft.draw(st.sampled_from(times))
        before = starts[-1]
        starts.append(max(since, before + dt.timedelta(hours=1)) if before else since)
    return tuple(Version(since, text) for since, text in zip(starts, texts, strict=True))


def programs(focus: str | None = None, among: Sequence[str] = TOPICS) -> st.SearchStrategy[str]:
    """The text of a program that passes the checker."""
    return cases(focus, among).map(lambda drawn: drawn.case.versions[0].text)
