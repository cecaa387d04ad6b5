"""Problems in words, from messages/LANGUAGE.toml: code and wording stay apart."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dsl.meaning import catalogue
from dsl.meaning.diagnostics import (
    DerivedCycle,
    DuplicateName,
    ImpossibleCondition,
    LowFactor,
    NoBaseRate,
    NotHere,
    OutOfRange,
    PercentRange,
    Shadowed,
    Syntax,
    TypeMismatch,
    UnknownCurrency,
    UnknownName,
    ZeroStep,
)
from dsl.meaning.types import Kind
from dsl.text.diagnostics import BadLiteral

if TYPE_CHECKING:
    from dsl.text.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong, and what to do about it where that can be said."""

    text: str
    help: str | None


@cache
def messages(language: str = "en", catalogue: str = "") -> dict[str, Any]:
    """A message file: messages/LANGUAGE.toml, or messages/CATALOGUE.LANGUAGE.toml."""
    name = f"{catalogue}.{language}.toml" if catalogue else f"{language}.toml"
    return tomllib.loads(files("dsl.meaning.messages").joinpath(name).read_text("utf-8"))


def render(problem: Diagnostic, language: str = "en") -> Message:
    """A problem in words."""
    wording = messages(language)
    template = wording["problem"][_key(problem)]
    words = _words(problem, wording)
    help_ = template.get("help")
    if problem.suggestion is not None:
        help_ = wording["did-you-mean"]
    elif isinstance(problem, UnknownName) and problem.known:
        help_ = template.get("help-known", help_)
    elif isinstance(problem, Syntax) and not problem.expected:
        help_ = None
    return Message(
        template["text"].format(**words), help_.format(**words) if help_ is not None else None
    )


def _key(problem: Diagnostic) -> str:
    """Which template tells a problem: its code, finer where the code covers several things."""
    match problem:
        case Syntax() if not problem.found:
            return "syntax-end"
        case UnknownName():
            return f"unknown-name-{problem.role}"
        case TypeMismatch() if problem.expected is None:
            return _unusable(problem.found)
        case NotHere():
            return f"not-here-{problem.form}"
        case Shadowed():
            return f"shadowed-{problem.kind}"
        case DuplicateName() if problem.role == "clause":
            return "duplicate-name-clause"
        case DuplicateName() if problem.name in catalogue.RESERVED_NAMES:
            return "duplicate-name-reserved"
        case _:
            return _VARIANTS.get(type(problem), _code)(problem)


def _code(problem: Any) -> str:  # noqa: ANN401 - any problem
    return str(problem.code)


_VARIANTS: dict[type, Callable[[Any], str]] = {
    UnknownCurrency: lambda p: _code(p) if p.expected is None else "unknown-currency-other",
    NoBaseRate: lambda p: _code(p) if p.event else "no-base-rate-derived",
    PercentRange: lambda p: "percent-range-total" if p.total else _code(p),
    DerivedCycle: lambda p: _code(p) if len(p.names) > 1 else "derived-cycle-own",
    ImpossibleCondition: lambda p: "impossible-condition-alone" if p.alone else _code(p),
    LowFactor: lambda _: "low-factor",
    ZeroStep: lambda _: "zero-step",
    OutOfRange: lambda _: "out-of-range",
}


def _unusable(kind: Kind) -> str:
    """Which template tells of a kind of value that has no place there at all."""
    if kind in (Kind.LIST, Kind.DURATION, Kind.TAGS):
        return f"type-mismatch-{kind.value}"
    return "type-mismatch-order"


def _words(problem: Diagnostic, wording: dict[str, Any]) -> dict[str, object]:
    words: dict[str, object] = {f.name: getattr(problem, f.name) for f in fields(problem)}
    for name, value in words.items():
        if isinstance(value, Kind):
            words[name] = wording["kind"][value.value]
    if isinstance(problem, Syntax):
        words["expected"] = ", ".join(problem.expected)
    elif isinstance(problem, UnknownName):
        words["known"] = ", ".join(f"`{name}`" for name in problem.known)
    elif isinstance(problem, NoBaseRate):
        words["one"] = problem.unit.removesuffix("s")
    elif isinstance(problem, DerivedCycle):
        words["circle"] = ", ".join(f"`{name}`" for name in problem.names)
    elif isinstance(problem, DuplicateName):
        words["role"] = wording["role"][problem.role]
    elif isinstance(problem, BadLiteral):
        words["kind"] = wording["kind"][problem.kind]
    return words
